// Package dkim signs finished letters, so that who receives one can see that it comes
// from the domain it names and was not changed (RFC 6376; Ed25519: RFC 8463). It is the
// only door of the go-msgauth library.
//
// The signature is computed here and proven by the library, not made by it: the library
// dates a signature by the clock, and a letter signed twice would be two different
// letters. Here the time is the letter's own Date, so that the same letter and the same
// key are the same bytes on every attempt.
//
// A signature goes in front of the letter and changes no octet of it.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Signer signs letters for one domain.
type Signer struct {
	Domain string // d=: the domain of the sender's address, or one above it
	// Keys sign one after the other. RSA is what every receiver knows; a second key of
	// Ed25519 is for those that have moved on.
	Keys []Key
	// Lifetime is how long after the letter's Date the signature holds (x=). Zero: without
	// end, which is the better choice: a letter that was held up is no forgery.
	Lifetime time.Duration
}

// Sign returns the letter with one DKIM-Signature field a key in front of it, the first
// key's on top. It refuses a letter that receivers would refuse in spite of the signature:
// see [Signer.read].
func (s Signer) Sign(letter []byte) ([]byte, error) {
	l, err := s.read(letter)
	if err != nil {
		return nil, fmt.Errorf("the letter cannot be signed: %w", err)
	}
	signed := make([]byte, 0, len(letter)+len(s.Keys)*1500)
	for _, k := range s.Keys {
		if signed, err = s.field(signed, k, l); err != nil {
			return nil, err
		}
	}
	return append(signed, letter...), nil
}

// Check refuses a signer that can sign nothing.
func (s Signer) Check() error {
	if len(s.Keys) == 0 {
		return errors.New("there is no key to sign with")
	}
	if !isName(s.Domain) || !strings.Contains(s.Domain, ".") {
		return fmt.Errorf("%q is not a domain to sign for, such as example.com", s.Domain)
	}
	seen := make(map[string]bool)
	for _, k := range s.Keys {
		if !isName(k.Selector) {
			return fmt.Errorf("%q is not the selector of a key, such as s1", k.Selector)
		}
		if name := strings.ToLower(k.Selector); seen[name] {
			return fmt.Errorf("two keys have the selector %q, and one DNS record cannot hold both", k.Selector)
		} else {
			seen[name] = true
		}
	}
	return nil
}

// isName reports whether text is one or more labels of a domain name (RFC 5321 §4.1.2).
func isName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, odd) {
			return false
		}
	}
	return len(text) <= 253
}

func odd(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
}

// field appends the DKIM-Signature field of one key (RFC 6376 §3.5, §3.7).
func (s Signer) field(to []byte, k Key, l letter) ([]byte, error) {
	start := len(to)
	to = s.tags(to, k, l)
	own := canonicalField(nil, to[start:])
	hashed := sha256.New()
	_, _ = hashed.Write(l.covered) // a hash never fails to write
	_, _ = hashed.Write(bytes.TrimSuffix(own, crlf))
	signature, err := k.sign(hashed.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("signing with the key of selector %q: %w", k.Selector, err)
	}
	return append(fold(to, base64.StdEncoding.EncodeToString(signature)), crlf...), nil
}

// lineOctets is where the lines of a signature are folded (RFC 5322 §2.1.1).
const lineOctets = 76

// tags appends the field up to and with its last tag, b=, which is empty while it is signed.
func (s Signer) tags(to []byte, k Key, l letter) []byte {
	to = fmt.Appendf(to, "DKIM-Signature: v=1; a=%s-sha256; c=relaxed/relaxed;\r\n d=%s; s=%s;\r\n t=%d;", k.Algorithm(), s.Domain, k.Selector, l.date.Unix())
	if s.Lifetime > 0 {
		to = append(to, " x="...)
		to = strconv.AppendInt(to, l.date.Add(s.Lifetime).Unix(), 10)
		to = append(to, ';')
	}
	to = append(to, "\r\n h="...)
	width := len(" h=")
	for i, name := range l.names {
		if i > 0 {
			to, width = append(to, ':'), width+1
		}
		if width+len(name) >= lineOctets { // between names white space may stand, within one it may not
			to, width = append(to, "\r\n  "...), 2
		}
		to, width = append(to, name...), width+len(name)
	}
	to = append(to, ";\r\n bh="...)
	to = append(to, base64.StdEncoding.EncodeToString(l.body[:])...)
	return append(to, ";\r\n b="...)
}

// fold appends base64 in lines.
func fold(to []byte, text string) []byte {
	for room := lineOctets - len(" b="); len(text) > room; room = lineOctets - 1 {
		to = append(append(to, text[:room]...), "\r\n "...)
		text = text[room:]
	}
	return append(to, text...)
}

// sign signs a SHA-256. Neither way takes anything random, so a letter's signature is
// always the same (RFC 8017 §8.2, RFC 8032 §5.1.6).
func (k Key) sign(digest []byte) ([]byte, error) {
	switch private := k.private.(type) {
	case *rsa.PrivateKey:
		return rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest)
	case ed25519.PrivateKey:
		return ed25519.Sign(private, digest), nil
	}
	return nil, errNoKey
}

var errNoKey = errors.New("no private key was read")

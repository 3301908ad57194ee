package approval

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"tocsin/internal/notify"
)

// More than any file of people has: octets, lines that name a key, octets of a principal.
const (
	maxSigners   = 1 << 20
	mostSigners  = 1000
	maxPrincipal = 256
)

// Signer is one line of a file of allowed signers: a key, and whose it is.
type Signer struct {
	Line        int
	Principal   string // as it is written; several names are joined by commas
	Fingerprint string // SHA256:…
	// The key counts from After to Before, both included; zero is no bound.
	After, Before time.Time
}

// Signers are those of a file that may sign plans.
type Signers struct {
	All    []Signer
	Digest string // hex SHA-256 of the file
}

// SignerError is a fault in a file of allowed signers.
type SignerError struct {
	Line int
	What string
}

// Error names the line.
func (e *SignerError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// ParseSigners reads a file of allowed signers as ssh-keygen(1) describes it. Lines for
// other namespaces are read and left out. The error joins a [SignerError] for every line
// that is wrong, also for what OpenSSH takes and we cannot: authorities that certify keys,
// and times in whatever zone a machine is set to.
func ParseSigners(data []byte) (Signers, error) {
	s := Signers{Digest: notify.Digest(data)}
	if len(data) > maxSigners || bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
		return s, errors.New("this is no file of allowed signers: see ssh-keygen(1)")
	}
	var faults []error
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		signer, ours, err := parseSigner(line)
		if signer.Line = i + 1; err == nil && ours {
			err = s.add(signer)
		}
		if err != nil {
			faults = append(faults, &SignerError{i + 1, err.Error()})
		}
	}
	return s, errors.Join(faults...)
}

// add takes a signer in. One key is one person's: else nobody could say whose signature
// it made.
func (s *Signers) add(signer Signer) error {
	for _, other := range s.All {
		if other.Fingerprint == signer.Fingerprint && other.Principal != signer.Principal {
			return fmt.Errorf("line %d has the same key, and says that it is that of %q", other.Line, other.Principal)
		}
	}
	if len(s.All) == mostSigners {
		return fmt.Errorf("more than %d keys may sign plans: nobody knows them all", mostSigners)
	}
	s.All = append(s.All, signer)
	return nil
}

// parseSigner reads one line, and reports whether it is for our namespace.
func parseSigner(line string) (s Signer, ours bool, err error) {
	var rest string
	if s.Principal, rest, err = word(line); err != nil {
		return s, false, err
	}
	switch {
	case len(s.Principal) > maxPrincipal:
		return s, false, errors.New("the names are too long")
	case slices.Contains(keyTypes, s.Principal):
		return s, false, errors.New("it has a key and names nobody: write whose it is before it")
	}
	if names := strings.Split(s.Principal, ","); slices.Contains(names, "") || !slices.ContainsFunc(names, func(n string) bool { return n[0] != '!' }) {
		return s, false, fmt.Errorf("%q names nobody", s.Principal)
	}
	o := options{namespaces: "*"}
	if kind, _, _ := strings.Cut(rest, " "); !slices.Contains(keyTypes, kind) && !looksLikeKey(kind) {
		if o, rest, err = parseOptions(rest); err != nil {
			return s, false, err
		}
	}
	s.After, s.Before = o.after, o.before
	s.Fingerprint, err = parseKey(rest)
	return s, matchesList(o.namespaces, Namespace), err
}

// word is the first word of a line, and what follows. A word may stand in double quotes.
func word(line string) (first, rest string, err error) {
	if quoted, found := strings.CutPrefix(line, `"`); found {
		first, rest, found = strings.Cut(quoted, `"`)
		if !found {
			return "", "", errors.New(`a double quote is not closed`)
		}
		return first, strings.TrimLeft(rest, " \t"), nil
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return "", "", errors.New("it names somebody and no key")
	}
	return line[:end], strings.TrimLeft(line[end:], " \t"), nil
}

// looksLikeKey reports whether a word is the type of some key, if of none that we take.
func looksLikeKey(word string) bool {
	return !strings.ContainsAny(word, `="`) && (strings.HasPrefix(word, "ssh-") || strings.HasPrefix(word, "ecdsa-") || strings.HasPrefix(word, "sk-"))
}

// parseKey reads a key, its type before it and perhaps a comment after it, and returns its
// fingerprint.
func parseKey(text string) (string, error) {
	parts := strings.Fields(text)
	if len(parts) < 2 {
		return "", errors.New("there is no key in it, such as ssh-ed25519 AAAA…")
	}
	if err := acceptableType(parts[0]); err != nil {
		return "", err
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return "", errors.New("the key is cut off, or not base64")
	}
	key, err := ssh.ParsePublicKey(blob)
	switch {
	case err != nil:
		return "", errors.New("the key cannot be read: " + err.Error())
	case key.Type() != parts[0]:
		return "", fmt.Errorf("the key is of the type %q, and %q is written before it", key.Type(), parts[0])
	case !bytes.Equal(key.Marshal(), blob):
		return "", errors.New("the key is not written as OpenSSH writes it")
	}
	return ssh.FingerprintSHA256(key), acceptable(key)
}

// rsaBits is how long an RSA key is; 0 of another.
func rsaBits(key ssh.PublicKey) int {
	if k, is := key.(ssh.CryptoPublicKey); is {
		if r, is := k.CryptoPublicKey().(*rsa.PublicKey); is {
			return r.N.BitLen()
		}
	}
	return 0
}

// good reports whether the key counts at an instant.
func (s Signer) good(at time.Time) bool {
	return (s.After.IsZero() || !at.Before(s.After)) && (s.Before.IsZero() || !at.After(s.Before))
}

// Find finds the line of a key that counts at an instant. The error says why there is none.
func (s Signers) Find(fingerprint string, at time.Time) (Signer, error) {
	var stale *Signer
	for i, signer := range s.All {
		if signer.Fingerprint != fingerprint {
			continue
		}
		if signer.good(at) {
			return signer, nil
		}
		stale = &s.All[i]
	}
	switch {
	case stale == nil:
		return Signer{}, fmt.Errorf("the key %s is not among the allowed signers", fingerprint)
	case !stale.After.IsZero() && at.Before(stale.After):
		return Signer{}, fmt.Errorf("the key of %s (%s) counts from %s on", stale.Principal, fingerprint, stale.After.Format(time.RFC3339))
	}
	return Signer{}, fmt.Errorf("the key of %s (%s) has expired: it counted until %s", stale.Principal, fingerprint, stale.Before.Format(time.RFC3339))
}

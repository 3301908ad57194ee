package dkim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/private"
)

func TestKeysOfBothForms(t *testing.T) {
	one := x509.MarshalPKCS1PrivateKey(aKey())
	for name, data := range map[string][]byte{
		"PKCS #1":          inPEM("RSA PRIVATE KEY", one, nil),
		"PKCS #8":          pkcs8(aKey()),
		"Ed25519":          pkcs8(edKey("e1").private),
		"text in front":    append([]byte("a note\n"), pkcs8(aKey())...),
		"CR LF, and space": []byte(strings.ReplaceAll(string(pkcs8(aKey())), "\n", "\r\n") + "\n\n"),
	} {
		k, err := ParseKey(data, "s1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s := Signer{Domain: "example.com", Keys: []Key{k}}
		if err := s.Prove([]byte(sign(t, s, aLetter))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeysRefused: each is named, none is shown (F53).
func TestKeysRefused(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(curve)
	public, perr := x509.MarshalPKIXPublicKey(aKey().Public())
	for want, data := range map[string][]byte{
		"an RSA key of 1024 bits":       pkcs8(weak),
		"neither an RSA nor an Ed25519": pkcs8(curve),
		`a "EC PRIVATE KEY", where`:     inPEM("EC PRIVATE KEY", sec1, err),
		`a "PUBLIC KEY", where`:         inPEM("PUBLIC KEY", public, perr),
		`a "CERTIFICATE", where`:        inPEM("CERTIFICATE", []byte("x"), nil),
		"OpenSSH's own form":            inPEM("OPENSSH PRIVATE KEY", []byte("x"), nil),
		"locked by a passphrase":        inPEM("ENCRYPTED PRIVATE KEY", []byte("x"), nil),
		"passphrase":                    []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
		"is damaged":                    inPEM("RSA PRIVATE KEY", []byte("Confidential"), nil),
		"damaged; ":                     inPEM("PRIVATE KEY", public, nil),
		"not a private key in PEM":      []byte("Confidential"),
		"not a private key in PEM; ":    nil,
		"more than one key":             append(pkcs8(aKey()), pkcs8(aKey())...),
	} {
		k, err := ParseKey(data, "s1")
		if err == nil || !strings.Contains(err.Error(), want) || k.private != nil {
			t.Errorf("%q: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "Confid") {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

// TestKeyIsPrivate is F53: a key that others can read signs nothing.
func TestKeyIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(path, pkcs8(edKey("e1").private), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(path, "e1"); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	var loose *private.LooseError
	if _, err := ReadKey(path, "e1"); !errors.As(err, &loose) {
		t.Errorf("a key open to others: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(path, "e1"); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("an empty file: %v", err)
	}
}

// TestRecord: the zone file's strings, joined, are what receivers look up; another
// program's public key of the same private one stands in it.
func TestRecord(t *testing.T) {
	s := both(t)
	for _, k := range s.Keys {
		text, err := k.Record()
		if err != nil {
			t.Fatal(err)
		}
		zone, err := s.Zone(k)
		if err != nil {
			t.Fatal(err)
		}
		name, strs, _ := strings.Cut(zone, " IN TXT ( ")
		parts := strings.Split(strings.TrimSuffix(strs, " )"), " \"")
		joined := ""
		for _, p := range parts {
			if p = strings.Trim(p, `"`); len(p) > 255 {
				t.Errorf("a string of %d octets", len(p))
			}
			joined += p
		}
		if name != k.Selector+"._domainkey.example.com." || joined != text {
			t.Errorf("%q is not %q", joined, text)
		}
	}
	if text, err := edKey("e1").Record(); err != nil || len(text) != len("v=DKIM1; k=ed25519; p=")+44 {
		t.Errorf("%q, %v", text, err)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("NOT CHECKED: no openssl")
	}
	c := exec.Command(openssl, "rsa", "-pubout")
	c.Stdin = strings.NewReader(string(pkcs8(aKey())))
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	want := "v=DKIM1; k=rsa; p=" + strings.Join(lines[1:len(lines)-1], "")
	if text, err := s.Keys[0].Record(); err != nil || text != want {
		t.Errorf("the record is\n%s, %v\nwant\n%s", text, err, want)
	}
}

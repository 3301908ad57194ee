package cli

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"tocsin/internal/notify/dkim"
	"tocsin/internal/notify/smtptest"
)

// signsRSA makes an RSA key for the site.
func (s session) signsRSA(name string) dkim.Key {
	s.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		s.Fatal(err)
	}
	path := filepath.Join(s.site, name)
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		s.Fatal(err)
	}
	key, err := dkim.ReadKey(path, "s1")
	if err != nil {
		s.Fatal(err)
	}
	return key
}

const twoKeys = "  dkim: {selector: s1, key_file: secrets/dkim.pem, ed25519: {selector: e1, key_file: secrets/e.pem}}\n"

// Two keys sign each letter, and `tocsin dkim` prints the records that both are verified by
// (F32, RFC 8463).
func TestTwoKeysSign(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, twoKeys)
	s.wants(exitRefused, "dkim", "secrets/dkim.pem is missing")
	signer := s.signs("secrets/e.pem")
	signer.Keys[0].Selector = "e1"
	signer.Keys = []dkim.Key{s.signsRSA("secrets/dkim.pem"), signer.Keys[0]}
	s.wants(exitIncomplete, liveSelf+"--yes TS-2026-002/1", "accepted 34")
	server.Settled()
	for _, letter := range server.Accepted() {
		if n := bytes.Count(letter.Message, []byte("DKIM-Signature:")); n != 2 {
			t.Errorf("%d signatures", n)
		}
		if err := signer.Prove(letter.Message); err != nil {
			t.Error(err)
		}
	}
	for _, key := range signer.Keys {
		line, err := signer.Zone(key)
		if err != nil {
			t.Fatal(err)
		}
		s.wants(exitDone, "dkim", line+"\n")
	}
	if err := os.Chmod(filepath.Join(s.site, "secrets", "e.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.wants(exitRefused, "dkim", "chmod")
}

// Keys of one kind, or under one name, are refused before anything is signed.
func TestKeysThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s := relayed(t, server, twoKeys)
	s.signs("secrets/dkim.pem")
	s.signs("secrets/e.pem")
	s.wants(exitRefused, "dkim", "secrets/dkim.pem is a key of ed25519 and secrets/e.pem one of ed25519: with two keys the first is RSA")
	s.signsRSA("secrets/dkim.pem")
	s.edit("tocsin.yaml", "selector: e1", "selector: S1")
	s.wants(exitRefused, "dkim", `two keys have the selector "S1"`)
	if seen := server.Seen(); seen.Connections != 0 {
		t.Errorf("%d connections", seen.Connections)
	}
}

// A site that signs nothing has no records.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitRefused, "dkim", "letters are not signed here", "tocsin")
}

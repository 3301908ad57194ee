package mailcheck

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify/dkim"
)

//go:embed signatures.py
var dkimpy []byte

// TestSignaturesHold is F32: two programs of others verify the letters of a plan after a hop
// through Postfix, of either kind of key and of both, with long lists of header fields; and
// refuse them with a changed body, a changed header, a field added, or under another key.
func TestSignaturesHold(t *testing.T) {
	p := findPrograms(t)
	python, opendkim := dkimPrograms(t)
	long, other := someSigner(t), someSigner(t)
	letters := writeLetters(t, shapes[0], shapes[1], shapes[4], shapes[5], shapes[7], shapes[10])
	for i := range letters {
		signer := dkim.Signer{Domain: long.Domain, Keys: [][]dkim.Key{long.Keys, long.Keys[:1], long.Keys[1:]}[i%3]}
		letters[i].frozen = signedBy(t, signer, letters[i].frozen, i*15)
		letters[i].shape = fmt.Sprintf("%d keys: %s", len(signer.Keys), letters[i].shape)
	}
	startPostfix(t, p).pass(t, letters)

	var good, bad []string
	for i, l := range letters {
		stored := l.mailbox(t)
		good = append(good, l.stored)
		for name, change := range map[string]func(string) string{
			"body":    func(m string) string { return m + "One line more.\n" },
			"subject": func(m string) string { return strings.Replace(m, "\nSubject: ", "\nSubject: Not ", 1) },
			"added":   func(m string) string { return strings.Replace(m, "\nSubject: ", "\nSubject: Another\nSubject: ", 1) },
		} {
			path := filepath.Join(t.TempDir(), fmt.Sprintf("%d-%s.eml", i, name))
			if err := os.WriteFile(path, []byte(change(string(stored))), 0o600); err != nil {
				t.Fatal(err)
			}
			bad = append(bad, path)
		}
	}
	ours, theirs := writeRecords(t, long), writeRecords(t, other)
	for _, judge := range []struct {
		name   string
		verify func(records string, paths []string) map[string][]bool
	}{
		{"dkimpy", func(records string, paths []string) map[string][]bool {
			answer := make(map[string][]bool)
			ask(t, dkimpy, t.TempDir(), paths, &answer, python, "-", records)
			return answer
		}},
		{"opendkim", func(records string, paths []string) map[string][]bool {
			return askOpenDKIM(t, opendkim, records, paths)
		}},
	} {
		for path, verdicts := range judge.verify(ours, good) {
			if len(verdicts) == 0 || slices.Contains(verdicts, false) {
				t.Errorf("%s: %v for %s", judge.name, verdicts, shapeOf(letters, path))
			}
		}
		for path, verdicts := range judge.verify(ours, bad) {
			if len(verdicts) == 0 || slices.Contains(verdicts, true) {
				t.Errorf("%s: %v for %s, which was changed", judge.name, verdicts, filepath.Base(path))
			}
		}
		for path, verdicts := range judge.verify(theirs, good) {
			if len(verdicts) == 0 || slices.Contains(verdicts, true) {
				t.Errorf("%s: %v under another key for %s", judge.name, verdicts, shapeOf(letters, path))
			}
		}
	}
}

// dkimPrograms are Debian's python3, whatever other comes first, with its dkimpy, and opendkim.
func dkimPrograms(t *testing.T) (python, opendkim string) {
	t.Helper()
	opendkim, err := administrators("opendkim")
	for _, python = range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import dkim").Run() == nil && err == nil {
			return python, opendkim
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("python3-dkim or opendkim is not installed; .ci/prepare does it: %v", err)
	}
	t.Skip("NOT CHECKED: python3-dkim or opendkim is not installed; .ci/prepare does it, or says how")
	return "", ""
}

// someSigner signs for the sample site with two new keys.
func someSigner(t *testing.T) dkim.Signer {
	t.Helper()
	modern, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, newer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := dkim.Signer{Domain: "example.com"}
	for selector, private := range map[string]any{"s1": modern, "e1": newer} {
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		k, err := dkim.ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), selector)
		if err != nil {
			t.Fatal(err)
		}
		s.Keys = append(s.Keys, k)
	}
	slices.SortFunc(s.Keys, func(a, b dkim.Key) int { return strings.Compare(b.Selector, a.Selector) })
	return s
}

// signedBy signs a letter, with so many fields more in its header.
func signedBy(t *testing.T, s dkim.Signer, letter []byte, fields int) []byte {
	t.Helper()
	var header bytes.Buffer
	for i := range fields {
		fmt.Fprintf(&header, "List-%s: <https://example.com/%d>\r\n", strings.Repeat("X", i+1), i)
	}
	signed, err := s.Sign(append(header.Bytes(), letter...))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prove(signed); err != nil {
		t.Fatal(err)
	}
	return signed
}

// writeRecords writes what the DNS would hold, in the form that both programs read.
func writeRecords(t *testing.T, s dkim.Signer) string {
	t.Helper()
	var out bytes.Buffer
	for _, k := range s.Keys {
		text, err := k.Record()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %s\n", s.Host(k), text)
	}
	path := filepath.Join(t.TempDir(), "records")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// askOpenDKIM lets opendkim judge messages. It says one verdict on each, by its best signature.
func askOpenDKIM(t *testing.T, opendkim, records string, paths []string) map[string][]bool {
	t.Helper()
	settings := filepath.Join(t.TempDir(), "opendkim.conf")
	if err := os.WriteFile(settings, []byte("Syslog no\nMode v\nTestPublicKeys "+records+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer := make(map[string][]bool)
	for _, path := range paths {
		out, err := exec.CommandContext(ctx, opendkim, "-f", "-x", settings, "-t", path, "-v").CombinedOutput()
		if err != nil {
			t.Fatalf("opendkim: %v\n%s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, ": verification (") {
				answer[path] = append(answer[path], strings.Contains(line, ") succeeded"))
			}
		}
		if answer[path] == nil {
			t.Errorf("opendkim says nothing of a message: %s", out)
		}
	}
	return answer
}

func shapeOf(letters []letter, path string) string {
	for _, l := range letters {
		if l.stored == path {
			return l.shape
		}
	}
	return path
}

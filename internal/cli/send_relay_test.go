package cli

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify/dkim"
	"tocsin/internal/notify/smtptest"
)

// relayed is a site whose letters go to a server, with a plan of 34 of them.
func relayed(t *testing.T, server *smtptest.Server, more string) session {
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n%s", server.Port(), more))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.wants(exitDone, "--now 2026-05-05T09:00:00Z plan TS-2026-002", fmt.Sprintf("to smtp://127.0.0.1:%d", server.Port()))
	return s
}

// edit replaces a text in a file of the site, which must hold it once.
func (s session) edit(name, old, new string) {
	s.Helper()
	path := filepath.Join(s.site, name)
	text, err := os.ReadFile(path)
	if err != nil || bytes.Count(text, []byte(old)) != 1 {
		s.Fatalf("%s does not hold %q once: %v", name, old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600); err != nil {
		s.Fatal(err)
	}
}

const now = "--now 2026-05-05T09:01:00Z "

// F54: nothing goes to people without --live and the plan's name.
func TestSendWantsConsent(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s := relayed(t, server, "")
	s.wants(exitRefused, now+"send TS-2026-002/1", "34 letters would go to people", "send TS-2026-002/1 --live")
	s.wants(exitRefused, now+"send TS-2026-002/1 --live", "type TS-2026-002/1 to send it", "nothing was changed")
	s.wants(exitRefused, now+"send TS-2026-002/1 --live --yes TS-2026-002", "nothing was changed")
	s.wants(exitUsage, now+"send TS-2026-002/1 --live --connections 0 --yes TS-2026-002/1", "--connections 0 is not between")
	s.wants(exitUsage, now+"send TS-2026-002/1 --live --until tomorrow --yes TS-2026-002/1", "is not a time")
	if seen := server.Seen(); seen.Connections != 0 {
		t.Errorf("%d connections", seen.Connections)
	}
}

// A plan goes to a relay: each letter once, to one recipient, signed, with a return path
// of its own; and the same command again connects to nobody (F21, F32, F33, F46).
func TestSendToARelay(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, "  bounces: bounces@example.com\n  dkim: {selector: s1, key_file: secrets/dkim.pem}\n")
	signer := s.signs("secrets/dkim.pem")
	const command = now + "send TS-2026-002/1 --live --canary-wait 0s --yes TS-2026-002/1"
	s.wants(exitIncomplete, command, "to people now: 34 letters of TS-2026-002/1", "from security@example.com", "accepted 34, deferred 0, rejected 0, unknown 0")
	came := server.Seen().Connections
	s.wants(exitIncomplete, command) // one of 35 has no address
	s.wants(exitUsage, command+" --until tomorrow", "is not a time")
	if again := server.Seen().Connections; again != came {
		t.Errorf("the second run made %d connections", again-came)
	}
	server.Settled()
	paths := make(map[string]bool)
	for _, letter := range server.Accepted() {
		paths[letter.From] = true
		if len(letter.To) != 1 || !strings.HasPrefix(letter.From, "bounces+") {
			t.Errorf("a letter from %q to %d recipients", letter.From, len(letter.To))
		}
		if err := signer.Prove(letter.Message); err != nil {
			t.Error(err)
		}
	}
	if len(paths) != 35 { // and the letter to ourselves has one
		t.Errorf("%d return paths", len(paths))
	}
}

// signs makes a key for the site, and gives what its letters are proven with.
func (s session) signs(name string) dkim.Signer {
	s.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		s.Fatal(err)
	}
	path := filepath.Join(s.site, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600); err != nil {
		s.Fatal(err)
	}
	read, err := dkim.ReadKey(path, "s1")
	if err != nil {
		s.Fatal(err)
	}
	return dkim.Signer{Domain: "example.com", Keys: []dkim.Key{read}}
}

// F48, F54: what a relay does wrong is said with the next command, and the exit status
// tells a script that letters are open.
func TestRelayIsTold(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Mail, smtptest.Reply("550 5.7.1 not from you"))})
	s := relayed(t, server, "")
	s.wants(exitRefused, now+"send TS-2026-002/1 --live --yes TS-2026-002/1",
		"the relay takes no letters", "550 5.7.1 not from you", "next: mend that, then tocsin")
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "planned 34")
}

// --once leaves what was put off to the next call.
func TestSendOnce(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Rcpt, 5, smtptest.Reply("450 4.2.0 greylisted"))})
	s := relayed(t, server, "")
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --once --canary 0 --yes TS-2026-002/1", "accepted 33, deferred 1")
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "deferred 1")
	s.wants(exitIncomplete, "--now 2026-05-05T09:20:00Z send TS-2026-002/1 --live --once --yes TS-2026-002/1", "accepted 1, deferred 0")
}

// A relay that needs a password: from the file, or from the environment, and never said.
func TestRelayCredentials(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{User: "example", Secret: "hunter22"})
	s := relayed(t, server, "  credentials_file: secrets/relay\n")
	const command = now + "send TS-2026-002/1 --live --canary-wait 0s --yes TS-2026-002/1"
	s.wants(exitRefused, command, "secrets/relay is missing")
	path := filepath.Join(s.site, "secrets", "relay")
	if err := os.WriteFile(path, []byte("user: example\npassword: hunter22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.wants(exitRefused, command, "chmod")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s.wants(exitIncomplete, command, "accepted 34")
}

// A draft's letters stay here, whoever has approved them.
func TestNoDraftToARelay(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s := relayed(t, server, "")
	text, err := os.ReadFile(filepath.Join(s.site, "content", "bulletins", "TS-2026-002.md"))
	if err != nil {
		t.Fatal(err)
	}
	draft := strings.Replace(string(text), "status: published\n", "status: draft\n", 1)
	if err := os.WriteFile(filepath.Join(s.site, "content", "bulletins", "TS-2026-002.md"), []byte(draft), 0o600); err != nil {
		t.Fatal(err)
	}
	s.wants(exitRefused, now+"send TS-2026-002/1 --live --yes TS-2026-002/1", "is a draft: its letters do not leave this machine")
	if seen := server.Seen(); seen.Connections != 0 {
		t.Errorf("%d connections", seen.Connections)
	}
}

package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

const liveSelf = now + "send TS-2026-002/1 --live --canary-wait 0s "

// A plan begins with a letter to ourselves, which goes the way of the others and is none of
// them (F48): signed, with a return path of the same kind, before anybody else gets one; and
// never a second time once somebody has.
func TestSendToSelf(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, "  bounces: bounces@example.com\n  self: team@example.com\n  dkim: {selector: s1, key_file: secrets/dkim.pem}\n")
	signer := s.signs("secrets/dkim.pem")
	const command = liveSelf + "--yes TS-2026-002/1"
	s.wants(exitIncomplete, command, "a letter to ourselves is out, to team@example.com", "accepted 34, deferred 0")
	s.wants(exitIncomplete, command)
	server.Settled()
	letters := server.Accepted()
	if len(letters) != 35 {
		t.Fatalf("%d letters", len(letters))
	}
	own := letters[0]
	if len(own.To) != 1 || own.To[0] != "team@example.com" || !strings.HasPrefix(own.From, "bounces+") {
		t.Errorf("from %q to %q", own.From, own.To)
	}
	if err := signer.Prove(own.Message); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"\r\nTo: <team@example.com>\r\n", "\r\nMessage-ID: <self.TS-2026-002.1.", "exampl"} {
		if !bytes.Contains(own.Message, []byte(text)) {
			t.Errorf("the letter to ourselves lacks %q:\n%s", text, own.Message)
		}
	}
	for _, other := range letters[1:] {
		if other.To[0] == "team@example.com" || other.From == own.From {
			t.Errorf("the letter to ourselves is confused with one to %q from %q", other.To, other.From)
		}
	}
	s.wants(exitDone, "ledger verify")
}

// Without --self nothing of the kind goes, and nobody is asked a second time.
func TestSendWithoutSelf(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, "")
	s.wants(exitIncomplete, liveSelf+"--no-self --yes TS-2026-002/1", "accepted 34")
	server.Settled()
	if n := len(server.Accepted()); n != 34 {
		t.Errorf("%d letters", n)
	}
}

// Where the letter to ourselves is refused, put off or lost, nobody else gets one.
func TestSelfIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script smtptest.Script
		says   string
	}{
		"refused":     {smtptest.Once(smtptest.Rcpt, 0, smtptest.Reply("550 5.1.1 nobody here")), "--live; mail.self names another address"},
		"put off":     {smtptest.Once(smtptest.Dot, 0, smtptest.Reply("451 4.3.0 later")), "451 4.3.0 later"},
		"lost":        {smtptest.Once(smtptest.Taken, 0, smtptest.Cut), "lost at end of data"},
		"unreachable": {smtptest.Once(smtptest.Greeting, 0, smtptest.Reply("421 4.3.2 busy")), "421 4.3.2 busy"},
	} {
		t.Run(name, func(t *testing.T) {
			server := smtptest.Start(t, smtptest.Options{Keep: true, Script: c.script})
			s := relayed(t, server, "")
			s.wants(exitRefused, liveSelf+"--yes TS-2026-002/1", "the letter to ourselves, to security@example.com, did not go", c.says,
				"nobody else was written to", "next: mend that, then tocsin", "send TS-2026-002/1 --live")
			s.wants(exitIncomplete, now+"status TS-2026-002/1", "planned 34")
			server.Settled()
			if seen := server.Seen(); seen.Connections != 1 || len(server.Accepted()) > 1 {
				t.Errorf("%d connections, %d letters", seen.Connections, len(server.Accepted()))
			}
		})
	}
}

// Whoever types the plan's name at a terminal types it again once the letter to ourselves
// has arrived; anything else leaves it at that letter.
func TestSelfIsLookedAt(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		status, letters int
		says            string
	}{
		"TS-2026-002/1\nTS-2026-002/1\n": {exitIncomplete, 35, "accepted 34"},
		"TS-2026-002/1\nno\n":            {exitRefused, 1, "only the letter to ourselves went out"},
		"TS-2026-002/1\n":                {exitRefused, 1, "only the letter to ourselves went out"},
	} {
		server := smtptest.Start(t, smtptest.Options{Keep: true})
		s := relayed(t, server, "")
		w := world()
		var said bytes.Buffer
		w.Stdin, w.Stdout, w.Stderr, w.Now = strings.NewReader(typed), &said, &said, time.Now
		got := Run(context.Background(), w, append([]string{"-C", s.site}, strings.Fields(liveSelf)...))
		server.Settled()
		if n := len(server.Accepted()); got != want.status || n != want.letters || !strings.Contains(said.String(), want.says) {
			t.Errorf("%q: exit status %d, %d letters\n%s", typed, got, n, &said)
		}
	}
}

// doing does something when somebody reads as far.
type doing func()

func (d doing) Read([]byte) (int, error) {
	d()
	return 0, io.EOF
}

// What tocsin authenticates with is read for each connection: a token that was written anew
// while letters went counts from the next one on.
func TestCredentialsAreReadAgain(t *testing.T) {
	t.Parallel()
	const first, second = "token-of-the-first-hour", "token-of-the-second-hour"
	server := smtptest.Start(t, smtptest.Options{Keep: true, User: "example", Secret: first, Mechanisms: "XOAUTH2"})
	s := relayed(t, server, "  credentials_file: secrets/relay\n")
	path := filepath.Join(s.site, "secrets", "relay")
	write := func(token string) {
		if err := os.WriteFile(path, []byte("user: example\ntoken: "+token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(first)
	w := world()
	var said bytes.Buffer
	w.Stdout, w.Stderr, w.Now = &said, &said, time.Now
	w.Stdin = io.MultiReader(strings.NewReader("TS-2026-002/1\n"), doing(func() { // the letter to ourselves is out, and its connection over
		server.Expect(second)
		write(second)
	}), strings.NewReader("TS-2026-002/1\n"))
	if got := Run(context.Background(), w, append([]string{"-C", s.site}, strings.Fields(liveSelf)...)); got != exitIncomplete || !strings.Contains(said.String(), "accepted 34") {
		t.Errorf("exit status %d\n%s", got, &said)
	}
}

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// underWay is a site whose letters go to a relay, over one connection. Once the relay has taken so
// many of them it does something, and a second more passes before it says so.
func underWay(t *testing.T, letters int, do func(s session)) (session, *smtptest.Server) {
	t.Helper()
	var s session
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Taken && n == letters-1 {
			do(s)
			time.Sleep(1100 * time.Millisecond)
		}
		return nil
	}})
	s = newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.wants(exitDone, "--now 2026-06-02T09:00:00Z plan TS-2026-002")
	return s, server
}

const (
	inJune    = "--now 2026-06-02T09:01:00Z "
	juneSends = inJune + "send TS-2026-002/1 --live --no-self --canary 0 --connections 1 "
	juneSure  = juneSends + "--yes TS-2026-002/1"
)

// takesBack withdraws the bulletin, and gives what is said.
func (s session) takesBack() string {
	return s.says(exitDone, "", "--now 2026-06-02T09:02:00Z withdraw TS-2026-002 --yes TS-2026-002 --by A", "--reason", "It was wrong.")
}

// TestWithdrawnUnderWay: who withdraws a bulletin stops the run that writes to people about it, and
// both say so. Letters on their way are finished, none is in doubt.
func TestWithdrawnUnderWay(t *testing.T) {
	t.Parallel()
	var withdrew string
	s, server := underWay(t, 5, func(s session) { withdrew = s.takesBack() })
	said := s.says(exitRefused, "", juneSure)
	server.Settled()
	n := len(server.Accepted())
	if n < 5 || n > 10 {
		t.Errorf("%d letters went out, of which 5 before the withdrawal", n)
	}
	for _, want := range []string{fmt.Sprintf("accepted %d, deferred 0, rejected 0, unknown 0", n), "TS-2026-002 was withdrawn meanwhile: no further letter of TS-2026-002/1 goes", "status TS-2026-002\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("the run does not say %q:\n%s", want, said)
		}
	}
	if !strings.Contains(withdrew, ": sending TS-2026-002/1): that run stops") {
		t.Errorf("who withdraws is not told of the run:\n%s", withdrew)
	}
	s.wants(exitIncomplete, inJune+"status TS-2026-002", fmt.Sprintf("%d tailnets were told of TS-2026-002, and not that it is withdrawn", n))
	s.wants(exitRefused, juneSure, "changed since: status")
	if again := len(server.Accepted()); again != n {
		t.Errorf("%d letters more went out", again-n)
	}
}

// TestWithdrawnAtThePrompt: what counts is how the bulletin stands once the plan's name is typed.
func TestWithdrawnAtThePrompt(t *testing.T) {
	t.Parallel()
	s, server := underWay(t, 99, nil)
	typed := &typist{text: "TS-2026-002/1\n", before: func() { s.takesBack() }}
	if got, said := s.types(typed, juneSends); got != exitRefused || !strings.Contains(said, "changed since: bulletin, status\n") {
		t.Errorf("exit status %d\n%s", got, said)
	}
	if seen := server.Seen(); seen.Connections > 0 {
		t.Errorf("%d connections", seen.Connections)
	}
}

// TestWithdrawnAfterOurOwn: who looks at the letter to ourselves may take as long.
func TestWithdrawnAfterOurOwn(t *testing.T) {
	t.Parallel()
	s, server := underWay(t, 99, nil)
	var asked atomic.Int64
	typed := &typist{text: "TS-2026-002/1\n", before: func() {
		if asked.Add(1) == 2 {
			s.takesBack()
		}
	}}
	got, said := s.types(typed, strings.Replace(juneSends, "--no-self ", "", 1))
	server.Settled()
	if n := len(server.Accepted()); got != exitRefused || n != 1 || !strings.Contains(said, "was withdrawn meanwhile") {
		t.Errorf("exit status %d, %d letters\n%s", got, n, said)
	}
}

// TestSavedUnderWay: a bulletin that cannot be read for an instant, since somebody saves it, stops
// nothing; neither does one that is edited; nor are the signers that nobody needs.
func TestSavedUnderWay(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"cut off": func(path string) error { return os.Truncate(path, 40) },
		"away":    os.Remove,
		"edited": func(path string) error {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, append(text, "\nAnd one more thing.\n"...), 0o600)
		},
	} {
		s, server := underWay(t, 5, func(s session) {
			if err := spoil(filepath.Join(s.site, "content", "bulletins", "TS-2026-002.md")); err != nil {
				t.Error(err)
			}
		})
		said := s.says(exitIncomplete, "", juneSure)
		if !strings.Contains(said, "accepted 34,") {
			t.Errorf("%s:\n%s", name, said)
		}
		server.Settled()
	}
}

// TestTermsUnderWay: who must approve counts to the last letter, also where the run is at work.
func TestTermsUnderWay(t *testing.T) {
	t.Parallel()
	s, server := underWay(t, 5, func(s session) {
		s.edit("tocsin.yaml", "approvals: {required: 0}", "approvals: {required: 2, allowed_signers: signers}")
		s.write("signers", "a@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmHRMnHcAT/+KsSGcOB2oTDIWOVKCGqXkkSv4AGWJqU\n")
	})
	s.wants(exitRefused, juneSure, "changed meanwhile: approvals; no further letter of TS-2026-002/1 goes", "plan TS-2026-002\n")
	server.Settled()
	if n := len(server.Accepted()); n < 5 || n > 10 {
		t.Errorf("%d letters", n)
	}
}

// TestGoneForLong: a run that cannot tell any more whether its plan stands does not go on for ever.
func TestGoneForLong(t *testing.T) {
	t.Parallel()
	s, _ := underWay(t, 99, nil)
	p := &program{World: world(), dir: s.site, now: "2026-06-02T09:01:00Z"}
	site, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	now := site.now
	l := &lookout{program: p, site: site, now: func() time.Time { return now }}
	l.plan.ID.Bulletin, l.plan.ID.Number = "TS-2026-404", 1
	for _, c := range []struct {
		after time.Duration
		halts bool
	}{{0, false}, {unreadFor - time.Second, false}, {unreadFor, true}} {
		now = site.now.Add(c.after)
		if err := l.look(t.Context()); (err != nil) != c.halts {
			t.Errorf("after %v: %v", c.after, err)
		}
	}
}

// TestRevisedUnderWay: letters that were approved are finished, and who makes a material change is
// told so, as is who goes on with them, by name and before anything goes.
func TestRevisedUnderWay(t *testing.T) {
	t.Parallel()
	const summary = "--now 2026-06-02T09:02:00Z revise TS-2026-002 --yes TS-2026-002 --by A --summary Changed. "
	var revised, minor string
	s, server := underWay(t, 5, func(s session) {
		s.write("content/bulletins/TS-2026-002.md", s.read("content/bulletins/TS-2026-002.md")+"\nAnd more.\n")
		minor = s.says(exitDone, "", summary)
		s.edit("content/bulletins/TS-2026-002.md", "And more.", "And still more.")
		revised = s.says(exitDone, "", summary+"--material")
	})
	said := s.says(exitIncomplete, "", juneSure+" --once")
	server.Settled()
	if !strings.Contains(revised, ": sending TS-2026-002/1), as they were approved") || strings.Contains(minor, "sending") {
		t.Errorf("who revises is told:\n%s\nand of a small change:\n%s", revised, minor)
	}
	if !strings.Contains(said, "accepted 34,") {
		t.Errorf("the run:\n%s", said)
	}
}

// TestEditedIsSaid: a run that is resumed after an edit delivers what was approved, and says so
// before anybody agrees, once.
func TestEditedIsSaid(t *testing.T) {
	t.Parallel()
	var spoilt atomic.Bool
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Rcpt && n > 4 && !spoilt.Load() {
			return smtptest.Reply("450 4.2.0 later")
		}
		return nil
	}})
	s := relayed(t, server, "")
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --no-self --once --canary 0 --connections 1 --yes TS-2026-002/1", "accepted 5, deferred 29")
	spoilt.Store(true)
	s.write("content/bulletins/TS-2026-002.md", s.read("content/bulletins/TS-2026-002.md")+"\nAnd more.\n")
	const names = "changed since TS-2026-002/1 was made: bulletin."
	again := "--now 2026-05-05T10:01:00Z send TS-2026-002/1 --live --no-self --once --canary 0 --connections 1"
	said := s.says(exitIncomplete, "TS-2026-002/1\n", again)
	if n := strings.Count(said, names); n != 1 || strings.Index(said, names) > strings.Index(said, "type TS-2026-002/1") || !strings.Contains(said, "plan TS-2026-002 writes to those that are left instead") {
		t.Errorf("said %d times:\n%s", n, said)
	}
	if !strings.Contains(said, "accepted 29,") {
		t.Errorf("and the rest:\n%s", said)
	}
}

// typist does something before a text is typed.
type typist struct {
	text   string
	before func()
	left   string
}

func (t *typist) Read(b []byte) (int, error) {
	if t.left == "" {
		t.before()
		t.left = t.text
	}
	n := copy(b, t.left)
	t.left = t.left[n:]
	return n, nil
}

// types plays a command that somebody types into.
func (s session) types(typed io.Reader, command string) (status int, said string) {
	s.Helper()
	w := world()
	var out bytes.Buffer
	w.Stdin, w.Stdout, w.Stderr, w.Now = typed, &out, &out, time.Now
	status = Run(context.Background(), w, append([]string{"-C", s.site}, strings.Fields(command)...))
	return status, out.String()
}

package cli

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// resent is a site whose relay stays up, and one of whose letters went twice, at 09:01 and at
// 11:01: the relay took it without a word, or it came back, as fails makes it; then somebody
// had it sent again. It gives the letters as they came to the relay.
func resent(t *testing.T, fails func(s session, first []smtptest.Transaction), script smtptest.Script, want string) (s session, first, second []smtptest.Transaction) {
	t.Helper()
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: script})
	came := func() (letters []smtptest.Transaction) {
		server.Idle(t)
		for _, l := range server.Accepted() {
			if l.To[0] != "security@example.com" { // the letter to ourselves
				letters = append(letters, l)
			}
		}
		return letters
	}
	s = relayed(t, server, returning)
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --canary 0 --connections 1 --yes TS-2026-002/1")
	first = came()
	fails(s, first)
	s.wants(exitIncomplete, "--now 2026-05-05T11:01:00Z send TS-2026-002/1 --live --once --canary 0 --connections 1 --yes TS-2026-002/1", want)
	if second = came()[len(first):]; len(second) != 1 {
		t.Fatalf("%d letters went twice", len(second))
	}
	return s, first, second
}

// messageID is what a letter has in its header, between the angle brackets.
func messageID(l smtptest.Transaction) string {
	_, after, _ := bytes.Cut(l.Message, []byte("Message-ID: <"))
	id, _, _ := bytes.Cut(after, []byte(">"))
	return string(id)
}

const (
	resends  = " --resend --why better-twice --by Robin --yes TS-2026-002/1"
	at1300   = "--now 2026-05-05T13:00:00Z "
	byNewLog = at1300 + "settle TS-2026-002/1 --by Robin --log -"
)

var at1101 = time.Date(2026, 5, 5, 11, 1, 0, 0, time.UTC)

// TestOldLogDecidesNothing is F33: of a letter that was sent again, what the relay's log says
// of the earlier sending is not believed about this one, whether this one was accepted or is
// in doubt; what it says of this one is.
func TestOldLogDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, lostAgain := range []bool{false, true} {
		var second atomic.Bool
		drops := func(m smtptest.Moment, n int) smtptest.Action {
			if m == smtptest.Taken && (n == 8 || lostAgain && second.Load()) {
				return smtptest.Drop
			}
			return nil
		}
		state := map[bool]string{false: "accepted 34", true: "accepted 33, unknown 1"}[lostAgain]
		s, letters, again := resent(t, func(s session, _ []smtptest.Transaction) {
			s.wants(exitIncomplete, later+"settle TS-2026-002/1 --state unknown"+resends, "possibly twice 1")
			second.Store(true)
		}, drops, "(")
		if !strings.Contains(s.says(exitIncomplete, "", at1300+"status TS-2026-002/1"), state) {
			t.Fatal("it did not go twice")
		}
		twice := -1
		for i, l := range letters {
			if messageID(l) == messageID(again[0]) {
				twice = i
			}
		}
		if twice < 0 {
			t.Fatal("another letter went twice")
		}
		of := func(fate string) func(int) string {
			return func(i int) string {
				if i == twice {
					return fate
				}
				return "sent"
			}
		}
		for _, fate := range []string{"sent", "bounced"} {
			said := s.says(exitIncomplete, logOf(letters, of(fate)), byNewLog)
			if !strings.Contains(said, " 0  confirmed") || !strings.Contains(said, " 0  bounced") || !strings.Contains(said, " 0  never came") || !strings.Contains(said, state) {
				t.Errorf("by the log of the earlier sending, %s:\n%s", fate, said)
			}
		}
		both := logOf(letters, of("sent")) + logAt(at1101, again, func(int) string { return "bounced" })
		if said := s.says(exitIncomplete, both, byNewLog); !strings.Contains(said, " 1  bounced") || !strings.Contains(said, "accepted 33, bounced 1") {
			t.Errorf("by the log of both:\n%s", said)
		}
		s.wants(exitDone, "ledger verify", "whole")
	}
}

// TestOldReportDecidesNothing is F33: a letter that came back and was sent again does not come
// back once more by reports on the earlier sending, be they on record or late; by one on this
// sending it does.
func TestOldReportDecidesNothing(t *testing.T) {
	t.Parallel()
	report := func(name string, l smtptest.Transaction, day string) string {
		return strings.NewReplacer("Mon,  4 May 2026 09", day, "Mon, 04 May 2026 09", day).Replace(reportOn(t, name, l))
	}
	const onFirst, onSecond = "Tue,  5 May 2026 09", "Tue,  5 May 2026 11"
	var known string
	s, letters, again := resent(t, func(s session, letters []smtptest.Transaction) {
		known = report("reports/postfix", letters[6], onFirst)
		if said := s.says(exitIncomplete, known, later+"bounces -"); !strings.Contains(said, "1 bounced") {
			t.Fatal(said)
		}
		s.wants(exitIncomplete, later+"settle TS-2026-002/1 --state bounced"+resends)
	}, nil, "accepted 1")
	if messageID(letters[6]) != messageID(again[0]) {
		t.Fatal("another letter went twice")
	}
	for _, c := range []struct{ what, report, want string }{
		{"the same", known, "0 bounced, 0 confirmed as delivered; 1 on record already"},
		{"a late one of the first sending", report("reports/exim", letters[6], onFirst), "0 bounced, 0 confirmed as delivered; 1 about an earlier sending"},
		{"one of the second", report("reports/postfix", again[0], onSecond), "1 bounced"},
	} {
		said := s.says(exitIncomplete, c.report, at1300+"bounces -")
		if !strings.Contains(said, c.want) {
			t.Errorf("%s:\n%s", c.what, said)
		}
	}
	s.wants(exitIncomplete, at1300+"status TS-2026-002/1", "accepted 33, bounced 1")
	s.wants(exitDone, "ledger verify", "whole")
}

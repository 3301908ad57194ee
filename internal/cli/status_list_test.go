package cli

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/internal/notify/smtptest"
)

// listed is what the list of all bulletins says of one, on a line.
func (s session) listed(status int, at string) string {
	s.Helper()
	var words []string
	for line := range strings.Lines(s.says(status, "", at+"status")) {
		if utf8.RuneCountInString(line) > paperWidth+1 && !strings.HasPrefix(line, "next: ") {
			s.Errorf("a terminal has no room for %s", line)
		}
		if strings.HasPrefix(line, "TS-2026-002") || len(words) > 0 && strings.HasPrefix(line, "   ") {
			words = append(words, strings.Fields(line)...)
		} else if len(words) > 0 {
			break
		}
	}
	return strings.Join(words, " ")
}

// TestListSaysWhatIsLeft: the list of all bulletins says of one what its own page says, in short.
func TestListSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	s.edit(noticeFile, "takes commands from", "takes its commands from")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --material --summary News. --yes TS-2026-002"))
	if said := s.listed(exitIncomplete, on("10:01:00", "")); said != "TS-2026-002 published revised, and nobody is told of it" {
		t.Error(said)
	}
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "1  mailed")
	s.wants(exitDone, on("11:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	if said := s.listed(exitIncomplete, on("11:01:00", "")); !strings.Contains(said, "3 told, and not that it is withdrawn") || !strings.Contains(said, "void: ") {
		t.Error(said)
	}
}

// TestPausedPlanCountsNothingTwice: what a plan that waits has rows for is its business, and is
// not counted for the plan that is paused for it.
func TestPausedPlanCountsNothingTwice(t *testing.T) {
	t.Parallel()
	s := relayed(t, smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Rcpt && n == 2:
			return smtptest.Reply("550 5.1.1 nobody of that name")
		case m == smtptest.Taken && n == 4:
			return smtptest.Drop
		}
		return nil
	}}), "")
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --once --canary 0 --connections 1 --yes TS-2026-002/1", "rejected 1", "unknown 1")
	if said := s.listed(exitIncomplete, now); !strings.Contains(said, "/1 rejected 1, unknown 1, unreachable 1") {
		t.Error(said)
	}
	s.wants(exitDone, "--now 2026-05-05T09:30:00Z plan TS-2026-002", "1  mailed")
	if said := s.listed(exitIncomplete, "--now 2026-05-05T10:30:00Z "); said != "TS-2026-002 published 71 h left /1 unknown 1; /2 planned 1, unreachable 1" {
		t.Error(said)
	}
}

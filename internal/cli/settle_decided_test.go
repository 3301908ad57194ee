package cli

import (
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// between is what stands in the settings between two texts.
func (s session) between(before, after string) string {
	s.Helper()
	_, text, found := strings.Cut(s.read("tocsin.yaml"), before)
	text, _, ended := strings.Cut(text, after)
	if !found || !ended {
		s.Fatalf("nothing stands between %q and %q", before, after)
	}
	return text
}

// events is how many events the ledger has of the first plan.
func (s session) events() string {
	s.Helper()
	_, text, _ := strings.Cut(s.says(exitDone, "", "ledger verify"), "letters, ")
	text, _, _ = strings.Cut(text, " events")
	return text
}

// TestDecisionsAreToldApart: who was told by phone and who was left untold are two things, in
// what is printed and for programs; what evidence shows, and what goes out again, is neither.
func TestDecisionsAreToldApart(t *testing.T) {
	t.Parallel()
	s, _ := toTell(t, 4, smtptest.Start(t, smtptest.Options{Script: dropping(1)}))
	const settle = "settle TS-2026-002/1 --by Robin "
	row := func(i int) string { return settle + "--tailnet " + house(i) }
	s.wants(exitIncomplete, on("09:01:00", row(0)+" --told phoned"), "which was planned: told otherwise", "mailed (planned 3, told otherwise 1)", "settled: 1 told otherwise\n")
	s.wants(exitIncomplete, on("09:02:00", row(1)+" --hold --why merged"), "its letter does not go out any more", "mailed (planned 2, told otherwise 1, held back 1)", "settled: 1 told otherwise, 1 left untold")
	s.delivers(exitIncomplete, "09:03:00", 1)
	s.wants(exitIncomplete, on("09:04:00", "status TS-2026-002/1"), "unknown 1, told otherwise 1, held back 1", "settled: 1 told otherwise, 1 left untold\n")
	s.wants(exitDone, on("09:05:00", settle+"--state unknown --hold --why asked --yes TS-2026-002/1"), "settled: 1 told otherwise, 1 left untold, 1 left in doubt\n    (tocsin status TS-2026-002/1 --format csv shows which)\n")
	s.wants(exitDone, on("09:06:00", "status TS-2026-002/1 --json"), `"settled": 3,`, `"told_otherwise": 1`, `"left_untold": 1`, `"left_in_doubt": 1`)
}

// TestWhatIsOnRecordStays: the same word twice is one event, another word is one more, and no
// decision takes back that somebody was told.
func TestWhatIsOnRecordStays(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"farm-031.example.com", "cycles-024.example.org"} { // mailed, and unreachable
		s := relayed(t, smtptest.Start(t, smtptest.Options{}), "")
		told := now + "settle TS-2026-002/1 --tailnet " + id + " --by Robin --told phoned"
		s.wants(exitIncomplete, told, "told otherwise, by Robin")
		was := s.events()
		s.wants(exitIncomplete, told, "Robin said so already, and that stands on record: nothing to do")
		s.put("told", id+"\n")
		one, list := "--tailnet "+id, "--yes TS-2026-002/1 --tailnets "+filepath.Join(s.site, "told")
		s.wants(exitIncomplete, now+"settle TS-2026-002/1 --by Robin --told phoned "+list, "on record already: 1 row of TS-2026-002/1")
		for _, rows := range []string{one, list} {
			s.wants(exitRefused, now+"settle TS-2026-002/1 --by Robin --hold --why x "+rows, "it was told otherwise, and that stays on record")
		}
		if is := s.events(); is != was {
			t.Errorf("%s events, and %s before: nothing new was said", is, was)
		}
		if id == "cycles-024.example.org" {
			s.wants(exitIncomplete, strings.Replace(told, "phoned", "met", 1), "told otherwise, by Robin")
			if is := s.events(); is == was {
				t.Errorf("%s events: who was told in another way, too, is on record", is)
			}
		}
	}
}

// TestNothingGoesOutAfterTheDeadline: a letter that is rejected or put off cannot go out again
// then, and nobody says that it does; one in doubt the next plan writes once more.
func TestNothingGoesOutAfterTheDeadline(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	refuses.Store(true)
	s, _ := streetOf(t, 3, func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Rcpt && n == 1 && refuses.Load():
			return smtptest.Reply("550 5.1.1 nobody of that name")
		case m == smtptest.Rcpt && n == 2 && refuses.Load():
			return smtptest.Reply("450 4.2.0 come back later")
		case m == smtptest.Taken && n > 0 && refuses.Load():
			return smtptest.Drop
		}
		return nil
	})
	s.wants(exitIncomplete, sendStreet, "deferred 1, rejected 1, unknown 1")
	refuses.Store(false)
	const late, again = "--now 2026-06-09T09:00:00Z ", "settle TS-2026-002/1 --resend --why better --by Robin --yes TS-2026-002/1 --state "
	for _, state := range []string{"rejected", "deferred"} {
		s.wants(exitDone, on("10:00:00", again+state+" --dry-run"), "1 row of TS-2026-002/1: its letter goes out again")
		s.wants(exitRefused, late+again+state, "the deadline of TS-2026-002/1 was 2026-06-05T09:00:00Z, and no letter of it goes out again: nothing was settled", "plan TS-2026-002")
	}
	s.wants(exitIncomplete, late+again+"unknown", "the next plan writes to them again", "possibly twice 1")
	s.wants(exitDone, late+"plan TS-2026-002", "3  mailed")
}

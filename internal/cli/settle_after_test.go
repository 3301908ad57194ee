package cli

import (
	"path/filepath"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// TestPhonedTheWrongOne: that somebody without an address was told can be taken back, at any time,
// and it is open again where it stood.
func TestPhonedTheWrongOne(t *testing.T) {
	t.Parallel()
	s := relayed(t, smtptest.Start(t, smtptest.Options{}), "")
	const id, late = "cycles-024.example.org", "--now 2026-06-09T09:00:00Z "
	const told, back = "settle TS-2026-002/1 --by Robin --told phoned ", "settle TS-2026-002/1 --by Robin --resend --why another "
	s.wants(exitRefused, now+back+"--tailnet "+id, "there is nothing to settle so")
	s.wants(exitIncomplete, now+told+"--tailnet "+id, "settled: 1 told otherwise")
	said := s.says(exitIncomplete, "", now+back+"--tailnet "+id)
	s.has(said, "which was unreachable: taken back, by Robin", "open: tailnet "+id+" is unreachable")
	s.lacks(said, "told otherwise", "possibly twice")
	s.put("ids", id+"\n")
	list := "--yes TS-2026-002/1 --tailnets " + filepath.Join(s.site, "ids")
	s.wants(exitIncomplete, late+told+list, "settled: 1 told otherwise")
	s.wants(exitIncomplete, late+back+list, "1 row of TS-2026-002/1: taken back\n", "open: tailnet "+id+" is unreachable")
	s.wants(exitDone, now+"ledger verify", "TS-2026-002/1  whole")
}

// TestTakenBackLater is F47: a plan that counts somebody as told by a word that is taken back does
// not hide it; the next one has a row for them.
func TestTakenBackLater(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(all, 2)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable")
	const row = "settle TS-2026-002/2 --by Robin --tailnet "
	s.wants(exitDone, on("10:01:00", row+house(2)+" --told phoned"))
	s.housesBut(append(all, touched), 2)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "1  mailed", "3  told already")
	s.delivers(exitDone, "10:03:00", 3)
	s.wants(exitDone, on("10:04:00", "status TS-2026-002"))
	s.wants(exitIncomplete, on("10:05:00", row+house(2)+" --resend --why another"), "which was unreachable: taken back, by Robin", "plan TS-2026-002\n")
	s.wants(exitIncomplete, on("10:06:00", "status TS-2026-002"), "1 tailnet counted as told", "or of whom that\n    was taken back")
	s.wants(exitDone, on("10:07:00", "plan TS-2026-002"), "1  unreachable", "3  told already")
	s.wants(exitIncomplete, on("10:08:00", "status TS-2026-002"), "open: tailnet "+house(2)+" is unreachable")
	s.wants(exitDone, "ledger verify")
}

// TestBounceLeadsToAPlan is F33: whoever puts a bounce on record of a plan that another took the
// place of is told to plan, where that one counts the tailnet as told.
func TestBounceLeadsToAPlan(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  mailed", "2  told already")
	s.delivers(exitDone, "10:01:00", 2)
	s.wants(exitIncomplete, on("10:02:00", "settle TS-2026-002/1 --by Robin --bounced --why unknown --tailnet "+house(1)), "it came back", "plan TS-2026-002\n")
}

// TestBouncedWithoutAnAddress is F33 and F47: a plan that counts somebody as told whose letter came
// back since does not stand, also where there is no address by now: it has no row to see to.
func TestBouncedWithoutAnAddress(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	s.housesBut(append(all, touched), 1)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  mailed", "2  told already")
	s.delivers(exitDone, "10:01:00", 2)
	s.bounces(exitIncomplete, "10:02:00", 1, 1)
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "TS-2026-002/3 ", "1  unreachable", "2  told already")
	s.wants(exitIncomplete, on("10:04:00", "status TS-2026-002"), "open: tailnet "+house(1)+" is unreachable")
	s.wants(exitDone, on("10:05:00", "plan TS-2026-002"), "1  unreachable")
}

// TestBounceOfWhatALaterPlanTold: where a later letter arrived, one that came back is no reason to
// plan.
func TestBounceOfWhatALaterPlanTold(t *testing.T) {
	s, _ := wasTold(t, 2, smtptest.Options{})
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --kind update"))
	s.delivers(exitDone, "10:02:00", 2)
	s.bounces(exitDone, "10:03:00", 1, 0)
	s.wants(exitDone, on("10:04:00", "status TS-2026-002"))
}

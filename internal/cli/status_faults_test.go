package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// toTell is a site of some houses, all of them touched, with a plan of their letters.
func toTell(t *testing.T, houses int, server *smtptest.Server) (session, street) {
	t.Helper()
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.edit("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	all := slices.Repeat(street{touched}, houses)
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-02T09:00:00Z plan TS-2026-002", fmt.Sprintf("%d  mailed", houses))
	return s, all
}

// wasTold is such a site whose plan was sent, as far as the relay has taken the letters.
func wasTold(t *testing.T, houses int, options smtptest.Options) (session, street) {
	t.Helper()
	s, all := toTell(t, houses, smtptest.Start(t, options))
	status := exitDone
	if options.Script != nil {
		status = exitIncomplete
	}
	s.delivers(status, "09:01:00", 1)
	return s, all
}

// delivers sends a plan at a time of the day of these tests.
func (s session) delivers(status int, at string, number int) {
	s.Helper()
	s.wants(status, fmt.Sprintf("--now 2026-06-02T%sZ send TS-2026-002/%d --live --canary 0 --connections 1 --yes TS-2026-002/%[2]d", at, number))
}

// on is a command at a time of the day of these tests.
func on(at, command string) string { return "--now 2026-06-02T" + at + "Z " + command }

// bounces puts on record that the letter of a house came back.
func (s session) bounces(status int, at string, number, i int) {
	s.Helper()
	s.wants(status, fmt.Sprintf("--now 2026-06-02T%sZ settle TS-2026-002/%d --tailnet %s --bounced --why unknown-user --by Operator", at, number, house(i)), "it came back")
}

const smaller = " --accept-smaller tailnets,nodes,users"

// TestDoubtStaysOpen is F46 and F47: a letter in doubt stays somebody's business after a
// later plan took over, which counts its tailnet as told; and what has to be delivered comes
// before it.
func TestDoubtStaysOpen(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{Script: dropping(3)})
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "TS-2026-002/2", "1  mailed", "3  told already")
	s.wants(exitIncomplete, on("10:01:00", "status TS-2026-002"),
		"TS-2026-002/1: accepted 2, unknown 1; paused", "nobody knows whether 1 letter of TS-2026-002/1 arrived", "send TS-2026-002/2")
	s.delivers(exitDone, "10:02:00", 2)
	for _, command := range []string{"status TS-2026-002", "status TS-2026-002/1"} {
		s.wants(exitIncomplete, on("10:03:00", command), "nobody knows whether 1 letter of TS-2026-002/1 arrived", "settle TS-2026-002/1 --log FILE")
	}
	s.wants(exitIncomplete, on("10:03:00", "status TS-2026-002/1 --json"), `"unknown": 1`)
	s.wants(exitDone, on("10:03:00", "status TS-2026-002/2"))
	s.wants(exitRefused, on("10:03:00", "settle TS-2026-002/1 --state unknown --resend --why twice --by Operator --yes TS-2026-002/1"), "TS-2026-002/2 has taken the place of its plan")
	s.wants(exitDone, on("10:04:00", "settle TS-2026-002/1 --state unknown --told by-phone --by Operator --yes TS-2026-002/1"), "settled: 1 row")
	s.wants(exitDone, on("10:05:00", "status TS-2026-002"))
	s.wants(exitDone, "ledger verify", "TS-2026-002/1  whole", "TS-2026-002/2  whole")
}

// TestFollowUpComesBackLate is F33 and F47: a correction bounces after a later plan counted
// its tailnet as told. The first notice arrived; what was wrong in it is still believed.
func TestFollowUpComesBackLate(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1 or later.", "action: Update Windows nodes to version 1.66.2 or later.")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary Version-1.66.1-did-not-help. --material --yes TS-2026-002"))
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --kind correction"), "letters: 3 corrections")
	s.delivers(exitDone, "10:02:00", 2)
	s.houses(append(all, touched))
	s.wants(exitDone, on("11:00:00", "plan TS-2026-002"), "1  mailed", "3  told already")
	s.delivers(exitDone, "11:01:00", 3)
	s.wants(exitDone, on("11:02:00", "status TS-2026-002"))
	s.bounces(exitIncomplete, "11:03:00", 2, 0)
	const open = "open: 1 tailnet counted as told, whose letter came back since"
	s.wants(exitIncomplete, on("11:04:00", "status TS-2026-002"), open, "plan TS-2026-002")
	s.bounces(exitIncomplete, "11:05:00", 1, 0)
	s.wants(exitIncomplete, on("11:06:00", "status TS-2026-002"), open) // one tailnet, of which two letters came back
}

// TestAllClearPassesOver is F47: a plan of all-clears has rows for those alone who are
// affected no more. Whose letter comes back once it took over is affected still, and told of
// nothing; not so where the bulletin is withdrawn.
func TestAllClearPassesOver(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	all[0] = untouched
	s.houses(all)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002 --kind all-clear"+smaller), "letters: 1 all-clear")
	s.delivers(exitDone, "10:01:00", 2)
	s.wants(exitDone, on("10:02:00", "status TS-2026-002"))
	s.bounces(exitIncomplete, "10:03:00", 1, 1)
	s.wants(exitIncomplete, on("10:04:00", "status TS-2026-002"), "open: 1 tailnet counted as told, whose letter came back since", "plan TS-2026-002")
	s.wants(exitDone, on("11:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	s.wants(exitDone, on("11:01:00", "plan TS-2026-002 --kind all-clear"+smaller), "letters: 1 all-clear")
	s.delivers(exitDone, "11:02:00", 3)
	s.wants(exitDone, on("11:03:00", "status TS-2026-002"))
}

// TestWithdrawnWhileAPlanWaits is F47: the plan that stands at a withdrawal told nobody. Those
// whom an earlier one told are still to be told that it is withdrawn.
func TestWithdrawnWhileAPlanWaits(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "TS-2026-002/2", "1  mailed")
	s.wants(exitDone, on("11:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	for _, command := range []string{"status TS-2026-002", "status TS-2026-002/2"} {
		s.wants(exitIncomplete, on("11:01:00", command), "void: TS-2026-002 is withdrawn", "plan TS-2026-002 --kind all-clear")
	}
	s.wants(exitIncomplete, on("11:01:00", "status TS-2026-002/2"), "3 tailnets were told of TS-2026-002, and not that it is withdrawn")
	s.wants(exitDone, on("11:02:00", "plan TS-2026-002 --kind all-clear"), "letters: 3 all-clears")
	s.delivers(exitDone, "11:03:00", 3)
	s.wants(exitDone, on("11:04:00", "status TS-2026-002"))
}

// TestWithdrawnBeforeAnybodyWasTold is F47: then there is nothing left to do.
func TestWithdrawnBeforeAnybodyWasTold(t *testing.T) {
	t.Parallel()
	s, _ := toTell(t, 2, smtptest.Start(t, smtptest.Options{}))
	s.wants(exitDone, on("10:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	if said := s.says(exitDone, "", on("10:01:00", "status TS-2026-002")); strings.Contains(said, "--kind") {
		t.Error(said)
	}
}

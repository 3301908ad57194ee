package cli

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// typed is the command that a person is told to type next, as far as it goes before words.
func (s session) typed(said, before string) string {
	s.Helper()
	found := regexp.MustCompile(`next: .*?tocsin -C ` + regexp.QuoteMeta(s.site) + ` (.*?)` + regexp.QuoteMeta(before)).FindStringSubmatch(said)
	if found == nil {
		s.Fatalf("no command is told, before %q:\n%s", before, said)
	}
	return found[1]
}

// TestNextPlanIsTheSame: what a dry run, or a plan that waits for a decision, says to type makes
// that very plan: of the same kind, from tables that somebody accepted.
func TestNextPlanIsTheSame(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	s.houses(all[:2])
	dry := s.says(exitDone, "", on("10:00:00", "plan TS-2026-002 --kind all-clear --dry-run"+smaller))
	s.wants(exitDone, on("10:01:00", s.typed(dry, " freezes")), "TS-2026-002/2 (all-clear)")
	s.houses(append(all, touched, touched))
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("11:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	s.edit("inventory/nodes.csv", house(4)+",n4,windows,1.60.0", house(4)+",n4,windows,unreadable")
	waits := s.says(exitRefused, "", on("11:01:00", "plan TS-2026-002 --kind update"))
	s.wants(exitDone, on("11:02:00", s.typed(waits, ", which")), "TS-2026-002/3 (update)", "letters: 2 first notices, 3 updates")
}

// TestDroppedRehearsal: whoever drops a rehearsal is sent to what is left, and not to a plan that
// may find nobody; and what says to drop it can be typed.
func TestDroppedRehearsal(t *testing.T) {
	t.Parallel()
	s, all, relay := toldAndRehearsed(t)
	s.edit("tocsin.yaml", inOutbox, relay)
	s.houses(all)
	s.wants(exitIncomplete, on("10:03:00", "status TS-2026-002"), "settle TS-2026-002/2 --drop --by NAME --why REASON")
	said := s.says(exitDone, "", on("10:04:00", "settle TS-2026-002/2 --drop --by A --why mended"))
	s.lacks(said, " plan ")
	s.wants(exitDone, on("10:05:00", s.typed(said, "\n")))
}

// TestRehearsedUpdateKeepsItsKind is F47: what is told otherwise is settled in a plan of that kind.
func TestRehearsedUpdateKeepsItsKind(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 2, smtptest.Options{})
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	relay := "  transport: " + s.between("transport: ", "\n") + "\n"
	s.edit("tocsin.yaml", relay, inOutbox)
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --kind update"), "letters: 2 updates", "a rehearsal")
	s.wants(exitRefused, on("10:02:00", "settle TS-2026-002/2 --by Robin --told phoned --tailnet "+house(0)), "plan TS-2026-002 --kind update; what is told otherwise")
	s.wants(exitIncomplete, "--now 2026-06-09T09:00:00Z status TS-2026-002/2", "2 letters not delivered in time", "plan TS-2026-002 --kind update\n")
}

// TestPlanSaysTheSameToPrograms: where the screen of a plan leaves something to do, --json says so
// by its exit status too, though all of its rows are closed.
func TestPlanSaysTheSameToPrograms(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 2, smtptest.Options{})
	const screen, programs = "status TS-2026-002/1", "status TS-2026-002/1 --json"
	s.wants(exitDone, on("09:02:00", programs), `"open": 0`, `"left": false`)
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	s.wants(exitIncomplete, on("10:01:00", screen), "has a material revision since")
	s.wants(exitIncomplete, on("10:01:00", programs), `"open": 0`, `"left": true`, `"revised, and nobody is told of it"`, `"next": "tocsin plan TS-2026-002 --kind update"`)
	s.wants(exitDone, on("11:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	s.wants(exitIncomplete, on("11:01:00", screen), "not that it is withdrawn")
	s.wants(exitIncomplete, on("11:01:00", programs), `"void": "void: TS-2026-002 is withdrawn`, `"next": "tocsin plan TS-2026-002 --kind all-clear"`)
}

// TestNotifiedComesDown is F33: what came back was told on paper only, and the page does not go on
// saying it, where the ledger knows of every letter that the page speaks of.
func TestNotifiedComesDown(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 3, smtptest.Options{})
	const publish = "status TS-2026-002 --publish --yes TS-2026-002"
	s.wants(exitDone, on("09:02:00", publish))
	s.has(s.read(noticeFile), "notified:\n  count: 3\n")
	s.bounces(exitIncomplete, "09:03:00", 1, 0)
	s.wants(exitDone, on("09:04:00", publish), noticeFile+": notified goes from 3 to 2: letters came back\n")
	s.has(s.read(noticeFile), "notified:\n  count: 2\n")
	s.bounces(exitIncomplete, "09:05:00", 1, 1)
	s.bounces(exitIncomplete, "09:05:00", 1, 2)
	s.wants(exitDone, on("09:06:00", publish), "notified goes from 2 to 0", "every letter that a server accepted came back")
	s.lacks(s.read(noticeFile), "notified:")
	s.wants(exitDone, on("09:07:00", "plan TS-2026-002"), "3  mailed") // and its codes are a witness still
}

// TestUnreadableSiteHidesNoLedger is F43: where neither the site nor its ledger can be read, both are
// said.
func TestUnreadableSiteHidesNoLedger(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 1, smtptest.Options{})
	s.edit("tocsin.yaml", "\nledger:", "\ndrafts: ../gone\nledger:")
	const unread = "the drafts folder ../gone is not there"
	s.wants(exitIO, on("10:00:00", "status"), unread)
	s.put("var/ledger.head", "TS-2026-002/1 99 "+strings.Repeat("0", 64)+"\n")
	s.wants(exitIO, on("10:01:00", "status"), unread, "is older than it was")
}

// TestDoubtIsNoWitness is F47: a letter that came back and of which nobody had said that it was
// taken does not show that the ledger knows of those that the page speaks of.
func TestDoubtIsNoWitness(t *testing.T) {
	s, _ := toTell(t, 2, smtptest.Start(t, smtptest.Options{Script: dropping(1, 2)}))
	s.edit(noticeFile, "status: published\n", "status: published\nnotified:\n  count: 2\n  first: 2026-05-30T09:00:00Z\n  last: 2026-05-30T09:00:00Z\n")
	s.delivers(exitIncomplete, "09:01:00", 1)
	for i := range 2 {
		s.bounces(exitIncomplete, "09:02:00", 1, i)
	}
	s.wants(exitDone, on("09:03:00", "status TS-2026-002 --publish --yes TS-2026-002"), "notified stays at 2: the ledger has 0")
	s.has(s.read(noticeFile), "notified:\n  count: 2\n")
}

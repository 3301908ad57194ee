package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/smtptest"
)

const (
	inOutbox = "  transport: maildir:var/outbox\n"
	nobody   = "open: rehearsed only: nobody has been told"
)

// rehearsing is a site of some houses whose letters stay on this machine, with a plan that was
// sent there.
func rehearsing(t *testing.T, houses int) (session, street) {
	t.Helper()
	s := newSession(t)
	s.edit("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	all := slices.Repeat(street{touched}, houses)
	s.houses(all)
	s.wants(exitDone, on("09:00:00", "plan TS-2026-002"), "a rehearsal")
	s.wants(exitDone, on("09:01:00", "send TS-2026-002/1"), "accepted", "TS-2026-002/1 is a rehearsal: nobody has been told by it", "name a relay as mail.transport, then tocsin")
	return s, all
}

// relay is a line of the settings that sends letters to people, whom nobody has to approve.
func (s session) relay(server *smtptest.Server) string {
	s.Helper()
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	return fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port())
}

// TestRehearsalClosesNothing is F47: who only rehearsed has told nobody, and status says so as
// it does where nobody has planned anything; until letters went to people.
func TestRehearsalClosesNothing(t *testing.T) {
	t.Parallel()
	s, _ := rehearsing(t, 2)
	s.wants(exitIncomplete, on("09:02:00", "status TS-2026-002"), nobody, "next: name a relay as mail.transport, then tocsin -C "+s.site+" plan TS-2026-002")
	s.wants(exitIncomplete, on("09:02:00", "status TS-2026-002 --json"), `"left": true`, `"rehearsal": true`, `"rehearsed only: nobody has been told"`)
	s.wants(exitIncomplete, on("09:02:00", "status"), "TS-2026-002  published               rehearsed only: nobody has been told")

	relay := s.relay(smtptest.Start(t, smtptest.Options{}))
	s.edit("tocsin.yaml", inOutbox, relay)
	if said := s.says(exitIncomplete, "", on("09:03:00", "status TS-2026-002")); !strings.Contains(said, nobody) || strings.Contains(said, "name a relay") {
		t.Error(said)
	}
	s.wants(exitDone, on("09:04:00", "plan TS-2026-002"), "2  mailed")
	if said := s.says(exitIncomplete, "", on("09:04:00", "status TS-2026-002")); strings.Contains(said, "rehearsed only") {
		t.Errorf("its letters wait to be sent:\n%s", said)
	}
	s.delivers(exitDone, "09:05:00", 2)
	s.wants(exitDone, on("09:06:00", "status TS-2026-002"))
}

// toldAndRehearsed is a street of which two were told, and a rehearsal of a letter to a third. The line
// of the settings that names the relay is given back.
func toldAndRehearsed(t *testing.T) (s session, all street, relay string) {
	t.Helper()
	s, all = wasTold(t, 2, smtptest.Options{})
	relay = "  transport: " + s.between("transport: ", "\n") + "\n"
	s.edit("tocsin.yaml", relay, inOutbox)
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  mailed", "a rehearsal")
	s.wants(exitDone, on("10:01:00", "send TS-2026-002/2"), "accepted 1")
	return s, all, relay
}

// TestRehearsalAfterATelling: once people were told a rehearsal neither hides what is open nor
// opens what is done; whom only the rehearsal would tell is left.
func TestRehearsalAfterATelling(t *testing.T) {
	t.Parallel()
	s, _, relay := toldAndRehearsed(t)
	s.wants(exitIncomplete, on("10:02:00", "status TS-2026-002"), "open: rehearsed only: nobody has told 1 tailnet")
	s.wants(exitDone, on("10:02:00", "status TS-2026-002/1"), "accepted 2")

	s.edit("tocsin.yaml", inOutbox, relay)
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "1  mailed")
	s.delivers(exitDone, "10:04:00", 3)
	s.wants(exitDone, on("10:05:00", "status TS-2026-002"))

	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("11:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	s.edit("tocsin.yaml", relay, inOutbox)
	s.wants(exitDone, on("11:01:00", "plan TS-2026-002 --kind update"), "letters: 3 updates")
	s.wants(exitDone, on("11:02:00", "send TS-2026-002/4"), "accepted 3")
	s.wants(exitIncomplete, on("11:03:00", "status TS-2026-002"), "open: TS-2026-002 has a material revision since TS-2026-002/3 was made, of which nobody is told")
	s.wants(exitIncomplete, on("11:03:00", "status"), "revised, and nobody is told of it")
}

// TestRehearsalIsDropped: whom only a rehearsal would have told, and who need not be told any more,
// is not left open for good.
func TestRehearsalIsDropped(t *testing.T) {
	t.Parallel()
	s, all, relay := toldAndRehearsed(t)
	s.edit("tocsin.yaml", inOutbox, relay)
	s.houses(all)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002 --accept-smaller nodes,tailnets,users"))
	s.wants(exitIncomplete, on("10:03:00", "status TS-2026-002"), "rehearsed only", "settle TS-2026-002/2 --drop")
	s.says(exitDone, "", on("10:04:00", "settle TS-2026-002/2 --drop --by A"), "--why", "fixed meanwhile")
	s.wants(exitDone, on("10:05:00", "status TS-2026-002"))
	s.wants(exitDone, on("10:05:00", "ledger verify"))
}

// TestRehearsedUpdateLeadsToAnUpdate is F47: a plan without its kind would find everybody told.
func TestRehearsedUpdateLeadsToAnUpdate(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"update", "correction"} {
		s, _ := wasTold(t, 2, smtptest.Options{})
		s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
		s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
		s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
		relay := "  transport: " + s.between("transport: ", "\n") + "\n"
		s.edit("tocsin.yaml", relay, inOutbox)
		plan := "plan TS-2026-002 --kind " + kind
		s.wants(exitDone, on("10:01:00", plan), "letters: 2 "+kind+"s", "a rehearsal")
		next := "next: name a relay as mail.transport, then tocsin -C " + s.site + " " + plan + "\n"
		s.wants(exitDone, on("10:02:00", "send TS-2026-002/2"), next)
		s.wants(exitDone, on("10:03:00", "status TS-2026-002/2"), next)
		s.edit("tocsin.yaml", inOutbox, relay)
		s.wants(exitDone, on("10:04:00", plan), "letters: 2 "+kind+"s")
	}
}

// TestRehearsalAfterAllInVain: a rehearsal takes the place of a plan that reached nobody, and
// not of what is to be done about it.
func TestRehearsalAfterAllInVain(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	refuses.Store(true)
	s, _ := streetOf(t, 2, refusingAll(&refuses))
	s.wants(exitIncomplete, sendStreet, "rejected 2")
	s.edit("tocsin.yaml", "  transport: "+s.between("transport: ", "\n")+"\n", inOutbox)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "a rehearsal")
	s.wants(exitDone, on("10:01:00", "send TS-2026-002/2"), "accepted 2")
	s.wants(exitIncomplete, on("10:02:00", "status TS-2026-002"), nobody)
}

// TestRehearsalOfWhatNobodyMustBeTold: of a bulletin that is withdrawn nothing is left but what
// people were told, and a draft may be rehearsed in peace.
func TestRehearsalOfWhatNobodyMustBeTold(t *testing.T) {
	t.Parallel()
	s, _ := rehearsing(t, 1)
	s.wants(exitDone, on("10:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	if said := s.says(exitDone, "", on("10:01:00", "status TS-2026-002")); strings.Contains(said, "rehearsed only") {
		t.Error(said)
	}
}

// TestNobodyIsToldByARehearsal: what a person says of a row would be forgotten by the plan to
// the relay, so that it is refused, and nothing leads there.
func TestNobodyIsToldByARehearsal(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, now+"plan TS-2026-002")
	if said := s.says(exitIncomplete, "", now+"send TS-2026-002/1"); strings.Contains(said, "settle") || !strings.Contains(said, "find an address for each unreachable tailnet, then tocsin") {
		t.Error(said)
	}
	for _, rows := range []string{"--state unreachable", "--tailnet cycles-024.example.org"} {
		s.wants(exitRefused, now+"settle TS-2026-002/1 "+rows+" --told phoned --by Robin", "TS-2026-002/1 is a rehearsal, and a plan to the relay would not know",
			"name a relay as mail.transport, then tocsin -C "+s.site+" plan TS-2026-002; what is told otherwise is settled there")
	}
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "open: tailnet cycles-024.example.org is unreachable")
}

// TestRehearsalNextAsData: what comes after a rehearsal programs are told as people are, of the plan
// alone, and not of a bulletin that nobody must be told of.
func TestRehearsalNextAsData(t *testing.T) {
	t.Parallel()
	s, _ := rehearsing(t, 2)
	s.wants(exitDone, on("09:02:00", "status TS-2026-002/1"), "next: name a relay as mail.transport, then tocsin -C "+s.site+" plan TS-2026-002\n")
	s.wants(exitDone, on("09:02:00", "status TS-2026-002/1 --json"), `"left": false`, `"next": "name a relay as mail.transport, then tocsin plan TS-2026-002"`)
	s.edit(fault, "severity: high", "severity: low")
	s.edit(fault, "data_visible: unknown", "data_visible: no")
	s.has(s.says(exitDone, "", on("09:03:00", "status TS-2026-002/1 --json")), `"next"`)
	s.lacks(s.says(exitDone, "", on("09:03:00", "status TS-2026-002 --json")), `"next"`)
}

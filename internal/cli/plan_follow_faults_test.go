package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// streetOf is a site whose letters go to a server by a script, with an inventory of so many
// tailnets, all of them touched, and a plan of theirs.
func streetOf(t *testing.T, houses int, script smtptest.Script) (session, street) {
	t.Helper()
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: script})
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.edit("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	all := slices.Repeat(street{touched}, houses)
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-02T09:00:00Z plan TS-2026-002")
	return s, all
}

const sendStreet = "--now 2026-06-02T09:01:00Z send TS-2026-002/1 --live --once --canary 0 --connections 1 --yes TS-2026-002/1"

// refusing refuses one recipient while it is told to.
func refusing(nth int, still *atomic.Bool) smtptest.Script {
	return func(m smtptest.Moment, n int) smtptest.Action {
		if still.Load() && m == smtptest.Rcpt && n == nth {
			return smtptest.Reply("550 5.1.1 nobody of that name")
		}
		return nil
	}
}

// TestAllClearLeavesNobodyUntold is F47: an all-clear has no rows for the affected, so it is
// not made while a plan that its first letter would close has rows open.
func TestAllClearLeavesNobodyUntold(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	refuses.Store(true)
	s, all := streetOf(t, 6, refusing(3, &refuses))
	s.wants(exitIncomplete, sendStreet, "accepted 5", "rejected 1")
	for i := range all {
		if all[i] = untouched; i > 0 {
			all[i] = touched
		}
	}
	s.houses(all)
	const allClear = "plan TS-2026-002 --kind all-clear"
	s.wants(exitRefused, "--now 2026-06-02T10:00:00Z "+allClear, "TS-2026-002/1 has 1 row open", "plan TS-2026-002 tells those who were not told", "status TS-2026-002/1 says what is open")
	refuses.Store(false)
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z plan TS-2026-002", "TS-2026-002/2 ", "1  mailed", "4  told already")
	s.wants(exitRefused, "--now 2026-06-02T10:02:00Z "+allClear, "has 1 row open")
	s.wants(exitDone, "--now 2026-06-02T10:03:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 1")
	s.wants(exitDone, "--now 2026-06-02T10:04:00Z "+allClear, "TS-2026-002/3 (all-clear)", "letters: 1 all-clear")
}

// TestUnreachableIsOnRecord is F47: who is affected only now, and has no address, gets a row,
// so that a person sees to it, though there is no letter to write.
func TestUnreachableIsOnRecord(t *testing.T) {
	t.Parallel()
	s, all := streetOf(t, 3, nil)
	s.wants(exitDone, sendStreet, "accepted 3")
	s.wants(exitDone, "--now 2026-06-02T09:59:00Z plan TS-2026-002", "nothing has changed since TS-2026-002/1 was made: it stands")
	s.houses(append(all, touched))
	name := filepath.Join(s.site, "inventory", "tailnets.csv")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s.write("inventory/tailnets.csv", string(text[:len(text)-len("owner@"+house(3)+"\n")])+"\n")
	const plan = " plan TS-2026-002"
	s.wants(exitDone, "--now 2026-06-02T10:00:00Z"+plan+" --dry-run", "1  unreachable", "freezes the letters")
	s.wants(exitDone, "--now 2026-06-02T10:00:00Z"+plan, "TS-2026-002/2  4 of 4", "1  unreachable", "3  told already")
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z"+plan, "nothing has changed since TS-2026-002/2 was made: it stands")
	s.wants(exitIncomplete, "--now 2026-06-02T10:02:00Z status TS-2026-002/2", "1  unreachable")
	s.wants(exitDone, "--now 2026-06-02T10:03:00Z settle TS-2026-002/2 --tailnet "+house(3)+" --told by-phone --by Robin")
	s.wants(exitDone, "--now 2026-06-02T10:04:00Z status TS-2026-002/2")
	s.wants(exitDone, "--now 2026-06-02T10:05:00Z"+plan, "it stands")
}

// TestBounceBeforeAFollowUpIsSent is F47: a plan that counts somebody as told, whose letter
// came back since, does not stand: the next one writes to them.
func TestBounceBeforeAFollowUpIsSent(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	refuses.Store(true)
	s, _ := streetOf(t, 4, refusing(3, &refuses))
	s.wants(exitIncomplete, sendStreet, "accepted 3", "rejected 1")
	const plan = " plan TS-2026-002"
	s.wants(exitDone, "--now 2026-06-02T10:00:00Z"+plan, "TS-2026-002/2 ", "1  mailed", "3  told already")
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z"+plan, "nothing has changed since TS-2026-002/2 was made: it stands")
	s.wants(exitIncomplete, "--now 2026-06-02T10:02:00Z settle TS-2026-002/1 --tailnet "+house(0)+" --bounced --why words --by Robin")
	s.wants(exitDone, "--now 2026-06-02T10:03:00Z"+plan, "TS-2026-002/3 ", "2  mailed", "2  told already")
	s.wants(exitDone, "--now 2026-06-02T10:04:00Z"+plan, "nothing has changed since TS-2026-002/3 was made: it stands")
}

// TestSentAgainInVain is F47: who was sent a letter again in doubt, and got that one back,
// is written to by the next plan, whether others were told or not.
func TestSentAgainInVain(t *testing.T) {
	t.Parallel()
	for _, houses := range []int{1, 3} {
		sentAgainInVain(t, houses)
	}
}

func sentAgainInVain(t *testing.T, houses int) {
	var first atomic.Bool
	first.Store(true)
	last := house(houses - 1)
	s, _ := streetOf(t, houses, func(m smtptest.Moment, n int) smtptest.Action {
		if first.Load() && m == smtptest.Taken && n == houses { // after the letter to ourselves
			return smtptest.Drop
		}
		return nil
	})
	s.wants(exitIncomplete, sendStreet, "unknown 1")
	first.Store(false)
	const plan = " plan TS-2026-002"
	s.wants(exitIncomplete, "--now 2026-06-02T10:00:00Z settle TS-2026-002/1 --state unknown --resend --why better-twice --by Robin --yes TS-2026-002/1")
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z"+plan, "nothing has changed since TS-2026-002/1 was made: it stands")
	s.wants(exitDone, "--now 2026-06-02T10:02:00Z send TS-2026-002/1 --live --once --canary 0 --yes TS-2026-002/1", fmt.Sprintf("accepted %d", houses))
	s.wants(exitDone, "--now 2026-06-02T10:03:00Z"+plan, "it stands")
	s.wants(exitIncomplete, "--now 2026-06-02T10:04:00Z settle TS-2026-002/1 --tailnet "+last+" --bounced --why words --by Robin")
	s.wants(exitDone, "--now 2026-06-02T10:04:30Z status TS-2026-002/1 --format csv", last+",mailed,bounced,2,", ",bounce,true")
	s.wants(exitDone, "--now 2026-06-02T10:05:00Z"+plan, "TS-2026-002/2 ", "1  mailed", fmt.Sprintf("%d  told already", houses-1))
	s.wants(exitDone, "--now 2026-06-02T10:06:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 1")
}

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// refusingAll refuses every recipient but the letter to ourselves, while it is told to.
func refusingAll(still *atomic.Bool) smtptest.Script {
	return func(m smtptest.Moment, n int) smtptest.Action {
		if still.Load() && m == smtptest.Rcpt && n > 0 {
			return smtptest.Reply("550 5.1.1 nobody of that name")
		}
		return nil
	}
}

// TestAllInVain: a plan whose letters were all refused, or all came back, has told nobody. It
// does not stand, though the inventory is as it was, and plan says so.
func TestAllInVain(t *testing.T) {
	t.Parallel()
	for _, bounce := range []bool{false, true} {
		var refuses atomic.Bool
		refuses.Store(!bounce)
		s, _ := streetOf(t, 2, refusingAll(&refuses))
		if bounce {
			s.wants(exitDone, sendStreet, "accepted 2")
			for i := range 2 {
				s.wants(exitIncomplete, "--now 2026-06-02T09:30:00Z settle TS-2026-002/1 --tailnet "+house(i)+" --bounced --why words --by Robin")
			}
		} else {
			s.wants(exitIncomplete, sendStreet, "rejected 2")
		}
		refuses.Store(false)
		was := map[bool]string{false: "rejected 2", true: "bounced 2"}[bounce]
		in := []string{"none of the 2 letters of TS-2026-002/1 reached anybody: " + was, "2  mailed"}
		s.wants(exitDone, "--now 2026-06-02T10:00:00Z plan TS-2026-002 --dry-run", in...)
		s.wants(exitDone, "--now 2026-06-02T10:00:00Z plan TS-2026-002", append(in, "TS-2026-002/2 ", "status TS-2026-002/1 --format csv lists them", "letters TS-2026-002/2 reads")...)
		s.wants(exitDone, "--now 2026-06-02T10:01:00Z plan TS-2026-002", "nothing has changed since TS-2026-002/2 was made: it stands", "send TS-2026-002/2 --live delivers them")
		s.wants(exitDone, "--now 2026-06-02T10:02:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 2")
		s.wants(exitDone, "--now 2026-06-02T10:03:00Z plan TS-2026-002", "it stands", "next: tocsin -C "+s.site+" status TS-2026-002/2 says")
	}
}

// TestBegunPlanIsFollowed: the advice about a plan of which letters are out leads on: what is
// said about it does not lead back to plan.
func TestBegunPlanIsFollowed(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	refuses.Store(true)
	s, _ := streetOf(t, 3, func(m smtptest.Moment, n int) smtptest.Action {
		if refuses.Load() && m == smtptest.Rcpt && n == 3 {
			return smtptest.Reply("450 4.2.0 come back later")
		}
		return nil
	})
	s.wants(exitDone, "--now 2026-06-02T09:00:30Z plan TS-2026-002", "it stands", "letters TS-2026-002/1 reads the letters")
	s.wants(exitIncomplete, sendStreet, "accepted 2, deferred 1")
	s.wants(exitDone, "--now 2026-06-02T09:02:00Z plan TS-2026-002", "it stands", "next: tocsin -C "+s.site+" status TS-2026-002/1 says")
	s.wants(exitIncomplete, "--now 2026-06-02T09:03:00Z status TS-2026-002/1", "next: tocsin -C "+s.site+" send TS-2026-002/1")
}

// TestToldNowIsNotStale: whom the plan at hand tells of a material revision is not counted as
// one whom it does not tell.
func TestToldNowIsNotStale(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	s, _ := streetOf(t, 4, refusing(7, &refuses))
	s.wants(exitDone, sendStreet, "accepted 4")
	was := "1.66.1"
	revise := func(at, version string) {
		s.edit(fault, "fixed: "+was, "fixed: "+version)
		s.edit(fault, "action: Update Windows nodes to version "+was, "action: Update Windows nodes to version "+version)
		was = version
		s.wants(exitDone, "--now "+at+" revise TS-2026-002 --summary News. --material --yes TS-2026-002")
	}
	revise("2026-06-02T09:30:00Z", "1.66.2")
	s.wants(exitDone, "--now 2026-06-02T09:40:00Z plan TS-2026-002 --kind update", "letters: 4 updates")
	refuses.Store(true)
	s.wants(exitIncomplete, "--now 2026-06-02T09:41:00Z send TS-2026-002/2 --live --once --canary 0 --connections 1 --yes TS-2026-002/2", "accepted 3", "rejected 1")
	refuses.Store(false)
	s.wants(exitDone, "--now 2026-06-02T09:50:00Z plan TS-2026-002", "letters: 1 update", "told before: 4 tailnets (1 before the last material revision, 1 whom")
	if said := s.says(exitDone, "", "--now 2026-06-02T09:50:00Z plan TS-2026-002"); strings.Contains(said, "does not tell them") {
		t.Error(said)
	}
	revise("2026-06-02T10:00:00Z", "1.66.3")
	s.wants(exitDone, "--now 2026-06-02T10:10:00Z plan TS-2026-002", "letters: 1 update", "told before: 4 tailnets (4 before the last material revision, 1 whom",
		"3 tailnets were told before the last material revision, and this plan does not tell them of it")
}

// TestAffectedAgainSaysWhatChanged: who was told that all is well, and is affected anew, reads
// of which day the letter is that holds no more, and what has changed since; an all-clear that
// goes out with an update says nothing of the news, which are for the affected.
func TestAffectedAgainSaysWhatChanged(t *testing.T) {
	t.Parallel()
	s, all := streetOf(t, 2, nil)
	s.wants(exitDone, sendStreet, "accepted 2")
	plain := func(of string) string {
		return strings.Join(strings.Fields(s.says(exitDone, "", "--now 2026-06-09T10:00:00Z letters "+of+" --tailnet "+house(0))), " ")
	}
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, "--now 2026-06-03T09:30:00Z revise TS-2026-002 --summary Version-1.66.1-did-not-help. --material --yes TS-2026-002")
	all[0] = untouched
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-04T09:00:00Z plan TS-2026-002 --kind update", "letters: 1 all-clear, 1 update")
	if said := plain("TS-2026-002/2"); !strings.Contains(said, "[All clear]") || !strings.Contains(said, "Our last letter about it was of 2 June 2026.") || strings.Contains(said, "did-not-help") {
		t.Error(said)
	}
	s.wants(exitDone, "--now 2026-06-04T09:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 2")
	all[0] = touched
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-05T09:00:00Z plan TS-2026-002", "1  mailed")
	if said := plain("TS-2026-002/3"); !strings.Contains(said, "Our letter of 4 June 2026 said that this does not affect you") || !strings.Contains(said, "is not the bulletin, but what we know of you") || strings.Contains(said, "WHAT CHANGED") {
		t.Error(said)
	}
	s.edit(fault, "version 1.66.2 or later", "version 1.66.2 or later at once")
	s.wants(exitDone, "--now 2026-06-05T09:10:00Z revise TS-2026-002 --summary It-is-exploited. --material --yes TS-2026-002")
	s.wants(exitDone, "--now 2026-06-05T09:20:00Z plan TS-2026-002", "1  mailed")
	if said := plain("TS-2026-002/4"); !strings.Contains(said, "Our letter of 4 June 2026") || strings.Contains(said, "what we know of you") || !strings.Contains(said, "WHAT CHANGED It-is-exploited. WHAT TO DO") {
		t.Error(said)
	}
}

// taking is a relay that takes one letter without a word, once it is told to.
func taking(drop *atomic.Bool, of int) func(smtptest.Moment, int) smtptest.Action {
	return func(m smtptest.Moment, n int) smtptest.Action {
		if drop.Load() && m == smtptest.Taken && n == of {
			return smtptest.Drop
		}
		return nil
	}
}

// letter is what a letter says, on one line.
func (s session) letter(at, plan, of string) string {
	s.Helper()
	return strings.Join(strings.Fields(s.says(exitDone, "", "--now "+at+" letters "+plan+" --tailnet "+of)), " ")
}

// news is a material revision of the bulletin by which another version has the fix.
func (s session) news(at, was, is, flags string) {
	s.Helper()
	s.edit(fault, "fixed: "+was, "fixed: "+is)
	s.edit(fault, "action: Update Windows nodes to version "+was, "action: Update Windows nodes to version "+is)
	s.wants(exitDone, "--now "+at+" revise TS-2026-002 --summary Fixed-in-"+is+". "+flags+" --yes TS-2026-002")
}

// TestLetterAfterOneInDoubt: where nobody knows whether the last letter arrived, the next one
// does not say that it replaces that of its day, and says what has changed since the last that
// did arrive. Where that letter said that all is well, it may have said so.
func TestLetterAfterOneInDoubt(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]house0{
		"correction": {touched, []string{"This letter replaces all that we wrote to you about it before.", "Fixed-in-1.66.2. Fixed-in-1.66.3."}},
		"all-clear":  {untouched, []string{"We do not know whether all that we wrote to you about it reached you. If you have read that this does not affect you", "Fixed-in-1.66.2. Fixed-in-1.66.3."}},
	} {
		var drop atomic.Bool
		s, all := streetOf(t, 1, taking(&drop, 3))
		s.wants(exitDone, sendStreet, "accepted 1")
		s.news("2026-06-03T09:30:00Z", "1.66.1", "1.66.2", "--material")
		all[0] = c.then
		s.houses(all)
		s.wants(exitDone, "--now 2026-06-04T09:00:00Z plan TS-2026-002 --kind "+kind, "TS-2026-002/2")
		drop.Store(true)
		s.wants(exitIncomplete, "--now 2026-06-04T09:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "unknown 1")
		drop.Store(false)
		s.news("2026-06-05T09:30:00Z", "1.66.2", "1.66.3", "--material")
		all[0] = touched
		s.houses(all)
		again := "--now 2026-06-05T10:00:00Z plan TS-2026-002"
		if kind == "correction" {
			again += " --kind update"
		}
		s.wants(exitDone, again, "TS-2026-002/3")
		said := s.letter("2026-06-05T10:00:00Z", "TS-2026-002/3", house(0))
		for _, want := range c.says {
			if !strings.Contains(said, want) {
				t.Errorf("after a %s: not said: %q\n%s", kind, want, said)
			}
		}
		if strings.Contains(said, "4 June 2026") || strings.Contains(said, "is not the bulletin") {
			t.Errorf("after a %s:\n%s", kind, said)
		}
	}
}

// TestLetterAfterTwoInDoubt: where nobody knows which of two letters arrived, the next one says
// what has changed since the first, and takes back both, not that of one day.
func TestLetterAfterTwoInDoubt(t *testing.T) {
	t.Parallel()
	s, _ := streetOf(t, 1, func(m smtptest.Moment, _ int) smtptest.Action {
		if m == smtptest.Taken {
			return smtptest.Drop
		}
		return nil
	})
	s.wants(exitIncomplete, "--now 2026-06-02T09:01:00Z send TS-2026-002/1 --live --once --no-self --canary 0 --yes TS-2026-002/1", "unknown 1")
	s.news("2026-06-03T09:30:00Z", "1.66.1", "1.66.2", "--material")
	s.wants(exitDone, "--now 2026-06-04T09:00:00Z plan TS-2026-002 --kind correction", "TS-2026-002/2")
	s.wants(exitIncomplete, "--now 2026-06-04T09:01:00Z send TS-2026-002/2 --live --once --no-self --canary 0 --yes TS-2026-002/2", "unknown 1")
	s.news("2026-06-05T09:30:00Z", "1.66.2", "1.66.3", "--material")
	s.wants(exitDone, "--now 2026-06-05T10:00:00Z plan TS-2026-002 --kind update", "TS-2026-002/3")
	said := s.letter("2026-06-05T10:00:00Z", "TS-2026-002/3", house(0))
	if !strings.Contains(said, "Fixed-in-1.66.2. Fixed-in-1.66.3.") || !strings.Contains(said, "If you have an earlier letter, go by this one.") || strings.Contains(said, "We wrote to you on") {
		t.Error(said)
	}
}

// house0 is what the only house of a street has while a letter is lost, and what the next says.
type house0 struct {
	then *bool
	says []string
}

// TestImmaterialRevision: who is affected anew by a revision that is not material does not read
// that it is not the bulletin that has changed.
func TestImmaterialRevision(t *testing.T) {
	t.Parallel()
	s, all := streetOf(t, 2, nil)
	s.wants(exitDone, sendStreet, "accepted 2")
	s.news("2026-06-03T09:30:00Z", "1.66.1", "1.66.2", "--material")
	all[0] = untouched
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-04T09:00:00Z plan TS-2026-002 --kind update", "letters: 1 all-clear, 1 update")
	s.wants(exitDone, "--now 2026-06-04T09:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 2")
	s.news("2026-06-05T08:30:00Z", "1.66.2", "1.99.9", "")
	s.wants(exitDone, "--now 2026-06-05T09:00:00Z plan TS-2026-002", "TS-2026-002/3")
	said := s.letter("2026-06-05T10:00:00Z", "TS-2026-002/3", house(0))
	if !strings.Contains(said, "Our letter of 4 June 2026 said that this does not affect you") || strings.Contains(said, "is not the bulletin") {
		t.Error(said)
	}
}

// TestIDUsedAgain: where a tailnet that was told has another name by now and another address
// too, plan says so: the ID may be another customer's. Either alone is everyday.
func TestIDUsedAgain(t *testing.T) {
	t.Parallel()
	s, _ := streetOf(t, 5, nil)
	rows := func(names, addresses string) {
		s.Helper()
		text := "tailnet,display_name,owner_email\n"
		for i := range 5 {
			text += fmt.Sprintf("%s,House %d%c,%c@%s\n", house(i), i, names[i], addresses[i], house(i))
		}
		s.write("inventory/tailnets.csv", text)
	}
	rows("aaaaa", "aaaaa")
	s.wants(exitDone, "--now 2026-06-02T09:00:30Z plan TS-2026-002", "TS-2026-002/2 ")
	s.wants(exitDone, "--now 2026-06-02T09:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 5")
	const plan = "--now 2026-06-02T10:00:00Z plan TS-2026-002 --dry-run"
	for _, c := range []struct{ names, addresses, want string }{
		{"aaaaa", "aaaaa", ""}, {"bbbbb", "aaaaa", ""}, {"aaaaa", "bbbbb", ""}, {"bbbbb", "AAAAA", ""},
		{"aabba", "abbaa", "1 tailnet was told under another name and at another address than the inventory has now: " + house(2) + ". Look"},
		{"bbbbb", "bbbbb", "5 tailnets were told under another name and at another address than the inventory has now: " + house(0) + ", " + house(1) + ", " + house(2) + ", and 2 more. Look"},
	} {
		rows(c.names, c.addresses)
		said := flat(s.says(exitDone, "", plan))
		if has := strings.Contains(said, "under another name"); has != (c.want != "") || !strings.Contains(said, c.want) {
			t.Errorf("%s %s:\n%s", c.names, c.addresses, said)
		}
	}
	if said := s.says(exitDone, "", plan+" --json"); !strings.Contains(said, `"renamed": 5`) {
		t.Error(said)
	}
}

// TestIDUsedAgainInALaterPlan: it is compared with whom the last letter went to, not with the
// rows of plans that have counted the ID as told since.
func TestIDUsedAgainInALaterPlan(t *testing.T) {
	t.Parallel()
	s, all := streetOf(t, 2, nil)
	s.wants(exitDone, sendStreet, "accepted 2")
	s.houses(append(all, touched))
	text, err := os.ReadFile(filepath.Join(s.site, "inventory", "tailnets.csv"))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.NewReplacer("tailnet,owner_email", "tailnet,display_name,owner_email", house(0)+",owner", house(0)+",Other,other", house(1)+",", house(1)+",,", house(2)+",", house(2)+",,")
	s.write("inventory/tailnets.csv", other.Replace(string(text)))
	want := "1 tailnet was told under another name and at another address than the inventory has now: " + house(0)
	s.has(flat(s.says(exitDone, "", "--now 2026-06-02T10:00:00Z plan TS-2026-002")), "1  mailed", want)
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2", "accepted 1")
	s.has(flat(s.says(exitDone, "", "--now 2026-06-02T10:02:00Z plan TS-2026-002")), want)
}

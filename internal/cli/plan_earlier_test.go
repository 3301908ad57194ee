package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// has wants texts in what a command has said.
func (s session) has(said string, texts ...string) {
	s.Helper()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			s.Errorf("it does not say %q:\n%s", text, said)
		}
	}
}

// TestLedgerIsGone is F47: where the site says that letters went out, and the ledger is not there
// or knows of none, nobody is told again by mistake.
func TestLedgerIsGone(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 2, smtptest.Options{})
	s.wants(exitDone, on("09:02:00", "status TS-2026-002 --publish --yes TS-2026-002"))
	said := s.read("content/bulletins/TS-2026-002.md")
	s.has(said, "notified:")
	if err := os.RemoveAll(filepath.Join(s.site, "var")); err != nil {
		t.Fatal(err)
	}
	const lost = "TS-2026-002 --ledger-lost, which writes to everybody again"
	refused := func(by string) {
		t.Helper()
		for _, flags := range []string{"", " --dry-run"} {
			s.wants(exitRefused, on("10:00:00", "plan TS-2026-002"+flags), by+" says that letters about TS-2026-002 went out, and var/ledger.db has none of them", "put var/ledger.db back", lost)
		}
	}
	refused("content/bulletins/TS-2026-002.md")
	if _, err := os.Stat(filepath.Join(s.site, "var", "ledger.db")); !os.IsNotExist(err) {
		t.Errorf("there is a new ledger: %v", err)
	}
	before, after, _ := strings.Cut(said, "notified:")
	_, after, _ = strings.Cut(after, "\n")
	for strings.HasPrefix(after, " ") {
		_, after, _ = strings.Cut(after, "\n")
	}
	s.write("content/bulletins/TS-2026-002.md", before+after)
	refused("content/bulletins/TS-2026-002.codes")
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --ledger-lost --dry-run"), "--ledger-lost --expect 2 freezes")
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --ledger-lost"), "TS-2026-002/1", "2  mailed")
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "nothing has changed since TS-2026-002/1 was made: it stands")
}

// TestHeadOutlivesTheLedger is F47: what the refusal tells to type is not refused in its turn.
func TestHeadOutlivesTheLedger(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 2, smtptest.Options{})
	s.wants(exitDone, on("09:02:00", "status TS-2026-002 --publish --yes TS-2026-002"))
	ledger, head := filepath.Join(s.site, "var", "ledger.db"), filepath.Join(s.site, "var", "ledger.head")
	if err := os.Remove(ledger); err != nil {
		t.Fatal(err)
	}
	const aside = "move var/ledger.head away, then tocsin"
	s.wants(exitRefused, on("10:00:00", "plan TS-2026-002"), "only where it is lost for good: "+aside, "--ledger-lost")
	s.wants(exitRefused, on("10:01:00", "plan TS-2026-002 --ledger-lost"), "ledger.head")
	for _, name := range []string{ledger, head} { // the first is what the refused plan made
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.lacks(s.says(exitRefused, "", on("10:02:00", "plan TS-2026-002")), "ledger.head")
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002 --ledger-lost"), "TS-2026-002/1", "2  mailed")
}

// TestOtherLedger is F47: nor where the ledger is a new one, which knows of another bulletin, or
// where letters were only rehearsed.
func TestOtherLedger(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s, _ := toTell(t, 2, server)
	s.delivers(exitDone, "09:01:00", 1)
	s.wants(exitDone, on("09:02:00", "status TS-2026-002 --publish --yes TS-2026-002"))
	if err := os.RemoveAll(filepath.Join(s.site, "var")); err != nil {
		t.Fatal(err)
	}
	relay := s.read("tocsin.yaml")
	at := strings.Index(relay, "  transport: smtp:")
	end := at + strings.Index(relay[at:], "\n")
	s.write("tocsin.yaml", relay[:at]+"  transport: maildir:var/outbox"+relay[end:])
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002 --ledger-lost"), "a rehearsal")
	s.write("tocsin.yaml", relay)
	s.wants(exitRefused, on("10:01:00", "plan TS-2026-002"), "var/ledger.db has none of them")
}

// TestPhonedMeanwhile is F47: a plan that would write to who was told on the telephone meanwhile
// does not stand.
func TestPhonedMeanwhile(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 4, smtptest.Options{})
	s.bounces(exitIncomplete, "09:30:00", 1, 0)
	s.bounces(exitIncomplete, "09:30:00", 1, 1)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "TS-2026-002/2 ", "2  mailed", "2  told already")
	phone := func(status int, at string, i int) {
		t.Helper()
		s.wants(status, on(at, "settle TS-2026-002/1 --by Robin --told by-phone --tailnet "+house(i)))
	}
	phone(exitIncomplete, "10:01:00", 0)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "TS-2026-002/3 ", "1  mailed", "3  told already")
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "nothing has changed since TS-2026-002/3 was made: it stands")
	phone(exitDone, "10:04:00", 1)
	s.wants(exitDone, on("10:05:00", "plan TS-2026-002"), "TS-2026-002/4 ", "0  mailed", "4  told already",
		"everybody who can be told was told already: TS-2026-002/4 has no letter, and none of an earlier plan goes out any more")
	s.wants(exitDone, on("10:06:00", "send TS-2026-002/3 --live --canary 0 --yes TS-2026-002/3"))
	s.wants(exitDone, on("10:07:00", "status TS-2026-002"))
}

// TestPhonedAndBounced is F47: as many letters are needed as wait, but for another tailnet.
func TestPhonedAndBounced(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 4, smtptest.Options{})
	s.bounces(exitIncomplete, "09:30:00", 1, 0)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "TS-2026-002/2 ", "1  mailed")
	s.wants(exitDone, on("10:01:00", "settle TS-2026-002/1 --by Robin --told by-phone --tailnet "+house(0)))
	s.bounces(exitIncomplete, "10:02:00", 1, 1)
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "TS-2026-002/3 ", "1  mailed", "3  told already")
	s.wants(exitDone, on("10:04:00", "letters TS-2026-002/3 --list"), house(1))
}

// TestAllClearCounts is F47: an all-clear says how many get it, how many are affected still, and
// how many of those nobody has told.
func TestAllClearCounts(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 4, smtptest.Options{})
	const allClear = "plan TS-2026-002 --kind all-clear"
	said := s.says(exitDone, "", on("09:30:00", allClear))
	s.has(said, "TS-2026-002 (nothing is frozen)  0 tailnets affected no more", "affected still, and no business of this plan: 4 of 4 tailnets", "4  told\n", "0  not told",
		"of those who were told nobody is clear yet")
	s.lacks(said, "0 of 4 tailnets affected", "everybody who can be told")
	all[0] = untouched
	s.houses(append(all, touched))
	said = s.says(exitDone, "", on("10:00:00", allClear))
	s.has(said, "TS-2026-002/2 (all-clear)  1 tailnet affected no more (5 nodes looked at)\n       1  mailed\n       0  unreachable\n",
		"no business of this plan: 4 of 5 tailnets\n       3  told\n       1  not told\n       0  no notice required\n",
		"1 tailnet is affected and not told, and an all-clear does not tell them", "plan TS-2026-002 tells them")
	s.lacks(said, "0 of 5 tailnets affected", "0  mailed")
	s.has(s.says(exitDone, "", on("10:00:00", allClear+" --json")), "\"affected_still\": {\n    \"tailnets\": 4,\n    \"told\": 3,\n    \"untold\": 1\n  }")
	s.wants(exitDone, on("10:01:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	said = s.says(exitDone, "", on("10:02:00", allClear))
	s.has(said, "4 tailnets affected no more")
	s.lacks(said, "affected still", "not told")
}

// lacks wants no such texts in what a command has said.
func (s session) lacks(said string, texts ...string) {
	s.Helper()
	for _, text := range texts {
		if strings.Contains(said, text) {
			s.Errorf("it says %q:\n%s", text, said)
		}
	}
}

// TestLiveIsSaid: what plan and letters tell to type next can be typed.
func TestLiveIsSaid(t *testing.T) {
	t.Parallel()
	s, _ := toTell(t, 2, smtptest.Start(t, smtptest.Options{}))
	for _, command := range []string{"plan TS-2026-002", "letters TS-2026-002/1"} {
		s.wants(exitDone, on("09:00:30", command), "send TS-2026-002/1 --live delivers them")
	}
	rehearsed := newSession(t)
	rehearsed.wants(exitDone, "plan TS-2026-002", "send TS-2026-002/1 delivers them")
}

// TestLettersForgotten: of a plan that was forgotten nobody reads that its tailnets got nothing.
func TestLettersForgotten(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 3, smtptest.Options{})
	s.wants(exitDone, "--now 2026-06-12T09:00:00Z ledger forget TS-2026-002/1 --yes TS-2026-002/1")
	said := s.says(exitDone, "", "--now 2026-06-12T09:01:00Z letters TS-2026-002/1")
	s.has(said, "wrote 0 letters of TS-2026-002/1", "forgotten, with the names and addresses that they went to: 3 letters")
	s.lacks(said, "get none", "delivers them")
}

// TestSumFitsThePaper: what plan says of a plan runs over no line; the letter's own lines are what
// they are.
func TestSumFitsThePaper(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	for _, command := range []string{now + "plan TS-2026-002 --dry-run", now + "plan TS-2026-002", "--now 2026-05-14T09:00:00Z plan TS-2026-004 --dry-run"} {
		said := s.says(exitDone, "", command)
		sum, _, _ := strings.Cut(said, "  a letter begins")
		for line := range strings.Lines(sum) {
			if wide := len([]rune(strings.TrimSuffix(line, "\n"))); wide > paperWidth && !strings.HasPrefix(line, "  asked of") {
				t.Errorf("%d columns: %s", wide, line)
			}
		}
	}
}

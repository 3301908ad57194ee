package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// slowly plans with an inventory whose nodes are slow to come: meanwhile is called once the plan
// has looked who was told, and reads. It returns what the plan says.
func (s session) slowly(status int, command string, meanwhile func()) string {
	s.Helper()
	nodes, pipe := filepath.Join(s.site, "inventory", "nodes.csv"), filepath.Join(s.site, "pipe")
	text, err := os.ReadFile(nodes)
	if err = errors.Join(err, syscall.Mkfifo(pipe, 0o600), os.Remove(nodes), os.Link(pipe, nodes)); err != nil {
		s.Fatal(err)
	}
	said := make(chan string)
	go func() { said <- s.says(status, "", command) }()
	slow, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the plan reads
	if err = errors.Join(err, os.Remove(nodes), os.WriteFile(nodes, text, 0o600)); err != nil {
		s.Fatal(err)
	}
	meanwhile()
	if _, err = slow.Write(text); errors.Join(err, slow.Close(), os.Remove(pipe)) != nil {
		s.Fatal(err)
	}
	return <-said
}

// untold is a site of some houses, all of them touched, where nothing was planned yet.
func untold(t *testing.T, houses int, server *smtptest.Server) (session, street) {
	t.Helper()
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.edit("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	all := make(street, houses)
	for i := range all {
		all[i] = touched
	}
	s.houses(all)
	return s, all
}

// TestTwoPlanWithoutALedger is F47: of two who plan at once, on a site that has no ledger yet, the
// second freezes nothing once the first has: it would tell everybody again.
func TestTwoPlanWithoutALedger(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s, all := untold(t, 4, server)
	for _, c := range []struct {
		at   string
		want []string
	}{
		{"09:00:05", []string{"somebody planned meanwhile: TS-2026-002/1 was not there", "nothing was frozen", "plan TS-2026-002 again"}},
		{"10:00:00", []string{"TS-2026-002/2", "1  mailed", "3  told already"}},
	} {
		status := exitRefused
		if c.at != "09:00:05" {
			status = exitDone
		}
		said := s.slowly(status, on(c.at, "plan TS-2026-002"), func() {
			if status == exitDone {
				return // nobody is at it any more
			}
			s.houses(all[:3])
			s.wants(exitDone, on("09:00:00", "plan TS-2026-002"), "3  mailed")
			s.delivers(exitDone, "09:01:00", 1)
			s.houses(all)
		})
		s.has(said, c.want...)
	}
	s.delivers(exitDone, "10:01:00", 2)
	for house, letters := range received(t, server) {
		if house != "security@example.com" && len(letters) != 1 {
			t.Errorf("%s got %d letters", house, len(letters))
		}
	}
}

// TestSentWhilePlanning is F47: nor where the plan that stood is another by then.
func TestSentWhilePlanning(t *testing.T) {
	t.Parallel()
	s, all := toTell(t, 3, smtptest.Start(t, smtptest.Options{}))
	s.houses(append(all, touched))
	said := s.slowly(exitRefused, on("09:00:05", "plan TS-2026-002"), func() { s.delivers(exitDone, "09:01:00", 1) })
	s.has(said, "somebody was at TS-2026-002/1 since this plan looked who has been told", "plan TS-2026-002 again")
}

// TestAllClearBesideAnotherPlan is F47: while an all-clear is planned somebody freezes letters to
// who was never told. It does not take the place of that plan.
func TestAllClearBesideAnotherPlan(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	all[0] = untouched
	s.houses(append(all, touched))
	const allClear = "plan TS-2026-002 --kind all-clear"
	said := s.slowly(exitRefused, on("10:00:05", allClear), func() {
		s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "TS-2026-002/2", "1  mailed")
	})
	s.has(said, "TS-2026-002/2 has 1 row open", "plan TS-2026-002 tells those")
	s.delivers(exitDone, "10:01:00", 2)
	s.wants(exitDone, on("10:02:00", allClear), "TS-2026-002/3 (all-clear)")
}

// TestAllClearBesideItsOwn is F47: nor does an all-clear that nobody waits for, where another plan
// came between.
func TestAllClearBesideItsOwn(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	all[0], all[1] = untouched, untouched
	s.houses(all)
	said := s.slowly(exitRefused, on("10:00:05", "plan TS-2026-002 --kind all-clear"), func() {
		all[1] = touched
		s.houses(all)
		s.wants(exitDone, on("10:00:00", "plan TS-2026-002 --kind all-clear"), "TS-2026-002/2 (all-clear)")
	})
	s.has(said, "somebody planned meanwhile: TS-2026-002/2 was not there", "plan TS-2026-002 --kind all-clear again")
}

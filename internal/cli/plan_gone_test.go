package cli

import (
	"strings"
	"testing"
)

// goneStreet is a street whose first houses were told, then vanished from the export, and have been
// told that we cannot tell.
func goneStreet(t *testing.T, houses, gone int) (session, street) {
	t.Helper()
	s, all := streetOf(t, houses, nil)
	s.wants(exitDone, sendStreet)
	for i := range gone {
		all[i] = nil
	}
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-03T09:00:00Z plan TS-2026-002 --kind all-clear --accept-smaller tailnets,nodes,users",
		"TS-2026-002/2 (all-clear)  2 tailnets affected no more, or (2) no longer listed", "2  mailed")
	s.wants(exitDone, "--now 2026-06-03T09:01:00Z send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2",
		"accepted 2")
	s.wants(exitDone, "--now 2026-06-03T09:02:00Z status TS-2026-002/2", "2  told before, and affected no more, or (2) no longer listed")
	if said := s.letter("2026-06-03T10:00:00Z", "TS-2026-002/2", house(0)); !strings.Contains(said, "so we cannot tell whether it is affected") {
		t.Error(said)
	}
	return s, all
}

// TestGoneIsNotClear: who vanished from the export was told that nobody can tell, which is no
// all-clear. Who comes back reads just that; who does not is written to again once the bulletin is
// revised, and when it is withdrawn; and the sums keep them apart from the clear.
func TestGoneIsNotClear(t *testing.T) {
	t.Parallel()
	s, all := goneStreet(t, 4, 2)
	s.wants(exitDone, "--now 2026-06-03T11:00:00Z plan TS-2026-002 --kind all-clear", "TS-2026-002/2 was made: it stands", "2 tailnets affected no more, or (2) no longer listed",
		"told before: 4 tailnets (2 told last that nobody can tell, as they were not")

	all[0] = touched
	s.houses(all)
	s.wants(exitDone, "--now 2026-06-04T09:00:00Z plan TS-2026-002", "1  mailed", "TS-2026-002/3")
	if said := s.letter("2026-06-04T09:00:10Z", "TS-2026-002/3", house(0)); !strings.Contains(said, "Our letter of 3 June 2026 said that we could not tell whether this affects you") || strings.Contains(said, "does not affect you") {
		t.Error(said)
	}
	s.wants(exitDone, "--now 2026-06-04T09:01:00Z send TS-2026-002/3 --live --once --canary 0 --yes TS-2026-002/3", "accepted 1")

	s.news("2026-06-05T09:30:00Z", "1.66.1", "1.66.2", "--material")
	s.wants(exitDone, "--now 2026-06-05T09:40:00Z plan TS-2026-002 --dry-run", "4 tailnets were told before the last material revision")
	s.wants(exitDone, "--now 2026-06-05T09:41:00Z plan TS-2026-002 --kind correction", "and 1 told earlier and affected no more, or (1) no longer listed: 1 mailed", "3  mailed", "letters: 1 all-clear, 3 corrections")
	if said := s.letter("2026-06-05T10:00:00Z", "TS-2026-002/4", house(1)); !strings.Contains(said, "so we cannot tell whether it is affected") || !strings.Contains(said, "Our last letter about it was of 3 June 2026.") {
		t.Error(said)
	}
	s.wants(exitDone, "--now 2026-06-05T09:42:00Z send TS-2026-002/4 --live --once --canary 0 --yes TS-2026-002/4", "accepted 4")
}

// TestGoneHearOfTheWithdrawal: the last that the gone were told is to do what the bulletin says, so
// that they are told when that does not hold any more; once.
func TestGoneHearOfTheWithdrawal(t *testing.T) {
	t.Parallel()
	s, _ := goneStreet(t, 3, 2)
	s.wants(exitDone, "--now 2026-06-04T09:00:00Z withdraw TS-2026-002 --reason It-was-wrong. --by Robin --yes TS-2026-002")
	s.wants(exitIncomplete, "--now 2026-06-04T09:10:00Z status TS-2026-002", "3 tailnets were told of TS-2026-002, and not that it is withdrawn")
	s.wants(exitDone, "--now 2026-06-04T09:20:00Z plan TS-2026-002 --kind all-clear", "3 tailnets affected no more (", "3  mailed")
	if said := s.letter("2026-06-04T09:30:00Z", "TS-2026-002/3", house(0)); !strings.Contains(said, "It-was-wrong.") {
		t.Error(said)
	}
	s.wants(exitDone, "--now 2026-06-04T09:40:00Z send TS-2026-002/3 --live --once --canary 0 --yes TS-2026-002/3", "accepted 3")
	s.wants(exitDone, "--now 2026-06-04T09:50:00Z status TS-2026-002")
	s.wants(exitRefused, "--now 2026-06-04T09:51:00Z plan TS-2026-002 --kind all-clear", "all of them that all is well")
}

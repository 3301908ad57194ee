package cli

import (
	"path/filepath"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// TestTakenBackOfADroppedPlan is F47: what was said in a plan that was dropped counts, and so does
// that it is taken back: the plan that counts the tailnet as told does not hide it.
func TestTakenBackOfADroppedPlan(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(append(all, touched), 2)
	const row = "settle TS-2026-002/2 --by Robin --tailnet "
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable", "1  mailed")
	s.wants(exitIncomplete, on("10:01:00", row+house(2)+" --told phoned"))
	s.wants(exitDone, on("10:02:00", "settle TS-2026-002/2 --drop --by Robin --why mended"))
	s.wants(exitIncomplete, on("10:02:10", row+house(2)+" --resend --why another"), "which was unreachable: taken back, by Robin", "plan TS-2026-002\n")
	s.wants(exitDone, on("10:02:20", row+house(2)+" --told phoned"))
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "TS-2026-002/3", "3  told already")
	s.delivers(exitDone, "10:04:00", 3)
	s.wants(exitIncomplete, on("10:05:00", row+house(2)+" --resend --why another"), "which was unreachable: taken back, by Robin", "plan TS-2026-002\n")
	s.wants(exitIncomplete, on("10:06:00", "status TS-2026-002"), "1 tailnet counted as told")
	s.wants(exitDone, on("10:07:00", "plan TS-2026-002"), "1  unreachable")
}

// TestTakenBackOfWhatALaterPlanSees: where the plan that stands has a row for the tailnet, whatever
// was said of it in an earlier one leads to no other plan.
func TestTakenBackOfWhatALaterPlanSees(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(all, 2)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable")
	const held = " --by Robin --hold --why moved --tailnet "
	s.wants(exitDone, on("10:01:00", "settle TS-2026-002/2"+held+house(2)))
	s.housesBut(append(all, touched), 2)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "1  mailed", "1  unreachable")
	s.delivers(exitIncomplete, "10:03:00", 3)
	s.wants(exitDone, on("10:04:00", "settle TS-2026-002/3"+held+house(2)))
	s.wants(exitDone, on("10:05:00", "status TS-2026-002"))
	said := s.says(exitDone, "", on("10:06:00", "settle TS-2026-002/2 --by Robin --resend --why another --tailnet "+house(2)))
	s.has(said, ": taken back, by Robin")
	s.lacks(said, "next:")
	s.wants(exitDone, on("10:07:00", "status TS-2026-002"))
}

// TestTakenBackAfterAWithdrawal: of what is withdrawn nobody need be told any more, and a plan
// without a kind would be refused.
func TestTakenBackAfterAWithdrawal(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 1, smtptest.Options{})
	s.housesBut(append(all, touched), 1)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable")
	const row = "settle TS-2026-002/2 --by Robin --tailnet "
	s.wants(exitDone, on("10:01:00", row+house(1)+" --told phoned"))
	s.wants(exitDone, on("11:00:00", "withdraw TS-2026-002 --reason Mistaken. --yes TS-2026-002"))
	s.wants(exitDone, on("11:01:00", "plan TS-2026-002 --kind all-clear"))
	s.delivers(exitIncomplete, "11:02:00", 3)
	said := s.says(exitDone, "", on("11:03:00", row+house(1)+" --resend --why another"))
	s.lacks(said, "plan TS-2026-002\n")
}

// TestStandsAfterACall: who was told on the telephone by a plan of corrections is seen to, and the
// plan stands.
func TestStandsAfterACall(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1", "action: Update Windows nodes to version 1.66.2")
	s.wants(exitDone, on("10:00:00", "revise TS-2026-002 --summary News. --material --yes TS-2026-002"))
	s.housesBut(all, 1)
	s.wants(exitDone, on("10:01:00", "plan TS-2026-002 --kind update"), "TS-2026-002/2")
	s.wants(exitIncomplete, on("10:02:00", "settle TS-2026-002/2 --by Robin --told phoned --tailnet "+house(1)))
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002 --kind update"), "TS-2026-002/2", "it stands")
}

// TestTakenBackOfWhoHasALetter: that a word is taken back says nothing of the letter that a later plan
// has brought.
func TestTakenBackOfWhoHasALetter(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 3, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(all, 3)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable")
	s.wants(exitDone, on("10:01:00", "settle TS-2026-002/2 --by Robin --hold --why moved --tailnet "+house(3)))
	s.houses(all)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "1  mailed")
	s.delivers(exitDone, "10:03:00", 3)
	const back = "settle TS-2026-002/2 --by Robin --resend --why another "
	s.put("ids", house(3)+"\n")
	listed := s.says(exitDone, "", on("10:05:00", back+"--dry-run --tailnets "+filepath.Join(s.site, "ids")))
	one := s.says(exitDone, "", on("10:06:00", back+"--tailnet "+house(3)))
	s.has(listed, "1 row of TS-2026-002/2: taken back\n")
	s.has(one, "which was unreachable: taken back, by Robin\n")
	s.lacks(listed+one, "nobody has told")
}

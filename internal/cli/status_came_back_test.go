package cli

import (
	"testing"

	"tocsin/internal/notify/smtptest"
)

const (
	rowOf2  = "settle TS-2026-002/2 --by Robin --tailnet "
	another = " --resend --why another"
	passed  = "open: 1 tailnet counted as told, whose letter came back since"
)

// leads wants what status says of one tailnet that is passed over, and of the plan where that is
// decided.
func (s session) leads(at, tailnet, plan string) {
	s.Helper()
	s.wants(exitIncomplete, on(at, "status TS-2026-002"), passed, "\n    tailnet "+tailnet+", by "+plan+"\n",
		"; where that finds nobody to tell, tocsin -C "+s.site+" settle "+plan+" --tailnet ID --hold --by NAME --why REASON")
}

// TestTakenBackOfWhoIsFixed is F47: of whom nobody has to be told any more no plan is made, and
// status says what closes that.
func TestTakenBackOfWhoIsFixed(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(all, 2)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable")
	s.wants(exitDone, on("10:01:00", rowOf2+house(2)+" --told phoned"))
	s.housesBut(append(all, touched), 2)
	s.wants(exitDone, on("10:02:00", "plan TS-2026-002"), "1  mailed", "3  told already")
	s.delivers(exitDone, "10:03:00", 3)

	all[2] = untouched
	s.housesBut(append(all, touched), 2)
	s.wants(exitIncomplete, on("10:05:00", rowOf2+house(2)+another))
	s.wants(exitDone, on("10:07:00", "plan TS-2026-002"), "told already")
	s.leads("10:08:00", house(2), "TS-2026-002/2")
	s.wants(exitDone, on("10:09:00", rowOf2+house(2)+" --hold --why fixed"))
	s.wants(exitDone, on("10:10:00", "status TS-2026-002"))
}

// TestBounceOfWhoIsFixed is the same of a letter that came back.
func TestBounceOfWhoIsFixed(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  mailed", "2  told already")
	s.delivers(exitDone, "10:01:00", 2)
	all[1] = untouched
	s.houses(append(all, touched))
	s.bounces(exitIncomplete, "10:02:00", 1, 1)
	s.wants(exitDone, on("10:07:00", "plan TS-2026-002"), "told already")
	s.leads("10:08:00", house(1), "TS-2026-002/1")
	s.lacks(s.says(exitIncomplete, "", on("10:08:00", "status TS-2026-002 --json")), house(1))
	s.wants(exitDone, on("10:09:00", "settle TS-2026-002/1 --by Robin --hold --why fixed --tailnet "+house(1)))
	s.wants(exitDone, on("10:10:00", "status TS-2026-002"))
}

// TestAbsentLeadsToAPlanAlone: of a letter that never came nothing can be decided once its plan is
// closed, and nothing leads there.
func TestAbsentLeadsToAPlanAlone(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Script: dropping(1), Keep: true})
	s, all := toTell(t, 2, server)
	s.delivers(exitIncomplete, "09:01:00", 1)
	s.has(s.says(exitDone, "", on("09:02:00", "status TS-2026-002/1 --format csv")), house(0)+",mailed,unknown")
	server.Idle(t)
	letters := server.Accepted()
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  mailed", "2  told already")
	s.delivers(exitDone, "10:01:00", 2)
	text := logAt(at0900.AddDate(0, 0, 28), letters, func(i int) string {
		if letters[i].To[0] == "owner@"+house(0) {
			return "never"
		}
		return "sent"
	})
	s.has(s.says(exitIncomplete, text, on("10:30:00", "settle TS-2026-002/1 --by A --log -")), "1  never came")
	said := s.says(exitIncomplete, "", on("10:31:00", "status TS-2026-002"))
	s.has(said, passed, "plan TS-2026-002\n")
	s.lacks(said, "--hold")
}

// TestTakenBackWhereNoOtherPlanKnows is F47: whom a plan told that was dropped, the one that stands
// need not have a row for. Where that word is taken back status says so as settle did, until a plan
// has a row for them, or was made and found that they are not affected.
func TestTakenBackWhereNoOtherPlanKnows(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	all = append(all, touched)
	s.housesBut(append(all, touched), 2)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable", "1  mailed")
	s.wants(exitIncomplete, on("10:01:00", rowOf2+house(2)+" --told phoned"))
	s.wants(exitDone, on("10:02:00", "settle TS-2026-002/2 --drop --by Robin --why mended"))
	s.wants(exitDone, on("10:02:05", "status TS-2026-002"))
	s.wants(exitIncomplete, on("10:02:10", rowOf2+house(2)+another), "plan TS-2026-002\n")
	s.leads("10:02:20", house(2), "TS-2026-002/2")
	s.wants(exitIncomplete, on("10:02:20", "status"), "1 counted as told")

	all[2] = untouched
	s.houses(append(all, touched))
	s.wants(exitDone, on("10:03:00", "plan TS-2026-002"), "1  mailed", "2  told already")
	s.delivers(exitDone, "10:04:00", 3)
	s.wants(exitDone, on("10:05:00", "status TS-2026-002"))
}

// TestTakenBackOfARehearsal: what was said of a row of a rehearsal told nobody, and so is nothing that
// could be open once it is taken back.
func TestTakenBackOfARehearsal(t *testing.T) {
	t.Parallel()
	s, all := wasTold(t, 2, smtptest.Options{})
	relay := "  transport: " + s.between("transport: ", "\n") + "\n"
	s.edit("tocsin.yaml", relay, inOutbox)
	s.housesBut(append(all, touched, touched), 2)
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002"), "1  unreachable", "a rehearsal")
	s.wants(exitIncomplete, on("10:01:00", rowOf2+house(2)+" --hold --why moved"))
	s.wants(exitDone, on("10:02:00", "settle TS-2026-002/2 --drop --by Robin --why mended"))
	s.says(exitDone, "", on("10:03:00", rowOf2+house(2)+another))
	s.wants(exitDone, on("10:04:00", "status TS-2026-002"))
}

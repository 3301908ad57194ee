package cli

import (
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// TestRevisedAndNotTold is of F47: after a material revision of which nobody has planned
// letters something is open, until somebody plans them, or drops the plan with a reason.
func TestRevisedAndNotTold(t *testing.T) {
	t.Parallel()
	s := relayed(t, smtptest.Start(t, smtptest.Options{}), "")
	const at = "--now 2026-06-02T10:00:00Z "
	s.wants(exitDone, at+"plan TS-2026-002")
	s.wants(exitIncomplete, at+"send TS-2026-002/2 --live --canary-wait 0s --yes TS-2026-002/2")
	s.wants(exitDone, at+"settle TS-2026-002/2 --state unreachable --told phoned --by alice --yes TS-2026-002/2")
	s.wants(exitDone, at+"status TS-2026-002/2")
	s.edit(noticeFile, "takes commands from", "takes its commands from")
	s.wants(exitDone, at+"revise TS-2026-002 --material --summary News. --yes TS-2026-002", "status TS-2026-002")
	const revised = "open: TS-2026-002 has a material revision since TS-2026-002/2 was made"
	s.wants(exitIncomplete, at+"status TS-2026-002/2", revised, "plan TS-2026-002 --kind update")
	s.wants(exitIncomplete, at+"status TS-2026-002", revised)
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z plan TS-2026-002 --kind update")
	s.wants(exitDone, "--now 2026-06-02T10:02:00Z settle TS-2026-002/3 --drop --by alice --why revoked")
	if out := s.says(exitDone, "", "--now 2026-06-02T10:03:00Z status TS-2026-002/2"); strings.Contains(out, "material") {
		t.Errorf("a plan that was dropped with a reason leaves it open:\n%s", out)
	}
}

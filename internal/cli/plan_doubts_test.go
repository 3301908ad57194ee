package cli

import "testing"

// TestHeldPlanAcceptsNothingYet: who is told to plan once the law lets letters go is not told to accept
// whatever size a table has by then.
func TestHeldPlanAcceptsNothingYet(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.edit(fault, "\nusers_affected: unknown\n", "\nusers_affected: unknown\nlegal: [{regime: Example Act, applies: yes, effect: delay, deadline: 2026-12-01}]\n")
	said := s.says(exitRefused, "", on("09:00:00", "plan TS-2026-002 --undetermined tell --accept-smaller nodes"))
	s.has(said, "Example Act asks to wait until 2026-12-01T00:00:00Z", " plan TS-2026-002 --undetermined tell, from 2026-12-01T00:00:00Z on")
}

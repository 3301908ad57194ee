package send

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// DriftError says that a plan is not what was reviewed any more.
type DriftError struct {
	Plan    notify.PlanID
	Changed []string // names of the inputs
}

// Error names the parts that changed.
func (e *DriftError) Error() string {
	return fmt.Sprintf("%s is not what was planned any more; changed since: %s", e.Plan, strings.Join(e.Changed, ", "))
}

// StaleError says that a plan is too old to be delivered.
type StaleError struct {
	Plan     notify.PlanID
	Deadline time.Time
}

// Error says until when it could have been.
func (e *StaleError) Error() string {
	return fmt.Sprintf("%s was to be delivered by %s: its letters are stale", e.Plan, e.Deadline.Format(time.RFC3339))
}

// Ready refuses to deliver a plan whose stored bytes are not what was frozen
// (always), whose deadline has passed, or whose sources have changed. Sources count
// until the first letter is out: then the letters are what counts. What a dead run
// had begun must be settled before ([Run.Settle]), so that it is known whether one
// is out. inputs digests the sources as they are now, and is called only where they
// count.
func Ready(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, now time.Time, inputs func() (notify.Inputs, error)) error {
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	states, err := book.States(ctx, plan)
	if err != nil {
		return err
	}
	switch {
	case plan.Superseded != "" || states[ledger.Planned] == 0:
		return nil // nothing will be sent
	case now.After(plan.Deadline):
		return &StaleError{plan.ID, plan.Deadline}
	case states[ledger.Accepted] > 0:
		return nil
	}
	current, err := inputs()
	if err != nil {
		return err
	}
	if drift := plan.Inputs.Drift(current); len(drift) > 0 {
		return &DriftError{plan.ID, drift}
	}
	return nil
}

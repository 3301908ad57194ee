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

// SupersededError says that a later plan of the bulletin took a plan's place.
type SupersededError struct {
	Plan notify.PlanID
	By   string // name of the later plan
}

// Error names both.
func (e *SupersededError) Error() string {
	return fmt.Sprintf("%s has taken the place of %s, which is not sent any more", e.By, e.Plan)
}

// DroppedError says that somebody abandoned a plan.
type DroppedError struct {
	Plan notify.PlanID
	At   string // RFC 3339, UTC
}

// Error says when.
func (e *DroppedError) Error() string {
	return fmt.Sprintf("%s was dropped on %s, and is not sent any more", e.Plan, e.At)
}

// ready refuses to deliver a plan that another took the place of, or is to, that somebody
// dropped, whose deadline has passed, whose sources have changed, or that is not approved.
// What a dead run had begun is settled before, so that it is known whether a letter is out.
func (r Run) ready(ctx context.Context, inputs func() (notify.Inputs, error)) error {
	if r.Plan.Superseded != "" {
		return &SupersededError{r.Plan.ID, r.Plan.Superseded}
	}
	if r.Plan.Dropped != "" {
		return &DroppedError{r.Plan.ID, r.Plan.Dropped}
	}
	if r.Plan.Paused != "" {
		return &ledger.PausedError{Plan: r.Plan.ID, By: r.Plan.Paused}
	}
	states, err := r.Ledger.States(ctx, r.Plan)
	switch {
	case err != nil:
		return err
	case states[ledger.Planned]+states[ledger.Deferred] == 0:
		return nil // nothing will be sent
	case !r.open():
		return &StaleError{r.Plan.ID, r.Plan.Deadline}
	}
	current, err := inputs()
	if err != nil {
		return err
	}
	drift, edited := r.Plan.Inputs.Drift(current), []string(nil)
	if states[ledger.Accepted] > 0 {
		drift, edited = Lasting(drift) // the letters are what counts now
	}
	if len(drift) > 0 {
		return &DriftError{r.Plan.ID, drift}
	}
	if err := r.approved(ctx); err != nil {
		return err
	}
	if len(edited) > 0 && r.Edited != nil {
		r.Edited(edited)
	}
	return nil
}

// Lasting parts the names of changed inputs: those that count to the last letter, and the others,
// which count until the first is out. Nobody finishes what was withdrawn, and nobody changes under
// way who must approve.
func Lasting(changed []string) (lasting, others []string) {
	for _, name := range changed {
		if name == notify.StatusInput || name == notify.ApprovalsInput {
			lasting = append(lasting, name)
		} else {
			others = append(others, name)
		}
	}
	return lasting, others
}

// approved refuses a plan that must be approved and is not.
func (r Run) approved(ctx context.Context) error {
	switch {
	case r.Plan.Inputs[notify.ApprovalsInput] == "":
		return nil
	case r.Approved == nil:
		return fmt.Errorf("%s must be approved, and nobody can say whether it is", r.Plan.ID)
	}
	return r.Approved(ctx)
}

package planning

import (
	"context"
	"fmt"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// OvertakenError says that somebody began another plan of the bulletin later, and froze it
// first: what this one has read of the inventory is older. Or a clock is wrong: that of the
// other plan was ahead, or this one's is behind.
type OvertakenError struct {
	By notify.PlanID
	At time.Time // when that was begun, by its clock
}

// Error names the later plan.
func (e *OvertakenError) Error() string {
	return fmt.Sprintf("%s was begun later, at %s", e.By, e.At.Format(time.RFC3339))
}

// overtaken refuses what was read before the bulletin's last plan was begun. An inventory is
// read before anybody holds the ledger, since that takes long.
func overtaken(ctx context.Context, book *ledger.Ledger, id bulletin.ID, begun time.Time) error {
	plans, err := book.Plans(ctx, id)
	if err != nil || len(plans) == 0 {
		return err
	}
	last, err := book.Plan(ctx, plans[len(plans)-1])
	if err == nil && last.Created.After(begun) {
		return &OvertakenError{last.ID, last.Created}
	}
	return err
}

// MovedError says that somebody was at the bulletin's plans since this one looked who has been
// told: planned, or sent, settled, approved or dropped the last of them.
type MovedError struct {
	Last  notify.PlanID // the last plan as it is now; its number is 0 where there is none any more
	Fresh bool          // it was not there before
}

// Error names the plan.
func (e *MovedError) Error() string {
	switch {
	case e.Fresh:
		return fmt.Sprintf("somebody planned meanwhile: %s was not there when this plan looked who has been told", e.Last)
	case e.Last.Number == 0:
		return fmt.Sprintf("the plans of %s are gone that were there when this plan looked who has been told", e.Last.Bulletin)
	}
	return fmt.Sprintf("somebody was at %s since this plan looked who has been told: it was sent, settled, approved or dropped", e.Last)
}

// unmoved refuses to freeze what was worked out while somebody else was at the bulletin's plans.
// That nothing is open, or that nobody has been told, was so before.
func (s Sources) unmoved(ctx context.Context, book *ledger.Ledger) error {
	if s.Since == nil {
		return nil
	}
	now, err := book.Stage(ctx, s.Common.Bulletin.ID)
	if err != nil || now == *s.Since {
		return err
	}
	return &MovedError{notify.PlanID{Bulletin: s.Common.Bulletin.ID, Number: now.Last}, now.Last > s.Since.Last}
}

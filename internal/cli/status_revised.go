package cli

import (
	"context"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// revisedSince says that the bulletin has a material revision of which nobody has planned
// letters: who was told knows what holds no more, and nobody has looked whom it concerns
// now. A plan of the revision settles it, even one that was dropped: why is on record then.
func (p *program) revisedSince(ctx context.Context, book *ledger.Ledger, b bulletin.Bulletin, last ledger.Stored) error {
	if rehearsed(last) || len(notify.Changes(b, last.Revision(b))) == 0 {
		return nil
	}
	if _, told, err := book.LastTelling(ctx, b.ID); err != nil || !told {
		return err
	}
	plans, err := book.Plans(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, id := range plans {
		plan, err := book.Plan(ctx, id)
		if err != nil || !rehearsed(plan) && len(notify.Changes(b, plan.Revision(b))) == 0 {
			return err
		}
	}
	p.print("  open: %s has a material revision since %s was made, of which nobody is told", b.ID, last.ID)
	p.remark("revised, and nobody is told of it")
	p.next("tocsin plan %s --kind %s", b.ID, notify.Update)
	return errIncomplete
}

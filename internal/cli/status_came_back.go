package cli

import (
	"context"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// cameBack counts the tailnets that a plan takes for told by letters which came back, or of
// which it turned out that they never came, after it was made, or by a word that was taken back:
// nobody writes to them. Of what is withdrawn nobody need be told any more.
func (r *report) cameBack(ctx context.Context, closed []ledger.Stored, plan ledger.Stored) error {
	if b, found := r.site.content.Bulletin(plan.ID.Bulletin); found && b.Status == bulletin.Withdrawn {
		return nil
	}
	back, words, err := r.undone(ctx, closed)
	if err != nil {
		return err
	}
	lost := 0
	for _, id := range back {
		is, err := r.lost(ctx, plan, id)
		if err != nil {
			return err
		}
		if is {
			lost++
		}
	}
	if lost == 0 {
		return nil
	}
	since := "whose letter came back since"
	if words {
		since += ", or of whom that was taken back"
	}
	r.line(2, "open: %s counted as told, %s", many(lost, r.site.config.Organization.Unit.One), since)
	r.remark("%d counted as told, %s", lost, since)
	r.next("tocsin plan %s", plan.ID.Bulletin)
	return errIncomplete
}

// undone lists whom plans that are closed may not have told after all, and reports whether that is
// so of some by a person's word. What was said in a plan that was dropped later counts as well.
func (r *report) undone(ctx context.Context, closed []ledger.Stored) (back []tailnet.ID, words bool, err error) {
	for _, plan := range closed {
		if plan.Superseded+plan.Dropped == "" {
			continue // it is paused, and may go on
		}
		err = r.book.Each(ctx, plan, func(d ledger.Delivery) error {
			word := d.State == ledger.NoLetter && d.Settled == ledger.Resend
			if word || d.Settled == ledger.Bounce || d.Settled == ledger.Absent {
				back, words = append(back, d.Tailnet), words || word
			}
			return nil
		})
		if err != nil {
			return nil, false, err
		}
	}
	slices.Sort(back)
	return slices.Compact(back), words, nil
}

// lost reports whether a plan passes over a tailnet that was not told, or is owed a letter.
func (r *report) lost(ctx context.Context, plan ledger.Stored, id tailnet.ID) (bool, error) {
	d, found, err := r.book.Delivery(ctx, plan, id)
	if err != nil {
		return false, err
	}
	past, _, err := r.book.Past(ctx, plan.ID.Bulletin, id)
	passed := found && d.Standing == notify.Told || !found && plan.Kind == notify.AllClear
	return passed && (!past.Told || past.Owed > 0), err
}

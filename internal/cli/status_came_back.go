package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

// untelling is a row of a closed plan that may not have told its tailnet after all: by a letter
// that came back, or never came, or by a person's word that was taken back.
type untelling struct {
	plan ledger.Stored
	row  ledger.Delivery
}

// word reports whether it was a person's word.
func (u untelling) word() bool { return u.row.State == ledger.NoLetter }

// cameBack names the tailnets that a plan takes for told by letters which came back, or of
// which it turned out that they never came, after it was made, or by a word that was taken back:
// nobody writes to them. Of what is withdrawn nobody need be told any more.
func (r *report) cameBack(ctx context.Context, closed []ledger.Stored, plan ledger.Stored) error {
	if b, found := r.site.content.Bulletin(plan.ID.Bulletin); found && b.Status == bulletin.Withdrawn {
		return nil
	}
	back, err := r.untold(ctx, closed)
	if err != nil {
		return err
	}
	var lost []untelling
	for _, u := range back {
		is, err := r.lost(ctx, plan, u)
		if err != nil {
			return err
		}
		if is {
			lost = append(lost, u)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	r.sayLost(lost)
	return errIncomplete
}

// untold lists, by tailnet, the rows of closed plans that may have told nobody after all. What was
// said in a plan that was dropped later counts as well; what was rehearsed never did.
func (r *report) untold(ctx context.Context, closed []ledger.Stored) (back []untelling, err error) {
	for _, plan := range closed {
		if plan.Superseded+plan.Dropped == "" || rehearsed(plan) {
			continue // one that is paused may go on
		}
		err = r.book.Each(ctx, plan, func(d ledger.Delivery) error {
			word := d.State == ledger.NoLetter && d.Settled == ledger.Resend
			if word || d.Settled == ledger.Bounce || d.Settled == ledger.Absent {
				back = append(back, untelling{plan, d})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(back, func(a, b untelling) int { return cmp.Compare(a.row.Tailnet, b.row.Tailnet) })
	return back, nil
}

// lost reports whether a plan passes over a tailnet that was not told, or is owed a letter.
func (r *report) lost(ctx context.Context, plan ledger.Stored, u untelling) (bool, error) {
	d, found, err := r.book.Delivery(ctx, plan, u.row.Tailnet)
	if err != nil {
		return false, err
	}
	passed := found && d.Standing == notify.Told
	if !found {
		if passed, err = passes(plan, u); err != nil {
			return false, err
		}
	}
	past, _, err := r.book.Past(ctx, plan.ID.Bulletin, u.row.Tailnet)
	return passed && (!past.Told || past.Owed > 0), err
}

// passes reports whether a plan without a row for a tailnet passes over it, and did not merely find
// that it is not affected. One of all-clears looks at those alone who are not affected any more; and
// none can know of a word that was taken back after it was made, of whoever had a row in a later
// plan alone, say, which was dropped.
func passes(plan ledger.Stored, u untelling) (bool, error) {
	if plan.Kind == notify.AllClear {
		return true, nil
	}
	if !u.word() || rehearsed(plan) {
		return false, nil
	}
	at, err := time.Parse(time.RFC3339, u.row.Changed)
	if err != nil {
		return false, fmt.Errorf("the ledger has %q for a time of %s: %w", u.row.Changed, u.plan.ID, err)
	}
	return !at.Before(plan.Created), nil
}

// sayLost tells of tailnets that a plan passes over, sorted, and what closes that. Who is not
// affected any more the next plan has no letter for, and only a decision where they stand does.
func (r *report) sayLost(lost []untelling) {
	since := "whose letter came back since"
	if slices.ContainsFunc(lost, untelling.word) {
		since += ", or of whom that was taken back"
	}
	next := lostAgain(lost)
	lost = slices.CompactFunc(lost, func(a, b untelling) bool { return a.row.Tailnet == b.row.Tailnet })
	unit := r.site.config.Organization.Unit.One
	r.line(2, "open: %s counted as told, %s", many(len(lost), unit), since)
	for i, u := range lost {
		if i == mostOnScreen {
			r.line(4, "%d more; tocsin status %s --format csv says who came back, or is to be told again", len(lost)-i, u.plan.ID)
			break
		}
		r.print("    %s %s, by %s", unit, source.Visible(string(u.row.Tailnet)), u.plan.ID)
	}
	r.remark("%d counted as told, %s", len(lost), since)
	r.next("%s", next)
}

// lostAgain is what to type for tailnets that a plan passes over. Of a letter that never came, in a
// plan that is closed, nothing can be decided.
func lostAgain(lost []untelling) string {
	next := "tocsin plan " + string(lost[0].plan.ID.Bulletin)
	for _, u := range lost {
		if ledger.Settleable(u.plan, []ledger.Settled{{Delivery: u.row, Settlement: ledger.Settlement{How: ledger.Keep}}}) == nil {
			return fmt.Sprintf("%s; where that finds nobody to tell, tocsin settle %s --tailnet ID --hold --by NAME --why REASON", next, u.plan.ID)
		}
	}
	return next
}

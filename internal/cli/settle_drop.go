package cli

import (
	"context"
	"errors"
	"slices"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

// dropping refuses flags that do not go with --drop, which is of a whole plan.
func (f settling) dropping() error {
	switch {
	case slices.ContainsFunc([]string{f.tailnet, f.tailnets, f.state, f.told, f.zone, f.yes}, func(s string) bool { return s != "" }),
		len(f.logs) > 0, f.resend, f.hold, f.bounced, f.dry:
		return errors.New("--drop is of the whole plan, and goes with --by NAME and --why REASON alone")
	case f.by == "":
		return errors.New("settle needs --by NAME: somebody answers for it")
	case f.why == "":
		return errors.New("--drop needs --why REASON")
	}
	return nil
}

// settleDrop abandons a plan of which nothing has gone out. What was paused for it goes on.
func (p *program) settleDrop(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, f settling) error {
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	lifted, err := book.Drop(ctx, plan, ledger.Settlement{Who: f.by, Why: f.why, At: s.now})
	if err != nil {
		return err
	}
	p.print("dropped: %s, none of whose letters has gone out, by %s", plan.ID, source.Visible(f.by))
	for _, id := range lifted {
		p.say("%s goes on where it was", id)
		p.next("tocsin status %s", id)
	}
	switch {
	case len(lifted) > 0:
	case rehearsed(plan): // of which nobody need be left to tell
		p.next("tocsin status %s", plan.ID.Bulletin)
	default:
		p.next("%s", planAnew(plan.Plan))
	}
	return nil
}

// standsNoMore says what has become of a plan that does not go on, or not now, and reports
// whether that is so. Rows that somebody still has to see to are left where it is paused.
func (p *program) standsNoMore(plan ledger.Stored, sums ledger.Account) (bool, error) {
	switch {
	case plan.Superseded != "":
		p.say("%s has taken the place of %s", plan.Superseded, plan.ID)
	case plan.Dropped != "":
		p.say("%s was dropped on %s: nothing of it goes out", plan.ID, plan.Dropped)
	case plan.Paused != "":
		p.say("%s is paused: %s takes its place with its first letter", plan.ID, plan.Paused)
		p.say("until then %s takes that back", dropOf(plan.Paused))
		p.next("tocsin status %s", plan.Paused)
		if sums.Open()+len(sums.Unsettled)+len(sums.Untold) > 0 {
			return true, errIncomplete
		}
		return true, nil
	default:
		return false, nil
	}
	if err := p.begun(plan, sums); err != nil {
		return true, err
	}
	return true, p.doubts(plan, sums)
}

// doubts says of how many letters nobody knows whether they arrived, of a plan that another
// has taken the place of, or is to: that one counts their tailnets as told.
func (p *program) doubts(plan ledger.Stored, sums ledger.Account) error {
	if len(sums.Unsettled) == 0 {
		return nil
	}
	if n := sums.Unsettled[ledger.Unknown]; n > 0 {
		p.print("  open: nobody knows whether %s of %s arrived", many(n, "letter"), plan.ID)
		p.next("tocsin settle %s --log FILE --by NAME, with the relay's log", plan.ID)
	}
	return errIncomplete
}

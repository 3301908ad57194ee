package cli

import (
	"context"
	"fmt"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// afterRehearsal tells what comes after a rehearsal. What a person decides about a row of it no
// later plan would know, so that nothing leads there.
func (p *program) afterRehearsal(s *site, plan ledger.Stored, sums ledger.Account) error {
	again := planAgain(plan.Plan)
	switch {
	case sums.Untold[notify.Unreachable] > 0:
		p.next("find an address for each unreachable %s, then %s", s.config.Organization.Unit.One, again)
	case sums.Untold[notify.Undetermined] > 0:
		p.next("find out what is not known, then %s", again)
	case len(sums.Unsettled) > 0:
		p.next("%s", again)
	case !p.ofBulletin(): // of a bulletin that need not be told of, nothing is left
		p.next("%s", s.forPeople(again))
		return nil
	default:
		return nil
	}
	return errIncomplete
}

// forPeople is a command that plans letters, with what makes them go to people.
func (s *site) forPeople(plan string) string {
	if s.config.Mail.Relay == "" {
		return "name a relay as mail.transport, then " + plan
	}
	return plan
}

// rehearsedOnly says of a bulletin that somebody has to be told of which letters of a rehearsal
// stand for nothing else: no plan that leaves this machine has told their tailnets. Without it
// a rehearsal would silence what a bulletin without any plan is reported for.
func (r *report) rehearsedOnly(ctx context.Context, id bulletin.ID) error {
	plans, err := r.book.Plans(ctx, id)
	if err != nil {
		return err
	}
	for _, id := range plans {
		plan, err := r.book.Plan(ctx, id)
		if err != nil {
			return err
		}
		if !rehearsed(plan) || plan.Superseded != "" || plan.Dropped != "" {
			continue
		}
		if err := r.rehearsedBy(ctx, plan); err != nil {
			return err
		}
	}
	return nil
}

// rehearsedBy says whom a rehearsal that stands writes to and nobody has told.
func (r *report) rehearsedBy(ctx context.Context, plan ledger.Stored) error {
	_, told, err := r.book.LastTelling(ctx, plan.ID.Bulletin)
	if err != nil {
		return err
	}
	untold, err := untoldOf(ctx, r.book, plan)
	if err != nil || untold == 0 {
		return err
	}
	text := "rehearsed only: nobody has been told"
	if told {
		text = fmt.Sprintf("rehearsed only: nobody has told %s", many(untold, r.site.config.Organization.Unit.One))
	}
	r.print("  open: %s", text)
	r.remark("%s", text)
	next := r.site.forPeople(planAgain(plan.Plan))
	if told { // a plan to the relay may find that nobody is left to tell
		next += "; where that finds nobody to tell, " + dropOf(plan.ID.String())
	}
	r.next("%s", next)
	return errIncomplete
}

// untoldOf counts the tailnets that a rehearsal has letters for, and that nobody has told, or
// told last that all is well.
func untoldOf(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (int, error) {
	letters := make(map[tailnet.ID]struct{})
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		if d.Standing == notify.Mailed && d.Kind != notify.AllClear {
			letters[d.Tailnet] = struct{}{}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = book.EachPast(ctx, plan.ID.Bulletin, func(past ledger.Past) error {
		if past.Told && past.Kind != notify.AllClear {
			delete(letters, past.Tailnet)
		}
		return nil
	})
	return len(letters), err
}

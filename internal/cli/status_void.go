package cli

import (
	"context"
	"fmt"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
)

// planStanding shows how a plan stands: void where its bulletin does not say any more what
// the letters say, else with what is left to deliver.
func (p *program) planStanding(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	sums, err := book.Account(ctx, plan)
	if err != nil {
		return err
	}
	b, found := s.content.Bulletin(plan.ID.Bulletin)
	switch drift, err := s.drift(b, plan, sums); {
	case !found || plan.Superseded != "" || plan.Paused != "" || plan.Dropped != "":
	case b.Status == bulletin.Withdrawn && plan.Inputs[notify.StatusInput] != notify.Digest([]byte(bulletin.Withdrawn)):
		p.sums(plan, sums)
		return p.afterWithdrawal(ctx, s, book, plan, sums)
	case err != nil:
		return err
	case len(drift) > 0:
		p.sums(plan, sums)
		p.void("changed since it was made: %s", strings.Join(drift, ", "))
		p.next("%s", planAgain(plan.Plan))
		return errIncomplete
	}
	if err := p.account(ctx, s, book, plan); err != nil || !found {
		return err
	}
	return p.revisedSince(ctx, book, b, plan)
}

// void says why a plan does not count any more.
func (p *program) void(format string, args ...any) {
	text := "void: " + fmt.Sprintf(format, args...)
	p.print("  %s", text)
	if p.screen != nil {
		p.screen.Void = text
	}
}

// remark keeps for the list of all bulletins what is left of one and is in no sum of its plans.
func (p *program) remark(format string, args ...any) {
	if p.screen != nil {
		p.screen.Why = append(p.screen.Why, fmt.Sprintf(format, args...))
	}
}

// drift names what is different since a plan was made, while it still counts: once a
// letter is out, the letters are what counts. It is what sending refuses to go on with.
func (s *site) drift(b bulletin.Bulletin, plan ledger.Stored, sums ledger.Account) ([]string, error) {
	if s.templates == nil || sums.Letters[ledger.Planned] == 0 {
		return nil, nil // nothing was read, or nothing is to be sent
	}
	current, err := s.inputs(b, plan.Plan)
	if err != nil {
		return nil, err
	}
	drift := plan.Inputs.Drift(current)
	if sums.Letters[ledger.Accepted] > 0 {
		drift, _ = send.Lasting(drift)
	}
	return drift, nil
}

// afterWithdrawal says that a plan is sent no more, and how many have letters that do not
// hold, by this plan or an earlier one.
func (p *program) afterWithdrawal(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, sums ledger.Account) error {
	p.void("%s is withdrawn, and nothing of %s is to be sent", plan.ID.Bulletin, plan.ID)
	if sums.Begun() > 0 || rehearsed(plan) {
		return p.begun(plan, sums)
	}
	return p.notAllClear(ctx, s, book, plan.ID.Bulletin)
}

// notAllClear says how many hold a letter of a bulletin that is withdrawn, whatever plan stands
// for it, or none: an all-clear may have been dropped.
func (p *program) notAllClear(ctx context.Context, s *site, book *ledger.Ledger, id bulletin.ID) error {
	told, err := toldStill(ctx, book, id)
	if err != nil || told == 0 {
		return err
	}
	p.say("%s told of %s, and not that it is withdrawn", were(told, s.config.Organization.Unit.One), id)
	p.remark("%d told, and not that it is withdrawn", told)
	p.next("tocsin plan %s --kind %s", id, notify.AllClear)
	return errIncomplete
}

// toldStill counts the tailnets that were told of a bulletin, and not since that all is well.
func toldStill(ctx context.Context, book *ledger.Ledger, id bulletin.ID) (n int, err error) {
	if _, any, err := book.LastTelling(ctx, id); err != nil || !any { // the usual case, and at once
		return 0, err
	}
	err = book.EachPast(ctx, id, func(past ledger.Past) error {
		if past.Told && !past.Cleared() {
			n++
		}
		return nil
	})
	return n, err
}

func were(n int, unit string) string {
	if n == 1 {
		return many(n, unit) + " was"
	}
	return many(n, unit) + " were"
}

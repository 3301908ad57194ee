package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
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
	case b.Status == bulletin.Withdrawn && plan.Kind != notify.AllClear:
		p.sums(sums)
		return p.afterWithdrawal(s, plan, sums)
	case err != nil:
		return err
	case len(drift) > 0:
		p.sums(sums)
		p.void("changed since it was made: %s", strings.Join(drift, ", "))
		p.next("tocsin plan %s", plan.ID.Bulletin)
		return errIncomplete
	}
	return p.account(ctx, s, book, plan)
}

// void says why a plan does not count any more.
func (p *program) void(format string, args ...any) {
	text := "void: " + fmt.Sprintf(format, args...)
	p.print("  %s", text)
	if p.screen != nil {
		p.screen.Void = text
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
		drift = slices.DeleteFunc(drift, func(name string) bool { return name != notify.StatusInput && name != notify.ApprovalsInput })
	}
	return drift, nil
}

// afterWithdrawal says that a plan is sent no more, and who has letters that do not hold.
func (p *program) afterWithdrawal(s *site, plan ledger.Stored, sums ledger.Account) error {
	p.void("%s is withdrawn, and nothing of %s is to be sent", plan.ID.Bulletin, plan.ID)
	told := sums.Letters[ledger.Accepted] + sums.Letters[ledger.Unknown]
	if sums.Begun() > 0 || told == 0 || rehearsed(plan) {
		return p.begun(plan.ID, sums)
	}
	p.say("%s told by %s, and not that it is withdrawn", were(told, s.config.Organization.Unit.One), plan.ID)
	p.next("tocsin plan %s --kind %s", plan.ID.Bulletin, notify.AllClear)
	return errIncomplete
}

func were(n int, unit string) string {
	if n == 1 {
		return many(n, unit) + " was"
	}
	return many(n, unit) + " were"
}

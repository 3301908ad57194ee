package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

func (p *program) status() *cobra.Command {
	return &cobra.Command{
		Use:   "status [ID|PLAN]",
		Short: "Say where every bulletin, or one plan, stands, and what is left to do",
		Args:  atMost("ID or PLAN"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runStatus(c.Context(), strings.Join(args, ""))
		},
	}
}

func (p *program) runStatus(ctx context.Context, name string) (err error) {
	now, err := p.clock()
	if err != nil {
		return err
	}
	s, err := p.open(now)
	if err != nil {
		return err
	}
	book, err := s.reader(ctx)
	plan := strings.Contains(name, "/")
	if errors.Is(err, ledger.ErrNone) && !plan {
		return p.statusOfBulletins(ctx, s, nil, bulletin.ID(name), now)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if plan {
		return p.statusOfPlan(ctx, s, book, name)
	}
	return p.statusOfBulletins(ctx, s, book, bulletin.ID(name), now)
}

func (p *program) statusOfPlan(ctx context.Context, s *site, book *ledger.Ledger, name string) error {
	plan, err := find(ctx, book, name)
	if err != nil {
		return err
	}
	p.planHead(plan)
	return p.account(ctx, s, book, plan)
}

// statusOfBulletins shows one bulletin, or all, each with its verdicts and the plan
// that stands.
func (p *program) statusOfBulletins(ctx context.Context, s *site, book *ledger.Ledger, only bulletin.ID, now time.Time) error {
	shown, incomplete := 0, false
	for _, b := range s.content.Bulletins {
		if only != "" && b.ID != only {
			continue
		}
		shown++
		p.print("%s  %s: %s", b.ID, b.Status, b.Title)
		err := p.statusOfBulletin(ctx, s, book, b, now)
		if err != nil && !errors.Is(err, errIncomplete) {
			return err
		}
		incomplete = incomplete || err != nil
	}
	orphans, err := p.orphans(ctx, s, book, only)
	if err != nil && !errors.Is(err, errIncomplete) {
		return err
	}
	shown, incomplete = shown+orphans, incomplete || err != nil
	if shown == 0 && only != "" {
		return &refusal{exitUsage, fmt.Sprintf("there is no bulletin %q", only), "tocsin status lists them"}
	}
	if incomplete {
		return errIncomplete
	}
	return nil
}

// statusOfBulletin shows a bulletin's verdicts and the plan that stands for it. Where
// somebody may have to be told and nobody has made a plan, that is left to do.
func (p *program) statusOfBulletin(ctx context.Context, s *site, book *ledger.Ledger, b bulletin.Bulletin, now time.Time) error {
	unit := s.config.Organization.Unit
	tell := verdict.Undetermined
	if s.judgeable() == nil {
		tell = s.rules.AnyTailnet(b).Outcome
		p.print("  disclose: %s; notify affected %s: %s", s.rules.Bulletin(b, now).Outcome.Words(), unit.Many, tell.Words())
	}
	planned, err := p.latestPlan(ctx, s, book, b.ID)
	if planned || err != nil {
		return err
	}
	p.print("  no plan yet")
	told := b.Status == bulletin.Public || b.Status == bulletin.Private
	if !told || tell == verdict.NotRequired {
		return nil
	}
	p.next("tocsin plan %s", b.ID)
	return errIncomplete
}

// latestPlan shows the plan that stands for a bulletin, if there is one; book is nil
// while there is no ledger.
func (p *program) latestPlan(ctx context.Context, s *site, book *ledger.Ledger, id bulletin.ID) (found bool, err error) {
	if book == nil {
		return false, nil
	}
	plans, err := book.Plans(ctx, id)
	if err != nil || len(plans) == 0 {
		return false, err
	}
	plan, err := book.Plan(ctx, plans[len(plans)-1])
	if err != nil {
		return false, err
	}
	p.planHead(plan)
	return true, p.account(ctx, s, book, plan)
}

// orphans shows the plans of bulletins whose files are gone: their letters are not
// forgotten with them.
func (p *program) orphans(ctx context.Context, s *site, book *ledger.Ledger, only bulletin.ID) (shown int, err error) {
	if book == nil {
		return 0, nil
	}
	plans, err := book.Plans(ctx, only)
	if err != nil {
		return 0, err
	}
	var last bulletin.ID
	incomplete := false
	for _, plan := range plans {
		_, there := s.content.Bulletin(plan.Bulletin)
		if there || plan.Bulletin == last {
			continue
		}
		last = plan.Bulletin
		shown++
		p.print("%s  cannot be read, or its file is gone", plan.Bulletin)
		_, err := p.latestPlan(ctx, s, book, plan.Bulletin)
		if err != nil && !errors.Is(err, errIncomplete) {
			return shown, err
		}
		incomplete = incomplete || err != nil
	}
	if incomplete {
		return shown, errIncomplete
	}
	return shown, nil
}

func (p *program) planHead(plan ledger.Stored) {
	p.print("  plan %s of %s, to %s, not after %s", plan.ID, plan.Created.Format(time.RFC3339),
		destination(plan.Transport), plan.Deadline.Format(time.RFC3339))
}

// sums prints how a plan's rows add up, and counts the letters that are still to
// be delivered. Sums that do not add up are an error of the ledger, never glossed over.
func (p *program) sums(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (open int, err error) {
	states, err := book.States(ctx, plan)
	if err != nil {
		return 0, err
	}
	var letters []string
	sum := 0
	for _, state := range ledger.States {
		sum += states[state]
		if states[state] > 0 {
			letters = append(letters, fmt.Sprintf("%s %d", state, states[state]))
		}
	}
	if sum != plan.Counts[notify.Mailed] {
		return 0, fmt.Errorf("%s: %d letters are in some state, %d were frozen: %w", plan.ID, sum, plan.Counts[notify.Mailed], ledger.ErrChanged)
	}
	for i, standing := range notify.Standings {
		sign := "+"
		if i == 0 {
			sign = " "
		}
		p.print("  %s %6d  %s%s", sign, plan.Counts[standing], standing.Words(), inParentheses(standing, letters))
	}
	p.print("  = %6d  affected", plan.Counts.Affected())
	return states[ledger.Planned] + states[ledger.Intent], nil
}

func inParentheses(standing notify.Standing, letters []string) string {
	if standing != notify.Mailed || len(letters) == 0 {
		return ""
	}
	return " (" + strings.Join(letters, ", ") + ")"
}

// left names what a plan leaves for a person to do. Letters to deliver come first:
// the rest can only be told by other ways.
func (p *program) left(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, open int) error {
	unit := s.config.Organization.Unit
	if err := p.untold(ctx, book, plan, unit.One); err != nil {
		return err
	}
	switch {
	case open > 0:
		p.next("tocsin send %s (%s to deliver)", plan.ID, many(open, "letter"))
	case plan.Counts[notify.Unreachable] > 0:
		p.next("find an address for each unreachable %s, then tocsin plan %s", unit.One, plan.ID.Bulletin)
	case plan.Counts[notify.Undetermined] > 0:
		p.next("find out what is not known, then tocsin plan %s", plan.ID.Bulletin)
	default:
		return nil
	}
	return errIncomplete
}

// mostUntold is how many tailnets that nobody has told are listed one by one.
const mostUntold = 20

// untold lists the tailnets that the plan's letters do not reach.
func (p *program) untold(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, unit string) error {
	listed := 0
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		if d.Standing != notify.Unreachable && d.Standing != notify.Undetermined {
			return nil
		}
		if listed++; listed <= mostUntold {
			p.print("  open: %s %s is %s", unit, source.Visible(string(d.Tailnet)), d.Standing.Words())
		}
		return nil
	})
	if listed > mostUntold {
		p.print("  open: %d more; tocsin letters %s lists them", listed-mostUntold, plan.ID)
	}
	return err
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/approval"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
	"tocsin/internal/source"
)

// tallyLine says in one line how far the approvals of a plan have come.
func tallyLine(t approval.Tally) string {
	line := fmt.Sprintf("approvals %d/%d", len(t.Approved), t.Case.Terms.Required)
	if t.LacksPlanner() {
		line += ", the planner has not signed"
	}
	if t.Glass != nil {
		line += fmt.Sprintf(", GLASS BROKEN by %s, counts from %s: %s", source.Visible(t.Glass.Principal), t.Opens().Format(time.RFC3339), t.Glass.Reason)
	}
	return line
}

// listApprovals prints who has signed a plan. It needs the settings alone.
func (p *program) listApprovals(ctx context.Context, name string) error {
	return p.withPlan(ctx, name, func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		t, err := s.tallyOf(ctx, book, plan)
		if err != nil {
			return err
		}
		if t.Case.Terms.Required == 0 {
			p.say("nobody has to approve %s: it goes to %s", plan.ID, destination(plan.Transport))
			return nil
		}
		for _, a := range t.Signed {
			p.print("%-11s  %s  %s  %s%s", a.Role, a.At.Format(time.RFC3339), a.Fingerprint, source.Visible(a.Principal), reasonOf(a))
		}
		p.print("%s", tallyLine(t))
		p.afterApproval(s, t)
		return nil
	})
}

func reasonOf(a notify.Approval) string {
	if a.Reason == "" {
		return ""
	}
	return ": " + a.Reason
}

// afterApproval tells what is to be typed next about a plan's approvals.
func (p *program) afterApproval(s *site, t approval.Tally) {
	if t.Enough(s.now) == nil {
		p.next("%s", sendOf(t.Case.Plan))
		return
	}
	p.next("%s", nextApproval(t))
}

// afterLastApproval tells what is to be typed once enough have signed: what makes the codes of
// the letters public, before somebody looks one up, then what sends them.
func (p *program) afterLastApproval(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) error {
	sends := sendOf(plan.Plan)
	if s, err := p.open(); err == nil && !rehearsed(plan) { // what cannot be read, send will say
		b, found := s.content.Bulletin(plan.ID.Bulletin)
		listed, err := s.codesListed(ctx, book, plan, b)
		if err != nil {
			return err
		}
		if found && !listed && b.Status != bulletin.Draft {
			sends = fmt.Sprintf("tocsin status %s --publish, then tocsin build, so that readers can look up the codes of their letters; then %s", b.ID, sends)
		}
	}
	p.next("%s", sends)
	return nil
}

// nextApproval is the command by which a plan comes nearer to being sent.
func nextApproval(t approval.Tally) string {
	plan := t.Case.Plan.ID
	switch {
	case t.Glass != nil:
		return fmt.Sprintf("wait until %s, then %s; tocsin approve %s is for a colleague who is there before", t.Opens().Format(time.RFC3339), sendOf(t.Case.Plan), plan)
	case t.LacksPlanner():
		return fmt.Sprintf("tocsin approve %s --planner, by whoever made the plan; others approve it", plan)
	}
	return fmt.Sprintf("tocsin approve %s, by %s more (--request FILE where they are elsewhere)", plan, people(t.Lacks()))
}

func people(n int) string {
	if n == 1 {
		return "one person"
	}
	return fmt.Sprintf("%d people", n)
}

// approvals prints how far the approvals of a plan have come; nothing where nobody must.
// Of terms that have changed since it prints who had signed: the signatures were for others.
func (p *program) approvals(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	if plan.Inputs[notify.ApprovalsInput] == "" {
		return nil
	}
	t, err := s.tallyOf(ctx, book, plan)
	var drift *send.DriftError
	switch {
	case errors.As(err, &drift):
		kept, err := book.Approvals(ctx, plan)
		for _, a := range kept {
			p.print("  signed by %s (%s), before it was changed who must approve%s", source.Visible(a.Principal), a.Role, reasonOf(a))
		}
		return err
	case ctx.Err() != nil:
		return err
	case err != nil:
		p.print("  the approvals do not count: %s", source.Visible(err.Error()))
		if next := refusalOf(err).next; next != "" {
			p.next("%s", next)
		}
		return errIncomplete
	}
	p.print("  %s", tallyLine(t))
	return nil
}

// glass says of a plan that somebody decided alone that it is sent.
func (p *program) glass(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) error {
	kept, err := book.Approvals(ctx, plan)
	for _, a := range kept {
		if a.Role == notify.BreakingGlass {
			p.say("GLASS BROKEN by %s: %s", source.Visible(a.Principal), source.Visible(a.Reason))
		}
	}
	return err
}

// delivery tells how a plan's letters come to be delivered: once it is approved.
func (p *program) delivery(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, open int) {
	t, err := s.tallyOf(ctx, book, plan)
	if err == nil && t.Enough(s.now) != nil {
		p.afterApproval(s, t)
		return
	}
	p.say("%s to deliver", many(open, "letter"))
	p.next("%s", sendOf(plan.Plan))
}

// sendOf is the command that delivers a plan, as it can be typed.
func sendOf(plan notify.Plan) string {
	command := "tocsin send " + plan.ID.String()
	if !rehearsed(ledger.Stored{Plan: plan}) {
		command += " --live"
	}
	return command
}

// approved refuses to send a plan that is not approved, each signature checked anew. What
// was decided alone is said before the first letter.
func (p *program) approved(s *site, book *ledger.Ledger, plan ledger.Stored) func(context.Context) error {
	return func(ctx context.Context) error {
		t, err := s.tallyOf(ctx, book, plan)
		if err != nil || t.Case.Terms.Required == 0 {
			return err
		}
		if err := t.Enough(p.ticking(s.now)()); err != nil {
			return err
		}
		p.say("%s", tallyLine(t))
		return nil
	}
}

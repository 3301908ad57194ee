package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
)

func (p *program) send() *cobra.Command {
	return &cobra.Command{
		Use:   "send PLAN",
		Short: "Deliver a plan's letters, or go on where a stopped run left off",
		Args:  exactly("PLAN"),
		RunE:  func(c *cobra.Command, args []string) error { return p.runSend(c.Context(), args[0]) },
	}
}

func (p *program) runSend(ctx context.Context, name string) (err error) {
	now, err := p.clock()
	if err != nil {
		return err
	}
	s, err := p.open(now)
	if err != nil {
		return err
	}
	if gone, err := missing(s.path(s.config.Ledger)); gone || err != nil {
		return errors.Join(err, ledger.ErrNone) // sending makes no ledger
	}
	book, err := ledger.Open(ctx, s.path(s.config.Ledger), "sending "+name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := find(ctx, book, name)
	if err != nil {
		return err
	}
	if err := s.sendable(ctx, book, plan, now); err != nil {
		return err
	}
	if err := p.deliver(ctx, s, book, plan, now); err != nil {
		return err
	}
	if plan.Superseded != "" {
		return refuse("tocsin send "+plan.Superseded, "%s has taken the place of %s, which is not sent any more", plan.Superseded, plan.ID)
	}
	return p.account(ctx, s, book, plan)
}

// sendable refuses a plan whose stored bytes, or whose sources, are not what was
// frozen. Sources count until the first letter is out: then the letters are.
func (s *site) sendable(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, now time.Time) error {
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	states, err := book.States(ctx, plan)
	if err != nil {
		return err
	}
	open := states[ledger.Planned]
	again := "tocsin plan " + string(plan.ID.Bulletin)
	switch {
	case plan.Superseded != "" || open == 0:
		return nil // nothing will be sent; what is begun may still be settled
	case now.After(plan.Deadline):
		return refuse(again, "%s was to be delivered by %s: its letters are stale", plan.ID, plan.Deadline.Format(time.RFC3339))
	case states[ledger.Accepted] > 0:
		return nil
	}
	b, err := s.bulletin(string(plan.ID.Bulletin))
	if err != nil {
		return err
	}
	inputs, err := s.inputs(b)
	if err != nil {
		return err
	}
	if drift := plan.Inputs.Drift(inputs); len(drift) > 0 {
		return refuse(again, "%s is not what was planned any more; changed since: %s", plan.ID, strings.Join(drift, ", "))
	}
	return nil
}

// deliver runs the delivery and says what it did.
func (p *program) deliver(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, now time.Time) error {
	mailbox, err := mailer.OpenMaildir(s.path(strings.TrimPrefix(plan.Transport, "maildir:")))
	if err != nil {
		return err
	}
	result, err := send.Run{
		Ledger: book, Plan: plan, Mailbox: mailbox,
		Now:      func() time.Time { return now },
		Progress: func(int) {},
	}.Deliver(ctx)
	if result.Recovered+result.Returned > 0 {
		p.say("an earlier run was cut off: %s had arrived, %s had not", many(result.Recovered, "letter"), many(result.Returned, "letter"))
	}
	p.print("delivered %s of %s to %s", many(result.Delivered, "letter"), plan.ID, destination(plan.Transport))
	return err
}

// account ends a command on a plan: with the sums, and with what is left to do.
func (p *program) account(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	open, err := p.sums(ctx, book, plan)
	if err != nil {
		return err
	}
	if plan.Superseded != "" {
		p.say("%s has taken the place of %s", plan.Superseded, plan.ID)
		return nil
	}
	return p.left(ctx, s, book, plan, open)
}

package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/notify"
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
	if err := p.deliver(ctx, s, book, plan, now); err != nil {
		return err
	}
	if plan.Superseded != "" {
		return refuse("tocsin send "+plan.Superseded, "%s has taken the place of %s, which is not sent any more", plan.Superseded, plan.ID)
	}
	return p.account(ctx, s, book, plan)
}

// inputsNow digests what the letters of a plan would be made from today.
func (s *site) inputsNow(id string) func() (notify.Inputs, error) {
	return func() (notify.Inputs, error) {
		b, err := s.bulletin(id)
		if err != nil {
			return nil, err
		}
		return s.sources(b).Inputs()
	}
}

// deliver settles what a dead run left behind, asks whether the plan may still be
// sent, and sends it.
func (p *program) deliver(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, now time.Time) error {
	states, err := book.States(ctx, plan)
	if err != nil {
		return err
	}
	mailbox, err := s.mailbox(plan, states[ledger.Intent]+states[ledger.Accepted])
	if err != nil {
		return err
	}
	progress, done := p.progress("delivering", states[ledger.Planned]+states[ledger.Intent])
	defer done()
	run := send.Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: p.ticking(now), Progress: progress}
	settled, err := run.Settle(ctx)
	if settled.Recovered+settled.Returned > 0 {
		p.say("an earlier run was cut off: %s had arrived, %s had not", many(settled.Recovered, "letter"), many(settled.Returned, "letter"))
	}
	if err != nil || plan.Superseded != "" {
		return err
	}
	if err := send.Ready(ctx, book, plan, now, s.inputsNow(string(plan.ID.Bulletin))); err != nil {
		return err
	}
	result, err := run.Deliver(ctx)
	done()
	p.print("delivered %s of %s to %s", many(result.Delivered, "letter"), plan.ID, destination(plan.Transport))
	return err
}

// mailbox opens the plan's mailbox, and makes it before the first letter only: in a
// new one nothing would show which letters had arrived.
func (s *site) mailbox(plan ledger.Stored, begun int) (mailer.Maildir, error) {
	folder := s.path(strings.TrimPrefix(plan.Transport, "maildir:"))
	gone, err := missing(folder)
	if gone && begun > 0 {
		return mailer.Maildir{}, refuse("put it back, then the same command again", "the mailbox %s is gone, and letters of %s went into it", folder, plan.ID)
	}
	if err != nil {
		return mailer.Maildir{}, err
	}
	return mailer.OpenMaildir(folder)
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

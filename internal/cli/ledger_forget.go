package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/ledger"
)

// forgetting is what ledger forget is asked for: a plan, or all made before a day.
type forgetting struct {
	plan, before, yes string
}

func (p *program) ledgerForget() *cobra.Command {
	var f forgetting
	c := &cobra.Command{
		Use:   "forget {PLAN | --before DATE}",
		Short: "Erase whom plans concerned, and their letters",
		Long: "forget erases the names, addresses and letters of plans that are past their deadline and of\n" +
			"which nothing is open, and the salts that the chain is committed to them with. What was done\n" +
			"when, by IDs and states, stays and still verifies. It cannot be taken back.\n\n" +
			"A PLAN that must be kept is refused (exit status 4). Of those before a DATE it is passed over\n" +
			"and said, and the exit status is 0 all the same: run it again when nothing of them is open.",
		Args: atMost("PLAN"),
	}
	c.Flags().StringVar(&f.before, "before", "", "every plan made before this `DATE` (2026-05-04, 00:00 UTC)")
	c.Flags().StringVar(&f.yes, "yes", "", "the `PLAN` or DATE once more, in place of typing it when asked")
	c.RunE = func(c *cobra.Command, args []string) error {
		if (len(args) == 1) == (f.before != "") {
			return usage(c, errors.New("ledger forget needs a PLAN or --before DATE, and not both"))
		}
		if len(args) == 1 {
			f.plan = args[0]
		}
		return p.runLedgerForget(c.Context(), f)
	}
	return c
}

func (p *program) runLedgerForget(ctx context.Context, f forgetting) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	book, err := s.keeper(ctx, "forgetting plans")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	chosen, err := f.choose(ctx, book, s.now)
	if err != nil {
		return err
	}
	for _, k := range chosen.kept {
		p.say("%s", k)
	}
	switch {
	case len(chosen.plans) > 0:
		return p.forget(ctx, s, book, chosen.plans, f)
	case chosen.forgotten > 0:
		return p.scrubAgain(ctx, book, chosen.forgotten)
	}
	p.say("there is nothing to forget")
	return nil
}

// scrubAgain finishes a forgetting that may have been cut off before the file was written anew:
// nobody can tell by the rows.
func (p *program) scrubAgain(ctx context.Context, book *ledger.Ledger, plans int) error {
	if err := scrub(ctx, book); err != nil {
		return err
	}
	p.say("there is nothing to forget: %s forgotten before, and nothing of that is left in the file", were(plans, "plan"))
	return nil
}

// scrub removes from the file what was erased.
func scrub(ctx context.Context, book *ledger.Ledger) error {
	err := book.Scrub(ctx)
	if errors.Is(err, ledger.ErrInUse) {
		return &refusal{exitLocked, err.Error(), "wait until no other tocsin, and no backup, reads it; then the same command again"}
	}
	return err
}

// chosen is what a request to forget comes to.
type chosen struct {
	plans     []ledger.Stored // to be forgotten
	forgotten int             // plans that are already
	kept      []error         // why others are not
}

// add takes in a plan, or refuses it with a [ledger.KeptError].
func (c *chosen) add(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, now time.Time) error {
	left, err := book.Forgettable(ctx, plan, now)
	switch {
	case err != nil:
		return err
	case left:
		c.plans = append(c.plans, plan)
	default:
		c.forgotten++
	}
	return nil
}

// choose finds the plans to forget. A plan that was named and is to be kept is refused;
// among many it is passed over, and said.
func (f forgetting) choose(ctx context.Context, book *ledger.Ledger, now time.Time) (c chosen, err error) {
	if f.plan != "" {
		plan, err := find(ctx, book, f.plan)
		if err != nil {
			return c, err
		}
		err = c.add(ctx, book, plan, now)
		return c, err
	}
	day, err := time.Parse(time.DateOnly, f.before)
	if err != nil {
		return c, &refusal{exitUsage, fmt.Sprintf("--before: %q is not a date", f.before), "write it as 2026-05-04"}
	}
	all, err := plansOf(ctx, book)
	for _, plan := range all {
		if !plan.Created.Before(day) {
			continue
		}
		err := c.add(ctx, book, plan, now)
		if keep := (*ledger.KeptError)(nil); errors.As(err, &keep) {
			c.kept = append(c.kept, keep)
		} else if err != nil {
			return c, err
		}
	}
	return c, err
}

// forget forgets plans once a person has typed what for.
func (p *program) forget(ctx context.Context, s *site, book *ledger.Ledger, plans []ledger.Stored, f forgetting) error {
	for _, plan := range plans {
		p.print("%s of %s: %s", plan.ID, plan.Created.Format(time.RFC3339), many(plan.Counts.Affected(), "row"))
	}
	typed := f.plan + f.before // one of them
	if err := p.confirm(ctx, bulletin.ID(typed), consent{yes: f.yes}, "forget"); err != nil {
		return err
	}
	for _, plan := range plans {
		if err := book.Verify(ctx, plan); err != nil {
			return err // what is damaged may be needed to find out how
		}
		if err := book.Forget(ctx, plan, s.now); err != nil {
			return err
		}
	}
	if err := scrub(ctx, book); err != nil {
		return err
	}
	p.print("forgotten: %s", many(len(plans), "plan"))
	for _, plan := range plans {
		dir := s.galleryOf(plan.ID)
		if gone, err := missing(dir); err == nil && !gone {
			p.next("rm -r %s, which still has the letters as pages", quoted(dir))
		}
	}
	p.say("backups, lists that were written out, and the mailbox of a rehearsal have names of their own")
	return nil
}

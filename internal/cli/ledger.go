package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

func (p *program) ledger() *cobra.Command {
	c := &cobra.Command{
		Use:   "ledger",
		Short: "Prove, hand over or erase what the ledger holds",
		Args:  knownCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.ledgerVerify(), p.ledgerExport(), p.ledgerForget())
	return c
}

func (p *program) ledgerVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Hold every plan to its digest, its chain and its letters",
		Long: "verify goes through the whole ledger: the file's own structure, and of every plan the chain of\n" +
			"what happened, each row and letter, and the head in which the ends of the chains are pinned.\n" +
			"After a crash the head may lag behind: how many events are younger than it is said.",
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return p.runLedgerVerify(c.Context()) },
	}
}

func (p *program) runLedgerVerify(ctx context.Context) error {
	return p.withLedger(ctx, func(_ *site, book *ledger.Ledger, plans []ledger.Stored) error {
		var found []error
		if err := book.VerifyFile(ctx); err != nil {
			found = append(found, err)
		}
		rows := 0
		for _, plan := range plans {
			rows += plan.Counts.Affected()
		}
		progress, done := p.progress("verifying", rows)
		defer done()
		for _, plan := range plans {
			if err := p.verifyPlan(ctx, book, plan, progress); err != nil {
				found = append(found, err)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return errors.Join(found...)
	})
}

// verifyPlan verifies one plan and says what was looked at.
func (p *program) verifyPlan(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, progress func(int)) error {
	if err := book.VerifyCounting(ctx, plan, progress); err != nil {
		return err
	}
	events, err := book.Events(ctx, plan)
	if err != nil {
		return err
	}
	head, pinned, err := book.Head(plan.ID)
	if err != nil {
		return err
	}
	since := ""
	if pinned > 0 && events > pinned {
		since = fmt.Sprintf(", %d of them since the head was pinned", events-pinned)
	}
	p.print("%s  whole: %s, %s, %s%s", plan.ID, many(plan.Counts.Affected(), "row"), many(plan.Counts[notify.Mailed], "letter"), many(events, "event"), since)
	if pinned == 0 {
		p.say("%s has nothing of %s: nothing shows that this is the newest state of it", head, plan.ID)
	}
	return nil
}

// withLedger opens the ledger for reading, with the heads of all its plans.
func (p *program) withLedger(ctx context.Context, use func(*site, *ledger.Ledger, []ledger.Stored) error) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	book, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plans, err := plansOf(ctx, book)
	if err != nil {
		return err
	}
	return use(s, book, plans)
}

func plansOf(ctx context.Context, book *ledger.Ledger) (plans []ledger.Stored, err error) {
	ids, err := book.Plans(ctx, "")
	for _, id := range ids {
		plan, err := book.Plan(ctx, id)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, err
}

func (p *program) ledgerExport() *cobra.Command {
	var name string
	var personal bool
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the ledger as JSON Lines, for an auditor",
		Long: "export prints of every plan its head, its rows and its chain of events. There is no name and\n" +
			"no address in it: --personal adds them, with the salts that open the chain's commitments.",
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return p.runLedgerExport(c.Context(), name, personal) },
	}
	c.Flags().StringVar(&name, "plan", "", "print this `PLAN` alone")
	c.Flags().BoolVar(&personal, "personal", false, "add names, addresses, digests of letters, servers' replies and salts")
	return c
}

func (p *program) runLedgerExport(ctx context.Context, name string, personal bool) error {
	if name != "" {
		return p.withPlan(ctx, name, func(_ *site, book *ledger.Ledger, plan ledger.Stored) error {
			return book.Export(ctx, plan, personal, p.Stdout)
		})
	}
	return p.withLedger(ctx, func(_ *site, book *ledger.Ledger, plans []ledger.Stored) error {
		for _, plan := range plans {
			if err := book.Export(ctx, plan, personal, p.Stdout); err != nil {
				return fmt.Errorf("%s: %w", plan.ID, err)
			}
		}
		return nil
	})
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

func (p *program) letters() *cobra.Command {
	var one string
	var raw bool
	c := &cobra.Command{
		Use:   "letters PLAN",
		Short: "Read the letters of a plan",
		Args:  exactly("PLAN"),
	}
	c.Flags().StringVar(&one, "tailnet", "", "print the letter of the tailnet with this `ID`")
	c.Flags().BoolVar(&raw, "raw", false, "print it byte for byte, as a mail program gets it")
	c.RunE = func(c *cobra.Command, args []string) error {
		if raw && one == "" {
			return usage(c, errors.New("--raw needs --tailnet"))
		}
		return p.runLetters(c.Context(), args[0], tailnet.ID(one), raw)
	}
	return c
}

func (p *program) runLetters(ctx context.Context, name string, one tailnet.ID, raw bool) error {
	return p.withPlan(ctx, name, func(_ *site, book *ledger.Ledger, plan ledger.Stored) error {
		if one != "" {
			return p.letter(ctx, book, plan, one, raw)
		}
		err := book.Each(ctx, plan, func(d ledger.Delivery) error {
			p.print("%-18s  %-11s  %9s  %s%s", d.Standing.Words(), d.State, many(d.Nodes, "node"), source.Visible(string(d.Tailnet)), because(d))
			return nil
		})
		p.next("tocsin letters %s --tailnet ID prints one", plan.ID)
		return err
	})
}

// because names the clauses, the missing facts or the addresses that could not be
// used, by which a row stands as it does.
func because(d ledger.Delivery) string {
	if d.Standing == notify.Mailed {
		return ""
	}
	if d.Standing == notify.Unreachable && len(d.Trace) > 0 {
		return "  (" + strings.Join(d.Trace, ", ") + ")"
	}
	if len(d.Missing) > 0 {
		return "  (missing: " + strings.Join(d.Missing, ", ") + ")"
	}
	return "  (by the clauses " + strings.Join(d.Clauses, ", ") + ")"
}

// find reads a plan by its name.
func find(ctx context.Context, book *ledger.Ledger, name string) (ledger.Stored, error) {
	id, err := notify.ParsePlanID(name)
	if err != nil {
		return ledger.Stored{}, &refusal{exitUsage, err.Error(), "tocsin status lists the plans"}
	}
	return book.Plan(ctx, id)
}

// letter prints one letter as its reader sees the plain part.
func (p *program) letter(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, id tailnet.ID, raw bool) error {
	d, found, err := book.Delivery(ctx, plan, id)
	switch {
	case err != nil:
		return err
	case !found:
		return &refusal{exitUsage, fmt.Sprintf("%s has no row for %q: it is not affected, or has another name", plan.ID, id), fmt.Sprintf("tocsin letters %s lists them", plan.ID)}
	case d.Standing != notify.Mailed:
		p.print("%s gets no letter: %s%s", source.Visible(string(id)), d.Standing.Words(), because(d))
		return nil
	}
	message, err := book.Message(ctx, plan, d)
	if err != nil {
		return err
	}
	if raw {
		_, err := p.Stdout.Write(message)
		return err
	}
	plain, err := mailer.Plain(message)
	if err != nil {
		return err
	}
	p.print("%s", plain)
	return nil
}

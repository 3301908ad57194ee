package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

func (p *program) letters() *cobra.Command {
	var one string
	c := &cobra.Command{
		Use:   "letters PLAN",
		Short: "Read the letters of a plan",
		Args:  exactly("PLAN"),
	}
	c.Flags().StringVar(&one, "tailnet", "", "print the letter of this `tailnet`")
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.runLetters(c.Context(), args[0], tailnet.ID(one))
	}
	return c
}

func (p *program) runLetters(ctx context.Context, name string, one tailnet.ID) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	book, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := find(ctx, book, name)
	if err != nil {
		return err
	}
	if one != "" {
		return p.letter(ctx, book, plan, one)
	}
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		p.print("%-20s %-12s %5d nodes  %s", d.Standing.Words(), d.State, d.Nodes, source.Visible(string(d.Tailnet)))
		return nil
	})
	p.next("tocsin letters %s --tailnet ID prints one", plan.ID)
	return err
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
func (p *program) letter(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, id tailnet.ID) error {
	d, found, err := book.Delivery(ctx, plan, id)
	switch {
	case err != nil:
		return err
	case !found:
		return &refusal{exitUsage, string("no row for " + id + " in " + tailnet.ID(plan.ID.String()) + ": it is not affected, or the name is another"), "tocsin letters " + plan.ID.String() + " lists them"}
	case d.Standing != notify.Mailed:
		p.print("%s gets no letter: %s", source.Visible(string(id)), d.Standing.Words())
		return nil
	}
	message, err := book.Message(ctx, plan, d)
	if err != nil {
		return err
	}
	plain, err := mailer.Plain(message)
	if err != nil {
		return err
	}
	p.print("%s", plain)
	return nil
}

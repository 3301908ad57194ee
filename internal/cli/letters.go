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

// lettersFlags are what letters is asked for. Without any it writes the gallery.
type lettersFlags struct {
	out  string // folder of the gallery; empty is the one beside the ledger
	all  bool
	list bool
	one  string // ID of a tailnet
	raw  bool
}

// check refuses flags that do not go together.
func (f lettersFlags) check() error {
	pages := f.out != "" || f.all
	switch {
	case f.raw && f.one == "":
		return errors.New("--raw needs --tailnet")
	case f.list && f.one != "":
		return errors.New("--list and --tailnet exclude each other")
	case pages && f.list:
		return errors.New("--list prints, and --out and --all are for pages")
	case pages && f.one != "":
		return errors.New("--tailnet prints one letter, and --out and --all are for pages")
	}
	return nil
}

func (p *program) letters() *cobra.Command {
	var f lettersFlags
	c := &cobra.Command{
		Use:   "letters PLAN",
		Short: "Read the letters of a plan",
		Long: "letters writes the letters of a plan as pages to be read in a browser: what is extreme\n" +
			"comes first, and a big plan is shown by that and by an even choice of the rest. The pages\n" +
			"are private. They stand in letters/ beside the ledger, and each run writes them anew.\n" +
			"--list and --tailnet print in the terminal instead.",
		Args: exactly("PLAN"),
	}
	c.Flags().StringVar(&f.out, "out", "", "write the pages into this `folder`")
	c.Flags().BoolVar(&f.all, "all", false, "write every letter, however many there are")
	c.Flags().BoolVar(&f.list, "list", false, "print every affected tailnet with its standing and why, and write nothing")
	c.Flags().StringVar(&f.one, "tailnet", "", "print the letter of the tailnet with this `ID`")
	c.Flags().BoolVar(&f.raw, "raw", false, "with --tailnet: print the whole message, byte for byte")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := f.check(); err != nil {
			return usage(c, err)
		}
		return p.runLetters(c.Context(), args[0], f)
	}
	return c
}

func (p *program) runLetters(ctx context.Context, name string, f lettersFlags) error {
	return p.withPlan(ctx, name, func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		if err := p.glass(ctx, book, plan); err != nil {
			return err
		}
		switch {
		case f.one != "":
			return p.letter(ctx, book, plan, tailnet.ID(f.one), f.raw)
		case f.list:
			return p.listLetters(ctx, book, plan)
		}
		return p.gallery(ctx, s, book, plan, f)
	})
}

// listLetters prints every row of a plan.
func (p *program) listLetters(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) error {
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		p.print("%-18s  %-11s  %9s  %s%s", d.Standing.Words(), d.State, many(d.Nodes, "node"), source.Visible(string(d.Tailnet)), because(d))
		return nil
	})
	p.next("tocsin letters %s --tailnet ID prints one", plan.ID)
	return err
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
		return &refusal{exitUsage, fmt.Sprintf("%s has no row for %q: it is not affected, or has another name", plan.ID, id), fmt.Sprintf("tocsin letters %s --list lists them", plan.ID)}
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

package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// settling is how one row of a plan is to be settled.
type settling struct {
	tailnet, told, by, why string
	resend, hold           bool
}

// settlement is what goes on the record; an error where the flags say none, or several.
func (f settling) settlement() (ledger.Settlement, error) {
	said := 0
	s := ledger.Settlement{Who: f.by, Why: f.why}
	for _, choice := range []struct {
		given bool
		how   ledger.Event
	}{{f.told != "", ledger.Told}, {f.resend, ledger.Resend}, {f.hold, ledger.Keep}} {
		if choice.given {
			said++
			s.How = choice.how
		}
	}
	if f.told != "" {
		s.Why = f.told
	}
	switch {
	case f.tailnet == "":
		return s, errors.New("settle needs --tailnet ID")
	case said != 1:
		return s, errors.New("settle needs one of --told HOW, --resend and --hold")
	case f.by == "":
		return s, errors.New("settle needs --by NAME: somebody answers for it")
	case s.How != ledger.Told && f.why == "":
		return s, errors.New("--resend and --hold need --why REASON")
	case s.How == ledger.Told && f.why != "":
		return s, errors.New("--told says why already")
	}
	return s, nil
}

func (p *program) settle() *cobra.Command {
	var f settling
	c := &cobra.Command{
		Use:   "settle PLAN --tailnet ID {--told HOW | --resend | --hold} --by NAME",
		Short: "Put on the record what became of a row that no letter settles",
		Long: "settle closes a row that is rejected, unknown, bounced, unreachable or undetermined, or that is\n" +
			"not to go out: told by phone, say, or left as it is. --resend sends a letter again; where\n" +
			"nobody knows whether it had arrived, the plan says from then on that it possibly went twice.",
		Args: exactly("PLAN"),
	}
	c.Flags().StringVar(&f.tailnet, "tailnet", "", "the row of the tailnet with this `ID`")
	c.Flags().StringVar(&f.told, "told", "", "it was told otherwise: `HOW`, such as \"by phone\"")
	c.Flags().BoolVar(&f.resend, "resend", false, "its letter goes out again")
	c.Flags().BoolVar(&f.hold, "hold", false, "it is left as it is, and its letter does not go out any more")
	c.Flags().StringVar(&f.by, "by", "", "`NAME` of who decided, or told them")
	c.Flags().StringVar(&f.why, "why", "", "the `reason` for --resend or --hold")
	c.RunE = func(c *cobra.Command, args []string) error {
		said, err := f.settlement()
		for flag, text := range map[string]string{"--told": f.told, "--by": f.by, "--why": f.why} {
			err = errors.Join(err, oneLine(c, flag, text))
		}
		if err != nil {
			return usage(c, err)
		}
		return p.runSettle(c.Context(), args[0], tailnet.ID(f.tailnet), said)
	}
	return c
}

func (p *program) runSettle(ctx context.Context, name string, id tailnet.ID, said ledger.Settlement) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	book, err := s.keeper(ctx, "settling "+name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := find(ctx, book, name)
	if err != nil {
		return err
	}
	d, found, err := book.Delivery(ctx, plan, id)
	if err != nil {
		return err
	}
	if !found {
		return &refusal{exitUsage, fmt.Sprintf("%s has no row for %q", plan.ID, id), fmt.Sprintf("tocsin letters %s --list lists them", plan.ID)}
	}
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	said.At = s.now
	if err := book.Settle(ctx, plan, d, said); err != nil {
		return err
	}
	now, _, err := book.Delivery(ctx, plan, id)
	if err != nil {
		return err
	}
	p.print("settled: %s of %s, which was %s: %s, by %s", source.Visible(string(id)), plan.ID, standingOf(d), settledWords(said.How, now.State), said.Who)
	if now.Twice && said.How == ledger.Resend {
		p.say("nobody knows whether the first letter arrived: possibly twice")
	}
	return p.account(ctx, s, book, plan)
}

// settledWords is what a settlement comes to.
func settledWords(how ledger.Event, now ledger.State) string {
	switch {
	case how == ledger.Told:
		return "told otherwise"
	case how == ledger.Resend:
		return "its letter goes out again"
	case now == ledger.Superseded:
		return "its letter does not go out any more"
	}
	return "left as it is"
}

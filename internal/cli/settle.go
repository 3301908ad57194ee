package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// settling is how rows of a plan are to be settled: which, and by what.
type settling struct {
	tailnet, tailnets, state string // one row, those in a file, all of a state
	told, by, why            string
	resend, hold, bounced    bool
	drop                     bool // the plan itself
	lookup
	yes string
	dry bool
}

// settleable are the states and standings of which all rows can be settled at once.
var settleable = []string{
	string(ledger.Rejected), string(ledger.Unknown), string(ledger.Bounced), string(ledger.Deferred), string(notify.Unreachable), string(notify.Undetermined),
}

// check refuses flags that do not go together.
func (f settling) check() error {
	rows := 0
	for _, which := range []string{f.tailnet, f.tailnets, f.state} {
		if which != "" {
			rows++
		}
	}
	byLog := len(f.logs) > 0
	switch {
	case f.drop:
		return f.dropping()
	case byLog && (rows > 0 || f.told != "" || f.why != "" || f.resend || f.hold || f.bounced):
		return errors.New("--log says itself which rows, and what became of them")
	case byLog && f.by == "" && !f.dry:
		return errors.New("settle needs --by NAME: somebody answers for it")
	case byLog:
		return nil
	case rows != 1:
		return errors.New("settle needs one of --tailnet ID, --tailnets FILE, --state STATE and --log FILE")
	case f.state != "" && !slices.Contains(settleable, f.state):
		return fmt.Errorf("--state is %s, not %q", strings.Join(settleable, ", "), f.state)
	case f.zone != "":
		return errors.New("--zone is of the relay's clock, and goes with --log")
	case f.tailnet != "" && (f.dry || f.yes != ""):
		return errors.New("--dry-run and --yes are for many rows at once")
	}
	_, err := f.settlement()
	return err
}

// settlement is what goes on the record; an error where the flags say none, or several.
func (f settling) settlement() (ledger.Settlement, error) {
	said := 0
	s := ledger.Settlement{Who: f.by, Why: f.why}
	for _, choice := range []struct {
		given bool
		how   ledger.Event
	}{{f.told != "", ledger.Told}, {f.resend, ledger.Resend}, {f.hold, ledger.Keep}, {f.bounced, ledger.Bounce}} {
		if choice.given {
			said++
			s.How = choice.how
		}
	}
	if f.told != "" {
		s.Why = f.told
	}
	switch {
	case said != 1:
		return s, errors.New("settle needs one of --told HOW, --resend, --hold and --bounced")
	case f.by == "":
		return s, errors.New("settle needs --by NAME: somebody answers for it")
	case s.How != ledger.Told && f.why == "":
		return s, errors.New("--resend and --hold need --why REASON, and --bounced --why WORDS")
	case s.How == ledger.Told && f.why != "":
		return s, errors.New("--told says why already")
	}
	return s, nil
}

func (p *program) settle() *cobra.Command {
	var f settling
	c := &cobra.Command{
		Use:   "settle PLAN {--tailnet ID | --tailnets FILE | --state STATE | --log FILE… | --drop} … --by NAME",
		Short: "Put on the record what became of rows that no letter settles",
		Long: "settle closes rows that are rejected, unknown, bounced, unreachable or undetermined, or that\n" +
			"are not to go out: told by phone, say, or left as they are. --resend sends letters again; where\n" +
			"nobody knows whether one had arrived, the plan says from then on that it possibly went twice. Of\n" +
			"a tailnet without a letter --resend takes back that it was told, or left as it is.\n" +
			"--log looks unknown letters up in the log of the relay (Postfix; gzip too): those that it took\n" +
			"are accepted, those that came back bounced, and those that surely never came go out again.\n" +
			"--drop abandons a plan none of whose letters has gone out; one that was paused for it goes on.",
		Example: "  tocsin settle TS-2026-004/1 --log /var/log/mail.log* --dry-run\n" +
			"  tocsin settle TS-2026-004/1 --tailnet acme.example.com --told \"by phone\" --by \"A. Example\"",
		Args: f.arguments,
	}
	flags := c.Flags()
	flags.StringVar(&f.tailnet, "tailnet", "", "the row of the tailnet with this `ID`")
	flags.StringVar(&f.tailnets, "tailnets", "", "the rows of the tailnets in this `file`, an ID on each line")
	flags.StringVar(&f.state, "state", "", "every open row of this `state`: "+strings.Join(settleable, ", "))
	flags.StringVar(&f.told, "told", "", "told otherwise: `HOW`, such as \"by phone\"")
	flags.BoolVar(&f.resend, "resend", false, "the letter goes out again; of a tailnet that gets none: take back what was said of it")
	flags.BoolVar(&f.hold, "hold", false, "left as it is, and its letter does not go out any more")
	flags.BoolVar(&f.bounced, "bounced", false, "it came back, by words that somebody has read")
	flags.BoolVar(&f.drop, "drop", false, "abandon the plan, none of whose letters has gone out")
	flags.StringArrayVar(&f.logs, "log", nil, "look letters up in this `file` of the relay's log, and in further ones (- reads it)")
	flags.StringVar(&f.zone, "zone", "", "the `zone` of the relay's clock, such as Europe/Berlin, where its log does not say")
	flags.StringVar(&f.by, "by", "", "`NAME` of who decided, told them, or brings the log")
	flags.StringVar(&f.why, "why", "", "the `reason` for --resend, --hold or --drop, the words for --bounced")
	flags.StringVar(&f.yes, "yes", "", "the `PLAN` once more, in place of typing it when asked")
	flags.BoolVar(&f.dry, "dry-run", false, "show what would be settled and write nothing")
	c.RunE = func(c *cobra.Command, args []string) error {
		err := f.check()
		for flag, text := range map[string]string{"--told": f.told, "--by": f.by, "--why": f.why} {
			err = errors.Join(err, oneLine(c, flag, text))
		}
		if err != nil {
			return usage(c, err)
		}
		return p.runSettle(c.Context(), args[0], args[1:], f)
	}
	return c
}

// arguments are a plan and, as a shell makes them of mail.log*, further files of a log.
func (f *settling) arguments(c *cobra.Command, args []string) error {
	if len(args) > 0 && len(f.logs) > 0 {
		return nil
	}
	return exactly("PLAN")(c, args)
}

func (p *program) runSettle(ctx context.Context, name string, more []string, f settling) error {
	use := func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		switch {
		case f.drop:
			return p.settleDrop(ctx, s, book, plan, f)
		case len(f.logs) > 0:
			f.logs = append(f.logs, more...)
			return p.settleByLog(ctx, s, book, plan, f)
		case f.told != "" && rehearsed(plan):
			return refuse(s.forPeople(planAgain(plan.Plan))+"; what is told otherwise is settled there",
				"%s is a rehearsal, and a plan to the relay would not know that anybody was told: nothing was settled", plan.ID)
		case f.tailnet != "":
			return p.settleOne(ctx, s, book, plan, f)
		}
		return p.settleMany(ctx, s, book, plan, f)
	}
	if f.dry {
		return p.withPlan(ctx, name, use)
	}
	return p.changePlan(ctx, name, "settling "+name, use)
}

// settleOne settles the row of one tailnet.
func (p *program) settleOne(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, f settling) error {
	said, err := f.settlement()
	if err != nil {
		return err
	}
	id := tailnet.ID(f.tailnet)
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
	switch same, err := saidBefore(ctx, book, plan, said); {
	case err != nil:
		return err
	case same(d):
		p.say("%s said so already, and that stands on record: nothing to do", said.Who)
		return p.account(ctx, s, book, plan)
	}
	if err := s.settleable(plan, []ledger.Settled{{Delivery: d, Settlement: said}}); err != nil {
		return err
	}
	if err := book.Settle(ctx, plan, d, said); err != nil {
		return err
	}
	now, _, err := book.Delivery(ctx, plan, id)
	if err != nil {
		return err
	}
	p.print("settled: %s of %s, which was %s: %s, by %s", source.Visible(string(id)), plan.ID, standingOf(d), settledWords(said.How, now, s.late(plan)), said.Who)
	if now.Twice && said.How == ledger.Resend {
		p.say("nobody knows whether the first letter arrived: possibly twice")
	}
	return p.afterSettling(ctx, s, book, plan, []ledger.Settled{{Delivery: d, Settlement: said}})
}

// settledWords is what a settlement comes to.
func settledWords(how ledger.Event, now ledger.Delivery, late bool) string {
	switch {
	case how == ledger.Told:
		return "told otherwise"
	case how == ledger.Resend && now.State == ledger.NoLetter:
		return "taken back" // others may have told it: a letter of a later plan
	case how == ledger.Resend && late:
		return "the next plan writes to it again"
	case how == ledger.Resend:
		return "its letter goes out again"
	case how == ledger.Bounce:
		return "it came back"
	case now.State == ledger.Superseded:
		return "its letter does not go out any more"
	}
	return "left as it is"
}

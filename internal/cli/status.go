package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

func (p *program) status() *cobra.Command {
	var f statusFlags
	c := &cobra.Command{
		Use:   "status [ID|PLAN]",
		Short: "Say where every bulletin, or one plan, stands, and what is left to do",
		Long: "status shows every bulletin that something is left of, on a line each, the one with the first\n" +
			"deadline on top; of one ID what is known of it, its verdicts, its plans and their letters; of a\n" +
			"PLAN its sums and every row that somebody has to see to. It ends with the one command to type.",
		Args: atMost("ID or PLAN"),
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the sums as JSON")
	c.Flags().StringVar(&f.format, "format", "", "of a PLAN: csv prints a line for each affected tailnet")
	var public publishing
	public.flags(c)
	c.Flags().BoolVar(&f.personal, "personal", false, "with --format csv: add names and addresses")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := strings.Join(args, "")
		if err := f.check(strings.Contains(name, "/")); err != nil {
			return usage(c, err)
		}
		if err := public.check(name, f.json || f.format != ""); err != nil {
			return usage(c, err)
		}
		if public.wanted {
			return p.publishStatus(c.Context(), bulletin.ID(name), public.consent)
		}
		return p.runStatus(c.Context(), name, f)
	}
	return c
}

func (p *program) runStatus(ctx context.Context, name string, f statusFlags) error {
	switch {
	case strings.Contains(name, "/") && (f.json || f.format != ""):
		return p.planAsData(ctx, name, f)
	case strings.Contains(name, "/"):
		return p.statusOfPlan(ctx, name)
	}
	s, unread := p.open()
	if unread != nil {
		// Letters are on their way all the same: the ledger's part needs the settings alone.
		var err error
		if s, err = p.settings(); err != nil {
			return err
		}
	}
	left := p.statusOfBulletins(ctx, s, bulletin.ID(name), f.json)
	if unread != nil {
		return errors.Join(unread, without(left, errIncomplete, errFound)) // that it is left, who cannot read all cannot say
	}
	return left
}

func (p *program) statusOfPlan(ctx context.Context, name string) error {
	return p.withPlan(ctx, name, func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		p.planHead(plan)
		return p.standingOfPlan(ctx, s, book, plan)
	})
}

// standingOfPlan shows how a plan stands, given a site of which the settings are read.
func (p *program) standingOfPlan(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	if whole, err := p.open(); err == nil {
		s = whole // it can tell whether the plan still holds
	}
	return p.planStanding(ctx, s, book, plan)
}

// begun says that a run was cut off, where one was.
func (p *program) begun(plan ledger.Stored, sums ledger.Account) error {
	if sums.Begun() == 0 {
		return nil
	}
	p.print("  open: a run of %s was cut off with %s begun", plan.ID, many(sums.Begun(), "letter"))
	p.next("%s", sendOf(plan.Plan))
	return errIncomplete
}

// planAgain is the command that takes up what a plan did not bring to anybody. What one that left
// this machine owes, the next plan has, of whatever kind. Of a bulletin that was withdrawn nothing
// but all-clears can be planned, and those were; and of a rehearsal nobody knows what it owes.
func planAgain(plan notify.Plan) string {
	if plan.Kind == notify.AllClear || rehearsed(ledger.Stored{Plan: plan}) {
		return planAnew(plan)
	}
	return "tocsin plan " + string(plan.ID.Bulletin)
}

// planAnew is the command that makes a plan of the same kind: one without a kind has no letter for
// those who were told already.
func planAnew(plan notify.Plan) string {
	return "tocsin plan " + string(plan.ID.Bulletin) + planHow{kind: plan.Kind}.flags()
}

// dropOf is the command that takes a plan back.
func dropOf(plan string) string { return "tocsin settle " + plan + " --drop --by NAME --why REASON" }

// planHead prints what a plan is, and until when it counts.
func (p *program) planHead(plan ledger.Stored) {
	kind := ""
	if plan.Kind != "" {
		kind = " (" + string(plan.Kind) + ")"
	}
	to := plan.Transport
	if rehearsed(plan) {
		to += " (a rehearsal)"
	}
	p.print("  plan %s%s of %s", plan.ID, kind, plan.Created.Format(time.RFC3339))
	p.print("  not after %s, to %s", plan.Deadline.Format(time.RFC3339), to)
}

// sums prints how a plan's rows add up.
func (p *program) sums(plan ledger.Stored, sums ledger.Account) {
	letters := lettersOf(sums)
	for i, standing := range notify.Standings {
		if standing == notify.Told && sums.Counts[standing] == 0 {
			continue // as in every plan before which nobody was told
		}
		sign := "+"
		if i == 0 {
			sign = " "
		}
		p.print("%s", folded(fmt.Sprintf("  %s %6d  %s%s", sign, sums.Counts[standing], standing.Words(), inParentheses(standing, letters)), 0, 14))
	}
	if sums.Clear > 0 {
		p.print("  - %6d  told before, and %s", sums.Clear, noMore(sums.Gone))
	}
	p.print("  = %6d  affected", sums.Counts.Affected()-sums.Clear)
	if sums.Closed.Rows() > 0 {
		p.closed(plan, sums.Closed)
	}
	if sums.Due != "" {
		p.print("  next attempt: %s", sums.Due)
	}
}

// closed prints what people's decisions come to, and the command that shows each, which no line
// is broken in.
func (p *program) closed(plan ledger.Stored, c ledger.Closed) {
	words, shown := "  settled: "+closedWords(c), fmt.Sprintf("(tocsin status %s --format csv shows which)", plan.ID)
	gap := " "
	if len(words)+len(gap)+len(shown) > paperWidth {
		gap = "\n    "
	}
	p.print("%s%s%s", words, gap, shown)
}

// closedWords counts rows by the decision that closed them.
func closedWords(c ledger.Closed) string {
	var words []string
	for _, part := range []struct {
		n    int
		what string
	}{{c.Told, "told otherwise"}, {c.Untold, "left untold"}, {c.InDoubt, "left in doubt"}} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(words, ", ")
}

// lettersOf counts letters by what became of them: by state, and those that a person kept back
// by why.
func lettersOf(sums ledger.Account) string {
	var words []string
	say := func(what string, n int) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s %d", what, n))
		}
	}
	told, held := sums.Withheld[ledger.Told], sums.Withheld[ledger.Keep]
	for _, state := range ledger.States {
		n := sums.Letters[state]
		if state == ledger.Superseded {
			n -= told + held
		}
		say(string(state), n)
	}
	say("told otherwise", told)
	say("held back", held)
	say("possibly twice", sums.Twice)
	return strings.Join(words, ", ")
}

func inParentheses(standing notify.Standing, letters string) string {
	if standing != notify.Mailed || letters == "" {
		return ""
	}
	return " (" + letters + ")"
}

// left names what a plan leaves for a person to do. Letters to deliver come first:
// the rest can only be told by other ways. After the deadline only a new plan has
// letters that can be delivered.
func (p *program) left(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, sums ledger.Account) error {
	if err := p.unsettled(ctx, book, plan, s.config.Organization.Unit.One); err != nil {
		return err
	}
	return p.nextOf(ctx, s, book, plan, sums)
}

// nextOf tells the one command to type next for a plan.
func (p *program) nextOf(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, sums ledger.Account) error {
	unit := s.config.Organization.Unit
	late := s.now.After(plan.Deadline)
	switch open := sums.Open(); {
	case late && sums.Begun() > 0:
		return p.begun(plan, sums)
	case late && open > 0:
		p.say("%s not delivered in time", many(open, "letter"))
		p.next("%s", planAgain(plan.Plan))
	case open > 0:
		p.delivery(ctx, s, book, plan, open)
	case rehearsed(plan):
		return p.afterRehearsal(s, plan, sums)
	case sums.Unsettled[ledger.Unknown] > 0:
		p.next("tocsin settle %s --log FILE --by NAME, with the relay's log", plan.ID)
	case len(sums.Unsettled) > 0:
		p.next("tell each of them otherwise, then tocsin settle %s --tailnet ID --told HOW --by NAME", plan.ID)
	case sums.Untold[notify.Unreachable] > 0:
		p.next("tell each unreachable %s otherwise, then tocsin settle %s --tailnet ID --told HOW --by NAME", unit.One, plan.ID)
	case sums.Untold[notify.Undetermined] > 0:
		p.next("find out what is not known, then tocsin plan %s; or decide: tocsin settle %s --state undetermined {--told HOW | --hold --why REASON} --by NAME", plan.ID.Bulletin, plan.ID)
	default:
		return nil
	}
	return errIncomplete
}

// mostUnsettled is how many rows that somebody has to see to are listed one by one.
// On a bulletin's screen there is room for few.
const (
	mostUnsettled = 20
	mostOnScreen  = 5
)

// unsettled lists the rows that no letter settles any more: tailnets that nobody has told,
// or of which nobody knows.
func (p *program) unsettled(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, unit string) error {
	listed, most := 0, mostUnsettled
	if p.screen != nil {
		most = mostOnScreen
	}
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		if !plan.Unsettled(d) {
			return nil
		}
		if listed++; listed <= most {
			p.print("  open: %s %s is %s", unit, source.Visible(string(d.Tailnet)), standingOf(d))
		}
		return nil
	})
	if listed > most {
		p.print("  open: %d more; tocsin status %s --format csv lists them", listed-most, plan.ID)
	}
	return err
}

// standingOf is where a row stands that somebody has to see to, with the server's word. Of
// one that came back the last reply was that it is accepted.
func standingOf(d ledger.Delivery) string {
	switch {
	case d.State == ledger.Bounced:
		return string(d.State)
	case d.State == ledger.Superseded && d.Settled == ledger.Told:
		return "told otherwise"
	case d.State == ledger.Superseded && d.Settled == ledger.Keep:
		return "held back"
	case d.State == ledger.NoLetter:
		return d.Standing.Words()
	case d.Code != 0:
		return strings.TrimSpace(fmt.Sprintf("%s (%d %s", d.State, d.Code, d.Enhanced)) + ")"
	}
	return string(d.State)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

func (p *program) status() *cobra.Command {
	var f statusFlags
	c := &cobra.Command{
		Use:   "status [ID|PLAN]",
		Short: "Say where every bulletin, or one plan, stands, and what is left to do",
		Args:  atMost("ID or PLAN"),
	}
	c.Flags().BoolVar(&f.json, "json", false, "of a PLAN: print the sums as JSON")
	c.Flags().StringVar(&f.format, "format", "", "of a PLAN: csv prints a line for each affected tailnet")
	c.Flags().BoolVar(&f.personal, "personal", false, "with --format csv: add names and addresses")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := strings.Join(args, "")
		if err := f.check(strings.Contains(name, "/")); err != nil {
			return usage(c, err)
		}
		return p.runStatus(c.Context(), name, f)
	}
	return c
}

func (p *program) runStatus(ctx context.Context, name string, f statusFlags) error {
	switch {
	case f.json || f.format != "":
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
	left := p.statusOfBulletins(ctx, s, bulletin.ID(name))
	if unread != nil {
		return unread
	}
	return left
}

func (p *program) statusOfPlan(ctx context.Context, name string) error {
	return p.withPlan(ctx, name, func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		p.planHead(plan)
		if whole, err := p.open(); err == nil {
			s = whole // it can tell whether the plan still holds
		}
		return p.planStanding(ctx, s, book, plan)
	})
}

// withPlan opens the ledger for reading and finds a plan by its name. It needs the
// settings alone: a plan can be read whatever the content is like.
func (p *program) withPlan(ctx context.Context, name string, use func(*site, *ledger.Ledger, ledger.Stored) error) (err error) {
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
	return use(s, book, plan)
}

// report is a status in the making. What is left to do, and what cannot be read, is
// told part by part and makes the exit status at the end.
type report struct {
	*program
	site  *site
	book  *ledger.Ledger // nil while there is no ledger
	alone bool           // one bulletin is asked for: then a draft's next step is told too
	mute  string         // why no verdict can be given; empty where one can
	shown map[bulletin.ID]bool
	left  error // errFound, or errIncomplete: letters that are open come before files
}

// part takes in how one part ended. The error is one that ends the whole.
func (r *report) part(id bulletin.ID, err error) error {
	r.shown[id] = true
	if err != nil && !errors.Is(err, errIncomplete) && !errors.Is(err, errFound) {
		return err
	}
	if err != nil && !errors.Is(r.left, errIncomplete) {
		r.left = errFound
		if errors.Is(err, errIncomplete) {
			r.left = errIncomplete
		}
	}
	return nil
}

// statusOfBulletins shows one bulletin, or all: those that can be read, those that
// cannot, and those of which only plans are left.
func (p *program) statusOfBulletins(ctx context.Context, s *site, only bulletin.ID) (err error) {
	book, err := s.reader(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNone) {
		return err
	}
	if book != nil {
		defer func() { err = errors.Join(err, book.Close()) }()
	}
	r := &report{program: p, site: s, book: book, alone: only != "", mute: mute(s), shown: make(map[bulletin.ID]bool)}
	for _, walk := range []func(context.Context, bulletin.ID) error{r.readable, r.unreadable, r.orphans} {
		if err := walk(ctx, only); err != nil {
			return err
		}
	}
	if only != "" && !r.shown[only] {
		return s.noBulletin(string(only))
	}
	return r.left
}

// readable shows the bulletins that can be read, if only in part.
func (r *report) readable(ctx context.Context, only bulletin.ID) error {
	for _, b := range r.site.content.Bulletins {
		if only != "" && b.ID != only {
			continue
		}
		r.print("%s  %s: %s", b.ID, b.Status, b.Title)
		if err := r.part(b.ID, r.bulletin(ctx, b)); err != nil {
			return err
		}
	}
	return nil
}

// bulletin shows a bulletin's verdicts and the plan that stands for it. Where
// somebody may have to be told and nobody has made a plan, that is left to do.
func (r *report) bulletin(ctx context.Context, b bulletin.Bulletin) error {
	if len(r.site.unreadable(b.Source.Name)) > 0 {
		r.print("  cannot be read whole, so there is no verdict: tocsin check")
		_, err := r.plans(ctx, b.ID)
		return errors.Join(err, errFound)
	}
	tell := r.verdicts(b)
	planned, err := r.plans(ctx, b.ID)
	if planned || err != nil {
		return err
	}
	r.print("  no plan yet")
	told := b.Status == bulletin.Public || b.Status == bulletin.Private
	if b.Status == bulletin.Draft && r.alone && r.mute == "" {
		r.afterExplaining(r.site.explanation(b))
	}
	if !told || tell == verdict.NotRequired {
		return nil
	}
	r.next("tocsin plan %s", b.ID)
	return errIncomplete
}

// mute says why a site's policy gives no verdict; empty where it gives one.
func mute(s *site) string {
	err := s.judgeable()
	var problems source.Problems
	switch {
	case err == nil:
		return ""
	case errors.As(err, &problems):
		return "no verdict: the policy cannot be read: tocsin check"
	}
	return source.Visible(err.Error())
}

// verdicts shows what must be done about a bulletin, or why nobody can say.
func (r *report) verdicts(b bulletin.Bulletin) (tell verdict.Outcome) {
	if r.mute != "" {
		r.print("  %s", r.mute)
		return verdict.Undetermined
	}
	disclose := r.site.rules.Bulletin(b, r.site.now)
	tell = r.site.rules.AnyTailnet(b, r.site.now).Stands()
	r.print("  disclose: %s; notify affected %s: %s", disclosure.Standing(b, disclose).Words(),
		r.site.config.Organization.Unit.Many, tell.Words())
	return tell
}

// unreadable shows the files of which nothing can be read. A draft's are no fault: it
// is unfinished.
func (r *report) unreadable(ctx context.Context, only bulletin.ID) error {
	known := make(map[string]bool)
	for _, b := range r.site.content.Bulletins {
		known[b.Source.Name] = true
	}
	for _, problem := range r.site.problems {
		file := problem.Position.File
		id := bulletin.ID(strings.TrimSuffix(path.Base(file), ".md"))
		if known[file] || path.Dir(file) != content.BulletinFolder || path.Ext(file) != ".md" || only != "" && id != only {
			continue
		}
		known[file] = true
		r.print("%s  cannot be read: tocsin check", source.Visible(string(id)))
		_, err := r.plans(ctx, id)
		if len(r.site.unreadable(file)) > 0 {
			err = errors.Join(err, errFound)
		}
		if err := r.part(id, err); err != nil {
			return err
		}
	}
	return nil
}

// orphans shows the plans of bulletins whose files are gone: their letters are not
// forgotten with them.
func (r *report) orphans(ctx context.Context, only bulletin.ID) error {
	if r.book == nil {
		return nil
	}
	plans, err := r.book.Plans(ctx, only)
	if err != nil {
		return err
	}
	for _, plan := range plans {
		if r.shown[plan.Bulletin] {
			continue
		}
		r.print("%s  cannot be read, or its file is gone", plan.Bulletin)
		_, err := r.plans(ctx, plan.Bulletin)
		if err := r.part(plan.Bulletin, err); err != nil {
			return err
		}
	}
	return nil
}

// plans shows the plan that stands for a bulletin, if there is one, and the begun
// letters of those before it.
func (r *report) plans(ctx context.Context, id bulletin.ID) (found bool, err error) {
	if r.book == nil {
		return false, nil
	}
	plans, err := r.book.Plans(ctx, id)
	if err != nil || len(plans) == 0 {
		return false, err
	}
	last := len(plans) - 1
	var left error
	for _, earlier := range plans[:last] {
		if err := r.earlier(ctx, earlier); err != nil && !errors.Is(err, errIncomplete) {
			return true, err
		} else if err != nil {
			left = err
		}
	}
	plan, err := r.book.Plan(ctx, plans[last])
	if err != nil {
		return true, err
	}
	r.planHead(plan)
	return true, errors.Join(r.planStanding(ctx, r.site, r.book, plan), left)
}

// earlier says what a plan that does not stand any more has left open.
func (r *report) earlier(ctx context.Context, id notify.PlanID) error {
	plan, err := r.book.Plan(ctx, id)
	if err != nil {
		return err
	}
	sums, err := r.book.Account(ctx, plan)
	if err != nil {
		return err
	}
	return r.begun(id, sums)
}

// begun says that a run was cut off, where one was.
func (p *program) begun(id notify.PlanID, sums ledger.Account) error {
	if sums.Begun() == 0 {
		return nil
	}
	p.print("  open: a run of %s was cut off with %s begun", id, many(sums.Begun(), "letter"))
	p.next("tocsin send %s", id)
	return errIncomplete
}

func (p *program) planHead(plan ledger.Stored) {
	p.print("  plan %s of %s, to %s, not after %s", plan.ID, plan.Created.Format(time.RFC3339),
		destination(plan.Transport), plan.Deadline.Format(time.RFC3339))
}

// sums prints how a plan's rows add up.
func (p *program) sums(sums ledger.Account) {
	var letters []string
	for _, state := range ledger.States {
		if n := sums.Letters[state]; n > 0 {
			letters = append(letters, fmt.Sprintf("%s %d", state, n))
		}
	}
	if sums.Twice > 0 {
		letters = append(letters, fmt.Sprintf("possibly twice %d", sums.Twice))
	}
	for i, standing := range notify.Standings {
		sign := "+"
		if i == 0 {
			sign = " "
		}
		p.print("  %s %6d  %s%s", sign, sums.Counts[standing], standing.Words(), inParentheses(standing, letters))
	}
	p.print("  = %6d  affected", sums.Counts.Affected())
	if sums.Settled > 0 {
		p.print("  settled by a person: %s", many(sums.Settled, "row"))
	}
	if sums.Due != "" {
		p.print("  next attempt: %s", sums.Due)
	}
}

func inParentheses(standing notify.Standing, letters []string) string {
	if standing != notify.Mailed || len(letters) == 0 {
		return ""
	}
	return " (" + strings.Join(letters, ", ") + ")"
}

// left names what a plan leaves for a person to do. Letters to deliver come first:
// the rest can only be told by other ways. After the deadline only a new plan has
// letters that can be delivered.
func (p *program) left(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, sums ledger.Account) error {
	unit := s.config.Organization.Unit
	if err := p.unsettled(ctx, book, plan, unit.One); err != nil {
		return err
	}
	late := s.now.After(plan.Deadline)
	switch open := sums.Open(); {
	case late && sums.Begun() > 0:
		return p.begun(plan.ID, sums)
	case late && open > 0:
		p.next("tocsin plan %s (%s not delivered in time)", plan.ID.Bulletin, many(open, "letter"))
	case open > 0:
		p.delivery(ctx, s, book, plan, open)
	case len(sums.Unsettled) > 0:
		p.next("tocsin settle %s --tailnet ID, for each that is named above", plan.ID)
	case sums.Untold[notify.Unreachable] > 0:
		if !rehearsed(plan) {
			p.next("tell each unreachable %s otherwise, then tocsin settle %s --tailnet ID --told HOW --by NAME", unit.One, plan.ID)
			return errIncomplete
		}
		p.next("find an address for each unreachable %s, then tocsin plan %s; or tell it otherwise, then tocsin settle %s", unit.One, plan.ID.Bulletin, plan.ID)
	case sums.Untold[notify.Undetermined] > 0:
		p.next("find out what is not known, then tocsin plan %s; or decide, then tocsin settle %s", plan.ID.Bulletin, plan.ID)
	default:
		return nil
	}
	return errIncomplete
}

// mostUnsettled is how many rows that somebody has to see to are listed one by one.
const mostUnsettled = 20

// unsettled lists the rows that no letter settles any more: tailnets that nobody has told,
// or of which nobody knows.
func (p *program) unsettled(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, unit string) error {
	listed := 0
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		if !plan.Unsettled(d) {
			return nil
		}
		if listed++; listed <= mostUnsettled {
			p.print("  open: %s %s is %s", unit, source.Visible(string(d.Tailnet)), standingOf(d))
		}
		return nil
	})
	if listed > mostUnsettled {
		p.print("  open: %d more; tocsin status %s --format csv lists them", listed-mostUnsettled, plan.ID)
	}
	return err
}

// standingOf is where a row stands that somebody has to see to, with the server's word.
func standingOf(d ledger.Delivery) string {
	switch {
	case d.State == ledger.NoLetter:
		return d.Standing.Words()
	case d.Code != 0:
		return strings.TrimSpace(fmt.Sprintf("%s (%d %s", d.State, d.Code, d.Enhanced)) + ")"
	}
	return string(d.State)
}

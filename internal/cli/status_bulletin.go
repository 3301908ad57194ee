package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// readable shows the bulletins that can be read, if only in part.
func (r *report) readable(ctx context.Context, only bulletin.ID) error {
	for _, b := range r.site.content.Bulletins {
		if only != "" && b.ID != only {
			continue
		}
		if err := r.onScreen(b.ID, func() error { return r.bulletin(ctx, b) }); err != nil {
			return err
		}
	}
	return nil
}

// bulletin shows a bulletin's verdicts and the plan that stands for it. Where
// somebody may have to be told and nobody has made a plan, that is left to do.
func (r *report) bulletin(ctx context.Context, b bulletin.Bulletin) error {
	r.screen.Status, r.screen.Title = b.Status, b.Title
	r.line(0, "%s  %s: %s", b.ID, b.Status, source.Visible(b.Title))
	if len(r.site.unreadable(b.Source.Name)) > 0 {
		r.screen.Trouble = "cannot be read whole: tocsin check"
		r.print("  cannot be read whole, so there is no verdict: tocsin check")
		_, err := r.plans(ctx, b.ID)
		return errors.Join(err, errFound)
	}
	tell := r.verdicts(b)
	must := (b.Status == bulletin.Public || b.Status == bulletin.Private) && tell != verdict.NotRequired
	planned, err := r.plans(ctx, b.ID)
	if planned && must && without(err, errIncomplete) == nil {
		err = errors.Join(err, r.rehearsedOnly(ctx, b.ID))
	}
	if planned || err != nil {
		return err
	}
	r.print("  no plan yet")
	if b.Status == bulletin.Withdrawn && r.book != nil {
		return r.notAllClear(ctx, r.site, r.book, b.ID)
	}
	if b.Status == bulletin.Draft && r.mute == "" {
		r.afterExplaining(r.site.explanation(b))
	}
	if !must {
		return nil
	}
	r.screen.unplanned = true
	r.next("tocsin plan %s", b.ID)
	return errIncomplete
}

// line prints a text that begins in a column and breaks at spaces to fit a terminal.
func (p *program) line(column int, format string, args ...any) {
	p.print("%s%s", strings.Repeat(" ", column), folded(fmt.Sprintf(format, args...), column, column+2))
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

// verdicts shows what must be done about a bulletin and by which clauses, and what is not
// known yet; or why nobody can say.
func (r *report) verdicts(b bulletin.Bulletin) (tell verdict.Outcome) {
	if r.mute != "" {
		r.print("  %s", r.mute)
		return verdict.Undetermined
	}
	disclose, tells := r.site.rules.Bulletin(b, r.site.now), r.site.rules.AnyTailnet(b, r.site.now)
	tell = tells.Stands()
	r.screen.Disclose = &standingRule{disclosure.Standing(b, disclose).Words(), clauseIDs(disclose)}
	r.screen.Notify = &standingRule{tell.Words(), clauseIDs(tells)}
	r.line(2, "disclose: %s", r.screen.Disclose.words())
	r.line(2, "notify affected %s: %s", r.site.config.Organization.Unit.Many, r.screen.Notify.words())
	if open := missingFacts(b, disclose, tells); len(open) > 0 {
		r.screen.Open = open
		r.line(2, "not known: %s", strings.Join(open, ", "))
	}
	return tell
}

// clauseIDs names the clauses that decided.
func clauseIDs(proof verdict.Proof) []string {
	ids := []string{}
	for _, c := range proof.Deciding() {
		if !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return ids
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
		err := r.onScreen(id, func() error {
			err := r.plansOnly(ctx, id, "cannot be read: tocsin check")
			if len(r.site.unreadable(file)) > 0 {
				err = errors.Join(err, errFound)
			}
			return err
		})
		if err != nil {
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
		show := func() error { return r.plansOnly(ctx, plan.Bulletin, "cannot be read, or its file is gone") }
		if err := r.onScreen(plan.Bulletin, show); err != nil {
			return err
		}
	}
	return nil
}

// plansOnly shows the plans of a bulletin of which nothing else is known, and why.
func (r *report) plansOnly(ctx context.Context, id bulletin.ID, trouble string) error {
	r.screen.Trouble = trouble
	r.print("%s  %s", source.Visible(string(id)), trouble)
	_, err := r.plans(ctx, id)
	return err
}

// plans shows the plans that stand for a bulletin, if there are any, and in a line each
// what the others have left.
func (r *report) plans(ctx context.Context, id bulletin.ID) (found bool, err error) {
	if r.book == nil {
		return false, nil
	}
	ids, err := r.book.Plans(ctx, id)
	if err != nil {
		return false, err
	}
	plans, closed := make([]ledger.Stored, len(ids)), []ledger.Stored(nil)
	for i, id := range ids {
		if plans[i], err = r.book.Plan(ctx, id); err != nil {
			return true, err
		}
		if stands(plans[i]) != "" { // one that was dropped may be later than the one that stands
			closed = append(closed, plans[i])
		}
	}
	var left error
	for _, plan := range plans {
		if stands(plan) == "" {
			found = true
			r.planHead(plan)
			err = errors.Join(r.planStanding(ctx, r.site, r.book, plan), r.cameBack(ctx, closed, plan))
		} else {
			err = r.earlier(ctx, plan)
		}
		if without(err, errIncomplete) != nil {
			return true, err
		}
		left = errors.Join(left, err)
		status, err := r.planStatus(ctx, r.site, r.book, plan)
		if err != nil {
			return true, err
		}
		r.screen.Plans = append(r.screen.Plans, status)
	}
	for _, plan := range closed { // after what the plan that stands has to deliver
		sums, err := r.book.Account(ctx, plan)
		if err != nil {
			return true, err
		}
		left = errors.Join(left, r.doubts(plan, sums))
	}
	return found, left
}

// earlier says in a line what became of a plan that nothing goes out of any more, and what a
// run of it has left open.
func (r *report) earlier(ctx context.Context, plan ledger.Stored) error {
	sums, err := r.book.Account(ctx, plan)
	if err != nil {
		return err
	}
	if plan.Paused != "" || sums.Letters[ledger.Accepted]+sums.Letters[ledger.Unknown]+sums.Letters[ledger.Bounced] > 0 {
		name := plan.ID.String()
		if rehearsed(plan) {
			name += " (a rehearsal)"
		}
		r.line(2, "before: %s: %s%s", name, lettersOf(sums), stands(plan))
	}
	return r.begun(plan, sums)
}

// stands is how a plan stands that nothing goes out of; empty where letters may go.
func stands(plan ledger.Stored) string {
	switch {
	case plan.Dropped != "":
		return "; dropped"
	case plan.Superseded != "":
		return "; " + plan.Superseded + " has taken its place"
	case plan.Paused != "":
		return "; paused: " + plan.Paused + " takes its place with its first letter"
	}
	return ""
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/planning"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// kindly reports whether the kind of the plan is one that there is.
func (h planHow) kindly() bool {
	return slices.Contains([]notify.Kind{"", notify.Correction, notify.Update, notify.AllClear}, h.kind)
}

// flags are those that decide what the plan is and whether there is one, for a command to type.
func (h planHow) flags() string {
	flags := ""
	if h.kind != "" {
		flags += " --kind " + string(h.kind)
	}
	if h.choice != notify.Undecided {
		flags += " --undetermined " + string(h.choice)
	}
	if len(h.smaller) > 0 {
		flags += " --accept-smaller " + strings.Join(h.smaller, ",")
	}
	if h.lost {
		flags += " --ledger-lost"
	}
	return flags
}

// waits reports whether an error is that tailnets wait, or for a decision.
func waits(err error) bool {
	_, held := errors.AsType[*notify.HeldError](err)
	return held || errors.Is(err, notify.ErrUndecided)
}

// follow makes the sources those of a plan that comes after others. What its rows come to
// stands in the classes once they are counted.
func (e *earlier) follow(sources *planning.Sources, survey *notify.Survey, how planHow) *planning.Classes {
	classes := new(planning.Classes)
	sources.Kind, sources.Since = how.kind, &e.stage
	if e.book == nil {
		return classes
	}
	sources.Sequel = &planning.Sequel{History: e.book, Survey: survey, Bulletin: e.of, Kind: how.kind, Choice: how.choice}
	sources.Classed = func(c planning.Classes) error {
		*classes = c
		if got := c.Clear().Affected(); how.kind == notify.AllClear && how.expects && got != how.expect {
			return refuse(fmt.Sprintf("tocsin plan %s%s --dry-run shows what the inventory comes to", e.of.ID, how.flags()),
				"%d %s were told and are %s, and --expect says %d: nothing was frozen", got, e.site.config.Organization.Unit.Many, noMore(c.Unlisted), how.expect)
		}
		return nil
	}
	return classes
}

// toldSum is what tailnets had been told before a plan, as `plan --json` prints it.
type toldSum struct {
	Told     int          `json:"told"`     // and not since that all is well
	Gone     int          `json:"gone"`     // of those, since then that nobody can tell, as the inventory had them no more
	Stale    int          `json:"stale"`    // of those, before the last material revision
	Unaware  int          `json:"unaware"`  // of those, and this plan does not tell them of it
	Owed     int          `json:"owed"`     // of those, a letter that did not arrive
	Doubtful int          `json:"doubtful"` // of those, by nothing but letters of which nobody knows
	Cleared  int          `json:"cleared"`  // since that all is well
	Unlisted int          `json:"unlisted"` // of those beside the affected, whom the inventory has no more: nobody can tell
	Renamed  int          `json:"renamed"`  // of all these, now under another name and at another address
	renamed  []tailnet.ID // the first of them
}

// follows adds what a plan is that comes after others.
func (sum *planSum) follows(c planning.Classes, how planHow) {
	sum.Kind, sum.lost = how.kind, how.lost
	if c.Told+c.Cleared == 0 {
		return
	}
	if how.kind == notify.AllClear && c.Still.Tailnets > 0 {
		sum.Still = &c.Still
	}
	sum.Before = &toldSum{c.Told, c.Gone, c.Stale, c.Unaware, c.Owed, c.Doubtful, c.Cleared, c.Unlisted, c.Renamed.Count, c.Renamed.First}
	sum.NotRequired = shares(c.NotRequired)
	sum.idle = sum.Plan == "" && (c.Idle() || !sum.DryRun)
}

// precedes adds what has come of the plan that stands, or of the one before a new one, and who
// has signed the plan.
func (e *earlier) precedes(ctx context.Context, sum *planSum, plan notify.PlanID) (err error) {
	if e.book == nil && sum.Plan != "" { // the first plan has made the ledger
		e.book, err = e.site.reader(ctx)
	}
	if err != nil || e.book == nil {
		return err
	}
	if sum.Plan != "" {
		stored, err := e.book.Plan(ctx, plan)
		if err != nil {
			return err
		}
		sum.Approvals = e.site.approvalStatus(ctx, e.book, stored)
	}
	last, found, err := e.last(ctx, sum)
	if err != nil || !found {
		return err
	}
	sums, err := e.book.Account(ctx, last)
	if err == nil {
		sum.after(last, sums)
	}
	return err
}

// after takes in what has come of a plan: of this one, or of the one before it.
func (sum *planSum) after(last ledger.Stored, sums ledger.Account) {
	letters := 0
	for _, n := range sums.Letters {
		letters += n
	}
	switch {
	case last.ID.String() == sum.Plan:
		if sum.Before != nil {
			sum.Before.Unlisted = sums.Gone // as it was made, whoever is listed since
		}
		sum.begun = letters > sums.Letters[ledger.Planned]
	case sums.Vain() && !rehearsed(last):
		sum.vain = last.ID.String()
		sum.vainly = fmt.Sprintf("none of the %s of %s reached anybody: %s", many(letters, "letter"), last.ID, lettersOf(sums))
	}
}

// last is the plan itself, where it was there before, else the last one before it that nobody
// has dropped.
func (e *earlier) last(ctx context.Context, sum *planSum) (ledger.Stored, bool, error) {
	plans, err := e.book.Plans(ctx, e.of.ID)
	for _, id := range slices.Backward(plans) {
		if sum.Fresh && id.String() == sum.Plan {
			continue
		}
		if p, err := e.book.Plan(ctx, id); err != nil || p.Dropped == "" {
			return p, err == nil, err
		}
	}
	return ledger.Stored{}, false, err
}

// expect is the number that --expect means.
func (sum planSum) expect() int {
	if sum.Kind == notify.AllClear {
		return notify.Counts(sum.Clear).Affected()
	}
	return sum.surveyed
}

// kindWords is what some letters of a kind are called.
func kindWords(kind notify.Kind, n int) string {
	words := map[notify.Kind]string{notify.FirstNotice: "first notice", notify.Correction: "correction", notify.Update: "update", notify.AllClear: "all-clear"}
	return many(n, words[kind])
}

// printFollowing prints what of a plan comes after other letters.
func (p *program) printFollowing(s *site, sum planSum) {
	var letters []string
	for _, kind := range slices.Sorted(maps.Keys(sum.Letters)) {
		letters = append(letters, kindWords(kind, sum.Letters[kind]))
	}
	if len(sum.Clear) > 0 && sum.Kind != notify.AllClear {
		p.entry("and %d told earlier and %s: %s", notify.Counts(sum.Clear).Affected(), noMore(sum.unlisted()), standings(sum.Clear))
	}
	if len(letters) > 0 {
		p.entry("letters: %s", strings.Join(letters, ", "))
	}
	if sum.Before == nil {
		return
	}
	unit := s.config.Organization.Unit.One
	p.entry("told before: %s%s", many(sum.Before.Told, unit), sum.Before.details())
	if sum.Before.Cleared > 0 {
		p.entry("told before, and since then that all is well: %s", many(sum.Before.Cleared, unit))
	}
}

// noMore says what those are who get an all-clear, given how many of them the inventory has no
// more: of these nobody can tell.
func noMore(unlisted int) string {
	if unlisted == 0 {
		return "affected no more"
	}
	return fmt.Sprintf("affected no more, or (%d) no longer listed", unlisted)
}

// unlisted is how many get an all-clear that are not listed any more.
func (sum planSum) unlisted() int {
	if sum.Before == nil {
		return 0
	}
	return sum.Before.Unlisted
}

// printClear prints how many get an all-clear, and whom it is not for.
func (p *program) printClear(s *site, sum planSum) {
	unit := s.config.Organization.Unit
	p.print("%s", folded(fmt.Sprintf("%s  %s %s (%s looked at)", sum.name(),
		many(notify.Counts(sum.Clear).Affected(), unit.One), noMore(sum.unlisted()), many(sum.Seen.Nodes, "node")), 0, 4))
	for _, standing := range [...]notify.Standing{notify.Mailed, notify.Unreachable} {
		p.print("  %6d  %s", sum.Clear[standing], standing.Words())
	}
	if still := sum.Still; still != nil {
		p.entry("affected still, and no business of this plan: %d of %d %s", still.Tailnets, sum.Seen.Tailnets, unit.Many)
		p.print("  %6d  told", still.Told)
		p.print("  %6d  not told", still.Untold)
		p.print("  %6d  %s", still.Tailnets-still.Told-still.Untold, notify.NotRequired.Words())
	}
}

// warnUntold says who is affected, was never told, and gets no letter by an all-clear.
func (p *program) warnUntold(s *site, sum planSum) {
	if sum.Still == nil || sum.Still.Untold == 0 {
		return
	}
	p.say("%s affected and not told, and an all-clear does not tell them", are(sum.Still.Untold, s.config.Organization.Unit.One))
	p.next("tocsin plan %s tells them", sum.Bulletin)
}

// details says of how many of those who were told something more is to be said.
func (t toldSum) details() string {
	var parts []string
	for _, part := range []struct {
		n    int
		says string
	}{
		{t.Gone, "told last that nobody can tell, as they were not listed"}, {t.Stale, "before the last material revision"}, {t.Owed, "whom a later letter has not reached"},
		{t.Doubtful, "by nothing but a letter of which nobody knows whether it arrived"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.says))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// standings lists counts in the order in which standings are reported.
func standings(counts map[notify.Standing]int) string {
	var parts []string
	for _, standing := range notify.Standings {
		if n := counts[standing]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, standing.Words()))
		}
	}
	return strings.Join(parts, ", ")
}

// warnStale says who does not know yet what was revised since.
func (p *program) warnStale(s *site, sum planSum) {
	if sum.Kind != "" || sum.Before == nil || sum.Before.Unaware == 0 {
		return
	}
	p.say("%s told before the last material revision, and this plan does not tell them of it", were(sum.Before.Unaware, s.config.Organization.Unit.One))
	p.next("tocsin plan %s --kind correction, where our letter was wrong; --kind update, where there is more to say", sum.Bulletin)
}

// warnRenamed names tailnets whose ID may have been given to another customer since they were
// told.
func (p *program) warnRenamed(s *site, sum planSum) {
	if sum.Before == nil || sum.Before.Renamed == 0 {
		return
	}
	var ids []string
	for _, id := range sum.Before.renamed {
		ids = append(ids, source.Visible(string(id)))
	}
	if more := sum.Before.Renamed - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	p.say("%s", folded(fmt.Sprintf("%s told under another name and at another address than the inventory has now: %s. Look whose they are: an ID that was given to another customer counts as told, and that customer has to be told otherwise",
		were(sum.Before.Renamed, s.config.Organization.Unit.One), strings.Join(ids, ", ")), 0, 4))
}

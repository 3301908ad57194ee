package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/planning"
)

// kindly reports whether the kind of the plan is one that there is.
func (h planHow) kindly() bool {
	return slices.Contains([]notify.Kind{"", notify.Correction, notify.Update, notify.AllClear}, h.kind)
}

// flags are those that decide what the plan is, for a command to type.
func (h planHow) flags() string {
	flags := ""
	if h.kind != "" {
		flags += " --kind " + string(h.kind)
	}
	if h.choice != notify.Undecided {
		flags += " --undetermined " + string(h.choice)
	}
	return flags
}

// waits reports whether an error is that tailnets wait, or for a decision.
func waits(err error) bool {
	_, held := errors.AsType[*notify.HeldError](err)
	return held || errors.Is(err, notify.ErrUndecided)
}

// earlier is what the ledger has of a bulletin's earlier plans; nothing where there is no
// ledger yet.
type earlier struct {
	site *site
	book *ledger.Ledger
	of   bulletin.Bulletin
}

// Close lets go of the ledger.
func (e *earlier) Close() error {
	if e.book == nil {
		return nil
	}
	return e.book.Close()
}

// before opens the ledger to see who has been told, and refuses a kind of plan for which
// there is no reason: whoever mends a typo writes to nobody (F47).
func (s *site) before(ctx context.Context, b bulletin.Bulletin, how planHow) (*earlier, error) {
	e := &earlier{site: s, of: b}
	var err error
	if e.book, err = s.reader(ctx); err != nil && !errors.Is(err, ledger.ErrNone) {
		return nil, err
	}
	if how.kind == "" {
		return e, nil
	}
	if err := e.reason(ctx, how.kind); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// reason refuses a kind of plan that has none.
func (e *earlier) reason(ctx context.Context, kind notify.Kind) error {
	id, unit := e.of.ID, e.site.config.Organization.Unit
	var told planning.Classes
	if e.book != nil {
		var err error
		if told, err = (&planning.Sequel{History: e.book, Bulletin: e.of}).Told(ctx); err != nil {
			return err
		}
	}
	switch {
	case told.Told == 0 && told.Cleared > 0:
		return refuse("tocsin status "+string(id), "%s told of %s, and all of them that all is well: there is nothing to follow up", were(told.Cleared, unit.One), id)
	case told.Told == 0:
		return refuse("tocsin plan "+string(id), "nobody has been told of %s by letter: there is nothing to follow up", id)
	case kind != notify.AllClear && told.Stale == 0:
		return refuse(fmt.Sprintf("change %s, then tocsin revise %s --material --summary TEXT; or, for what did not arrive, tocsin plan %s", e.of.Source.Name, id, id),
			"%s told of %s, and no material revision has come since: a correction or an update says what one has changed", were(told.Told, unit.One), id)
	case kind == notify.AllClear && e.of.Status != bulletin.Withdrawn:
		return e.nobodyWaits(ctx)
	}
	return nil
}

// nobodyWaits refuses an all-clear while a plan has rows open: its first letter would close
// that plan, and it has no row for those who are affected still. Of a bulletin that is
// withdrawn nobody is told anything else.
func (e *earlier) nobodyWaits(ctx context.Context) error {
	plans, err := e.book.Plans(ctx, e.of.ID)
	for _, id := range plans {
		plan, err := e.book.Plan(ctx, id)
		if err != nil {
			return err
		}
		if plan.Superseded != "" || plan.Dropped != "" || plan.Kind == notify.AllClear || rehearsed(plan) {
			continue
		}
		sums, err := e.book.Account(ctx, plan)
		if err != nil {
			return err
		}
		if open := sums.OpenRows(); open > 0 {
			return refuse(fmt.Sprintf("tocsin plan %s tells those who were not told; tocsin status %s says what is open", e.of.ID, id),
				"%s has %s open, and an all-clear would close it: nobody would tell them", id, many(open, "row"))
		}
	}
	return err
}

// follow makes the sources those of a plan that comes after others. What its rows come to
// stands in the classes once they are counted.
func (e *earlier) follow(sources *planning.Sources, survey *notify.Survey, how planHow) *planning.Classes {
	classes := new(planning.Classes)
	if sources.Kind = how.kind; e.book == nil {
		return classes
	}
	sources.Sequel = &planning.Sequel{History: e.book, Survey: survey, Bulletin: e.of, Kind: how.kind, Choice: how.choice}
	sources.Classed = func(c planning.Classes) error {
		*classes = c
		if got := c.Clear().Affected(); how.kind == notify.AllClear && how.expects && got != how.expect {
			return refuse(fmt.Sprintf("tocsin plan %s%s --dry-run shows what the inventory comes to", e.of.ID, how.flags()),
				"%d %s were told and are affected no more, and --expect says %d: nothing was frozen", got, e.site.config.Organization.Unit.Many, how.expect)
		}
		return nil
	}
	return classes
}

// toldSum is what tailnets had been told before a plan, as `plan --json` prints it.
type toldSum struct {
	Told     int `json:"told"`     // and not since that all is well
	Stale    int `json:"stale"`    // of those, before the last material revision
	Owed     int `json:"owed"`     // of those, a letter that did not arrive
	Doubtful int `json:"doubtful"` // of those, by nothing but letters of which nobody knows
	Cleared  int `json:"cleared"`  // since that all is well
}

// follows adds what a plan is that comes after others.
func (sum *planSum) follows(c planning.Classes, how planHow) {
	sum.Kind = how.kind
	if c.Told+c.Cleared == 0 {
		return
	}
	sum.Before = &toldSum{c.Told, c.Stale, c.Owed, c.Doubtful, c.Cleared}
	sum.NotRequired = shares(c.NotRequired)
	sum.idle = sum.Plan == "" && (c.Idle() || !sum.DryRun)
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
	if len(sum.Clear) > 0 {
		p.print("  and %d told earlier and affected no more: %s", notify.Counts(sum.Clear).Affected(), standings(sum.Clear))
	}
	if len(letters) > 0 {
		p.print("  letters: %s", strings.Join(letters, ", "))
	}
	if sum.Before == nil {
		return
	}
	p.print("  told before: %s%s", many(sum.Before.Told, s.config.Organization.Unit.One), sum.Before.details())
}

// details says of how many of those who were told something more is to be said.
func (t toldSum) details() string {
	var parts []string
	for _, part := range []struct {
		n    int
		says string
	}{
		{t.Stale, "before the last material revision"}, {t.Owed, "whom a later letter has not reached"},
		{t.Doubtful, "by nothing but a letter of which nobody knows whether it arrived"}, {t.Cleared, "since then that all is well"},
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
	if sum.Kind != "" || sum.Before == nil || sum.Before.Stale <= sum.Letters[notify.Correction]+sum.Letters[notify.Update]+sum.Letters[notify.AllClear] {
		return
	}
	p.say("%s told before the last material revision, and this plan does not tell them of it", were(sum.Before.Stale, s.config.Organization.Unit.One))
	p.next("tocsin plan %s --kind correction, where our letter was wrong; --kind update, where there is more to say", sum.Bulletin)
}

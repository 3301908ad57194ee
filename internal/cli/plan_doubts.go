package cli

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/verdict"
)

// unplanned says why rows are no plan.
func (p *program) unplanned(s *site, b bulletin.Bulletin, survey *notify.Survey, how planHow, err error) error {
	if held, is := errors.AsType[*notify.HeldError](err); is {
		return s.mustWait(b, how, held)
	}
	if !errors.Is(err, notify.ErrUndecided) {
		return err
	}
	return p.undecided(s, b, how, survey.Rows(notify.Undecided))
}

// mustWait refuses letters that the law does not let go out yet, or may not.
func (s *site) mustWait(b bulletin.Bulletin, how planHow, held *notify.HeldError) error {
	tailnets := many(held.Tailnets, s.config.Organization.Unit.One)
	regime, certain := disclosure.Delay(b, s.now)
	switch {
	case len(held.Clauses) > 0 && !anyAsks(held.Clauses, "legal_delay"):
		return refuse("tocsin explain "+string(b.ID), "%s must be told, and the policy holds it: %q", tailnets, held.Clauses[0].Quote)
	case !certain:
		return refuse("find out whether the law asks to wait, and write it into legal: of "+b.Source.Name,
			"%s may have to be told, and nobody knows yet whether a law asks to wait", tailnets)
	case regime.Deadline.IsZero():
		return refuse("write its deadline into legal: of "+b.Source.Name+" once there is one",
			"%s must be told, and %s asks to wait, without a deadline", tailnets, regime.Regime)
	}
	how.smaller = nil // nobody accepts today what size a table has then
	return refuse("tocsin plan "+string(b.ID)+how.flags()+", from "+regime.Deadline.Format(time.RFC3339)+" on",
		"%s must be told, and %s asks to wait until %s: no letter is written before", tailnets, regime.Regime, regime.Deadline.Format(time.RFC3339))
}

func anyAsks(clauses []verdict.Clause, fact string) bool {
	return slices.ContainsFunc(clauses, func(c verdict.Clause) bool {
		return slices.ContainsFunc(c.When, func(w verdict.Condition) bool { return w.Fact == fact })
	})
}

// undecided says how many tailnets a person has to decide about, by what is not known of
// them.
func (p *program) undecided(s *site, b bulletin.Bulletin, how planHow, rows iter.Seq2[notify.Row, error]) error {
	undetermined, err := p.sayDoubts(s, rows)
	if err != nil {
		return err
	}
	how.choice = notify.Tell
	return refuse(fmt.Sprintf("find out what is said above, then the same command; or tocsin plan %s%s, which writes to them all the same, or hold, which keeps them on the list, untold", b.ID, how.flags()),
		"nobody can tell yet whether to write to %s: somebody has to decide what becomes of them", many(undetermined, s.config.Organization.Unit.One))
}

// sayDoubts says of how many tailnets it cannot be told whether to write to them, by why. It
// names none: terminals are logged.
func (p *program) sayDoubts(s *site, rows iter.Seq2[notify.Row, error]) (undetermined int, err error) {
	doubts := make(map[string]int)
	for r, err := range rows {
		if err != nil {
			return 0, err
		}
		if r.Standing == notify.Undetermined {
			undetermined++
			doubts[doubt(r)]++
		}
	}
	for i, d := range shares(doubts) {
		if i == mostEvidence {
			p.say("and for %s", many(len(doubts)-i, "more reason"))
			break
		}
		p.say("%s undetermined: %s", many(d.Count, s.config.Organization.Unit.One), d.Of)
	}
	return undetermined, nil
}

// doubt says why a row is undetermined: a node that cannot be told, else the facts.
// It names no node: terminals are logged.
func doubt(r notify.Row) string {
	for _, h := range r.Match.Hits {
		if h.Affected == verdict.Unknown {
			return "a node may be affected: " + h.Plain
		}
	}
	if r.Match.Evidence != "" && len(r.Missing) == 0 {
		return r.Match.Evidence
	}
	keys := make([]string, len(r.Missing))
	for i, fact := range r.Missing {
		keys[i] = disclosure.Hint(fact)
	}
	return "the bulletin does not say yet: " + strings.Join(keys, "; ")
}

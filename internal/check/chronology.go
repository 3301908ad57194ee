package check

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

func lineOf(at source.Position) string { return strconv.Itoa(at.Line) }

// chronology reports what is dated in the future though it is told as past, what
// stands in the wrong order, and what was promised for a day that has gone.
func chronology(c *Checker, n *notice) source.Problems {
	problems := n.notYet(c.Now)
	problems = append(problems, n.disorder()...)
	return append(problems, n.overdue(c.Now)...)
}

// notYet reports what cannot have happened yet.
func (n *notice) notYet(now time.Time) source.Problems {
	var problems source.Problems
	future := func(what string, at time.Time, where source.Position) {
		if at.After(now) {
			problems = append(problems, n.problem(where, "future-date", what+" lies in the future", "write what has happened; what is planned goes into next_update or the text"))
		}
	}
	for _, e := range n.Timeline {
		future("an event of the timeline", e.At, e.Position)
	}
	for _, e := range n.Done {
		future("what was done", e.At, e.Position)
	}
	for _, r := range n.Revisions {
		future(fmt.Sprintf("revision %d", r.Version), r.At, r.Position)
	}
	for _, a := range []bulletin.Answer{n.Exploited, n.DataVisible, n.UsersAffected, n.RoutinePatch, n.Scope} {
		future("the day of this answer", bulletin.Instant(a.At), a.Position)
	}
	if n.Retraction != nil {
		future("the day of withdrawal", n.Retraction.At, n.Retraction.Position)
	}
	return problems
}

// disorder reports dates that contradict each other.
func (n *notice) disorder() source.Problems {
	var problems source.Problems
	clash := func(found bool, where source.Position, message, hint string) {
		if found {
			problems = append(problems, n.problem(where, "dates-out-of-order", message, hint))
		}
	}
	for i, e := range n.Timeline {
		clash(i > 0 && e.At.Before(n.Timeline[max(i-1, 0)].At), e.Position, "the timeline goes back here", "write events in the order in which they happened")
	}
	if r := n.Retraction; r != nil {
		clash(r.At.Before(n.Published), r.Position, "it was withdrawn before it was published", "mend one of the dates")
	}
	if t := n.Notified; t != nil {
		clash(t.Last.Before(t.First), t.Position, "the last letter went out before the first", "mend one of the dates")
	}
	return problems
}

// overdue warns of days on which somebody wanted to look again.
func (n *notice) overdue(now time.Time) source.Problems {
	if n.Status == bulletin.Withdrawn {
		return nil
	}
	var problems source.Problems
	due := func(what string, at time.Time, where source.Position) {
		if !at.IsZero() && at.Before(now) {
			problems = append(problems, n.warning(where, "overdue", what+" was due on "+at.Format(time.DateOnly), "look now, then change the date or remove it"))
		}
	}
	due("the next update", n.NextUpdate, n.Places.Of("next_update"))
	for _, l := range n.Legal {
		if l.Effect == bulletin.Require && l.Applies != verdict.No && !n.public() {
			due("the notice that "+l.Regime+" may ask for", l.Deadline, l.Position)
		}
	}
	for _, a := range []bulletin.Answer{n.Exploited, n.DataVisible, n.UsersAffected, n.RoutinePatch} {
		due("another look at this", bulletin.Instant(a.NextCheck), a.Position)
	}
	return problems
}

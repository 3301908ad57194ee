package verdict

import "slices"

// Change gives one fact another value.
type Change struct{ Fact, Value string }

// Turn is a smallest set of changes that turns an outcome, with the outcome that it
// leads to.
type Turn struct {
	Changes []Change
	Outcome Outcome
}

// Turns lists the smallest changes of facts that would turn the outcome: every
// single one, or, where none suffices, every pair. Of several values of a fact that
// lead to one outcome only the first is listed.
func (r Rules) Turns(facts Facts) []Turn {
	now, _ := r.outcome(facts)
	var turns []Turn
	names := r.Asks()
	for _, name := range names {
		for _, c := range changes(facts, name) {
			turns = r.turn(turns, now, facts.with(c.Fact, c.Value), c)
		}
	}
	if len(turns) > 0 {
		return turns
	}
	for i, name := range names {
		for _, c := range changes(facts, name) {
			turns = r.pairs(turns, now, facts.with(c.Fact, c.Value), c, names[i+1:])
		}
	}
	return turns
}

// pairs appends the turns that one more change of the named facts leads to.
func (r Rules) pairs(turns []Turn, now Outcome, changed Facts, c Change, names []string) []Turn {
	for _, name := range names {
		for _, d := range changes(changed, name) {
			turns = r.turn(turns, now, changed.with(d.Fact, d.Value), c, d)
		}
	}
	return turns
}

// turn appends the changes where they lead to another outcome, and the same facts
// have not led there already.
func (r Rules) turn(turns []Turn, now Outcome, facts Facts, changes ...Change) []Turn {
	outcome, _ := r.outcome(facts)
	listed := func(t Turn) bool {
		return t.Outcome == outcome && slices.EqualFunc(t.Changes, changes, func(a, b Change) bool { return a.Fact == b.Fact })
	}
	if outcome == now || slices.ContainsFunc(turns, listed) {
		return turns
	}
	return append(turns, Turn{slices.Clone(changes), outcome})
}

// changes lists the other values that a fact could have.
func changes(facts Facts, name string) []Change {
	var out []Change
	f := facts.Find(name)
	for _, v := range f.Domain {
		if v != f.Value {
			out = append(out, Change{name, v})
		}
	}
	return out
}

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
	var single, pairs []Turn
	names := r.Asks()
	for i, name := range names {
		for _, c := range changes(facts, name) {
			changed := facts.with(c.Fact, c.Value)
			single = r.turn(single, now, changed, c)
			for _, other := range names[i+1:] {
				for _, d := range changes(changed, other) {
					pairs = r.turn(pairs, now, changed.with(d.Fact, d.Value), c, d)
				}
			}
		}
	}
	if len(single) > 0 {
		return single
	}
	return pairs
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

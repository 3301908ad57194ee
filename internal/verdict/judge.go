package verdict

import "slices"

// Outcome is the answer that rules give.
type Outcome string

const (
	// Required means that the policy promises it.
	Required Outcome = "required"
	// NotRequired means that no sentence of the policy asks for it.
	NotRequired Outcome = "not_required"
	// Held means that it will be required, and waits for a fix or a legal delay.
	Held Outcome = "held"
	// Undetermined means that facts which decide are missing.
	Undetermined Outcome = "undetermined"
)

// Words is the outcome as a person reads it.
func (o Outcome) Words() string {
	if o == NotRequired {
		return "not required"
	}
	return string(o)
}

// Judge gives the outcome for the facts, with its proof.
func (r Rules) Judge(facts Facts) Proof {
	p := Proof{Question: r.Question, Policy: r.Policy, Facts: facts}
	p.Outcome, p.Missing = r.outcome(facts)
	decides := r.deciding(facts, p.Outcome)
	groups := r.Groups()
	p.Steps = make([]Step, 0, len(r.Delay)+len(r.First)+len(r.All)+len(r.Any)+len(r.Except))
	for _, g := range groups {
		for i := range g.Clauses {
			c := &g.Clauses[i]
			p.Steps = append(p.Steps, Step{*c, g.Part, c.Truth(facts), slices.Contains(decides, c.ID)})
		}
	}
	return p
}

// Outcome is the outcome of [Rules.Judge], for those who have no use for its proof.
func (r Rules) Outcome(facts Facts) Outcome {
	outcome, _ := r.outcome(facts)
	return outcome
}

// outcome fills the unknown facts that the rules ask for in every way. One
// outcome for all of them stands whatever is found out later.
func (r Rules) outcome(facts Facts) (Outcome, []string) {
	if r.settled(facts) {
		return r.decide(facts), nil
	}
	f := r.fillings(facts)
	if outcome, same := f.agree(); same {
		return outcome, nil
	}
	return Undetermined, f.turning()
}

// settled reports whether all facts that the rules ask for are known.
func (r Rules) settled(facts Facts) bool {
	for _, g := range r.Groups() {
		for i := range g.Clauses {
			for _, w := range g.Clauses[i].When {
				if !facts.Find(w.Fact).Known() {
					return false
				}
			}
		}
	}
	return true
}

// decide applies the rules to facts that are all known: the law first, then what
// must hold, then the promises less those an exemption outweighs.
func (r Rules) decide(facts Facts) Outcome {
	outcome := r.undelayed(facts)
	if outcome == Required && anyHolds(r.Delay, facts) {
		return Held
	}
	return outcome
}

func (r Rules) undelayed(facts Facts) Outcome {
	if anyHolds(r.First, facts) {
		return Required
	}
	held := false
	for i := range r.All {
		c := &r.All[i]
		if c.Truth(facts) == Yes {
			continue
		}
		if c.Otherwise != Held {
			return NotRequired
		}
		held = true
	}
	promised := some(r.Any, func(c *Clause) bool { return r.binds(c, facts) })
	switch {
	case !promised:
		return NotRequired
	case held:
		return Held
	}
	return Required
}

// binds reports whether a promise holds and no exemption can outweigh it.
func (r *Rules) binds(promise *Clause, facts Facts) bool {
	return promise.Truth(facts) == Yes && !some(r.Except, func(e *Clause) bool {
		return slices.Contains(e.Over, promise.ID) && e.Truth(facts) != No
	})
}

// promises lists the Any clauses that bind.
func (r Rules) promises(facts Facts) []string {
	return named(r.Any, func(c *Clause) bool { return r.binds(c, facts) })
}

// deciding names the clauses that a person is shown as the reason of an outcome.
func (r Rules) deciding(facts Facts, outcome Outcome) []string {
	switch outcome {
	case Required:
		if first := holding(r.First, facts); len(first) > 0 {
			return first
		}
		return r.promises(facts)
	case Held:
		if len(holding(r.First, facts)) > 0 {
			return holding(r.Delay, facts) // the law does not wait for a fix
		}
		return append(holding(r.Delay, facts), failing(r.All, facts, Held)...)
	case NotRequired:
		if gates := failing(r.All, facts, NotRequired); len(gates) > 0 {
			return gates
		}
		if exempt := holding(r.Except, facts); len(exempt) > 0 {
			return exempt
		}
		return ids(r.Any)
	}
	return nil
}

func anyHolds(clauses []Clause, facts Facts) bool {
	return some(clauses, func(c *Clause) bool { return c.Truth(facts) == Yes })
}

// some reports whether a clause is as asked for. A clause is large: copies would be most of the work.
func some(clauses []Clause, is func(*Clause) bool) bool {
	for i := range clauses {
		if is(&clauses[i]) {
			return true
		}
	}
	return false
}

func holding(clauses []Clause, facts Facts) []string {
	return named(clauses, func(c *Clause) bool { return c.Truth(facts) == Yes })
}

// failing lists the clauses that are known not to hold: an unknown one is no reason.
func failing(clauses []Clause, facts Facts, otherwise Outcome) []string {
	return named(clauses, func(c *Clause) bool { return c.Truth(facts) == No && c.Otherwise == otherwise })
}

func ids(clauses []Clause) []string {
	return named(clauses, func(*Clause) bool { return true })
}

// named are the IDs of the clauses that are as asked for.
func named(clauses []Clause, is func(*Clause) bool) []string {
	var out []string
	for i := range clauses {
		if is(&clauses[i]) {
			out = append(out, clauses[i].ID)
		}
	}
	return out
}

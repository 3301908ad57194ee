package verdict

import (
	"slices"
)

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

// Step is one clause of a proof with its truth.
type Step struct {
	Clause Clause
	Truth  Truth
	// Decides marks the clauses by which the outcome came about. Of an Undetermined
	// outcome none decides: Proof.Missing says what would.
	Decides bool
}

// Proof is an outcome with everything it rests on.
type Proof struct {
	Question string
	Policy   string
	Outcome  Outcome
	Steps    []Step
	Facts    Facts
	Missing  []string // unknown facts that can still turn the outcome
	// Override is the authors' departure from Outcome; nil where there is none.
	Override *Override
}

// Stands is the outcome that is acted on: the rules' own, or what overrides it.
func (p Proof) Stands() Outcome {
	if p.Override != nil {
		return p.Override.Outcome
	}
	return p.Outcome
}

// Deciding lists the clauses by which the outcome came about; for a NotRequired
// for want of any promise, the promises, none of which holds.
func (p Proof) Deciding() []Clause {
	var out []Clause
	for _, s := range p.Steps {
		if s.Decides {
			out = append(out, s.Clause)
		}
	}
	return out
}

// Judge gives the outcome for the facts, with its proof.
func (r Rules) Judge(facts Facts) Proof {
	p := Proof{Question: r.Question, Policy: r.Policy, Facts: facts}
	p.Outcome, p.Missing = r.outcome(facts)
	decides := r.deciding(facts, p.Outcome)
	for _, c := range r.Clauses() {
		p.Steps = append(p.Steps, Step{c, c.Truth(facts), slices.Contains(decides, c.ID)})
	}
	return p
}

// outcome fills the unknown facts that the rules ask for in every way. One
// outcome for all of them stands whatever is found out later.
func (r Rules) outcome(facts Facts) (Outcome, []string) {
	seen := make(map[Outcome]bool)
	open := r.unknowns(facts)
	r.fill(facts, open, func(f Facts) { seen[r.decide(f)] = true })
	if len(seen) == 1 {
		for o := range seen {
			return o, nil
		}
	}
	return Undetermined, slices.DeleteFunc(slices.Clone(open), func(name string) bool { return !r.turns(facts, open, name) })
}

// unknowns names the unknown facts that some clause asks for, in the order of the clauses.
func (r Rules) unknowns(facts Facts) []string {
	return slices.DeleteFunc(r.asked(), func(name string) bool { return facts.Find(name).Known() })
}

// asked names the facts that some clause asks for, in the order of the clauses.
func (r Rules) asked() []string {
	var names []string
	for _, c := range r.Clauses() {
		for _, w := range c.When {
			if !slices.Contains(names, w.Fact) {
				names = append(names, w.Fact)
			}
		}
	}
	return names
}

// fill calls visit once for every way of giving the named facts a value.
func (r Rules) fill(facts Facts, names []string, visit func(Facts)) {
	if len(names) == 0 {
		visit(facts)
		return
	}
	for _, v := range facts.Find(names[0]).Domain {
		r.fill(facts.with(names[0], v), names[1:], visit)
	}
}

// turns reports whether there is a way of filling the other unknowns in which the
// value of this one makes the difference.
func (r Rules) turns(facts Facts, open []string, name string) bool {
	others := slices.DeleteFunc(slices.Clone(open), func(n string) bool { return n == name })
	matters := false
	r.fill(facts, others, func(f Facts) {
		seen := make(map[Outcome]bool)
		r.fill(f, []string{name}, func(f Facts) { seen[r.decide(f)] = true })
		matters = matters || len(seen) > 1
	})
	return matters
}

// decide applies the rules to facts that are all known: the law first, then what
// must hold, then the promises less those an exemption outweighs.
func (r Rules) decide(facts Facts) Outcome {
	outcome := r.undelayed(facts)
	if outcome == Required && len(holding(r.Delay, facts)) > 0 {
		return Held
	}
	return outcome
}

func (r Rules) undelayed(facts Facts) Outcome {
	if len(holding(r.First, facts)) > 0 {
		return Required
	}
	held := false
	for _, c := range r.All {
		if c.Truth(facts) == Yes {
			continue
		}
		if c.Otherwise != Held {
			return NotRequired
		}
		held = true
	}
	switch {
	case len(r.promises(facts)) == 0:
		return NotRequired
	case held:
		return Held
	}
	return Required
}

// promises lists the Any clauses that hold and that no exemption can outweigh.
func (r Rules) promises(facts Facts) []string {
	promises := holding(r.Any, facts)
	for _, e := range r.Except {
		if e.Truth(facts) != No {
			promises = slices.DeleteFunc(promises, func(id string) bool { return slices.Contains(e.Over, id) })
		}
	}
	return promises
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

func holding(clauses []Clause, facts Facts) []string {
	return ids(slices.DeleteFunc(slices.Clone(clauses), func(c Clause) bool { return c.Truth(facts) != Yes }))
}

// failing lists the clauses that are known not to hold: an unknown one is no reason.
func failing(clauses []Clause, facts Facts, otherwise Outcome) []string {
	return ids(slices.DeleteFunc(slices.Clone(clauses), func(c Clause) bool {
		return c.Truth(facts) != No || c.Otherwise != otherwise
	}))
}

func ids(clauses []Clause) []string {
	var out []string
	for _, c := range clauses {
		out = append(out, c.ID)
	}
	return out
}

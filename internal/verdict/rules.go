package verdict

import (
	"slices"
	"time"

	"tocsin/internal/source"
)

// Fact is one statement that rules ask for, with its value.
type Fact struct {
	Name     string          // user_action, severity, …
	Value    string          // yes, no or another word of the domain; unknown
	Domain   []string        // the values an unknown fact could turn out to have
	Note     string          // what stands behind the value: "assumed", "not asked yet"; empty where the file says it all
	Assumed  bool            // nobody stated it: the value is what counts until somebody does
	Position source.Position // where a file states it; zero where none does
}

// unknown is the value of a fact that nobody knows yet.
const unknown = "unknown"

// yesNo is the domain of a fact that is a plain statement.
var yesNo = []string{"yes", "no"}

// Statement is the fact that something is so, not so, or unknown.
func Statement(name string, t Truth) Fact {
	return Fact{Name: name, Value: t.String(), Domain: yesNo}
}

// Word is a fact whose value is one word of a domain; the empty word is unknown.
func Word(name, value string, domain []string) Fact {
	if value == "" {
		value = unknown
	}
	return Fact{Name: name, Value: value, Domain: domain}
}

// Known reports whether the fact has a value.
func (f Fact) Known() bool { return f.Value != unknown }

// Facts are what is known about one bulletin, or one tailnet of it, in the order
// in which a proof prints them.
type Facts []Fact

// Find returns the fact of that name; an unknown statement where there is none.
func (fs Facts) Find(name string) Fact {
	for i := range fs { // a fact is large, and they are looked for often
		if fs[i].Name == name {
			return fs[i]
		}
	}
	return Fact{Name: name, Value: unknown, Domain: yesNo, Note: "not asked yet"}
}

// Open returns the facts with those that are only assumed made unknown: what could
// come to light if everything were asked.
func (fs Facts) Open() Facts {
	out := slices.Clone(fs)
	for i := range out {
		if out[i].Assumed {
			out[i].Value = unknown
		}
	}
	return out
}

// with returns the facts with one of them set to a value.
func (fs Facts) with(name, value string) Facts {
	out := slices.Clone(fs)
	for i := range out {
		if out[i].Name == name {
			out[i].Value = value
			return out
		}
	}
	f := fs.Find(name)
	f.Value = value
	return append(out, f)
}

// Condition asks that a fact has one of some values.
type Condition struct {
	Fact     string
	In       []string        // the fact has one of these values
	Position source.Position // in a rules file; zero for a built-in rule
}

// truth is unknown while some values the fact could still have would satisfy the
// condition and others would not.
func (c *Condition) truth(facts Facts) Truth {
	f := facts.Find(c.Fact)
	if f.Known() {
		return Of(slices.Contains(c.In, f.Value))
	}
	in := 0
	for _, v := range f.Domain {
		if slices.Contains(c.In, v) {
			in++
		}
	}
	switch in {
	case 0:
		return No
	case len(f.Domain):
		return Yes
	}
	return Unknown
}

// Force is how strongly a sentence binds: the policy's own modality.
type Force string

// The modalities that policies use.
const (
	Promise Force = "promise" // "we will"
	Aim     Force = "aim"     // "we aim to"
	May     Force = "may"     // "we may"
)

// Clause is one sentence of a policy that a rule executes.
type Clause struct {
	ID    string      // short name within the rules, such as action
	Under string      // how the paragraph or heading begins under which the quote stands
	Quote string      // the words of the policy; they must stand there
	When  []Condition // all of them must hold
	Force Force
	Over  []string // an exemption only: IDs of the promises that it outweighs
	// Otherwise is what an All clause makes of the matter while it does not hold:
	// NotRequired, or Held where the thing is only a matter of time.
	Otherwise Outcome
	Since     time.Time       // the rule is in force from this instant on, UTC; zero: always was
	Position  source.Position // in a rules file; zero for a built-in rule
}

// Truth tells whether the clause holds by what is known.
func (c *Clause) Truth(facts Facts) Truth {
	all := Yes
	for i := range c.When {
		all = And(all, c.When[i].truth(facts))
	}
	return all
}

// Rules are the executable reading of the part of a policy that answers one question.
type Rules struct {
	Question string   // disclose, notify
	Policy   string   // slug of the policy page
	Delay    []Clause // what is required waits while one of these holds
	First    []Clause // one that holds decides alone: the law, say
	All      []Clause // else every one of these must hold
	Any      []Clause // and one of these promises
	Except   []Clause // unless an exemption outweighs every promise that holds
}

// Part is what a clause does among the others.
type Part string

// The parts of rules, in the order in which they are applied and printed.
const (
	DelayPart     Part = "delay"
	LawPart       Part = "law"
	ConditionPart Part = "condition"
	PromisePart   Part = "promise"
	ExemptionPart Part = "exemption"
)

// Group is the clauses of one part.
type Group struct {
	Part    Part
	Clauses []Clause
}

// Groups lists the clauses by their part.
func (r Rules) Groups() [5]Group {
	return [...]Group{{DelayPart, r.Delay}, {LawPart, r.First}, {ConditionPart, r.All}, {PromisePart, r.Any}, {ExemptionPart, r.Except}}
}

// Clauses lists every clause in the order in which a proof prints them.
func (r Rules) Clauses() []Clause {
	return slices.Concat(r.Delay, r.First, r.All, r.Any, r.Except)
}

// At is the rules as they are in force at an instant: without the clauses that come
// into force later.
func (r Rules) At(t time.Time) Rules {
	early := func(c *Clause) bool { return c.Since.After(t) }
	in := func(clauses []Clause) []Clause {
		if !some(clauses, early) {
			return clauses // nearly always, and rules are asked of every bulletin
		}
		return slices.DeleteFunc(slices.Clone(clauses), func(c Clause) bool { return early(&c) })
	}
	r.Delay, r.First, r.All, r.Any, r.Except = in(r.Delay), in(r.First), in(r.All), in(r.Any), in(r.Except)
	return r
}

// AsksFor reports whether some clause asks for a fact.
func (r Rules) AsksFor(fact string) bool {
	for _, g := range r.Groups() {
		for i := range g.Clauses {
			if slices.ContainsFunc(g.Clauses[i].When, func(w Condition) bool { return w.Fact == fact }) {
				return true
			}
		}
	}
	return false
}

// Asks names the facts that some clause asks for, in the order of the clauses.
func (r Rules) Asks() []string {
	var names []string
	for _, g := range r.Groups() {
		for i := range g.Clauses {
			for _, w := range g.Clauses[i].When {
				if !slices.Contains(names, w.Fact) {
					names = append(names, w.Fact)
				}
			}
		}
	}
	return names
}

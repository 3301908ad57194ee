package verdict

import (
	"slices"

	"tocsin/internal/source"
)

// Step is one clause of a proof with its truth.
type Step struct {
	Clause Clause
	Part   Part
	Truth  Truth
	// Decides marks the clauses by which the outcome came about. Of an Undetermined
	// outcome none decides: Proof.Missing says what would.
	Decides bool
}

// Override departs from an outcome on purpose. It never hides what the rules say.
type Override struct {
	Outcome  Outcome // Required or NotRequired
	Reason   string
	By       string
	Position source.Position
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

// Stands is the outcome that is acted on: the rules' own, or what overrides it. No
// override goes against the law: one that says not required counts for nothing while
// the law asks for it or may ask, and one that says required waits for a delay.
func (p Proof) Stands() Outcome {
	switch {
	case p.Override == nil, p.AgainstLaw():
		return p.Outcome
	case p.Override.Outcome != Required:
		return p.Override.Outcome
	}
	return map[Truth]Outcome{Yes: Held, Unknown: Undetermined, No: Required}[p.Delayed()]
}

// AgainstLaw reports an override that would leave undone what the law asks for, or
// may ask for.
func (p Proof) AgainstLaw() bool {
	return p.Override != nil && p.Override.Outcome == NotRequired && p.truth(LawPart) != No
}

// Departs reports an override that makes a difference.
func (p Proof) Departs() bool {
	return p.Override != nil && p.Stands() != p.Outcome
}

// Delayed tells whether a delay is in force.
func (p Proof) Delayed() Truth { return p.truth(DelayPart) }

// Waits lists what an outcome waits for, or may have to wait for: delays that are not
// ruled out; where none is, the conditions that hold it.
func (p Proof) Waits() []Clause {
	var delays, conditions []Clause
	for _, s := range p.Steps {
		switch {
		case s.Part == DelayPart && s.Truth != No:
			delays = append(delays, s.Clause)
		case s.Part == ConditionPart && s.Truth != Yes && s.Clause.Otherwise == Held:
			conditions = append(conditions, s.Clause)
		}
	}
	if len(delays) > 0 {
		return delays
	}
	return conditions
}

// truth tells whether any clause of a part holds.
func (p Proof) truth(part Part) Truth {
	truth := No
	for _, s := range p.Steps {
		if s.Part == part {
			truth = Or(truth, s.Truth)
		}
	}
	return truth
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

// Contradiction is two sentences of a policy that hold and ask for opposite things.
// The promise wins, and somebody should look at the facts again.
type Contradiction struct{ Exemption, Promise Clause }

// Contradictions lists every exemption that holds against a promise that holds and
// that it does not outweigh.
func (p Proof) Contradictions() []Contradiction {
	var out []Contradiction
	for _, e := range p.holding(ExemptionPart) {
		for _, promise := range p.holding(PromisePart) {
			if !slices.Contains(e.Over, promise.ID) {
				out = append(out, Contradiction{e, promise})
			}
		}
	}
	return out
}

func (p Proof) holding(part Part) []Clause {
	var out []Clause
	for _, s := range p.Steps {
		if s.Part == part && s.Truth == Yes {
			out = append(out, s.Clause)
		}
	}
	return out
}

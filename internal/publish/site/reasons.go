package site

import (
	"cmp"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
)

// Reason is one answer to why a bulletin was published.
type Reason struct {
	// Kind tells what speaks:
	//
	//	law        the law, which comes before every promise
	//	promise    a sentence of the policy that promises it
	//	override   its authors, although the policy did not ask for it
	//	partial    its authors, although the policy lets it wait
	//	waiting    beside partial: a sentence that was not yet true
	//	exemption  beside override: a sentence that would have spared it
	Kind string
	// Of a sentence: its words as they were applied, the policy's title, and where the page
	// holds them; empty where the page does not.
	Quote, Policy, Href string
	Changed             bool // the policy or its reading is another by now
	// Of an override: why, and who says so; By may be empty.
	Text, By string

	key string // of the sentence on the page: disclose/fix
}

// reasons tells by which sentences of the policy a bulletin was published: as its record says,
// or without one, as its own dates have it. A withdrawn bulletin has none, nor has one that
// neither the policy nor anybody's word on file asked for.
func (r *Renderer) reasons(p bulletin.Published) []Reason {
	x := p.Bulletin()
	judged, known := r.judged(x)
	if !known {
		return nil
	}
	var reasons []Reason
	override := overriding(x, judged)
	if override != nil {
		reasons = append(reasons, *override)
	} else if judged.Verdict != verdict.Required {
		return nil
	}
	for _, c := range judged.Clauses {
		if !mayspeak(c, judged.Verdict) {
			continue // most of them
		}
		if reason := r.reason(c); speaks(&reason, c, judged.Verdict) {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// cites names the sentences of the policy as it is now by which a bulletin was published, such
// as disclose/action. It is what a Card keeps.
func (r *Renderer) cites(p bulletin.Published) []string { return cited(r.reasons(p)) }

func cited(reasons []Reason) []string {
	var keys []string
	for _, reason := range reasons {
		if reason.key != "" && (reason.Kind == string(verdict.LawPart) || reason.Kind == string(verdict.PromisePart)) {
			keys = append(keys, reason.key)
		}
	}
	return keys
}

// judged is what was decided about disclosure; false where nobody can say.
func (r *Renderer) judged(x bulletin.Bulletin) (bulletin.Judged, bool) {
	switch {
	case x.Status == bulletin.Withdrawn:
		return bulletin.Judged{}, false
	case x.Decision != nil:
		judged, found := x.Decision.Verdicts[disclosure.Disclose]
		return judged, found
	case len(r.Rules.Disclose.Any) == 0:
		return bulletin.Judged{}, false
	}
	proof := r.Rules.Bulletin(x, decidedAt(x))
	proof.Facts = nil // the page shows sentences
	return bulletin.Judge(proof), true
}

// decidedAt is an instant at which everything that a bulletin tells of had happened. It comes
// from the bulletin alone, so that its page does not change with the day of the build.
func decidedAt(x bulletin.Bulletin) time.Time {
	at := x.Published
	for _, row := range x.Affected {
		for _, t := range []time.Time{row.Available, row.Deployed} {
			if t.After(at) {
				at = t
			}
		}
	}
	return at
}

// overriding is the word by which a bulletin was published where the policy did not ask for it
// at the time; nil where it did. An override that changed nothing is no reason.
func overriding(x bulletin.Bulletin, judged bulletin.Judged) *Reason {
	if judged.Verdict == verdict.Required {
		return nil
	}
	reason := Reason{Kind: "override"}
	if judged.Verdict == verdict.Held {
		reason.Kind = "partial"
	}
	if o := judged.Override; o != nil && o.Verdict == verdict.Required && cmp.Or(o.Stood, o.Verdict) == verdict.Required {
		reason.Text, reason.By = o.Reason, o.By
		return &reason
	}
	if d := x.Decision; d != nil && d.Partial != "" {
		reason.Text, reason.By = d.Partial, d.By
		return &reason
	}
	return nil
}

// reason is a sentence, as it was applied, with its place on the policy's page.
func (r *Renderer) reason(c bulletin.JudgedClause) Reason {
	reason := Reason{Kind: string(verdict.PromisePart), Quote: c.Quote}
	if part, found := r.partOf(c.Clause); found {
		reason.Kind = string(part)
	}
	if r.executed == nil {
		return reason
	}
	reason.Policy = r.executed.Title
	s := r.executed.quoted(disclosure.Disclose, c)
	if s == nil {
		reason.Changed = true
		return reason
	}
	reason.Kind, reason.key = string(s.part), s.key()
	reason.Href = r.Layout.Href(r.Layout.Clause(r.executed.Slug, s.question, s.ID))
	return reason
}

// partOf is what a clause of that name does among the rules of today; a record does not say.
func (r *Renderer) partOf(clause string) (verdict.Part, bool) {
	for _, g := range r.Rules.Disclose.Groups() {
		for i := range g.Clauses {
			if g.Clauses[i].ID == clause {
				return g.Part, true
			}
		}
	}
	return "", false
}

// mayspeak reports whether a sentence can belong to the reasons, whatever it is for.
func mayspeak(c bulletin.JudgedClause, outcome verdict.Outcome) bool {
	holds := c.Value == verdict.Yes.String()
	return c.Decides && holds || outcome == verdict.Held && (c.Decides || holds)
}

// speaks reports whether a sentence belongs to the reasons, and settles its kind: what decided
// where the policy asked; beside an override, what waited, what was promised, what spared it.
func speaks(reason *Reason, c bulletin.JudgedClause, outcome verdict.Outcome) bool {
	holds, part := c.Value == verdict.Yes.String(), verdict.Part(reason.Kind)
	switch outcome {
	case verdict.Required:
		return c.Decides && holds && (part == verdict.LawPart || part == verdict.PromisePart)
	case verdict.Held:
		if c.Decides {
			reason.Kind = "waiting"
			return true
		}
		return holds && part == verdict.PromisePart
	case verdict.NotRequired:
		return c.Decides && holds && part == verdict.ExemptionPart
	}
	return false
}

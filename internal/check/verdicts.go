package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// VerdictCode begins the codes of problems that are the policy's verdict on a
// bulletin, not faults of its file.
const VerdictCode = "verdict-"

// judged reports a published bulletin that the policy does not let be published yet, or
// does not ask for. What was released is not judged again: later facts and another
// policy that would turn the verdict are a warning. What was withdrawn was published
// first, and is held to the same. Rules that are not the policy's own decide nothing.
func judged(c *Checker, n *notice) source.Problems {
	switch {
	case n.unsure || n.unrecorded:
		return nil // held back: it may be no fault of its own
	case n.Decision != nil:
		return changed(c, n)
	case !n.public():
		return nil
	case len(c.obstacles) > 0:
		return source.Problems{n.verdict("verdict-impossible", "'s rules cannot be applied", "see the problem of "+c.obstacles[0].Position.File)}
	}
	if outcome, _ := c.outcome(n); outcome == verdict.Required && n.Overrides.Disclose == nil {
		return nil
	}
	proof := c.Rules.Bulletin(*n.Bulletin, c.Now)
	hint := "see the proof: tocsin explain " + string(n.ID)
	switch proof.Stands() {
	case verdict.Held:
		return source.Problems{n.verdict("verdict-held", " holds it "+until(proof), hint)}
	case verdict.NotRequired:
		if n.Status == bulletin.Withdrawn {
			return nil // a mistake is withdrawn for the very reason that nothing asks for it
		}
		return source.Problems{n.verdict("verdict-not-required", " does not ask to disclose it", hint)}
	case verdict.Undetermined:
		return source.Problems{n.verdict("verdict-undetermined", "'s answer depends on facts that are missing: "+strings.Join(proof.Missing, ", "), hint)}
	}
	return nil
}

// verdict is an error at the status that is not the policy's.
func (n *notice) verdict(code, message, hint string) source.Problem {
	return n.problem(n.Places.Of("status"), code, string(n.Status)+", and the policy"+message, hint)
}

// until says what a bulletin is held for.
func until(p verdict.Proof) string {
	if p.Delayed() == verdict.Yes {
		return "while the law asks to wait"
	}
	return "until a fix is available"
}

// changed warns where a released bulletin would be decided otherwise today.
func changed(c *Checker, n *notice) source.Problems {
	if n.Status == bulletin.Withdrawn || len(c.obstacles) > 0 {
		return nil
	}
	var problems source.Problems
	for _, d := range c.Rules.Changed(*n.Bulletin, c.Now) {
		if d.Turned() {
			problems = append(problems, n.warning(n.Places.Of("status"), "verdict-changed",
				fmt.Sprintf("%s was %s at its release and would be %s today%s", d.Question, d.Was.Words(), d.Is.Words(), because(d)),
				"what was decided stands on record; see the proof: tocsin explain "+string(n.ID)))
		}
	}
	return problems
}

// because names what is different since the release.
func because(d disclosure.Difference) string {
	var parts []string
	for _, f := range d.Facts {
		parts = append(parts, fmt.Sprintf("%s is %s", f.Name, f.Is))
	}
	for _, clause := range d.Clauses {
		if clause.Reworded || clause.Is == "" || clause.Was == "" {
			parts = append(parts, "the rule "+clause.ID+" is another")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// overrides reports a departure from a verdict that leaves undone what the law asks for.
func overrides(c *Checker, n *notice) source.Problems {
	var problems source.Problems
	if n.Overrides.Disclose == nil && n.Overrides.Notify == nil {
		return nil
	}
	for _, proof := range c.proofs(n) {
		if proof.AgainstLaw() {
			problems = append(problems, n.problem(proof.Override.Position, "override-against-law",
				proof.Question+" is overridden as not required, and the law asks for it, or may",
				"no override goes against the law: remove it, or correct legal:"))
		}
	}
	return problems
}

// exemptions warns of facts by which one sentence of the policy exempts a bulletin and
// others promise to tell all the same. The promises win.
func exemptions(c *Checker, n *notice) source.Problems {
	if len(c.obstacles) > 0 || n.Decision != nil || !c.exempt(n) {
		return nil
	}
	var exempts []string
	at, promises := make(map[string]source.Position), make(map[string][]string) // by the exemption's words
	for _, proof := range c.proofs(n) {
		for _, x := range proof.Contradictions() {
			words, promise := x.Exemption.Quote, fmt.Sprintf("%q", x.Promise.Quote)
			if promises[words] == nil {
				exempts, at[words] = append(exempts, words), n.stated(proof, x.Exemption)
			}
			if !slices.Contains(promises[words], promise) {
				promises[words] = append(promises[words], promise)
			}
		}
	}
	var problems source.Problems
	for _, words := range exempts {
		problems = append(problems, n.warning(at[words], "contradictory-exemption",
			fmt.Sprintf("by its facts the policy exempts this (%q) and promises it (%s)", words, strings.Join(promises[words], ", ")),
			"what is promised wins; look at the facts again: tocsin explain "+string(n.ID)))
	}
	return problems
}

// stated is where the file states a fact that a clause asks for.
func (n *notice) stated(proof verdict.Proof, clause verdict.Clause) source.Position {
	for _, when := range clause.When {
		if f := proof.Facts.Find(when.Fact); f.Position.Line > 0 {
			return f.Position
		}
	}
	return n.Places.Of("status")
}

// outcome answers whether a bulletin must be disclosed, with the facts about it.
func (c *Checker) outcome(n *notice) (verdict.Outcome, verdict.Facts) {
	if n.facts == nil {
		n.disclose, n.facts = c.Rules.Disclosed(n.Bulletin, c.Now)
	}
	return n.disclose, n.facts
}

// proofs answers both questions about a bulletin that nobody has decided on yet; none
// where the rules decide nothing.
func (c *Checker) proofs(n *notice) []verdict.Proof {
	if n.unsure || n.unrecorded || n.Decision != nil || n.Status == bulletin.Withdrawn || len(c.obstacles) > 0 {
		return nil
	}
	if n.proved == nil {
		n.proved = []verdict.Proof{c.Rules.Bulletin(*n.Bulletin, c.Now), c.Rules.AnyTailnet(*n.Bulletin, c.Now)}
	}
	return n.proved
}

// exempt reports whether any exemption may hold of a bulletin. None does of nearly every one,
// and to know that takes less than a proof.
func (c *Checker) exempt(n *notice) bool {
	_, facts := c.outcome(n)
	may := func(e verdict.Clause) bool {
		return e.Truth(facts) != verdict.No // a fact about a single tailnet is unknown here
	}
	return slices.ContainsFunc(c.Rules.Disclose.Except, may) || slices.ContainsFunc(c.Rules.Notify.Except, may)
}

// assessed demands that somebody has held the law against what it may be about.
func assessed(_ *Checker, n *notice) source.Problems {
	if n.LegalAssessed || n.Places.Has("legal") || n.unsure || n.unrecorded || n.Decision != nil || n.Status == bulletin.Withdrawn {
		return nil
	}
	switch {
	case n.Exploited.Word == "confirmed", n.Exploited.Word == "suspected":
		return n.unassessed("exploited", n.Exploited)
	case n.DataVisible.Word == "yes":
		return n.unassessed("data_visible", n.DataVisible)
	}
	return nil
}

func (n *notice) unassessed(key string, a bulletin.Answer) source.Problems {
	return source.Problems{n.problem(a.Position, "legal-not-assessed",
		key+" is "+a.Word+", and nobody has held the law against it",
		"write legal: none, or legal: [{regime: …, applies: yes, effect: require, deadline: …}]; tocsin ask "+string(n.ID)+" asks for it")}
}

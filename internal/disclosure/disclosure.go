// Package disclosure decides, by the rules of the disclosure policy, whether a
// bulletin must be disclosed and whether a tailnet must be told. (The policy page
// itself is package policy's.) It is pure: the instant of the question is passed in.
//
// Conventions beyond the policy's words: data or users about which nothing is
// known count as "we cannot confirm that no users were affected"; a promise whose
// fix is not available yet is held, not dropped; the law comes first, and where it
// asks to wait, everything waits.
package disclosure

import (
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// The two questions, as rules, records and JSON name them.
const (
	Disclose = "disclose" // must it be disclosed to everybody?
	Notify   = "notify"   // must a tailnet be told directly?
)

// Rules are the readings of the policy's two questions.
type Rules struct {
	Policy   string // slug of the policy page
	Disclose verdict.Rules
	Notify   verdict.Rules
}

// At is the rules as they are in force at an instant.
func (r Rules) At(t time.Time) Rules {
	return Rules{r.Policy, r.Disclose.At(t), r.Notify.At(t)}
}

// Disclosed is the outcome of [Rules.Bulletin] by the rules alone, without proof or override, and
// the facts that it rests on among others. It takes a third of the time: it is asked of every
// bulletin, and nearly always the answer is as it should be.
func (r Rules) Disclosed(b *bulletin.Bulletin, at time.Time) (verdict.Outcome, verdict.Facts) {
	facts := bulletinFacts(b, at)
	return r.Disclose.At(at).Outcome(facts), facts
}

// Bulletin decides whether a bulletin must be disclosed to everybody, by the rules in
// force at an instant.
func (r Rules) Bulletin(b bulletin.Bulletin, at time.Time) verdict.Proof {
	rules := r.Disclose.At(at)
	p := rules.Judge(asked(rules, bulletinFacts(&b, at)))
	p.Override = b.Overrides.Disclose
	return p
}

// TailnetFacts are what is known of one tailnet beyond the bulletin.
type TailnetFacts struct {
	Affected verdict.Truth // by the inventory and findings
	// Listed tells whether findings name the tailnet; unknown where none were looked at.
	Listed verdict.Truth
	// DataVisible is what they say of its data, where they name it; unknown where one
	// of them leaves it open.
	DataVisible verdict.Truth
}

// Tailnet decides whether one tailnet must be told directly, by the rules in force at
// an instant.
func (r Rules) Tailnet(b bulletin.Bulletin, t TailnetFacts, at time.Time) verdict.Proof {
	by := "by the inventory"
	if t.Listed == verdict.Yes {
		by = "by the inventory and its findings"
	}
	return r.tailnet(b, t, by, at)
}

// AnyTailnet decides for a tailnet that is confirmed affected and of which nothing
// else is known: what `explain` says before there is a plan.
func (r Rules) AnyTailnet(b bulletin.Bulletin, at time.Time) verdict.Proof {
	return r.tailnet(b, TailnetFacts{Affected: verdict.Yes}, "for the sake of the question", at)
}

func (r Rules) tailnet(b bulletin.Bulletin, t TailnetFacts, source string, at time.Time) verdict.Proof {
	rules := r.Notify.At(at)
	p := rules.Judge(asked(rules, append(bulletinFacts(&b, at), tailnetFacts(b, t, source)...)))
	p.Override = overridden(b.Overrides.Notify, t.Affected)
	return p
}

// overridden is the override as far as it concerns a tailnet: it can spare every
// tailnet a letter, and have one written only to those that are affected.
func overridden(o *verdict.Override, affected verdict.Truth) *verdict.Override {
	if o == nil || affected == verdict.No || o.Outcome == verdict.Required && affected != verdict.Yes {
		return nil
	}
	return o
}

// asked leaves the facts that some clause asks for, in the order in which they came: a
// proof shows nothing that it does not rest on.
func asked(rules verdict.Rules, facts verdict.Facts) verdict.Facts {
	return slices.DeleteFunc(facts, func(f verdict.Fact) bool { return !rules.AsksFor(f.Name) })
}

// Open lists the facts that can still turn one of a bulletin's two verdicts, the most
// decisive first: those that are unknown, then those that are only assumed.
func (r Rules) Open(b bulletin.Bulletin, at time.Time) []string {
	now := r.At(at)
	disclose, notify := r.Bulletin(b, at).Facts, r.AnyTailnet(b, at).Facts
	open := verdict.Decisive(verdict.Question{Rules: now.Disclose, Facts: disclose}, verdict.Question{Rules: now.Notify, Facts: notify})
	for _, name := range verdict.Decisive(
		verdict.Question{Rules: now.Disclose, Facts: disclose.Open()},
		verdict.Question{Rules: now.Notify, Facts: notify.Open()},
	) {
		if disclose.Find(name).Assumed || notify.Find(name).Assumed {
			open = append(open, name)
		}
	}
	return open
}

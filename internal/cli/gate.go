package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/release"
	"tocsin/internal/verdict"
)

// allowed holds a release against the policy's verdicts.
func (s *site) allowed(b bulletin.Bulletin, g release.Ground) error {
	if b.Status == bulletin.Private {
		return s.allowedPrivately(b, g.Notify)
	}
	id, proof := string(b.ID), g.Disclose
	switch proof.Stands() {
	case verdict.Required:
		return nil
	case verdict.Held:
		return s.held(b, proof)
	case verdict.Undetermined:
		return refuse("tocsin ask "+id, "nobody can say yet whether the policy lets %s be published: %s", id, open(proof))
	}
	if proof.Override != nil {
		return refuse("remove decision: from "+b.Source.Name+" if that has changed", "%s says itself that it is not to be published: %s", id, proof.Override.Reason)
	}
	return refuse("tocsin explain "+id+"; to publish it all the same, write into it: decision: {disclose: {override: required, reason: …, by: …}}",
		"no sentence of the policy asks to publish %s", id)
}

// open words the facts that are missing.
func open(p verdict.Proof) string {
	parts := make([]string, len(p.Missing))
	for i, fact := range p.Missing {
		parts[i] = fact + " (write " + disclosure.Hint(fact) + ")"
	}
	return "it depends on " + strings.Join(parts, ", ")
}

// held names what a bulletin waits for.
func (s *site) held(b bulletin.Bulletin, p verdict.Proof) error {
	id := string(b.ID)
	if s.delayed(p) {
		return refuse("tocsin explain "+id, "the law asks to wait with %s%s", id, s.until(b))
	}
	next := "wait for it; tocsin plan " + id + " tells those who are affected, without a page"
	if slices.ContainsFunc(b.Affected, func(row bulletin.Affected) bool { return row.Fixed(s.now) == verdict.Yes }) {
		next = "wait for it, or tocsin release " + id + " --partial --reason TEXT, for those who have a fix already"
	}
	return refuse(next, "the policy holds %s until a fix is available, and it waits for %s", id, s.waiting(b))
}

// delayed reports whether it is the law that asks to wait.
func (s *site) delayed(p verdict.Proof) bool { return p.Facts.Find("legal_delay").Value == "yes" }

// until names the regimes that ask for silence now.
func (s *site) until(b bulletin.Bulletin) string {
	var parts []string
	for _, l := range b.Legal {
		if l.Effect == bulletin.Delay && l.Applies == verdict.Yes && l.Deadline.After(s.now) {
			parts = append(parts, fmt.Sprintf("%s until %s (%s)", l.Regime, l.Deadline.Format(time.RFC3339), l.Position))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// waiting words the rows whose fix users cannot have yet.
func (s *site) waiting(b bulletin.Bulletin) string {
	var rows []string
	for _, row := range b.Affected {
		if row.Fixed(s.now) == verdict.Yes {
			continue
		}
		what := row.Product
		if len(row.Platforms) > 0 {
			what += " on " + strings.Join(row.Platforms, ", ")
		}
		rows = append(rows, fmt.Sprintf("%s (%s)", what, row.Position))
	}
	return strings.Join(rows, ", and for ")
}

// waits refuses to release partly what is not held, or is held by the law.
func (s *site) waits(b bulletin.Bulletin) error {
	proof, id := s.rules.Bulletin(b, s.now), string(b.ID)
	switch {
	case proof.Outcome == verdict.Held && s.delayed(proof):
		return s.held(b, proof)
	case proof.Outcome == verdict.Held:
		return nil
	case proof.Outcome == verdict.Undetermined:
		return refuse("tocsin ask "+id, "nobody can say yet whether %s is held: %s", id, open(proof))
	}
	return refuse("tocsin release "+id, "%s does not wait for anything (%s): --partial says that it does", id, proof.Outcome.Words())
}

// allowedPrivately holds a release by letter alone against what the policy says of
// tailnets. What hangs on each tailnet's own data is for the plan to find out.
func (s *site) allowedPrivately(b bulletin.Bulletin, p verdict.Proof) error {
	id := string(b.ID)
	switch p.Stands() {
	case verdict.Held:
		return s.held(b, p)
	case verdict.NotRequired:
		return refuse("tocsin explain "+id, "no sentence of the policy asks to tell anybody of %s directly", id)
	case verdict.Undetermined:
		if missing := slices.DeleteFunc(slices.Clone(p.Missing), s.ofTailnets(b)); len(missing) > 0 {
			return refuse("tocsin ask "+id, "nobody can say yet whether the policy asks to tell anybody of %s: %s", id, open(p))
		}
	}
	return nil
}

// ofTailnets tells which facts the plan finds out for each tailnet.
func (s *site) ofTailnets(b bulletin.Bulletin) func(fact string) bool {
	return func(fact string) bool {
		return fact == "tailnet_affected" || fact == "tailnet_data_visible" && b.DataVisible.Word == "yes"
	}
}

// verdicts shows what was decided, and the sentences by which.
func (p *program) verdicts(s *site, e *edition) {
	g := s.ground(e.to)
	p.decided("Disclose to everybody", g.Disclose)
	p.decided(fmt.Sprintf("Notify a %s that is affected", s.config.Organization.Unit.One), g.Notify)
	p.print("  (by letter, which nobody gets before tocsin plan %s)", e.to.ID)
	if e.to.Status == bulletin.Private && g.Disclose.Stands() == verdict.Required {
		p.say("the policy asks to disclose %s to everybody now: a private release does not do that", e.to.ID)
	}
}

func (p *program) decided(question string, proof verdict.Proof) {
	p.print("\n%s: %s", question, strings.ToUpper(proof.Outcome.Words()))
	for _, c := range proof.Deciding() {
		p.print("  %s", hang(fmt.Sprintf("%q", c.Quote), 2))
	}
	if len(proof.Missing) > 0 {
		p.print("  %s", hang(open(proof), 2))
	}
	if o := proof.Override; o != nil {
		p.print("  overridden: %s, by %s: %s", o.Outcome.Words(), o.By, o.Reason)
	}
}

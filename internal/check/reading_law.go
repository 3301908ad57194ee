package check

import (
	"fmt"
	"slices"
	"time"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// lawless reports rules that leave out what no policy can do without: that the law comes
// first, that nothing is told while a law asks to wait, and that letters go to tailnets
// that are known to be affected. Rules without them would decide all the same, and nobody
// would see what is missing.
func lawless(r content.Rules, rules disclosure.Rules) source.Problems {
	var problems source.Problems
	demand := func(met bool, question, lacks, hint string) {
		if !met {
			problems = append(problems, rulesProblem(r, r.Places.Of(question), "rules-without-law", question+" "+lacks, hint))
		}
	}
	for _, q := range []verdict.Rules{rules.Disclose, rules.Notify} {
		demand(always(q.Delay, "legal_delay"), q.Question, "does not wait where a law asks to wait",
			"under delay, a clause with when: {legal_delay: yes} that quotes what the policy says of the law")
	}
	demand(always(rules.Disclose.First, "legal"), disclosure.Disclose, "does not put the law first",
		"under first, a clause with when: {legal: yes} that quotes what the policy says of the law")
	demand(always(rules.Notify.First, "legal", "tailnet_affected"), disclosure.Notify, "does not put the law first",
		"under first, a clause with when: {legal: yes, tailnet_affected: yes} that quotes what the policy says of the law")
	demand(affectedAlone(rules.Notify), disclosure.Notify, "does not ask whether the tailnet is affected",
		"tailnet_affected: yes in every clause under first, and in one under all or every one under any")
	return problems
}

// always tells whether a clause asks that these facts be yes and nothing else, from ever.
func always(clauses []verdict.Clause, facts ...string) bool {
	return slices.ContainsFunc(clauses, func(c verdict.Clause) bool {
		return c.Since.IsZero() && len(c.When) > 0 && !slices.ContainsFunc(c.When, func(w verdict.Condition) bool {
			return !slices.Contains(facts, w.Fact) || !slices.Contains(w.In, "yes")
		}) && asks(c, facts[0])
	})
}

func asks(c verdict.Clause, fact string) bool {
	return slices.ContainsFunc(c.When, func(w verdict.Condition) bool { return w.Fact == fact })
}

// affectedAlone tells whether only a tailnet that is affected for certain is told.
func affectedAlone(notify verdict.Rules) bool {
	other := func(c verdict.Clause) bool {
		return !slices.ContainsFunc(c.When, func(w verdict.Condition) bool {
			return w.Fact == "tailnet_affected" && slices.Equal(w.In, []string{"yes"})
		})
	}
	gate := func(c verdict.Clause) bool {
		return !other(c) && c.Since.IsZero() && c.Otherwise == verdict.NotRequired
	}
	return !slices.ContainsFunc(notify.First, other) && (slices.ContainsFunc(notify.All, gate) || !slices.ContainsFunc(notify.Any, other))
}

// notInForce reports rules files whose promises all begin later: until then they would
// ask for nothing, and nobody has said that nothing is promised.
func notInForce(found content.Site, rules disclosure.Rules, now time.Time) source.Problems {
	var problems source.Problems
	for _, r := range found.Rules {
		if r.Broken || r.Policy != rules.Policy {
			continue
		}
		for _, q := range []verdict.Rules{r.Disclose, r.Notify} {
			if len(q.At(now).Any) == 0 {
				problems = append(problems, rulesProblem(r, r.Places.Of(q.Question), "rules-not-in-force",
					fmt.Sprintf("no promise of %s is in force on %s", q.Question, now.Format(time.DateOnly)),
					"keep what was promised until then beside it; remove since from one that always held"))
			}
		}
	}
	return problems
}

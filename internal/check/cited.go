package check

import (
	"fmt"

	"tocsin/internal/bulletin"
	"tocsin/internal/identifier"
	"tocsin/internal/source"
)

// cited holds what a bulletin cites against the syntax of each registry.
func cited(_ *Checker, n *notice) source.Problems {
	var problems source.Problems
	hold := func(values []source.Value, syntax func(string) error) {
		for _, v := range values {
			if err := syntax(v.Text); err != nil {
				problems = append(problems, n.problem(v.Position, "bad-identifier", err.Error(), "look it up where it was assigned, or leave it out until it is"))
			}
		}
	}
	hold(n.Aliases, identifier.Alias)
	hold(n.CWE, identifier.CWE)
	for _, v := range n.CVSS {
		score, err := identifier.CVSS(v.Text)
		if err != nil {
			problems = append(problems, n.problem(v.Position, "bad-identifier", err.Error(), "make the vector with the calculator of the standard's authors, and copy it whole"))
			continue
		}
		problems = append(problems, n.severityAgainst(score, v)...)
	}
	return problems
}

// severityAgainst warns where the word and the score say different things: readers
// see both, and the policy acts on the word.
func (n *notice) severityAgainst(score identifier.Score, v source.Value) source.Problems {
	if n.Severity == "" || n.Severity == bulletin.Unrated || string(n.Severity) == score.Severity {
		return nil
	}
	return source.Problems{n.warning(n.Places.Of("severity"), "severity-against-cvss",
		fmt.Sprintf("severity is %s, and the CVSS %s vector of line %d scores %.1f, which is %s", n.Severity, score.Version, v.Position.Line, score.Base, score.Severity),
		"mend one of them; where you rate it otherwise on purpose, suppress this with the reason")}
}

package disclosure

import (
	"errors"
	"slices"

	"tocsin/internal/policy"
	"tocsin/internal/verdict"
)

// Misquoted is a clause whose sentence does not stand in the policy as it says. It is
// an error that names quote and file.
type Misquoted struct {
	Clause verdict.Clause
	*policy.Misquote
}

// Missing tells which quotes of the rules do not stand in the policy. Rules whose
// sentences are not the policy's own decide nothing, whether they are in force yet or
// not.
func (r Rules) Missing(p policy.Policy) []Misquoted {
	var missing []Misquoted
	var asked []verdict.Clause
	text := p.Text()
	for _, c := range slices.Concat(r.Disclose.Clauses(), r.Notify.Clauses()) {
		same := func(o verdict.Clause) bool { return o.Under == c.Under && o.Quote == c.Quote }
		if slices.ContainsFunc(asked, same) {
			continue // one sentence, one finding
		}
		asked = append(asked, c)
		if _, err := text.Sentence(c.Under, c.Quote); err != nil {
			m, is := errors.AsType[*policy.Misquote](err)
			if !is {
				m = &policy.Misquote{Why: policy.NotThere, Under: c.Under, Quote: c.Quote, File: p.Source.Name}
			}
			missing = append(missing, Misquoted{c, m})
		}
	}
	return missing
}

// Sentences counts the different sentences that the rules quote.
func (r Rules) Sentences() int {
	seen := make(map[[2]string]bool)
	for _, c := range slices.Concat(r.Disclose.Clauses(), r.Notify.Clauses()) {
		seen[[2]string{c.Under, c.Quote}] = true
	}
	return len(seen)
}

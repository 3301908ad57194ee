package disclosure

import (
	"slices"

	"tocsin/internal/policy"
	"tocsin/internal/verdict"
)

// Missing tells which quotes of the rules do not stand in the policy, each as an
// error that names quote and file. Rules whose sentences are not the policy's
// own decide nothing.
func (r Rules) Missing(p policy.Policy) []error {
	var missing []error
	var asked []verdict.Clause
	text := p.Text()
	for _, c := range slices.Concat(r.Disclose.Clauses(), r.Notify.Clauses()) {
		same := func(o verdict.Clause) bool { return o.Under == c.Under && o.Quote == c.Quote }
		if slices.ContainsFunc(asked, same) {
			continue // one sentence, one finding
		}
		asked = append(asked, c)
		if _, err := text.Sentence(c.Under, c.Quote); err != nil {
			missing = append(missing, err)
		}
	}
	return missing
}

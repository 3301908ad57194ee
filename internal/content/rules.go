package content

import (
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Rules is one rules file: the executable reading of a policy. Which facts it may
// ask for is package disclosure's to say.
type Rules struct {
	Policy   string // slug of the policy page
	Disclose verdict.Rules
	Notify   verdict.Rules
	Source   source.File
	Places   source.Places
}

// readRules reads content/policies/<slug>.rules.yaml.
func (r *Reader) readRules(file source.File) {
	r.found.Rules = append(r.found.Rules, Rules{Source: file})
}

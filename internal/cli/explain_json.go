package cli

import (
	"encoding/json"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// explained is what `explain --json` prints.
type explained struct {
	ID       bulletin.ID              `json:"id"`
	Verdicts map[string]verdictObject `json:"verdicts"` // by question: disclose, notify
}

type verdictObject struct {
	Verdict  verdict.Outcome       `json:"verdict"`
	Clauses  []clauseObject        `json:"clauses"`
	Facts    map[string]factObject `json:"facts"`
	Missing  []string              `json:"missing"`
	TurnedBy []turnObject          `json:"turned_by"`
}

type clauseObject struct {
	Clause  string `json:"clause"`
	Quote   string `json:"quote"`
	Value   string `json:"value"` // yes, no, unknown
	Decides bool   `json:"decides"`
	URL     string `json:"url"`
}

type factObject struct {
	Value string `json:"value"`
	At    string `json:"at,omitempty"`   // file:line:column that states it
	Note  string `json:"note,omitempty"` // why no file does
}

type turnObject struct {
	Facts   map[string]string `json:"facts"` // the values that would turn it
	Verdict verdict.Outcome   `json:"verdict"`
}

// printJSON prints both proofs for programs.
func (p *program) printJSON(e explained) error {
	out := json.NewEncoder(p.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(e)
}

// object is a proof as programs read it; url is the policy's page.
func (p *program) object(proof verdict.Proof, turns []verdict.Turn, url string) verdictObject {
	o := verdictObject{
		Verdict: proof.Outcome, Missing: append([]string{}, proof.Missing...),
		Clauses: []clauseObject{}, Facts: make(map[string]factObject), TurnedBy: []turnObject{},
	}
	for _, s := range proof.Steps {
		o.Clauses = append(o.Clauses, clauseObject{s.Clause.ID, s.Clause.Quote, s.Truth.String(), s.Decides, url})
	}
	for _, f := range proof.Facts {
		object := factObject{Value: f.Value, Note: f.Note}
		if f.Note == "" {
			object.At = p.fromHere(f.Position).String()
		}
		o.Facts[f.Name] = object
	}
	for _, t := range turns {
		object := turnObject{Facts: make(map[string]string), Verdict: t.Outcome}
		for _, c := range t.Changes {
			object.Facts[c.Fact] = c.Value
		}
		o.TurnedBy = append(o.TurnedBy, object)
	}
	return o
}

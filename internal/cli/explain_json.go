package cli

import (
	"encoding/json"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// explained is what `explain --json` prints.
type explained struct {
	ID       bulletin.ID              `json:"id"`
	Tailnet  *tailnetObject           `json:"tailnet,omitempty"` // whose notify it is, with --tailnet
	Verdicts map[string]verdictObject `json:"verdicts"`          // by question: disclose, notify
}

type tailnetObject struct {
	ID       tailnet.ID       `json:"id"`
	Nodes    int              `json:"nodes"`
	Evidence []evidenceObject `json:"evidence"`

	Findings map[tailnet.FindingStatus]int `json:"findings"` // how many say what
}

type evidenceObject struct {
	Nodes    int    `json:"nodes"`
	Affected string `json:"affected"` // yes, unknown
	Why      string `json:"why"`
	At       string `json:"at,omitempty"` // file:line:column of the bulletin's row
}

type verdictObject struct {
	Verdict  verdict.Outcome       `json:"verdict"` // what the rules say
	Stands   verdict.Outcome       `json:"stands"`  // what is acted on: by record, override or rules
	Clauses  []clauseObject        `json:"clauses"`
	Facts    map[string]factObject `json:"facts"`
	Missing  []string              `json:"missing"`
	TurnedBy []turnObject          `json:"turned_by"`
	Override *overrideObject       `json:"override"` // null where there is none
	Record   *recordObject         `json:"record"`   // null where it was not released
}

type clauseObject struct {
	Clause  string        `json:"clause"`
	Part    verdict.Part  `json:"part"` // delay, law, condition, promise, exemption
	Quote   string        `json:"quote"`
	Force   verdict.Force `json:"force"`
	Value   string        `json:"value"` // yes, no, unknown
	Decides bool          `json:"decides"`
	URL     string        `json:"url"`
}

type factObject struct {
	Value   string `json:"value"`
	At      string `json:"at,omitempty"`   // file:line:column that states it
	Note    string `json:"note,omitempty"` // what is to be said of it besides; why no file states it
	Assumed bool   `json:"assumed,omitempty"`
}

type turnObject struct {
	Facts   map[string]string `json:"facts"` // the values that would turn it
	Verdict verdict.Outcome   `json:"verdict"`
}

type overrideObject struct {
	Override   verdict.Outcome `json:"override"`
	Reason     string          `json:"reason"`
	By         string          `json:"by"`
	At         string          `json:"at"`
	AgainstLaw bool            `json:"against_law,omitempty"` // it counts for nothing
}

type recordObject struct {
	Verdict  verdict.Outcome   `json:"verdict"`
	Released time.Time         `json:"released"`
	By       string            `json:"by,omitempty"`
	Changed  map[string]string `json:"changed"` // facts with their value at release; empty: not asked then
}

// printJSON prints a value for programs.
func (p *program) printJSON(value any) error {
	out := json.NewEncoder(p.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

// explained is an explanation as programs read it.
func (p *program) explained(e explanation) explained {
	out := explained{ID: e.bulletin.ID, Verdicts: make(map[string]verdictObject)}
	for _, a := range e.proved {
		o := p.object(a, e.sentences)
		if record, found := e.recorded[a.Question]; found && (e.tailnet == nil || a.Question == disclosure.Disclose) {
			o.Record, o.Stands = recordOf(record, e.bulletin.Decision), record.verdict
		}
		out.Verdicts[a.Question] = o
	}
	if t := e.tailnet; t != nil {
		out.Tailnet = &tailnetObject{t.id, t.nodes, []evidenceObject{}, t.findings}
		for _, x := range t.evidence {
			out.Tailnet.Evidence = append(out.Tailnet.Evidence, evidenceObject{x.nodes, x.affected.String(), x.why, p.fromHere(x.at).String()})
		}
		if t.hosted != "" {
			out.Tailnet.Evidence = append(out.Tailnet.Evidence, evidenceObject{Affected: t.proof.Facts.Find("tailnet_affected").Value, Why: t.hosted})
		}
	}
	return out
}

// object is a proof as programs read it; sentences is where each clause's stands.
func (p *program) object(a proved, sentences func(question, clause string) string) verdictObject {
	o := verdictObject{
		Verdict: a.Outcome, Stands: a.Stands(), Missing: append([]string{}, a.Missing...),
		Clauses: []clauseObject{}, Facts: make(map[string]factObject), TurnedBy: []turnObject{},
	}
	for _, s := range a.Steps {
		o.Clauses = append(o.Clauses, clauseObject{
			Clause: s.Clause.ID, Part: s.Part, Quote: s.Clause.Quote, Force: s.Clause.Force,
			Value: s.Truth.String(), Decides: s.Decides, URL: sentences(a.Question, s.Clause.ID),
		})
	}
	for _, f := range a.Facts {
		object := factObject{Value: f.Value, Note: f.Note, Assumed: f.Assumed}
		if f.Position.File != "" {
			object.At = p.fromHere(f.Position).String()
		}
		o.Facts[f.Name] = object
	}
	for _, t := range a.turns {
		object := turnObject{Facts: make(map[string]string), Verdict: t.Outcome}
		for _, c := range t.Changes {
			object.Facts[c.Fact] = c.Value
		}
		o.TurnedBy = append(o.TurnedBy, object)
	}
	if x := a.Override; x != nil {
		o.Override = &overrideObject{x.Outcome, x.Reason, x.By, p.fromHere(x.Position).String(), a.AgainstLaw()}
	}
	return o
}

func recordOf(r recorded, d *bulletin.Decision) *recordObject {
	o := &recordObject{Verdict: r.verdict, Released: d.Released, By: d.By, Changed: make(map[string]string)}
	if r.since != nil {
		for _, f := range r.since.Facts {
			o.Changed[f.Name] = f.Was
		}
	}
	return o
}

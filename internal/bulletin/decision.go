package bulletin

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tocsin/internal/verdict"
)

// Decision is what `release` put on record about a bulletin: what was decided, by
// which sentences and facts, and the digests of every text that readers were shown.
// A bulletin that has one is not judged again.
type Decision struct {
	ID        ID                `json:"id"`
	Released  time.Time         `json:"released"`
	Status    Status            `json:"status"` // what it was released as: published or private
	By        string            `json:"by,omitempty"`
	Partial   string            `json:"partial,omitempty"` // why it was released while held
	Policy    Digested          `json:"policy"`            // the policy page; empty where the site has none
	Rules     Digested          `json:"rules"`             // the rules file; empty for the built-in reading
	Verdicts  map[string]Judged `json:"verdicts"`          // by question: disclose, notify
	Texts     []Text            `json:"texts"`             // one a revision
	Withdrawn *TakenBack        `json:"withdrawn,omitempty"`
}

// TakenBack is a withdrawal, with what its page shows.
type TakenBack struct {
	At     time.Time `json:"at"`
	SHA256 string    `json:"sha256"` // of [Bulletin.Shown]
}

// Digested is a file as it was.
type Digested struct {
	Name   string `json:"name,omitempty"` // path in the site
	SHA256 string `json:"sha256,omitempty"`
}

// Judged is one verdict with what it rested on.
type Judged struct {
	Verdict  verdict.Outcome       `json:"verdict"`
	Clauses  []JudgedClause        `json:"clauses"`
	Facts    map[string]JudgedFact `json:"facts"`
	Override *JudgedOverride       `json:"override,omitempty"`
}

// JudgedClause is a sentence as it stood when it was applied.
type JudgedClause struct {
	Clause  string `json:"clause"`
	Quote   string `json:"quote"`
	Value   string `json:"value"` // yes, no, unknown
	Decides bool   `json:"decides"`
}

// JudgedFact is a fact as it was known.
type JudgedFact struct {
	Value string `json:"value"`
	Note  string `json:"note,omitempty"`
}

// JudgedOverride is a departure from the verdict.
type JudgedOverride struct {
	Verdict verdict.Outcome `json:"override"`
	Reason  string          `json:"reason"`
	By      string          `json:"by"`
	// Stood is what was acted on where that is not what the override says: the law, or a
	// delay, was in its way. Else empty.
	Stood verdict.Outcome `json:"stood,omitempty"`
}

// Text is what readers were shown under one version of a bulletin.
type Text struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	SHA256  string    `json:"sha256"` // of [Bulletin.Wording]
	// Summary and Material are those of the revision, where the bulletin states one.
	Summary  string `json:"summary,omitempty"`
	Material bool   `json:"material,omitempty"`
}

// Digest is the SHA-256 of a text in small hexadecimal digits.
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Judge records a proof.
func Judge(p verdict.Proof) Judged {
	j := Judged{Verdict: p.Outcome, Clauses: make([]JudgedClause, 0, len(p.Steps)), Facts: make(map[string]JudgedFact)}
	for _, s := range p.Steps {
		j.Clauses = append(j.Clauses, JudgedClause{s.Clause.ID, s.Clause.Quote, s.Truth.String(), s.Decides})
	}
	for _, f := range p.Facts {
		j.Facts[f.Name] = JudgedFact{f.Value, f.Note}
	}
	if o := p.Override; o != nil {
		j.Override = &JudgedOverride{Verdict: o.Outcome, Reason: o.Reason, By: o.By}
		if stands := p.Stands(); stands != o.Outcome {
			j.Override.Stood = stands
		}
	}
	return j
}

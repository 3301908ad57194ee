package release

import (
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// Ground is what a decision is made on: the answers to both questions, the texts
// that they quote, and who decides.
type Ground struct {
	Disclose verdict.Proof
	Notify   verdict.Proof
	Policy   bulletin.Digested
	Rules    bulletin.Digested
	By       string
	Partial  string // why it is released while held; empty where it is not
}

// Record is the decision about a bulletin as its file will be, with the text that
// readers are shown from now on.
func Record(b bulletin.Bulletin, at time.Time, g Ground) bulletin.Decision {
	return bulletin.Decision{
		ID: b.ID, Released: at, Status: b.Status, By: g.By, Partial: g.Partial,
		Policy: g.Policy, Rules: g.Rules,
		Verdicts: map[string]bulletin.Judged{
			g.Disclose.Question: bulletin.Judge(g.Disclose),
			g.Notify.Question:   bulletin.Judge(g.Notify),
		},
		Texts: []bulletin.Text{text(b, at)},
	}
}

// Later is a decision with the text of the latest revision of a bulletin, as its file
// will be. Texts of that version or a later one are those of a run that was stopped.
func Later(d bulletin.Decision, b bulletin.Bulletin, at time.Time) bulletin.Decision {
	next := text(b, at)
	d.Texts = append(slices.DeleteFunc(slices.Clone(d.Texts), func(t bulletin.Text) bool {
		return t.Version >= next.Version
	}), next)
	return d
}

// text is what readers are shown now; its date is that of the revision, where the
// bulletin states one, so that neither can be changed without the other.
func text(b bulletin.Bulletin, at time.Time) bulletin.Text {
	t := bulletin.Text{Version: max(1, Version(b)), At: at, SHA256: bulletin.Digest(b.Wording())}
	for _, r := range b.Revisions {
		if r.Version == t.Version && !r.At.IsZero() {
			t.At, t.Summary, t.Material = r.At, r.Summary, r.Material
		}
	}
	return t
}

// Withdrawn is a decision with the withdrawal of a bulletin, as its file will be.
func Withdrawn(d bulletin.Decision, b bulletin.Bulletin, at time.Time) bulletin.Decision {
	d.Withdrawn = &bulletin.TakenBack{At: at, SHA256: bulletin.Digest(b.Shown())}
	return d
}

// Version is the number of a bulletin's latest revision; 0 where it states none.
func Version(b bulletin.Bulletin) int {
	latest := 0
	for _, r := range b.Revisions {
		latest = max(latest, r.Version)
	}
	return latest
}

// Recorded is the latest text that readers were shown, by the record: none of a
// later version than the bulletin's own revisions, which a run that was stopped
// left behind. It is false where the record holds none.
func Recorded(b bulletin.Bulletin) (bulletin.Text, bool) {
	var latest bulletin.Text
	if b.Decision == nil {
		return latest, false
	}
	for _, t := range b.Decision.Texts {
		if t.Version <= max(1, Version(b)) && t.Version > latest.Version {
			latest = t
		}
	}
	return latest, latest.Version > 0
}

package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/identifier"
)

// Record is what stands below the text of a bulletin: its other names, what
// happened when, where else to read, and what was changed since.
type Record struct {
	Names      []Link // of the same vulnerability elsewhere
	Elsewhere  bool   // whether there is anything in the next two
	Related    []Link // what is another matter
	Scores     []Score
	Weaknesses []Link // CWE
	Done       []Event
	Timeline   []Event
	References []Link
	Credits    []Credit
	Revisions  []Revision // newest first
	NextUpdate *Date
}

// Link is a name or a page, with its address where it has one.
type Link struct{ Text, Href string }

// Score is a CVSS vector with what it amounts to.
type Score struct {
	Base    string // "8.1"; empty where nothing can be made of the vector
	Version string // of CVSS
	Vector  string
}

// Event is something that happened on a day.
type Event struct {
	At   *Date
	Text string
}

// Credit is somebody who helped.
type Credit struct{ Name, Type, Href string }

// Revision is one state of the text that readers have seen.
type Revision struct {
	Version  int
	At       *Date
	Summary  string
	Material bool
}

// Notified is to how many mail servers have accepted a letter, and when.
type Notified struct {
	Count       int
	First, Last *Date // nil where not stated; Last also where it is the day of First
}

// Retraction is why a bulletin was withdrawn.
type Retraction struct {
	At         *Date
	Reason     string
	Superseded *Link // the bulletin that holds instead
}

func (r *Renderer) record(n Notice) Record {
	x := n.shown()
	out := Record{
		Done:       r.events(x.Done),
		Timeline:   r.events(x.Timeline),
		NextUpdate: r.date(x.NextUpdate),
	}
	out.Elsewhere = len(x.Related)+len(x.References) > 0
	for _, alias := range x.Aliases {
		out.Names = append(out.Names, Link{alias.Text, catalogued(alias.Text)})
	}
	for _, other := range x.Related {
		out.Related = append(out.Related, r.related(n, other.Text))
	}
	for _, vector := range x.CVSS {
		out.Scores = append(out.Scores, score(vector.Text))
	}
	for _, weakness := range x.CWE {
		out.Weaknesses = append(out.Weaknesses, Link{weakness.Text, catalogued(weakness.Text)})
	}
	for _, ref := range x.References {
		out.References = append(out.References, Link{cmp.Or(ref.Summary, ref.URL), ref.URL})
	}
	for _, c := range x.Credits {
		out.Credits = append(out.Credits, Credit{c.Name, r.words.or("credit."+c.Type, c.Type), c.URL})
	}
	for _, v := range slices.Backward(x.Revisions) {
		out.Revisions = append(out.Revisions, Revision{v.Version, r.date(v.At), v.Summary, v.Material && v.Version > 1})
	}
	return out
}

// catalogued is the page of a name in the one catalogue that gives out such names; empty where
// there is no such catalogue, or the name is not written as it writes them.
func catalogued(name string) string {
	switch kind, known := identifier.KindOf(name); {
	case known && kind == identifier.KindCVE:
		return "https://www.cve.org/CVERecord?id=" + name
	case known && kind == identifier.KindGHSA:
		return "https://github.com/advisories/" + name
	}
	if number, is := strings.CutPrefix(name, "CWE-"); is && identifier.CWE(name) == nil {
		return "https://cwe.mitre.org/data/definitions/" + number + ".html"
	}
	return ""
}

func score(vector string) Score {
	s, err := identifier.CVSS(vector)
	if err != nil {
		return Score{Vector: vector} // shown as it is: check has told its authors
	}
	return Score{strconv.FormatFloat(s.Base, 'f', 1, 64), s.Version, vector}
}

func (r *Renderer) events(stated []bulletin.Event) []Event {
	var out []Event
	for _, e := range stated {
		out = append(out, Event{r.date(e.At), e.Text})
	}
	return out
}

// related links to another bulletin where readers may see it. Of one that they may
// not, and of what stands elsewhere, only the name is shown.
func (r *Renderer) related(n Notice, id string) Link {
	if n.Public == nil || !n.Public(bulletin.ID(id)) {
		return Link{id, catalogued(id)}
	}
	return Link{id, r.Layout.Href(r.Layout.Bulletin(id))}
}

func (r *Renderer) retraction(n Notice) *Retraction {
	stated := n.shown().Retraction
	if stated == nil {
		return nil
	}
	out := &Retraction{At: r.date(stated.At), Reason: stated.Reason}
	if by := stated.SupersededBy; by != "" {
		link := r.related(n, string(by))
		out.Superseded = &link
	}
	return out
}

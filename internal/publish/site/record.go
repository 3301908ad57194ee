package site

import (
	"cmp"
	"slices"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
)

// Record is what stands below the text of a bulletin: its other names, what
// happened when, where else to read, and what was changed since.
type Record struct {
	Names      []string // of the same vulnerability elsewhere
	Related    []Link   // what is another matter
	Vectors    []string // CVSS
	Weaknesses []string // CWE
	Done       []Event
	Timeline   []Event
	References []Link
	Credits    []Credit
	Revisions  []Revision // newest first
	NextUpdate *Date
	Notified   *Notified
}

// Link is a name or a page, with its address where it has one.
type Link struct{ Text, Href string }

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

// Notified is how many were told by letter, and when.
type Notified struct {
	Count       int
	First, Last *Date
}

// Retraction is why a bulletin was withdrawn.
type Retraction struct {
	At         *Date
	Reason     string
	Superseded *Link // the bulletin that holds instead
}

func (r *Renderer) record(n Notice) Record {
	x := n.Bulletin.Bulletin()
	out := Record{
		Done:       events(x.Done),
		Timeline:   events(x.Timeline),
		NextUpdate: newDate(x.NextUpdate),
	}
	for _, alias := range x.Aliases {
		out.Names = append(out.Names, alias.Text)
	}
	for _, other := range x.Related {
		out.Related = append(out.Related, r.related(n, other.Text))
	}
	for _, vector := range x.CVSS {
		out.Vectors = append(out.Vectors, vector.Text)
	}
	for _, weakness := range x.CWE {
		out.Weaknesses = append(out.Weaknesses, weakness.Text)
	}
	for _, ref := range x.References {
		out.References = append(out.References, Link{cmp.Or(ref.Summary, ref.URL), ref.URL})
	}
	for _, c := range x.Credits {
		out.Credits = append(out.Credits, Credit{c.Name, c.Type, c.URL})
	}
	for _, v := range slices.Backward(x.Revisions) {
		out.Revisions = append(out.Revisions, Revision{v.Version, newDate(v.At), v.Summary, v.Material})
	}
	if n := x.Notified; n != nil {
		out.Notified = &Notified{n.Count, newDate(n.First), newDate(n.Last)}
	}
	return out
}

func events(stated []bulletin.Event) []Event {
	var out []Event
	for _, e := range stated {
		out = append(out, Event{newDate(e.At), e.Text})
	}
	return out
}

// related links to another bulletin where readers may see it. Of one that they may
// not, and of what stands elsewhere, only the name is shown.
func (r *Renderer) related(n Notice, id string) Link {
	if n.Public == nil || !n.Public(bulletin.ID(id)) {
		return Link{Text: id}
	}
	return Link{id, r.Layout.Href(r.Layout.Bulletin(id))}
}

func (r *Renderer) retraction(n Notice) *Retraction {
	stated := n.Bulletin.Bulletin().Retraction
	if stated == nil {
		return nil
	}
	out := &Retraction{At: newDate(stated.At), Reason: stated.Reason}
	if by := stated.SupersededBy; by != "" {
		link := r.related(n, string(by))
		out.Superseded = &link
	}
	return out
}

// frontPage is what the team wrote above the list of its policies.
func (r *Renderer) frontPage(page address.Page) (policiesPage, error) {
	title := cmp.Or(r.Index.Title, "Security policies")
	out := policiesPage{
		Frame:    r.frame(page, "policies", title, "The security policies of "+r.Organization+"."),
		Policies: r.policyEntries(),
	}
	if len(r.Index.Body) == 0 {
		return out, nil
	}
	body, err := r.markdown(r.Index.Source.Name, r.Index.Body)
	out.Body = body
	return out, err
}

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

func (b *builder) record(x bulletin.Bulletin) Record {
	r := Record{
		Done:       events(x.Done),
		Timeline:   events(x.Timeline),
		NextUpdate: newDate(x.NextUpdate),
	}
	for _, alias := range x.Aliases {
		r.Names = append(r.Names, alias.Text)
	}
	for _, other := range x.Related {
		r.Related = append(r.Related, b.related(other.Text))
	}
	for _, vector := range x.CVSS {
		r.Vectors = append(r.Vectors, vector.Text)
	}
	for _, weakness := range x.CWE {
		r.Weaknesses = append(r.Weaknesses, weakness.Text)
	}
	for _, ref := range x.References {
		r.References = append(r.References, Link{cmp.Or(ref.Summary, ref.URL), ref.URL})
	}
	for _, c := range x.Credits {
		r.Credits = append(r.Credits, Credit{c.Name, c.Type, c.URL})
	}
	for _, v := range slices.Backward(x.Revisions) {
		r.Revisions = append(r.Revisions, Revision{v.Version, newDate(v.At), v.Summary, v.Material})
	}
	if n := x.Notified; n != nil {
		r.Notified = &Notified{n.Count, newDate(n.First), newDate(n.Last)}
	}
	return r
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
func (b *builder) related(id string) Link {
	for _, e := range b.entries {
		if e.ID == id {
			return Link{id, e.Href}
		}
	}
	return Link{Text: id}
}

func (b *builder) retraction(x bulletin.Bulletin) *Retraction {
	if x.Retraction == nil {
		return nil
	}
	r := &Retraction{At: newDate(x.Retraction.At), Reason: x.Retraction.Reason}
	if by := x.Retraction.SupersededBy; by != "" {
		link := b.related(string(by))
		r.Superseded = &link
	}
	return r
}

// frontPage is what the team wrote above the list of its policies.
func (b *builder) frontPage(page address.Page) (policiesPage, error) {
	title := cmp.Or(b.Index.Title, "Security policies")
	out := policiesPage{
		Frame:    b.frame(page, "policies", title, "The security policies of "+b.Organization+"."),
		Policies: b.policyEntries(),
	}
	if len(b.Index.Body) == 0 {
		return out, nil
	}
	body, err := b.markdown(b.Index.Source.Name, b.Index.Body)
	out.Body = body
	return out, err
}

package site

import (
	"html/template"

	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
)

type bulletinPage struct {
	Frame
	ID, Summary  string
	Published    *Date
	Changed      *Date // nil where nothing was changed since it was published
	Severity     string
	Exploited    string // the answer's word; empty where nobody asked yet
	Marks        Marks
	Withdrawn    bool
	Retraction   *Retraction
	Action       string // yes, no or unknown
	ActionText   string
	Audience     string
	Steps        []string
	Ways         []Way
	Versions     []Command
	Several      bool
	Installed    []Installed
	Hosted       []Hosted
	Units        string
	Body         template.HTML
	Reasons      []Reason
	Record       Record
	Newer, Older *NeighbourLink
	Beside       bool // whether there is either
}

// NeighbourLink leads to the bulletin before or after.
type NeighbourLink struct {
	Href, ID, Title string
	Withdrawn       bool
}

// Bulletin makes the page of one bulletin.
func (r *Renderer) Bulletin(n Notice) (publish.File, error) {
	x := n.shown()
	body, err := r.body(n)
	if err != nil {
		return publish.File{}, err
	}
	page := r.Layout.Bulletin(string(x.ID))
	data := bulletinPage{
		Frame:      r.frame(page, "bulletins", x.Title, x.Summary),
		ID:         string(x.ID),
		Summary:    summary(x),
		Published:  r.date(x.Published),
		Severity:   string(x.Severity),
		Exploited:  x.Exploited.Word,
		Marks:      r.marksOf(x),
		Withdrawn:  x.Status == bulletin.Withdrawn,
		Retraction: r.retraction(n),
		Action:     x.Action.Required.String(),
		ActionText: x.Action.Text,
		Audience:   x.Action.Audience,
		Steps:      x.Action.Steps,
		Units:      r.Units,
		Body:       body,
		Reasons:    r.because(n),
		Record:     r.record(n),
		Newer:      r.neighbour(n.Newer),
		Older:      r.neighbour(n.Older),
	}
	data.Beside = data.Newer != nil || data.Older != nil
	if data.Withdrawn {
		data.PageTitle = r.words.plain("withdrawn.prefix") + " " + data.ID + ": " + data.PageTitle
	} else {
		data.PageTitle = data.ID + ": " + data.PageTitle
	}
	if changed := r.date(x.Modified()); changed != nil && changed.Day != data.Published.Day {
		data.Changed = changed
	}
	data.Installed, data.Hosted = r.installed(x), r.hosted(x)
	if x.Action.Required == verdict.Yes {
		data.Ways, data.Versions = r.ways(x), r.versions(x.Affected)
		data.Several = len(data.Installed) > 1
	}
	return r.render(page, "bulletin.html", data)
}

// body renders the text of a bulletin; of a withdrawn one there is none.
func (r *Renderer) body(n Notice) (template.HTML, error) {
	x := n.shown()
	if n.Text == nil || x.Status == bulletin.Withdrawn {
		return r.markdown(string(x.ID), x.Body)
	}
	return r.text(string(x.ID), n.Text)
}

func (r *Renderer) neighbour(n *Neighbour) *NeighbourLink {
	if n == nil {
		return nil
	}
	return &NeighbourLink{r.Layout.Href(r.Layout.Bulletin(string(n.ID))), string(n.ID), n.Title, n.Withdrawn}
}

// BulletinAndCard makes the page of one bulletin and what lists keep of it: what both rest on is
// worked out once.
func (r *Renderer) BulletinAndCard(n Notice) (publish.File, Card, error) {
	reasons := r.reasons(n.Bulletin)
	n.reasons = &reasons
	page, err := r.Bulletin(n)
	if err != nil {
		return page, Card{}, err
	}
	card, err := r.Card(n)
	return page, card, err
}

// because is why a bulletin was published.
func (r *Renderer) because(n Notice) []Reason {
	if n.reasons != nil {
		return *n.reasons
	}
	return r.reasons(n.Bulletin)
}

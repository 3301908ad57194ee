package site

import (
	"html/template"
	"slices"

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
	Change       *Event // what the last material revision changed; nil where there is none
	Action       string // yes, no or unknown
	ActionText   template.HTML
	Audience     string
	Steps        []template.HTML
	Ways         []Way
	Versions     []Command
	Several      bool
	Installed    []Installed
	Hosted       []Hosted
	Units        string
	Body         template.HTML
	Reasons      []Reason
	Record       Record
	Letters      *Letters
	Genuine      string // link to where letters are told from forged ones; empty where there is no such page
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
		Change:     r.change(x),
		Action:     x.Action.Required.String(),
		ActionText: inline(x.Action.Text),
		Audience:   x.Action.Audience,
		Steps:      inlines(x.Action.Steps),
		Units:      r.Units,
		Body:       body,
		Reasons:    r.because(n),
		Record:     r.record(n),
		Letters:    r.lettersSaid(x),
		Genuine:    r.genuine(x.ID),
		Newer:      r.neighbour(n.Newer),
		Older:      r.neighbour(n.Older),
	}
	data.Beside = data.Newer != nil || data.Older != nil
	if data.Withdrawn {
		data.PageTitle = r.words.plain("withdrawn.prefix") + " " + data.ID + ": " + data.PageTitle
	} else {
		data.PageTitle = data.ID + ": " + data.PageTitle
	}
	if changed(x) {
		data.Changed = r.date(x.Modified())
	}
	data.Installed, data.Hosted = r.installed(x), r.hosted(x)
	data.Ways, data.Versions, data.Several = r.guidance(x, data.Installed)
	return r.renderIn(n.room, page, "bulletin.html", data)
}

// changed tells whether readers may have seen the bulletin otherwise than it is, be it hours ago.
func changed(x bulletin.Bulletin) bool {
	revised := slices.ContainsFunc(x.Revisions, func(v bulletin.Revision) bool { return v.Version > 1 })
	return revised || !endOfDay(x.Modified()).Equal(endOfDay(x.Published))
}

// guidance is how users get rid of the vulnerability, and whether products have to be told apart
// in it. Where nobody has stated whether they have to do anything, what is known of the fix helps
// them; where they need not, there is nothing to say.
func (r *Renderer) guidance(x bulletin.Bulletin, installed []Installed) (ways []Way, versions []Command, several bool) {
	if x.Action.Required == verdict.No {
		return nil, nil, false
	}
	ways, versions = r.ways(x), r.versions(x.Affected)
	hosted := slices.ContainsFunc(ways, func(w Way) bool { return w.Hosted })
	return ways, versions, hosted || len(installed) > 1
}

// body renders the text of a bulletin; of a withdrawn one there is none.
func (r *Renderer) body(n Notice) (template.HTML, error) {
	x := n.shown()
	if n.Text == nil || x.Status == bulletin.Withdrawn {
		return r.markdown(string(x.ID), x.Body)
	}
	return r.text(string(x.ID), n.Text, n.room)
}

func (r *Renderer) neighbour(n *Neighbour) *NeighbourLink {
	if n == nil {
		return nil
	}
	return &NeighbourLink{r.Layout.Href(r.Layout.Bulletin(string(n.ID))), string(n.ID), n.Title, n.Withdrawn}
}

// BulletinAndCard makes the page of one bulletin and what lists keep of it: what both rest on is
// worked out once. The page stands in the room.
func (r *Renderer) BulletinAndCard(n Notice, room *Room) (publish.File, Card, error) {
	reasons := r.reasons(n.Bulletin)
	n.reasons, n.room = &reasons, room
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

package site

import (
	"html/template"
	"strings"

	"tocsin/internal/address"
)

// Frame is what site/layout.html is given on every page.
type Frame struct {
	Organization, Contact string
	Language, Direction   string // as in "de"; ltr or rtl
	Title                 string
	PageTitle             string // what stands above the page's window: its title and whose it is
	Description           string // may be empty
	Canonical             string // full address; empty for "not found"
	Section               string // home, bulletins, policies, feeds or none
	Own                   bool   // whether it is the page that the header leads to for its section
	Feed                  *Link  // the list's own feed; nil where it has none
	Script                string // the only one that may run, of the site itself; empty: none may
	Links                 Links
	// What is the same on every page of a section is made once.
	Head, Header, Crumb, Footer template.HTML
}

// Links are the links that pages have in common.
type Links struct {
	Home, Bulletins, Policies, Feeds string
	Feed, Atom, JSONFeed             string
	ActionRequired                   string
	Style, Icon                      string
}

// frame is the frame of a page.
func (r *Renderer) frame(page address.Page, section, title, description string) Frame {
	f := r.frames[section]
	if r.isOwn(page, section) {
		f = r.frames[section+ownPage]
	}
	f.Title, f.Description = title, description
	f.PageTitle = r.words.plain("title", title, r.Organization)
	if page != address.NotFound {
		f.Canonical = r.Layout.URL(page)
	}
	return f
}

// ownPage stands behind the name of a section where frames are named: that of the page that the
// header leads to.
const ownPage = "/"

func (r *Renderer) isOwn(page address.Page, section string) bool {
	switch section {
	case "bulletins":
		return page == r.Layout.Bulletins()
	case "policies":
		return page == r.Layout.Policies()
	case "feeds":
		return page == r.Layout.Feeds()
	}
	return false
}

// readFrames makes what the pages of each section have in common.
func (r *Renderer) readFrames() error {
	r.frames = make(map[string]Frame)
	for _, name := range []string{"home", "bulletins", "bulletins/", "policies", "policies/", "feeds", "feeds/", "none", lookup} {
		section, own := strings.CutSuffix(name, ownPage)
		f := Frame{
			Organization: r.Organization,
			Contact:      r.Contact,
			Language:     r.Language,
			Direction:    r.words.direction(),
			Section:      section,
			Own:          own,
			Links:        linksOf(r.Layout),
		}
		if name == lookup {
			f.Section, f.Script = "bulletins", r.Layout.Href(r.Layout.Asset("letters.js"))
		}
		for piece, part := range map[string]*template.HTML{"head": &f.Head, "header": &f.Header, "crumb": &f.Crumb, "footer": &f.Footer} {
			html, err := r.templates.piece(piece, f)
			if err != nil {
				return err
			}
			*part = html
		}
		r.frames[name] = f
	}
	return nil
}

func linksOf(l address.Layout) Links {
	return Links{
		Home:           l.Href(address.Home),
		Bulletins:      l.Href(l.Bulletins()),
		Policies:       l.Href(l.Policies()),
		Feeds:          l.Href(l.Feeds()),
		Feed:           l.Href(l.Feed()),
		Atom:           l.Href(l.Atom()),
		JSONFeed:       l.Href(l.JSONFeed()),
		ActionRequired: l.Href(l.ActionRequired()),
		Style:          l.Href(l.Asset("style.css")),
		Icon:           l.Href(l.Asset("favicon.svg")),
	}
}

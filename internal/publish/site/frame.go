package site

import (
	"time"

	"tocsin/internal/address"
)

// Frame is what site/layout.html is given on every page.
type Frame struct {
	Organization, Contact, Language string
	Title                           string
	Description                     string // may be empty
	Canonical                       string // full address; empty for "not found"
	Section                         string // home, bulletins, policies or none
	Links                           Links
}

// Links are the links that pages have in common.
type Links struct{ Home, Bulletins, Policies, Feed, Style, Icon string }

// frame is the frame of a page.
func (r *Renderer) frame(page address.Page, section, title, description string) Frame {
	l := r.Layout
	f := Frame{
		Organization: r.Organization,
		Contact:      r.Contact,
		Language:     r.Language,
		Title:        title,
		Description:  description,
		Section:      section,
		Links: Links{
			Home:      l.Href(address.Home),
			Bulletins: l.Href(l.Bulletins()),
			Policies:  l.Href(l.Policies()),
			Feed:      l.Href(l.Feed()),
			Style:     l.Href(l.Asset("style.css")),
			Icon:      l.Href(l.Asset("favicon.svg")),
		},
	}
	if page != address.NotFound {
		f.Canonical = l.URL(page)
	}
	return f
}

// Date is a day as people read it, and the same for programs.
type Date struct{ Day, Machine string }

// newDate is nil for the zero time: a date that nobody stated. Days are those of
// UTC; a time of day is given to programs where there is one.
func newDate(t time.Time) *Date {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	machine := t.Format(time.DateOnly)
	if t != t.Truncate(24*time.Hour) {
		machine = t.Format(time.RFC3339)
	}
	return &Date{t.Format("2 January 2006"), machine}
}

// Package site makes the pages of the website of published bulletins and of
// policies.
//
// What it knows of a bulletin's state is a [bulletin.Published]: there is no way to
// hand it a draft. What the pages say stands in templates/site, and this package
// only decides what each page is given.
package site

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/templates"
)

// contentsFrom is from how many headings on a policy gets a list of them.
const contentsFrom = 3

// Site is what the pages have in common.
type Site struct {
	Organization string // who publishes: "Example Networks"
	Contact      string // mail address for reports of vulnerabilities; may be empty
	Language     string // of the pages' own words (BCP 47), which templates/strings has; "en" where empty
	Units        string // what customers' networks are called, plural; "tailnets" where empty
	Layout       address.Layout
	Products     bulletin.Products
	Rules        disclosure.Rules // which sentences of the policy decide
	Policies     []policy.Policy  // in any order
	Index        policy.Index     // what stands above the list of policies
	Moves        []address.Move   // addresses that lead elsewhere or nowhere, each once
	Codes        Codes            // of letters, where they are public
	Templates    fs.FS            // with site/ and static/; the built-in ones where nil
	Parsed       *Templates       // of these files and this language; nil: read them
}

// Renderer makes the pages of a site. Nothing that it makes depends on what it made before: any
// number of goroutines may use it.
type Renderer struct {
	Site
	templates *pageTemplates
	words     *words
	frames    map[string]Frame // by section
	marks     marks
	said      markdown.Words // in the texts themselves
	policies  []policyText   // in the order of their list
	executed  *policyText    // the one that the rules execute; nil where there is none
	days      days
}

// New reads the templates and everything that the pages have in common. The error names the
// template with its line.
func New(s Site) (*Renderer, error) {
	s.Language = cmp.Or(s.Language, "en")
	s.Units = cmp.Or(s.Units, "tailnets")
	if s.Templates == nil {
		s.Templates = templates.Files()
	}
	if s.Parsed == nil {
		var err error
		if s.Parsed, err = ReadTemplates(s.Templates, s.Language); err != nil {
			return nil, err
		}
	}
	parsed, words := s.Parsed.pages, s.Parsed.words
	s.Policies = slices.SortedFunc(slices.Values(s.Policies), byWeight)
	r := &Renderer{Site: s, templates: parsed, words: words, said: words.markdown(), policies: policyTexts(s.Policies, s.Rules)}
	r.executed = executing(r.policies, s.Rules)
	return r, cmp.Or(r.readFrames(), r.readMarks())
}

// Notice is what the page of one bulletin is made of.
type Notice struct {
	Bulletin bulletin.Published
	// Text is the bulletin's text where it was parsed already; of a withdrawn one it is not used.
	Text *markdown.Document
	// Newer and Older are its neighbours among the published bulletins, in the order of their
	// IDs; nil at the ends.
	Newer, Older *Neighbour
	// Public tells whether readers may know of another bulletin; nil: of none.
	Public func(bulletin.ID) bool

	room    *Room              // nil: the page gets its own
	reasons *[]Reason          // why it was published, where that was worked out already
	draft   *bulletin.Bulletin // in the place of Bulletin: see [Renderer.Preview]
}

// Room is where one page after the other is made. Each is gone when the next is begun.
type Room struct {
	page, text []byte
}

// Neighbour is a bulletin that another page links to.
type Neighbour struct {
	ID        bulletin.ID
	Title     string
	Withdrawn bool
}

// Pages makes every page and static file of a small site, one at a time and in the same order
// for the same site. The first error is the last thing it yields; it names the template with
// its line, or the bulletin or policy whose text cannot be rendered.
func Pages(s Site, bulletins []bulletin.Published) iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		r, err := New(s)
		if err != nil {
			yield(publish.File{}, err)
			return
		}
		var cards []*Card
		for n := range Notices(bulletins) {
			page, err := r.Bulletin(n)
			if !yield(page, err) || err != nil {
				return
			}
			card, err := r.Card(n)
			if err != nil {
				yield(publish.File{}, err)
				return
			}
			cards = append(cards, &card)
		}
		for file, err := range r.Others(cards) {
			if !yield(file, err) || err != nil {
				return
			}
		}
	}
}

// Notices puts bulletins in the order of their IDs, newest first, each beside its neighbours.
func Notices(bulletins []bulletin.Published) iter.Seq[Notice] {
	sorted := slices.SortedFunc(slices.Values(bulletins), func(a, b bulletin.Published) int {
		return bulletin.Compare(b.Bulletin().ID, a.Bulletin().ID)
	})
	public := make(map[bulletin.ID]bool)
	for _, p := range sorted {
		public[p.Bulletin().ID] = true
	}
	return func(yield func(Notice) bool) {
		for i, p := range sorted {
			n := Notice{Bulletin: p, Public: func(id bulletin.ID) bool { return public[id] }}
			if i > 0 {
				n.Newer = NeighbourOf(sorted[i-1])
			}
			if i+1 < len(sorted) {
				n.Older = NeighbourOf(sorted[i+1])
			}
			if !yield(n) {
				return
			}
		}
	}
}

// NeighbourOf is a bulletin as its neighbours show it.
func NeighbourOf(p bulletin.Published) *Neighbour {
	b := p.Bulletin()
	return &Neighbour{b.ID, b.Title, b.Status == bulletin.Withdrawn}
}

func byWeight(a, b policy.Policy) int {
	return cmp.Or(cmp.Compare(a.Weight, b.Weight), strings.Compare(a.Title, b.Title), strings.Compare(a.Slug, b.Slug))
}

// render fills in the template of a page.
func (r *Renderer) render(page address.Page, name string, data any) (publish.File, error) {
	return r.renderIn(nil, page, name, data)
}

// renderIn is render in a room, where there is any.
func (r *Renderer) renderIn(room *Room, page address.Page, name string, data any) (publish.File, error) {
	html, err := r.templates.execute(name, data, room)
	return publish.File{Path: page.File(), Data: html}, err
}

// markdown parses and renders the text of a page; id names it in errors.
func (r *Renderer) markdown(id string, text []byte) (template.HTML, error) {
	return r.text(id, markdown.Parse(text), nil)
}

// text renders the Markdown of a page, in room where there is any; id names it in errors.
func (r *Renderer) text(id string, document *markdown.Document, room *Room) (template.HTML, error) {
	o := markdown.Options{Rewrite: r.Layout.Rewrite, Permalinks: true, Words: r.said}
	if room != nil {
		o.Room = room.text
	}
	html, err := document.HTML(o)
	if err != nil {
		return "", fmt.Errorf("%s: %w", id, err)
	}
	if room != nil {
		room.text = html
	}
	return template.HTML(html), nil // safe by markdown's own promise
}

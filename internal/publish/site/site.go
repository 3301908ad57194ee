// Package site makes the pages of the website of published bulletins and of
// policies.
//
// What it knows of a bulletin's state is a [bulletin.Published]: there is no way to
// hand it a draft. What the pages say stands in templates/site, and this package
// only decides what each page is given.
package site

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/templates"
)

// latest is how many bulletins the first page shows.
const latest = 5

// contentsFrom is from how many headings on a policy gets a list of them.
const contentsFrom = 3

// Site is everything that the website is made of.
type Site struct {
	Organization string // who publishes: "Example Networks"
	Contact      string // mail address for reports of vulnerabilities; may be empty
	Language     string // of the texts (BCP 47); "en" where empty
	Units        string // what customers' networks are called, plural; "tailnets" where empty
	Layout       address.Layout
	Products     bulletin.Products
	Bulletins    []bulletin.Published // in any order
	Policies     []policy.Policy      // in any order
	Index        policy.Index         // what stands above the list of policies
	Templates    fs.FS                // with site/ and static/; the built-in ones where nil
}

// Pages makes every page and static file, one at a time and in the same order
// for the same site. The first error is the last thing it yields; it names the
// template with its line, or the bulletin or policy whose text cannot be rendered.
func Pages(s Site) iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		b, err := newBuilder(s)
		if err != nil {
			yield(publish.File{}, err)
			return
		}
		for file, err := range b.files() {
			if !yield(file, err) || err != nil {
				return
			}
		}
	}
}

// BodyHTML renders the text of a bulletin for readers who see it away from its
// page, in a feed: all its links are full addresses. The error is that of
// [markdown.Document.HTML].
func BodyHTML(p bulletin.Published, layout address.Layout) (string, error) {
	b := p.Bulletin()
	page := layout.Bulletin(string(b.ID))
	html, err := markdown.Parse(b.Body).HTML(markdown.Options{
		Rewrite: func(to string) string { return layout.Resolve(page, to) },
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", b.ID, err)
	}
	return string(html), nil
}

// builder is a site with its defaults filled in, sorted, and its templates read.
type builder struct {
	Site
	templates *pageTemplates
	entries   []Entry
}

func newBuilder(s Site) (*builder, error) {
	s.Language = cmp.Or(s.Language, "en")
	s.Units = cmp.Or(s.Units, "tailnets")
	if s.Templates == nil {
		s.Templates = templates.Files()
	}
	parsed, err := readTemplates(s.Templates)
	if err != nil {
		return nil, err
	}
	s.Bulletins = slices.SortedFunc(slices.Values(s.Bulletins), newestFirst)
	s.Policies = slices.SortedFunc(slices.Values(s.Policies), byWeight)
	b := &builder{Site: s, templates: parsed}
	for _, p := range s.Bulletins {
		b.entries = append(b.entries, b.entry(p.Bulletin()))
	}
	return b, nil
}

func newestFirst(p, q bulletin.Published) int {
	a, b := p.Bulletin(), q.Bulletin()
	return cmp.Or(b.Published.Compare(a.Published), strings.Compare(string(b.ID), string(a.ID)))
}

func byWeight(a, b policy.Policy) int {
	return cmp.Or(cmp.Compare(a.Weight, b.Weight), strings.Compare(a.Title, b.Title), strings.Compare(a.Slug, b.Slug))
}

// files yields all files in their order.
func (b *builder) files() iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		for _, page := range []func() (publish.File, error){b.home, b.bulletinList, b.policyList, b.notFound} {
			if !yield(page()) {
				return
			}
		}
		for _, p := range b.Bulletins {
			if !yield(b.bulletin(p.Bulletin())) {
				return
			}
		}
		for _, p := range b.Policies {
			if !yield(b.policy(p)) {
				return
			}
		}
		b.static(yield)
	}
}

// static yields the files of static/ as they are.
func (b *builder) static(yield func(publish.File, error) bool) {
	err := fs.WalkDir(b.Templates, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(b.Templates, name)
		if err != nil {
			return err
		}
		asset := b.Layout.Asset(strings.TrimPrefix(name, "static/"))
		if !yield(publish.File{Path: asset.File(), Data: data}, nil) {
			return errStopped
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStopped) {
		yield(publish.File{}, fmt.Errorf("static files: %w", err))
	}
}

// render fills in the template of a page.
func (b *builder) render(page address.Page, name string, data any) (publish.File, error) {
	html, err := b.templates.execute(name, data)
	return publish.File{Path: page.File(), Data: html}, err
}

// markdown parses and renders the text of a page; id names it in errors.
func (b *builder) markdown(id string, text []byte) (template.HTML, error) {
	return b.text(id, markdown.Parse(text))
}

// text renders the Markdown of a page; id names it in errors.
func (b *builder) text(id string, document *markdown.Document) (template.HTML, error) {
	html, err := document.HTML(markdown.Options{Rewrite: b.Layout.Rewrite, Permalinks: true})
	if err != nil {
		return "", fmt.Errorf("%s: %w", id, err)
	}
	return template.HTML(html), nil // safe by markdown's own promise
}

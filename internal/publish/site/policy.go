package site

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"tocsin/internal/markdown"
	"tocsin/internal/publish"
)

type policyPage struct {
	Frame
	PolicyView
}

// PolicyView is a policy as its own page shows it, and the page of all policies.
type PolicyView struct {
	Name      string // of the policy: its title
	Slug      string
	Reviewed  *Date // nil where not checked
	Contents  []Content
	Body      template.HTML
	Execution []Execution // how the rules answer each question; empty where none execute it
}

// Content is a line of a page's list of contents.
type Content struct {
	Href, Text string
	Level      int // of the heading: 2 and deeper
}

// policyPages lists the page of each policy.
func (l *list) policyPages(yield func(Shared) bool) bool {
	cited := l.citations(l.cards)
	for _, t := range l.policies {
		page := l.Layout.Policy(t.Slug)
		if !yield(shared(page, t.seen(cited), func() (publish.File, error) { return l.policy(t, cited) })) {
			return false
		}
	}
	return true
}

// seen is what the page of a policy shows of bulletins: which its sentences published.
func (t policyText) seen(cited map[string]*citation) sight {
	var seen sight
	for _, s := range t.executed {
		c := cmp.Or(cited[s.key()], new(citation))
		seen = seen.number(c.count)
		for _, of := range c.newest {
			seen = seen.text(of.Text)
		}
	}
	return seen
}

func (r *Renderer) policy(t policyText, cited map[string]*citation) (publish.File, error) {
	page := r.Layout.Policy(t.Slug)
	shown, err := r.view(t, "", cited)
	if err != nil {
		return publish.File{}, err
	}
	frame := r.frame(page, "policies", t.Title, r.words.plain("policy.description", t.Title, r.Organization))
	return r.render(page, "policy.html", policyPage{frame, shown})
}

// view renders a policy, with a prefix before every id of its text.
func (r *Renderer) view(t policyText, prefix string, cited map[string]*citation) (PolicyView, error) {
	body, err := r.policyBody(t, prefix)
	return PolicyView{
		Name: t.Title, Slug: t.Slug, Reviewed: r.date(t.LastUpdated),
		Contents: contents(t.document, prefix), Body: body,
		Execution: r.executions(t, prefix, cited),
	}, err
}

// contents lists the headings of a text that has enough of them.
func contents(document *markdown.Document, prefix string) []Content {
	headings := document.Headings()
	if len(headings) < contentsFrom {
		return nil
	}
	var lines []Content
	for _, h := range headings {
		lines = append(lines, Content{(&url.URL{Fragment: prefix + h.ID}).String(), h.Text, h.Level})
	}
	return lines
}

// policyBody renders the text, with an anchor at every sentence that is executed and a link from
// there to how.
func (r *Renderer) policyBody(t policyText, prefix string) (template.HTML, error) {
	html, err := t.document.HTML(markdown.Options{
		Rewrite: r.Layout.Rewrite, Permalinks: true, Marks: t.marks(), Prefix: prefix, Words: r.said,
	})
	if err != nil {
		return "", fmt.Errorf("policy %s: %w", t.Slug, err)
	}
	text := string(html)
	for _, s := range t.executed {
		text = r.pointed(text, s, prefix)
	}
	return template.HTML(text), nil // safe by markdown's own promise
}

// pointed puts a link to how a sentence is executed before its anchor. Where several clauses have
// one sentence, the first gets it; a sentence within a link can hold none.
func (r *Renderer) pointed(html string, s sentence, prefix string) string {
	const class = `class="clause">`
	anchor := `<span id="` + prefix + s.anchor() + `" ` + class
	before, after, found := strings.Cut(html, anchor)
	if !found || strings.HasSuffix(before, class) || strings.LastIndex(before, "<a ") > strings.LastIndex(before, "</a>") {
		return html
	}
	name := template.HTMLEscapeString(r.words.plain("policy.marker"))
	return before + `<a class="pointer" href="#` + s.rule() + `" aria-label="` + name + `"></a>` + anchor + after
}

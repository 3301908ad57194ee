package site

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
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
		Rewrite: r.Layout.Rewrite, Permalinks: true, Marks: r.pointed(t), Prefix: prefix, Words: r.said,
	})
	if err != nil {
		return "", fmt.Errorf("policy %s: %w", t.Slug, err)
	}
	return template.HTML(html), nil // safe by markdown's own promise
}

// pointed are the marks of a policy, each with a link to how its sentence is executed. Where
// several clauses have one sentence, the first gets it.
func (r *Renderer) pointed(t policyText) []markdown.Mark {
	marks := t.marks()
	for i := range marks {
		m := &marks[i]
		if slices.ContainsFunc(marks[:i], func(other markdown.Mark) bool { return other.Line == m.Line && other.Quote == m.Quote }) {
			continue
		}
		for _, s := range t.executed {
			if s.anchor() == m.ID {
				m.Href = "#" + s.rule()
			}
		}
		m.Name = r.words.plain("policy.marker", shortened(m.Quote))
	}
	return marks
}

// mostNamed is about how many characters of a sentence tell it from others.
const mostNamed = 60

// shortened is the beginning of a sentence, in whole words where it has any.
func shortened(quote string) string {
	letters := []rune(strings.Join(strings.Fields(quote), " "))
	if len(letters) <= mostNamed {
		return string(letters)
	}
	beginning := string(letters[:mostNamed])
	if space := strings.LastIndexByte(beginning, ' '); space > 0 {
		beginning = beginning[:space]
	}
	return strings.TrimRight(beginning, ",;:") + "…"
}

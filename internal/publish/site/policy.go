package site

import (
	"html/template"
	"net/url"

	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
)

type policyPage struct {
	Frame
	Reviewed *Date
	Contents []Content
	Body     template.HTML
}

// Content is a line of a page's list of contents.
type Content struct {
	Href, Text string
	Level      int // of the heading: 2 and deeper
}

func (r *Renderer) policy(p policy.Policy) (publish.File, error) {
	page := r.Layout.Policy(p.Slug)
	document := markdown.Parse(p.Body)
	body, err := r.text("policy "+p.Slug, document)
	if err != nil {
		return publish.File{}, err
	}
	return r.render(page, "policy.html", policyPage{
		Frame:    r.frame(page, "policies", p.Title, p.Title+" of "+r.Organization+"."),
		Reviewed: newDate(p.LastUpdated),
		Contents: contents(document),
		Body:     body,
	})
}

// contents lists the headings of a text that has enough of them.
func contents(document *markdown.Document) []Content {
	headings := document.Headings()
	if len(headings) < contentsFrom {
		return nil
	}
	var lines []Content
	for _, h := range headings {
		lines = append(lines, Content{(&url.URL{Fragment: h.ID}).String(), h.Text, h.Level})
	}
	return lines
}

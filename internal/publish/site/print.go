package site

import (
	"html/template"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/publish"
)

// printPage is every policy on one page, to be printed or searched.
type printPage struct {
	Frame
	Policies []Sheet
}

// Sheet is a policy among the others.
type Sheet struct {
	Name, Slug string
	Reviewed   *Date // nil where not checked
	Text       template.HTML
}

// print makes the page of all policies. Which bulletins cite them is left to the policies' own
// pages, so that this one changes with the policies alone.
func (r *Renderer) print() (publish.File, error) {
	page := r.Layout.PoliciesPrint()
	title := r.words.plain("print.title")
	out := printPage{Frame: r.frame(page, "policies", title, r.words.plain("print.description", r.Organization))}
	for _, t := range r.policies {
		shown, err := r.view(t, address.PrintPrefix(t.Slug), nil)
		if err != nil {
			return publish.File{}, err
		}
		shown.Contents = nil // the page has a list of its own
		text, err := r.templates.piece("policy-text", shown)
		if err != nil {
			return publish.File{}, err
		}
		out.Policies = append(out.Policies, Sheet{shown.Name, shown.Slug, shown.Reviewed, deeper(text)})
	}
	return r.render(page, "print.html", out)
}

// deeper moves every heading of a text one level down, under the title that the text has here.
func deeper(text template.HTML) template.HTML {
	tags := strings.NewReplacer("<h5", "<h6", "</h5>", "</h6>", "<h4", "<h5", "</h4>", "</h5>",
		"<h3", "<h4", "</h3>", "</h4>", "<h2", "<h3", "</h2>", "</h3>")
	return template.HTML(tags.Replace(string(text))) // it was safe, and tags stay tags
}

package site

import (
	"cmp"
	"html/template"

	"tocsin/internal/address"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
)

type policiesPage struct {
	Frame
	Body     template.HTML // what stands above the list; may be empty
	Policies []PolicyEntry
	Print    string // the page of all policies
}

// PolicyEntry is a policy in a list.
type PolicyEntry struct {
	Href, Title string
	Reviewed    *Date // nil where not checked
}

func (r *Renderer) policyList() (publish.File, error) {
	page := r.Layout.Policies()
	data, err := r.frontPage(page)
	if err != nil {
		return publish.File{}, err
	}
	return r.render(page, "policies.html", data)
}

// frontPage is what the team wrote above the list of its policies.
func (r *Renderer) frontPage(page address.Page) (policiesPage, error) {
	title := cmp.Or(r.Index.Title, r.words.plain("policies.title"))
	out := policiesPage{
		Frame:    r.frame(page, "policies", title, r.words.plain("policies.description", r.Organization)),
		Policies: r.policyEntries(),
		Print:    r.Layout.Href(r.Layout.PoliciesPrint()),
	}
	if len(r.Index.Body) == 0 {
		return out, nil
	}
	body, err := r.markdown(r.Index.Source.Name, r.Index.Body)
	out.Body = body
	return out, err
}

func (r *Renderer) policyEntries() []PolicyEntry {
	var entries []PolicyEntry
	for _, p := range r.Policies {
		entries = append(entries, r.policyEntry(p))
	}
	return entries
}

func (r *Renderer) policyEntry(p policy.Policy) PolicyEntry {
	return PolicyEntry{r.Layout.Href(r.Layout.Policy(p.Slug)), p.Title, r.date(p.LastUpdated)}
}

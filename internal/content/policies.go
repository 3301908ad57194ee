package content

import (
	"path"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// readPolicy reads one policy page. Every policy page is published.
func (r *Reader) readPolicy(file source.File) {
	p, problems := split(file)
	if len(problems) > 0 {
		r.problems = append(r.problems, problems...)
		return
	}
	d := &document{file: file, above: headerLine - 1}
	if f, ok := d.load(p.header); ok {
		r.found.Policies = append(r.found.Policies, policyOf(f, p))
		f.done()
		d.keyInBody(p, f.known)
		d.problems = append(d.problems, bodyProblems(p)...)
	}
	r.problems = append(r.problems, d.problems...)
}

func policyOf(f *fields, p page) policy.Policy {
	return policy.Policy{
		Title:       f.demand("title", "the name of the policy"),
		Slug:        slugOf(f, p.file.Name),
		Policy:      f.boolean("policy"),
		FAQ:         f.boolean("faq"),
		Weight:      f.number("weight"),
		LastUpdated: f.date("last_updated"),
		Body:        p.body,
		BodyLine:    p.bodyLine,
		Source:      p.file,
	}
}

// slugOf reads the policy's folder on the website. It may differ from the file's name.
func slugOf(f *fields, name string) string {
	slug := f.demand("slug", "slug: "+stem(name))
	if slug == "" {
		return ""
	}
	if err := address.ValidSlug(slug); err != nil {
		f.doc.report(f.value("slug"), "odd-slug", err.Error(), "small letters, digits and hyphens, such as "+stem(name))
	}
	return slug
}

// stem is the name that a policy's file or folder suggests.
func stem(name string) string {
	if path.Base(name) == "index.md" {
		name = path.Dir(name)
	}
	return strings.TrimSuffix(path.Base(name), ".md")
}

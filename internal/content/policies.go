package content

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// readPolicy reads one policy page. Every policy page is published, so one that says
// otherwise is an error, and a page that cannot be taken at its word is none.
func (r *Reader) readPolicy(file source.File) {
	d := &document{file: file}
	if p, f, ok := d.policyPage(); ok {
		found := d.policyOf(f, p)
		if !d.faulty {
			r.found.Policies = append(r.found.Policies, found)
		}
	}
	r.problems = append(r.problems, d.problems...)
}

// readIndex reads the policies' own front page. What it says besides its title and
// its text is other tools' business.
func (r *Reader) readIndex(file source.File) {
	d := &document{file: file}
	if p, f, ok := d.policyPage(); ok {
		found := d.indexOf(f, p)
		if !d.faulty {
			r.found.Index = found
		}
	}
	r.problems = append(r.problems, d.problems...)
}

func (d *document) indexOf(f *fields, p page) policy.Index {
	title := f.line("title")
	if f.value("title") == nil {
		title, p = titled(p)
	}
	f.unread("slug", "policy", "faq", "weight", "last_updated")
	d.finish(f, p)
	return policy.Index{Title: title, Body: p.body, BodyLine: p.bodyLine, Source: d.file}
}

// policyPage cuts a page into header and body, or finds that it has no header and
// nothing that looks like one.
func (d *document) policyPage() (page, *fields, bool) {
	if isHeaderless(d.file.Data) {
		return d.headerless()
	}
	p, problems := split(d.file)
	if len(problems) > 0 {
		d.problems = problems
		return p, nil, false
	}
	d.above = headerLine - 1
	f, ok := d.load(p.header)
	return p, f, ok
}

func (d *document) policyOf(f *fields, p page) policy.Policy {
	var assumed source.Problems // told only where nothing else is wrong: a misspelt key is not absent
	title := f.line("title")
	if f.value("title") == nil {
		var rest page
		if title, rest = titled(p); title == "" {
			f.missing("title", "the name of the policy")
		} else {
			p = rest
			assumed = append(assumed, d.assumed("title", title, "its first heading"))
		}
	}
	slug := f.line("slug")
	if f.value("slug") == nil {
		slug = stem(d.file.Name)
		assumed = append(assumed, d.assumed("slug", slug, "the name of its file"))
	}
	d.checkSlug(f, slug)
	found := policy.Policy{
		Title:       title,
		Slug:        slug,
		Policy:      f.boolean("policy"),
		FAQ:         f.boolean("faq"),
		Weight:      f.number("weight"),
		LastUpdated: f.date("last_updated"),
		Suppress:    f.suppressions(),
		Body:        p.body,
		BodyLine:    p.bodyLine,
		Source:      p.file,
	}
	f.unread()
	errors := d.finish(f, p)
	if errors == 0 {
		d.problems = append(d.problems, assumed...)
	}
	return found
}

// finish reports what nothing asked for and what is wrong with the body. It counts
// the errors of the header.
func (d *document) finish(f *fields, p page) (errors int) {
	f.done()
	errors = d.problems.Errors()
	if len(f.node.Content) > 0 {
		d.keyInBody(p, f.known)
	}
	d.faulty = d.faulty || d.problems.Errors() > errors // its header may be another
	_, problems := textOf(p)
	for i := range problems {
		spareInnerLink(&problems[i])
	}
	d.problems = append(d.problems, problems...)
	return errors
}

// spareInnerLink turns what is wrong with a link to one of an organisation's inner
// hosts into a note: policies that were written for its own staff have them, and a
// reader elsewhere could not follow them. Its text stays on the page, without the link.
func spareInnerLink(p *source.Problem) {
	m := linkIn.FindStringSubmatch(p.Message)
	if p.Code != "unsafe-link" || m == nil {
		return
	}
	target, err := strconv.Unquote(m[1])
	if err != nil {
		return
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" || u.User != nil || !innerHost.MatchString(u.Hostname()) {
		return
	}
	p.Level, p.Code, p.Hint = source.Note, "internal-link", ""
	p.Message = m[1] + " leads to a host of an inner network: readers see its text, without a link"
}

// linkIn finds the link that a problem of package markdown is about.
var linkIn = regexp.MustCompile(`^the link ("(?:[^"\\]|\\.)*") `)

// innerHost is a name without a dot, or in a zone that is nobody's on the internet.
var innerHost = regexp.MustCompile(`(?i)^([a-z0-9-]+|.+\.(internal|intranet|corp|lan|local|home\.arpa))\.?$`)

// assumed is the note that a page does not say what every page needs, and what
// stands in for it.
func (d *document) assumed(key, value, from string) source.Problem {
	n := problem(d.file, 1, 1, "assumed-key", fmt.Sprintf("the page states no %s: it is taken from %s, %q", key, from, source.Visible(value)),
		"write it into the header between --- lines: "+key+": "+source.Visible(value))
	n.Level = source.Note
	return n
}

// checkSlug checks the policy's folder on the website. It may differ from the file's name.
func (d *document) checkSlug(f *fields, slug string) {
	err := address.ValidSlug(slug)
	switch n := f.value("slug"); {
	case err == nil:
	case n == nil:
		d.at(1, 1, "odd-slug", "the page states no slug, and its file's name is none: "+err.Error(), "write one into the header between --- lines, or rename the file")
	case slug != "":
		d.report(n, "odd-slug", err.Error(), "small letters, digits and hyphens, such as "+otherSlug(stem(d.file.Name)))
	}
}

// otherSlug is a slug after a file's name. Where that is reserved, as print is for the page of all
// policies, one word more makes one of it.
func otherSlug(name string) string {
	for _, slug := range []string{name, name + "-policy"} {
		if address.ValidSlug(slug) == nil {
			return slug
		}
	}
	return "patch-management"
}

// stem is the name that a policy's file or folder suggests.
func stem(name string) string {
	if path.Base(name) == "index.md" {
		name = path.Dir(name)
	}
	return strings.TrimSuffix(path.Base(name), ".md")
}

// suppressions reads `suppress`: codes that are silenced in the file.
func (f *fields) suppressions() []source.Suppression {
	var out []source.Suppression
	for _, m := range f.mappings("suppress") {
		if s, whole := suppressionOf(m); whole {
			out = append(out, s)
		}
		m.done()
	}
	return out
}

// titled takes a page's title from its first heading. A heading of the first level at
// the top is the title and nothing else: the page around the text shows it, so it is
// cut off.
func titled(p page) (string, page) {
	headings := markdown.Parse(p.body).Headings()
	if len(headings) == 0 {
		return "", p
	}
	top := topHeading.FindIndex(p.body)
	if top == nil || strings.Count(string(p.body[:top[1]]), "\n") < headings[0].Line {
		return headings[0].Text, p
	}
	p.bodyLine += strings.Count(string(p.body[:top[1]]), "\n")
	p.body = p.body[top[1]:]
	return headings[0].Text, p
}

// topHeading is a heading of the first level with nothing but empty lines above it:
// # Title, or Title underlined with = signs.
var topHeading = regexp.MustCompile(`^(?:[ \t]*\r?\n)*(?: {0,3}#[ \t].*\n| {0,3}[^\s#>*+-].*\n {0,3}=+[ \t]*\r?\n)`)

package content

import (
	"slices"

	"tocsin/internal/bulletin"
)

// referencesOf reads what else the world calls the matter, who helped, and where more
// stands. Whether a name or a vector is one is package check's to say.
func referencesOf(f *fields, b *bulletin.Bulletin) {
	b.Aliases = f.values("aliases", "[CVE-2026-12345]")
	b.Related = f.values("related", "[TS-2026-003]")
	b.CVSS = f.oneOrMore("cvss", "[CVSS:3.1/AV:N/…]")
	b.CWE = f.values("cwe", "[CWE-346]")
	for _, m := range f.mappings("credits") {
		b.Credits = append(b.Credits, creditOf(m))
		m.done()
	}
	for _, m := range f.mappings("references") {
		b.References = append(b.References, referenceOf(m))
		m.done()
	}
	b.Timeline = f.events("timeline", "event")
}

// creditTypes are OSV's, in the small letters of this format.
var creditTypes = [...]string{"finder", "reporter", "analyst", "coordinator",
	"remediation_developer", "remediation_reviewer", "remediation_verifier", "tool", "sponsor", "other"}

func creditOf(f *fields) bulletin.Credit {
	return bulletin.Credit{
		Name:     f.demand("name", "the name, as its owner wants to read it"),
		Type:     f.word("type", creditTypes[:]...),
		URL:      f.httpsURL("url"),
		Position: f.doc.position(f.node),
	}
}

func referenceOf(f *fields) bulletin.Reference {
	r := bulletin.Reference{
		Category: f.word("category", "self", "external"),
		Summary:  f.line("summary"),
		Position: f.doc.position(f.node),
	}
	if f.has("url") {
		r.URL = f.httpsURL("url")
	} else {
		f.missing("url", "the page that is referred to")
	}
	if r.Category == "" {
		r.Category = "external"
	}
	return r
}

// events reads a list of {at, and a text under a key of that name}.
func (f *fields) events(key, text string) []bulletin.Event {
	rows := f.mappings(key)
	out := slices.Grow([]bulletin.Event(nil), len(rows))
	for _, m := range rows {
		out = append(out, bulletin.Event{
			At:       m.demandDate("at", "the day, or the instant with its zone"),
			Text:     m.demand(text, "what happened, in one line"),
			Position: f.doc.position(m.node),
		})
		m.done()
	}
	return out
}

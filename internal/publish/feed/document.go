package feed

import (
	"cmp"
	"fmt"
	"slices"
)

// document is what a feed says in one format: what is asked for on the way out, what
// is found on the way back. Dates are as the format spells them.
type document struct {
	title, description, link, self, language, author string
	id                                               string // empty in RSS, which has none
	updated                                          string
	style                                            string
	entries                                          []entry
}

type entry struct {
	id                            string
	permalink                     string // RSS: "false", or readers follow the guid as a link
	title, link, summary, content string
	published, updated, author    string
	categories                    []category
}

type category struct{ scheme, term string }

type field struct{ name, text string }

func (d *document) fields() []field {
	return []field{
		{"title", d.title}, {"description", d.description}, {"link", d.link}, {"self", d.self},
		{"language", d.language}, {"author", d.author}, {"id", d.id}, {"date of change", d.updated}, {"style", d.style},
	}
}

func (e *entry) fields() []field {
	all := append(make([]field, 0, 9+2*len(e.categories)),
		field{"id", e.id}, field{"isPermaLink", e.permalink}, field{"title", e.title}, field{"link", e.link}, field{"summary", e.summary},
		field{"content", e.content}, field{"date", e.published}, field{"date of change", e.updated}, field{"author", e.author})
	for _, c := range e.categories {
		all = append(all, field{"category", c.term}, field{"category's scheme", c.scheme})
	}
	return all
}

// short is what an entry without content says instead.
func (e *entry) short() string { return cmp.Or(e.summary, e.title) }

// verify reads a feed back and compares everything that it says with what was asked
// for, whatever the library made of it.
func verify(f format, data []byte, want document) error {
	got, err := f.decode(data)
	if err != nil {
		return fmt.Errorf("the feed does not read back: %w", err)
	}
	if name, differs := difference(want.fields(), got.fields()); differs {
		return fmt.Errorf("the feed: the %s does not read back as it was asked for", name)
	}
	if len(got.entries) != len(want.entries) {
		return fmt.Errorf("the feed reads back with %d items where %d were asked for", len(got.entries), len(want.entries))
	}
	for n := range want.entries {
		w := &want.entries[n]
		if name, differs := difference(w.fields(), got.entries[n].fields()); differs {
			return fmt.Errorf("entry %q: the %s does not read back as it was asked for", w.id, name)
		}
	}
	return nil
}

// difference names the first field that is not in both.
func difference(want, got []field) (string, bool) {
	for n, f := range want {
		if n >= len(got) || got[n] != f {
			return f.name, true
		}
	}
	if len(got) > len(want) {
		return got[len(want)].name, true
	}
	return "", false
}

// entriesOf makes an entry of each item, as a format spells it.
func entriesOf(items []Item, spell func(Item) entry) []entry {
	entries := slices.Grow([]entry(nil), len(items))
	for _, i := range items {
		entries = append(entries, spell(i))
	}
	return entries
}

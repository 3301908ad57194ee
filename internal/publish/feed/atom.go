package feed

import (
	"encoding/xml"
	"time"

	"github.com/gorilla/feeds"
)

// atom is RFC 4287. Identities are IRIs under the channel's ID.
type atom struct{}

// epoch stands for the last change of a feed that has no entry, where Atom and only Atom
// demands a date. Nothing is read into it, and no clock gets in.
var epoch = time.Unix(0, 0).UTC()

func (atom) document(ch Channel, items []Item) document {
	date := func(t time.Time) string { return t.Format(time.RFC3339) }
	d := document{title: ch.Title, description: ch.Description, link: ch.Link, self: ch.Self,
		language: ch.Language, author: ch.Author, style: ch.Style, updated: date(epoch)}
	if ch.ID != "" {
		d.id = ch.iri("bulletins")
	}
	if len(items) > 0 {
		d.updated = date(lastChange(items))
	}
	schemes := ch.schemes()
	d.entries = entriesOf(items, func(i Item) entry {
		return entry{
			id: ch.iri(i.GUID), title: ch.title(i), link: i.URL, summary: ch.summary(i), content: i.Content,
			published: date(i.Announced), updated: date(i.Updated), author: ch.Author, categories: schemes.categories(i),
		}
	})
	return d
}

// atomFeed and atomEntry put round the library's feed what it does not know.
type atomFeed struct {
	*feeds.AtomFeed
	Language string           `xml:"xml:lang,attr,omitempty"`
	Links    []feeds.AtomLink `xml:"link"` // shadows the library's one
	Entries  []atomEntry      `xml:"entry"`
}

type atomEntry struct {
	*feeds.AtomEntry
	Categories []atomCategory `xml:"category"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr,omitempty"`
}

// FeedXml makes it a [feeds.XmlFeed].
func (f atomFeed) FeedXml() any { return f }

func (atom) encode(d document) ([]byte, error) {
	f := atomFeed{
		AtomFeed: &feeds.AtomFeed{Xmlns: atomSpace, Title: d.title, Subtitle: d.description, Id: d.id, Updated: d.updated, Author: person(d.author)},
		Language: d.language,
		Links:    []feeds.AtomLink{{Href: d.link, Rel: "alternate", Type: "text/html"}, {Href: d.self, Rel: "self", Type: "application/atom+xml"}},
	}
	for _, e := range d.entries {
		f.Entries = append(f.Entries, newAtomEntry(e))
	}
	return styled(f, d)
}

func newAtomEntry(e entry) atomEntry {
	a := atomEntry{AtomEntry: &feeds.AtomEntry{
		Title: e.title, Id: e.id, Updated: e.updated, Published: e.published, Author: person(e.author),
		Links: []feeds.AtomLink{{Href: e.link, Rel: "alternate", Type: "text/html"}},
	}}
	if e.summary != "" {
		a.Summary = &feeds.AtomSummary{Content: e.summary, Type: "text"}
	}
	if e.content != "" {
		a.Content = &feeds.AtomContent{Content: e.content, Type: "html"}
	}
	for _, c := range e.categories {
		a.Categories = append(a.Categories, atomCategory{c.term, c.scheme})
	}
	return a
}

func person(name string) *feeds.AtomAuthor {
	if name == "" {
		return nil
	}
	return &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: name}}
}

// atomFound is Atom as encoding/xml finds it.
type atomFound struct {
	XMLName  xml.Name        `xml:"http://www.w3.org/2005/Atom feed"`
	Language string          `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	Title    string          `xml:"title"`
	Subtitle string          `xml:"subtitle"`
	ID       string          `xml:"id"`
	Updated  string          `xml:"updated"`
	Author   string          `xml:"author>name"`
	Links    []atomFoundLink `xml:"link"`
	Entries  []struct {
		ID         string          `xml:"id"`
		Title      string          `xml:"title"`
		Summary    string          `xml:"summary"`
		Content    atomFoundText   `xml:"content"`
		Published  string          `xml:"published"`
		Updated    string          `xml:"updated"`
		Author     string          `xml:"author>name"`
		Links      []atomFoundLink `xml:"link"`
		Categories []atomCategory  `xml:"category"`
	} `xml:"entry"`
}

type atomFoundLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
}

type atomFoundText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func (atom) decode(data []byte) (document, error) {
	if d, known := quickAtom(string(data)); known {
		d.style = styleOf(data)
		return d, nil
	}
	return slowAtom(data)
}

// slowAtom reads any Atom.
func slowAtom(data []byte) (document, error) {
	var found atomFound
	if err := xml.Unmarshal(data, &found); err != nil {
		return document{}, err
	}
	d := document{title: found.Title, description: found.Subtitle, link: href(found.Links, "alternate"), self: href(found.Links, "self"),
		language: found.Language, author: found.Author, id: found.ID, updated: found.Updated, style: styleOf(data)}
	for _, e := range found.Entries {
		read := entry{id: e.ID, title: e.Title, link: href(e.Links, "alternate"), summary: e.Summary,
			published: e.Published, updated: e.Updated, author: e.Author}
		if e.Content.Type == "html" { // as anything else, it would be shown as source
			read.content = e.Content.Text
		}
		for _, c := range e.Categories {
			read.categories = append(read.categories, category{c.Scheme, c.Term})
		}
		d.entries = append(d.entries, read)
	}
	return d, nil
}

func href(links []atomFoundLink, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

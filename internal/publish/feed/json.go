package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/feeds"
)

// jsonFeed is JSON Feed 1.1. An item's id is the IRI that it has in Atom: the format asks
// for one that no other publisher's item can have.
type jsonFeed struct{}

const jsonVersion = "https://jsonfeed.org/version/1.1"

func (jsonFeed) document(ch Channel, items []Item) document {
	d := atom{}.document(ch, items)
	d.id, d.updated, d.style = "", "", "" // the format has no place for them: it knows a feed by its address
	for n := range d.entries {
		for c := range d.entries[n].categories {
			d.entries[n].categories[c].scheme = "" // tags are words
		}
	}
	return d
}

// jsonDocument shadows what the library leaves out of an empty feed, or writes as version 1.0.
type jsonDocument struct {
	*feeds.JSONFeed
	Items []*feeds.JSONItem `json:"items"`
}

func (jsonFeed) encode(d document) ([]byte, error) {
	f := jsonDocument{
		JSONFeed: &feeds.JSONFeed{
			Version: jsonVersion, Title: d.title, Description: d.description, Language: d.language,
			HomePageUrl: d.link, FeedUrl: d.self, Authors: jsonAuthors(d.author),
		},
		Items: []*feeds.JSONItem{},
	}
	for _, e := range d.entries {
		item, err := newJSONItem(e)
		if err != nil {
			return nil, fmt.Errorf("encode the feed: entry %q: %w", e.id, err)
		}
		f.Items = append(f.Items, item)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // it is read as JSON, never as HTML: smaller, and legible
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("encode the feed: %w", err)
	}
	return b.Bytes(), nil
}

func newJSONItem(e entry) (*feeds.JSONItem, error) {
	published, err := time.Parse(time.RFC3339, e.published)
	if err != nil {
		return nil, err
	}
	updated, err := time.Parse(time.RFC3339, e.updated)
	if err != nil {
		return nil, err
	}
	item := &feeds.JSONItem{
		Id: e.id, Url: e.link, Title: e.title, ContentHTML: e.content, Summary: e.summary,
		PublishedDate: &published, ModifiedDate: &updated, Authors: jsonAuthors(e.author),
	}
	for _, c := range e.categories {
		item.Tags = append(item.Tags, c.term)
	}
	if item.ContentHTML == "" {
		item.ContentText = e.short() // an item must have one of the two
	}
	return item, nil
}

func jsonAuthors(name string) []*feeds.JSONAuthor {
	if name == "" {
		return nil
	}
	return []*feeds.JSONAuthor{{Name: name}}
}

// jsonFound is JSON Feed as encoding/json finds it.
type jsonFound struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Language    string       `json:"language"`
	HomePage    string       `json:"home_page_url"`
	Feed        string       `json:"feed_url"`
	Authors     jsonNames    `json:"authors"`
	Items       *[]jsonEntry `json:"items"`
}

type jsonEntry struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	HTML      string    `json:"content_html"`
	Text      string    `json:"content_text"`
	Summary   string    `json:"summary"`
	Published string    `json:"date_published"`
	Modified  string    `json:"date_modified"`
	Authors   jsonNames `json:"authors"`
	Tags      []string  `json:"tags"`
}

type jsonNames []struct {
	Name string `json:"name"`
}

func (n jsonNames) first() string {
	if len(n) == 0 {
		return ""
	}
	return n[0].Name
}

func (jsonFeed) decode(data []byte) (document, error) {
	var found jsonFound
	if err := json.Unmarshal(data, &found); err != nil {
		return document{}, err
	}
	switch {
	case found.Version != jsonVersion:
		return document{}, fmt.Errorf("version %q where %s was asked for", found.Version, jsonVersion)
	case found.Items == nil:
		return document{}, errors.New("no items, not even an empty list of them")
	}
	d := document{title: found.Title, description: found.Description, link: found.HomePage, self: found.Feed,
		language: found.Language, author: found.Authors.first()}
	for _, i := range *found.Items {
		e := entry{id: i.ID, title: i.Title, link: i.URL, summary: i.Summary, content: i.HTML,
			published: i.Published, updated: i.Modified, author: i.Authors.first()}
		if i.HTML == "" && i.Text != e.short() {
			return document{}, fmt.Errorf("entry %q: neither its content nor what stands in its place", i.ID)
		}
		for _, tag := range i.Tags {
			e.categories = append(e.categories, category{term: tag})
		}
		d.entries = append(d.entries, e)
	}
	return d, nil
}

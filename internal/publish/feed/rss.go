package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/feeds"
)

const (
	contentSpace = "http://purl.org/rss/1.0/modules/content/"
	creatorSpace = "http://purl.org/dc/elements/1.1/"
	atomSpace    = "http://www.w3.org/2005/Atom"
)

// rss is RSS 2.0. An entry's identity is the guid alone, which is no link.
type rss struct{}

// asHTML writes plain text where readers expect HTML: an RSS description.
var asHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (rss) document(ch Channel, items []Item) document {
	date := func(t time.Time) string { return t.Format(time.RFC1123Z) }
	d := document{title: ch.Title, description: ch.Description, link: ch.Link, self: ch.Self, language: ch.Language, style: ch.Style}
	if len(items) > 0 {
		d.updated = date(lastChange(items))
	}
	schemes := ch.schemes()
	d.entries = entriesOf(items, func(i Item) entry {
		return entry{
			id: i.GUID, permalink: "false", title: ch.title(i), link: i.URL, summary: asHTML.Replace(ch.summary(i)), content: i.Content,
			published: date(i.Announced), updated: i.Updated.Format(time.RFC3339), author: ch.Author, categories: schemes.categories(i),
		}
	})
	return d
}

// rssFeed, rssChannel and rssItem put round the library's feed what it does not know.
type rssFeed struct {
	XMLName      xml.Name `xml:"rss"`
	Version      string   `xml:"version,attr"`
	ContentSpace string   `xml:"xmlns:content,attr"`
	CreatorSpace string   `xml:"xmlns:dc,attr"`
	AtomSpace    string   `xml:"xmlns:atom,attr"`
	Channel      rssChannel
}

type rssChannel struct {
	*feeds.RssFeed
	Self  selfLink
	Items []rssItem `xml:"item"` // shadows the library's
}

type selfLink struct {
	XMLName xml.Name `xml:"atom:link"`
	Href    string   `xml:"href,attr"`
	Rel     string   `xml:"rel,attr"`
	Type    string   `xml:"type,attr"`
}

type rssItem struct {
	*feeds.RssItem
	Updated    string        `xml:"atom:updated"`
	Creator    string        `xml:"dc:creator,omitempty"` // the library's author is a mail address
	Categories []rssCategory `xml:"category"`             // shadows the library's one
}

type rssCategory struct {
	Domain string `xml:"domain,attr,omitempty"`
	Term   string `xml:",chardata"`
}

// FeedXml makes it a [feeds.XmlFeed].
func (f rssFeed) FeedXml() any { return f }

func (rss) encode(d document) ([]byte, error) {
	c := rssChannel{
		RssFeed: &feeds.RssFeed{
			Title: d.title, Link: d.link, Description: d.description,
			Language: d.language, LastBuildDate: d.updated,
		},
		Self:  selfLink{Href: d.self, Rel: "self", Type: "application/rss+xml"},
		Items: make([]rssItem, 0, len(d.entries)),
	}
	for _, e := range d.entries {
		c.Items = append(c.Items, newRSSItem(e))
	}
	return styled(rssFeed{Version: "2.0", ContentSpace: contentSpace, CreatorSpace: creatorSpace, AtomSpace: atomSpace, Channel: c}, d)
}

func newRSSItem(e entry) rssItem {
	item := rssItem{
		RssItem: &feeds.RssItem{
			Title: e.title, Link: e.link, Description: e.summary, PubDate: e.published,
			Guid: &feeds.RssGuid{Id: e.id, IsPermaLink: e.permalink},
		},
		Updated: e.updated,
		Creator: e.author,
	}
	if e.content != "" {
		item.Content = &feeds.RssContent{Content: e.content}
	}
	for _, c := range e.categories {
		item.Categories = append(item.Categories, rssCategory{c.scheme, c.term})
	}
	return item
}

// xmlHead is how the library begins a feed.
const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>`

// styled writes a feed with the instruction that tells browsers its stylesheet.
func styled(f feeds.XmlFeed, d document) ([]byte, error) {
	size := 1 << 10
	for i := range d.entries {
		size += len(d.entries[i].content)*5/4 + 1<<10
	}
	out := &styling{style: d.style}
	out.Grow(size)
	if err := feeds.WriteXML(f, out); err != nil {
		return nil, fmt.Errorf("encode the feed: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// styling puts the stylesheet behind the head of a feed, which is what the library writes first.
// Were it ever to write more with it, the style would not read back, and there would be no feed.
type styling struct {
	bytes.Buffer
	style string
}

// Write implements io.Writer.
func (s *styling) Write(data []byte) (int, error) {
	first := s.Len() == 0
	n, err := s.Buffer.Write(data)
	if first {
		s.WriteByte('\n')
		if s.style != "" {
			s.WriteString(`<?xml-stylesheet type="text/css" href="` + s.style + `"?>` + "\n")
		}
	}
	return n, err
}

// rssFound is RSS as encoding/xml finds it.
type rssFound struct {
	XMLName xml.Name `xml:"rss"`
	Channel struct {
		Title       string `xml:"title"`
		Description string `xml:"description"`
		Language    string `xml:"language"`
		Updated     string `xml:"lastBuildDate"`
		Links       []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
			Href    string `xml:"href,attr"`
			Rel     string `xml:"rel,attr"`
		} `xml:"link"`
		Items []struct {
			Title       string `xml:"title"`
			Link        string `xml:"link"`
			Description string `xml:"description"`
			Content     string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			Creator     string `xml:"http://purl.org/dc/elements/1.1/ creator"`
			Updated     string `xml:"http://www.w3.org/2005/Atom updated"`
			Published   string `xml:"pubDate"`
			GUID        struct {
				ID        string `xml:",chardata"`
				PermaLink string `xml:"isPermaLink,attr"`
			} `xml:"guid"`
			Categories []rssCategory `xml:"category"`
		} `xml:"item"`
	} `xml:"channel"`
}

func (rss) decode(data []byte) (document, error) {
	if d, known := quickRSS(string(data)); known {
		d.style = styleOf(data)
		return d, nil
	}
	return slowRSS(data)
}

// slowRSS reads any RSS.
func slowRSS(data []byte) (document, error) {
	var found rssFound
	if err := xml.Unmarshal(data, &found); err != nil {
		return document{}, err
	}
	c := found.Channel
	d := document{title: c.Title, description: c.Description, language: c.Language, updated: c.Updated, style: styleOf(data)}
	for _, l := range c.Links {
		switch {
		case l.XMLName.Space == "":
			d.link = l.Text
		case l.XMLName.Space == atomSpace && l.Rel == "self":
			d.self = l.Href
		}
	}
	for _, i := range c.Items {
		e := entry{id: i.GUID.ID, permalink: i.GUID.PermaLink, title: i.Title, link: i.Link, summary: i.Description,
			content: i.Content, published: i.Published, updated: i.Updated, author: i.Creator}
		for _, c := range i.Categories {
			e.categories = append(e.categories, category{c.Domain, c.Term})
		}
		d.entries = append(d.entries, e)
	}
	return d, nil
}

// styleOf is the stylesheet that a feed names before its first element.
func styleOf(data []byte) string {
	head, _, _ := strings.Cut(string(data[:min(len(data), 4096)]), "\n<rss")
	head, _, _ = strings.Cut(head, "\n<feed")
	_, after, _ := strings.Cut(head, `<?xml-stylesheet type="text/css" href="`)
	style, _, found := strings.Cut(after, `"?>`)
	if !found {
		return ""
	}
	return style
}

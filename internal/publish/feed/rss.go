package feed

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/gorilla/feeds"

	"tocsin/internal/bulletin"
)

const (
	contentSpace = "http://purl.org/rss/1.0/modules/content/"
	atomSpace    = "http://www.w3.org/2005/Atom"
)

// item is what an entry says in the feed: what is asked for on the way out, what
// is found on the way back.
type item struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	Content     string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
	Category    string `xml:"category"`
	GUID        guid   `xml:"guid"`
	PubDate     string `xml:"pubDate"`
}

type guid struct {
	ID          string `xml:",chardata"`
	IsPermaLink string `xml:"isPermaLink,attr"`
}

type field struct{ name, text string }

func (i item) fields() []field {
	return []field{
		{"id", i.GUID.ID}, {"isPermaLink", i.GUID.IsPermaLink}, {"title", i.Title},
		{"link", i.Link}, {"description", i.Description}, {"content", i.Content},
		{"category", i.Category}, {"date", i.PubDate},
	}
}

// lineEnds turns every line end into the one that reading XML gives anyway.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func newItem(e Entry) item {
	b := e.Bulletin.Bulletin()
	title := fmt.Sprintf("%s: %s", b.ID, b.Title)
	content := e.ContentHTML
	if b.Status == bulletin.Withdrawn {
		title = "[Withdrawn] " + title
		content = "<p>" + bulletin.Withdrawal + "</p>" // whatever the caller made of it
	}
	description := b.Summary
	if description == "" {
		description = b.Title
	}
	return item{
		Title:       title,
		Link:        e.URL,
		Description: description,
		Content:     lineEnds.Replace(content),
		Category:    string(b.Severity),
		GUID:        guid{guidOf(b), "false"},
		PubDate:     date(b.Announced()),
	}
}

// document and channel put round the library's feed what it does not know: the
// link to the feed itself and the name space of that link.
type document struct {
	XMLName      xml.Name `xml:"rss"`
	Version      string   `xml:"version,attr"`
	ContentSpace string   `xml:"xmlns:content,attr"`
	AtomSpace    string   `xml:"xmlns:atom,attr"`
	Channel      channel
}

type channel struct {
	*feeds.RssFeed
	Self  selfLink
	Items []*feeds.RssItem `xml:"item"` // shadows the library's, to stand after Self
}

type selfLink struct {
	XMLName xml.Name `xml:"atom:link"`
	Href    string   `xml:"href,attr"`
	Rel     string   `xml:"rel,attr"`
	Type    string   `xml:"type,attr"`
}

// FeedXml makes a document a [feeds.XmlFeed].
func (d document) FeedXml() any { return d }

func encode(ch Channel, lastBuild string, items []item) ([]byte, error) {
	c := channel{
		RssFeed: &feeds.RssFeed{
			Title: ch.Title, Link: ch.Link, Description: ch.Description,
			Language: ch.Language, LastBuildDate: lastBuild,
		},
		Self: selfLink{Href: ch.Self, Rel: "self", Type: "application/rss+xml"},
	}
	for _, i := range items {
		c.Items = append(c.Items, i.rss())
	}
	text, err := feeds.ToXML(document{Version: "2.0", ContentSpace: contentSpace, AtomSpace: atomSpace, Channel: c})
	if err != nil {
		return nil, fmt.Errorf("encode the feed: %w", err)
	}
	return []byte(text + "\n"), nil
}

func (i item) rss() *feeds.RssItem {
	r := &feeds.RssItem{
		Title: i.Title, Link: i.Link, Description: i.Description, Category: i.Category, PubDate: i.PubDate,
		Guid: &feeds.RssGuid{Id: i.GUID.ID, IsPermaLink: i.GUID.IsPermaLink},
	}
	if i.Content != "" {
		r.Content = &feeds.RssContent{Content: i.Content}
	}
	return r
}

// verify reads a feed back and compares every field of every item with what was
// asked for, whatever the library made of it.
func verify(data []byte, want []item) error {
	got, err := parse(data)
	if err != nil {
		return fmt.Errorf("the feed does not read back: %w", err)
	}
	if len(got) != len(want) {
		return fmt.Errorf("the feed reads back with %d items where %d were asked for", len(got), len(want))
	}
	for i, w := range want {
		found := got[i].fields()
		for n, f := range w.fields() {
			if found[n] != f {
				return fmt.Errorf("bulletin %q: the %s does not read back as it was asked for", w.GUID.ID, f.name)
			}
		}
	}
	return nil
}

func parse(data []byte) ([]item, error) {
	var doc struct {
		XMLName xml.Name `xml:"rss"`
		Items   []item   `xml:"channel>item"`
	}
	if err := xml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	return doc.Items, nil
}

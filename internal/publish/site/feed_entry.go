package site

import (
	"fmt"
	"html/template"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
)

// feedEntry is what the content of an entry is made of.
type feedEntry struct {
	Withdrawn  bool
	Retraction *Retraction
	Change     *Event // nil where no material revision changed anything
	Action     string
	ActionText template.HTML
	Audience   string
	Steps      []template.HTML
	Ways       []Way
	Versions   []Command
	Several    bool
	Installed  []Installed
	Hosted     []Hosted
	Units      string
	Severity   string        // in words
	Attacks    template.HTML // what is known of exploitation, in full
	NextUpdate *Date
	Done       []Event
	Summary    string
	Body       template.HTML
	Page       string // full address
}

// FeedHTML is all that the entry of a bulletin says in a feed: what a material revision
// changed, what to do, whether it is exploited, who is affected, then the text; of a withdrawn bulletin, why it was
// withdrawn. It is for readers who see it away from its page, among other entries: its links
// are full addresses, and no two entries share an id. The error names the bulletin.
func (r *Renderer) FeedHTML(n Notice) (string, error) {
	x := n.Bulletin.Bulletin()
	page := r.Layout.Bulletin(string(x.ID))
	data := feedEntry{Withdrawn: x.Status == bulletin.Withdrawn, Page: r.Layout.URL(page)}
	if data.Withdrawn {
		data.Retraction = r.retractionElsewhere(n)
		return r.feedEntry(data)
	}
	body, err := r.bodyElsewhere(n, page)
	if err != nil {
		return "", fmt.Errorf("%s: %w", x.ID, err)
	}
	data.Body, data.Change, data.Summary = body, r.change(x), summary(x)
	data.Severity = r.words.plain("severity." + severityKey(x.Severity))
	data.Attacks, data.NextUpdate, data.Done = r.marksOf(x).Attacks, r.date(x.NextUpdate), r.events(x.Done)
	data.Action, data.ActionText = x.Action.Required.String(), inline(x.Action.Text)
	data.Audience, data.Steps, data.Units = x.Action.Audience, inlines(x.Action.Steps), r.Units
	data.Installed, data.Hosted = r.installed(x), r.hosted(x)
	data.Ways, data.Versions, data.Several = r.guidance(x, data.Installed)
	return r.feedEntry(data)
}

func (r *Renderer) feedEntry(data feedEntry) (string, error) {
	html, err := r.templates.fill(r.templates.pieces, "feed-entry", "site/feed-entry.html", data)
	return string(html), err
}

// change is what the last material revision changed.
func (r *Renderer) change(x bulletin.Bulletin) *Event {
	revision, found := x.Material()
	if !found {
		return nil
	}
	return &Event{r.date(revision.At), revision.Summary}
}

// retractionElsewhere links to what holds instead by its full address.
func (r *Renderer) retractionElsewhere(n Notice) *Retraction {
	out := r.retraction(n)
	if out == nil || out.Superseded == nil {
		return out
	}
	id := string(n.Bulletin.Bulletin().Retraction.SupersededBy)
	if page := r.Layout.Bulletin(id); out.Superseded.Href == r.Layout.Href(page) {
		out.Superseded.Href = r.Layout.URL(page)
	}
	return out
}

// bodyElsewhere renders the text of a bulletin for readers who see it away from its page. Ids
// begin with that of the bulletin; links to them lead to the page, since many readers of feeds
// take ids away.
func (r *Renderer) bodyElsewhere(n Notice, page address.Page) (template.HTML, error) {
	x := n.Bulletin.Bulletin()
	text := n.Text
	if text == nil {
		text = markdown.Parse(x.Body)
	}
	prefix := address.Anchor(string(x.ID)) + "-"
	html, err := text.HTML(markdown.Options{
		Prefix: prefix,
		Words:  r.said,
		Rewrite: func(to string) string {
			if id, own := strings.CutPrefix(to, "#"+prefix); own {
				to = "#" + id
			}
			full := r.Layout.Resolve(page, to)
			if strings.HasPrefix(full, "http://") {
				return to // a preview on this machine: markdown lets no link through that is not encrypted
			}
			return full
		},
	})
	return template.HTML(html), err // safe by markdown's own promise
}

package site

import (
	"crypto/sha256"
	"html/template"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// Card is what lists, feeds and the sitemap need of a bulletin when its page was made. It is
// plain data, so that the next build can start from it.
type Card struct {
	ID        bulletin.ID
	Title     string
	Published time.Time
	// Announced is when readers were told last: at the release, or of a material revision.
	Announced time.Time
	// Modified is when the page changed last.
	Modified  time.Time
	Severity  bulletin.Severity
	Exploited string // the answer's word; empty where nobody asked yet
	Action    verdict.Truth
	Products  []string // IDs, each once
	Withdrawn bool
	Cites     []string      // the sentences of the policy by which it was published: disclose/fix
	Entry     template.HTML // its row in lists
	Mark      [32]byte      // a digest of the row
}

// Entry is what the row of a bulletin in lists is made of.
type Entry struct {
	ID, Anchor, Href string
	Title, Summary   string // the summary is empty where it only repeats the title
	Published        *Date
	Changed          *Date    // nil where nothing was changed since, and of a withdrawn one
	Products         []string // titles
	Severity         string   // empty where not stated
	Action           string   // yes, no or unknown
	Exploited        string   // the answer's word; empty where nobody asked yet
	Marks            Marks
	Withdrawn        bool
	Superseded       *Link // of a withdrawn one: what holds instead; may be nil
}

// Card keeps what lists need of a bulletin.
func (r *Renderer) Card(n Notice) (Card, error) {
	x := n.Bulletin.Bulletin()
	row, err := r.templates.piece("entry", r.entry(n))
	card := Card{
		ID: x.ID, Title: x.Title, Published: x.Published, Announced: x.Announced(), Modified: x.Modified(),
		Severity: x.Severity, Exploited: x.Exploited.Word, Action: x.Action.Required, Withdrawn: x.Status == bulletin.Withdrawn,
		Cites: cited(r.because(n)), Entry: row, Mark: sha256.Sum256([]byte(row)),
		Products: x.Products(),
	}
	return card, err
}

func (r *Renderer) entry(n Notice) Entry {
	x := n.Bulletin.Bulletin()
	e := Entry{
		ID:        string(x.ID),
		Anchor:    address.Anchor(string(x.ID)),
		Href:      r.Layout.Href(r.Layout.Bulletin(string(x.ID))),
		Title:     x.Title,
		Summary:   summary(x),
		Published: r.date(x.Published),
		Severity:  string(x.Severity),
		Action:    x.Action.Required.String(),
		Exploited: x.Exploited.Word,
		Marks:     r.marksOf(x),
		Withdrawn: x.Status == bulletin.Withdrawn,
	}
	if e.Withdrawn {
		e.Summary = "" // the row says in the language of the page what became of it
	} else {
		e.Changed, e.Products = r.later(x.Published, x.Modified()), r.titles(x.Products())
	}
	if retraction := r.retraction(n); retraction != nil {
		e.Superseded = retraction.Superseded
	}
	return e
}

// later is the day of the last change; nil where that is the day of publication.
func (r *Renderer) later(published, modified time.Time) *Date {
	const day = 24 * time.Hour
	if modified.Truncate(day).Equal(published.Truncate(day)) { // days of UTC, whatever the zone
		return nil
	}
	return r.date(modified)
}

// titles are the titles of products.
func (r *Renderer) titles(ids []string) []string {
	titles := make([]string, len(ids))
	for i, id := range ids {
		titles[i] = r.product(id).Title
	}
	return titles
}

// summary is empty where it only repeats the title.
func summary(x bulletin.Bulletin) string {
	if x.Summary == x.Title {
		return ""
	}
	return x.Summary
}

func newestFirst(a, b *Card) int {
	if order := b.Published.Compare(a.Published); order != 0 {
		return order
	}
	return bulletin.Compare(b.ID, a.ID)
}

package site

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
)

// latest is how many bulletins the first page shows.
const latest = 5

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
	Action    verdict.Truth
	Products  []string // IDs, each once
	Withdrawn bool
	Cites     []string      // the sentences of the policy by which it was published: disclose/fix
	Entry     template.HTML // its row in lists
}

// Entry is what the row of a bulletin in lists is made of.
type Entry struct {
	ID, Anchor, Href string
	Title, Summary   string // the summary is empty where it only repeats the title
	Published        *Date
	Severity         string // empty where not stated
	Action           string // yes, no or unknown
	Withdrawn        bool
}

// PolicyEntry is a policy in a list.
type PolicyEntry struct {
	Href, Title string
	Reviewed    *Date // nil where not checked
}

// Year is the bulletins of one year.
type Year struct {
	Year      int
	Bulletins []template.HTML
}

type homePage struct {
	Frame
	Latest   []template.HTML
	More     bool
	Policies []PolicyEntry
}

type bulletinsPage struct {
	Frame
	Years []Year
}

type policiesPage struct {
	Frame
	Body     template.HTML // what stands above the list; may be empty
	Policies []PolicyEntry
}

type notFoundPage struct {
	Frame
	Latest []template.HTML
}

// Card keeps what lists need of a bulletin.
func (r *Renderer) Card(n Notice) (Card, error) {
	x := n.Bulletin.Bulletin()
	row, err := r.templates.piece("entry", r.entry(x))
	card := Card{
		ID: x.ID, Title: x.Title, Published: x.Published, Announced: x.Announced(), Modified: modified(x),
		Severity: x.Severity, Action: x.Action.Required, Withdrawn: x.Status == bulletin.Withdrawn, Entry: row,
	}
	for _, a := range x.Affected {
		if !slices.Contains(card.Products, a.Product) {
			card.Products = append(card.Products, a.Product)
		}
	}
	return card, err
}

// modified is when the page of a bulletin changed last.
func modified(x bulletin.Bulletin) time.Time {
	at := x.Published
	for _, v := range x.Revisions {
		if v.At.After(at) {
			at = v.At
		}
	}
	if x.Retraction != nil && x.Retraction.At.After(at) {
		at = x.Retraction.At
	}
	return at
}

// list is the pages that show several bulletins.
type list struct {
	*Renderer
	cards []Card // newest first
}

func (r *Renderer) list(cards []Card) *list {
	return &list{r, slices.SortedFunc(slices.Values(cards), newestFirst)}
}

func newestFirst(a, b Card) int {
	return cmp.Or(b.Published.Compare(a.Published), strings.Compare(string(b.ID), string(a.ID)))
}

func (l *list) home() (publish.File, error) {
	return l.render(address.Home, "home.html", homePage{
		Frame:    l.frame(address.Home, "home", l.Organization, "Security bulletins and policies of "+l.Organization+"."),
		Latest:   l.newest(),
		More:     len(l.cards) > latest,
		Policies: l.policyEntries(),
	})
}

func (l *list) bulletinList() (publish.File, error) {
	page := l.Layout.Bulletins()
	return l.render(page, "bulletins.html", bulletinsPage{
		Frame: l.frame(page, "bulletins", "Security bulletins", "Every security bulletin of "+l.Organization+", newest first."),
		Years: l.years(),
	})
}

func (r *Renderer) policyList() (publish.File, error) {
	page := r.Layout.Policies()
	data, err := r.frontPage(page)
	if err != nil {
		return publish.File{}, err
	}
	return r.render(page, "policies.html", data)
}

func (l *list) notFound() (publish.File, error) {
	return l.render(address.NotFound, "404.html", notFoundPage{
		Frame:  l.frame(address.NotFound, "none", "There is no page here", ""),
		Latest: l.newest(),
	})
}

func (l *list) newest() []template.HTML {
	var rows []template.HTML
	for _, c := range l.cards[:min(latest, len(l.cards))] {
		rows = append(rows, c.Entry)
	}
	return rows
}

func (l *list) years() []Year {
	var years []Year
	for _, c := range l.cards {
		year := c.Published.UTC().Year()
		if len(years) == 0 || years[len(years)-1].Year != year {
			years = append(years, Year{Year: year})
		}
		last := &years[len(years)-1]
		last.Bulletins = append(last.Bulletins, c.Entry)
	}
	return years
}

func (r *Renderer) entry(x bulletin.Bulletin) Entry {
	return Entry{
		ID:        string(x.ID),
		Anchor:    address.Anchor(string(x.ID)),
		Href:      r.Layout.Href(r.Layout.Bulletin(string(x.ID))),
		Title:     x.Title,
		Summary:   summary(x),
		Published: newDate(x.Published),
		Severity:  string(x.Severity),
		Action:    x.Action.Required.String(),
		Withdrawn: x.Status == bulletin.Withdrawn,
	}
}

// summary is empty where it only repeats the title.
func summary(x bulletin.Bulletin) string {
	if x.Summary == x.Title {
		return ""
	}
	return x.Summary
}

func (r *Renderer) policyEntries() []PolicyEntry {
	var entries []PolicyEntry
	for _, p := range r.Policies {
		entries = append(entries, r.policyEntry(p))
	}
	return entries
}

func (r *Renderer) policyEntry(p policy.Policy) PolicyEntry {
	return PolicyEntry{r.Layout.Href(r.Layout.Policy(p.Slug)), p.Title, newDate(p.LastUpdated)}
}

package site

import (
	"html/template"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
)

// Entry is a bulletin in a list.
type Entry struct {
	ID, Anchor, Href string
	Title, Summary   string // the summary is empty where it only repeats the title
	Published        *Date
	Severity         string // empty where not stated
	Action           string // yes, no or unknown
	Withdrawn        bool
	year             int
}

// PolicyEntry is a policy in a list.
type PolicyEntry struct {
	Href, Title string
	Reviewed    *Date // nil where not checked
}

// Year is the bulletins of one year.
type Year struct {
	Year      int
	Bulletins []Entry
}

type homePage struct {
	Frame
	Latest   []Entry
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
	Latest []Entry
}

func (b *builder) home() (publish.File, error) {
	return b.render(address.Home, "home.html", homePage{
		Frame:    b.frame(address.Home, "home", b.Organization, "Security bulletins and policies of "+b.Organization+"."),
		Latest:   b.newest(),
		More:     len(b.entries) > latest,
		Policies: b.policyEntries(),
	})
}

func (b *builder) bulletinList() (publish.File, error) {
	page := b.Layout.Bulletins()
	return b.render(page, "bulletins.html", bulletinsPage{
		Frame: b.frame(page, "bulletins", "Security bulletins", "Every security bulletin of "+b.Organization+", newest first."),
		Years: b.years(),
	})
}

func (b *builder) policyList() (publish.File, error) {
	page := b.Layout.Policies()
	data, err := b.frontPage(page)
	if err != nil {
		return publish.File{}, err
	}
	return b.render(page, "policies.html", data)
}

func (b *builder) notFound() (publish.File, error) {
	return b.render(address.NotFound, "404.html", notFoundPage{
		Frame:  b.frame(address.NotFound, "none", "There is no page here", ""),
		Latest: b.newest(),
	})
}

func (b *builder) newest() []Entry { return b.entries[:min(latest, len(b.entries))] }

func (b *builder) years() []Year {
	var years []Year
	for _, e := range b.entries {
		if len(years) == 0 || years[len(years)-1].Year != e.year {
			years = append(years, Year{Year: e.year})
		}
		last := &years[len(years)-1]
		last.Bulletins = append(last.Bulletins, e)
	}
	return years
}

func (b *builder) entry(x bulletin.Bulletin) Entry {
	return Entry{
		ID:        string(x.ID),
		Anchor:    address.Anchor(string(x.ID)),
		Href:      b.Layout.Href(b.Layout.Bulletin(string(x.ID))),
		Title:     x.Title,
		Summary:   summary(x),
		Published: newDate(x.Published),
		Severity:  string(x.Severity),
		Action:    x.Action.Required.String(),
		Withdrawn: x.Status == bulletin.Withdrawn,
		year:      x.Published.UTC().Year(),
	}
}

// summary is empty where it only repeats the title.
func summary(x bulletin.Bulletin) string {
	if x.Summary == x.Title {
		return ""
	}
	return x.Summary
}

func (b *builder) policyEntries() []PolicyEntry {
	var entries []PolicyEntry
	for _, p := range b.Policies {
		entries = append(entries, b.policyEntry(p))
	}
	return entries
}

func (b *builder) policyEntry(p policy.Policy) PolicyEntry {
	return PolicyEntry{b.Layout.Href(b.Layout.Policy(p.Slug)), p.Title, newDate(p.LastUpdated)}
}

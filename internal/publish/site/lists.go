package site

import (
	"crypto/sha256"
	"encoding/binary"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
)

const (
	// latest is how many bulletins the first page shows.
	latest = 5
	// partSize is how many bulletins a part of a long list holds. Parts are split off at the
	// old end, once the front page keeps as many, so that they never change their bulletins.
	partSize = address.PartSize
)

type homePage struct {
	Frame
	Urgent   *Urgent
	Asking   int           // bulletins that ask users to do something
	Unstated int           // bulletins that do not say yet whether they do
	Latest   template.HTML // rows
	More     bool
	Policies []PolicyEntry
}

type notFoundPage struct {
	Frame
	Latest template.HTML // rows
}

type listPage struct {
	Frame
	Kind   string // all, year, product, severity or action
	Name   string // of the year, product or severity
	Count  int    // of the bulletins on all parts; 0 on a part
	Groups []Group
	Front  string // on a part: the link to the front page; else empty
	Part   int    // on a part: its number
	Older  string // the link to the next older part; empty where there is none
	Parts  []Part // on the front page: all parts, newest first
	Browse []Browse
}

// Urgent is the newest bulletin that asks users to do something.
type Urgent struct {
	Href, ID, Title, Severity string
	Published                 *Date
}

// Group is the bulletins of one time, newest first.
type Group struct {
	ID, Title string // "2026", or "2026-05" and "May 2026"
	Rows      template.HTML
}

// Part is a part of a long list.
type Part struct {
	Href        string
	Number      int
	First, Last *Date // of publication, of the oldest and the newest bulletin in it
}

// Browse is a way to look through all bulletins: by year, product or severity.
type Browse struct {
	Kind  string
	Lists []Count
}

// Count is a list with how many bulletins it has.
type Count struct {
	Href, Name string
	Count      int
}

// list is the pages that show several bulletins.
type list struct {
	*Renderer
	cards []*Card // newest first
}

func (r *Renderer) list(cards []Card) *list {
	sorted := make([]*Card, len(cards))
	for i := range cards {
		sorted[i] = &cards[i]
	}
	slices.SortFunc(sorted, newestFirst)
	return &list{r, sorted}
}

func (l *list) home() (publish.File, error) {
	page := homePage{
		Frame:    l.frame(address.Home, "home", l.Organization, l.words.plain("home.description", l.Organization)),
		Latest:   rows(l.newest()),
		More:     len(l.cards) > latest,
		Policies: l.policyEntries(),
	}
	for _, c := range l.cards {
		switch {
		case asksForAction(c):
			page.Asking++
		case c.Action == verdict.Unknown && !c.Withdrawn:
			page.Unstated++
		}
	}
	if at := slices.IndexFunc(l.cards, asksForAction); at >= 0 {
		c := l.cards[at]
		page.Urgent = &Urgent{l.Layout.Href(l.Layout.Bulletin(string(c.ID))), string(c.ID), c.Title, string(c.Severity), l.date(c.Published)}
	}
	return l.render(address.Home, "home.html", page)
}

func (l *list) notFound() (publish.File, error) {
	return l.render(address.NotFound, "404.html", notFoundPage{
		Frame:  l.frame(address.NotFound, "none", l.words.plain("404.title"), ""),
		Latest: rows(l.newest()),
	})
}

func (l *list) newest() []*Card { return l.cards[:min(latest, len(l.cards))] }

func asksForAction(c *Card) bool { return c.Action == verdict.Yes && !c.Withdrawn }

// pages lists every list of bulletins, each with its parts; it is false where the reader has
// enough.
func (l *list) pages(made func(publish.File, error) bool, yield func(Shared) bool) bool {
	kinds := l.kinds()
	var browse []Browse
	for _, k := range kinds {
		if counted := k.browse(l.Layout); len(counted.Lists) > 0 {
			browse = append(browse, counted)
		}
	}
	if !made(l.front(browse)) {
		return false
	}
	for _, k := range kinds {
		for _, one := range k.lists {
			if !l.long(one, yield) {
				return false
			}
		}
	}
	return true
}

// kind is the lists of one kind.
type kind struct {
	name  string
	lists []selection
}

// selection is the bulletins of one list.
type selection struct {
	kind, name string
	title      string
	page       address.Page
	feed       bool
	cards      []*Card // newest first
}

func (k kind) browse(layout address.Layout) Browse {
	out := Browse{Kind: k.name}
	for _, s := range k.lists {
		if len(s.cards) == 0 && k.name != "product" {
			continue
		}
		out.Lists = append(out.Lists, Count{layout.Href(s.page), s.name, len(s.cards)})
	}
	return out
}

// kinds sorts the bulletins into lists in one walk. But for years, which cannot lose a bulletin,
// a list exists before it has any: its address, and that of its feed, must not vanish with the
// last one when that is withdrawn or rated anew.
func (l *list) kinds() []kind {
	years, products, bySeverity := make(map[int][]*Card), make(map[string][]*Card), make(map[bulletin.Severity][]*Card)
	var asking []*Card
	for _, c := range l.cards {
		year := c.Published.UTC().Year()
		years[year] = append(years[year], c)
		if c.Withdrawn {
			continue // what it said of products, severity and action does not hold
		}
		for _, id := range c.Products {
			products[id] = append(products[id], c)
		}
		bySeverity[c.Severity] = append(bySeverity[c.Severity], c)
		if asksForAction(c) {
			asking = append(asking, c)
		}
	}
	return []kind{l.byAction(asking), l.byYear(years), l.byProduct(products), l.bySeverity(bySeverity)}
}

func (l *list) byAction(asking []*Card) kind {
	title := l.words.plain("list.action.title")
	return kind{"action", []selection{{"action", title, title, l.Layout.ActionRequired(), true, asking}}}
}

func (l *list) byYear(years map[int][]*Card) kind {
	k := kind{name: "year"}
	for _, c := range l.cards {
		year := c.Published.UTC().Year()
		if cards, left := years[year]; left {
			name := strconv.Itoa(year)
			k.lists = append(k.lists, selection{"year", name, l.words.plain("list.year.title", name), l.Layout.Year(year), false, cards})
			delete(years, year)
		}
	}
	return k
}

func (l *list) byProduct(products map[string][]*Card) kind {
	k := kind{name: "product"}
	for _, p := range l.Products {
		k.lists = append(k.lists, selection{"product", p.Title, l.words.plain("list.product.title", p.Title), l.Layout.Product(p.ID), true, products[p.ID]})
	}
	return k
}

func (l *list) bySeverity(cards map[bulletin.Severity][]*Card) kind {
	k := kind{name: "severity"}
	for _, s := range bulletin.Severities() {
		name := l.words.plain("severity." + severityKey(s))
		k.lists = append(k.lists, selection{"severity", name, l.words.plain("list.severity.title", name), l.Layout.Severity(string(s)), true, cards[s]})
	}
	return k
}

func severityKey(s bulletin.Severity) string {
	if s == "" {
		return "not-stated"
	}
	return string(s)
}

// front is the list of all bulletins: the newest, and the ways to the others.
func (l *list) front(browse []Browse) (publish.File, error) {
	page := l.Layout.Bulletins()
	shown := l.cards[:min(partSize, len(l.cards))]
	return l.render(page, "list.html", listPage{
		Frame:  l.frame(page, "bulletins", l.words.plain("list.all.title"), l.words.plain("list.all.description", l.Organization)),
		Kind:   "all",
		Count:  len(l.cards),
		Groups: l.groups(shown, false),
		Browse: browse,
	})
}

// long lists the front page of a list and its parts; it is false where the reader has enough.
func (l *list) long(s selection, yield func(Shared) bool) bool {
	parts := address.Parts(len(s.cards))
	front := Shared{s.page.File(), s.from(), func() ([]byte, error) { return l.newestPart(s) }}
	if !yield(front) {
		return false
	}
	for number := 1; number <= parts; number++ {
		cards := s.part(number)
		part := Shared{s.page.Part(number).File(), from(cards), func() ([]byte, error) { return l.part(s, number) }}
		if !yield(part) {
			return false
		}
	}
	return true
}

// from is a digest of what the front page of a list shows: its own bulletins, how many there are,
// and of each part the days of its first and last.
func (s selection) from() [32]byte {
	parts := address.Parts(len(s.cards))
	shown := slices.Clone(s.cards[:len(s.cards)-parts*partSize])
	for number := 1; number <= parts; number++ {
		part := s.part(number)
		shown = append(shown, part[0], part[len(part)-1])
	}
	marks := from(shown)
	return sha256.Sum256(binary.AppendVarint(marks[:], int64(len(s.cards))))
}

// from is a digest of the rows of some bulletins.
func from(cards []*Card) [32]byte {
	h := sha256.New()
	for _, c := range cards {
		h.Write(c.Mark[:])
	}
	return [32]byte(h.Sum(nil))
}

// newestPart makes the front page of a list.
func (l *list) newestPart(s selection) ([]byte, error) {
	parts := address.Parts(len(s.cards))
	page := l.listPage(s, s.cards[:len(s.cards)-parts*partSize])
	page.Count = len(s.cards)
	for number := parts; number > 0; number-- {
		part := s.part(number)
		page.Parts = append(page.Parts, Part{l.Layout.Href(s.page.Part(number)), number, l.date(part[len(part)-1].Published), l.date(part[0].Published)})
	}
	file, err := l.render(s.page, "list.html", page)
	return file.Data, err
}

// part is the bulletins of a part, newest first.
func (s selection) part(number int) []*Card {
	end := len(s.cards) - (number-1)*partSize
	return s.cards[end-partSize : end]
}

// part makes a part of a long list. It names nothing newer than itself, so that its bytes stay
// the same when the list grows.
func (l *list) part(s selection, number int) ([]byte, error) {
	page := l.listPage(s, s.part(number))
	place := s.page.Part(number)
	page.Canonical = l.Layout.URL(place)
	page.Title = l.words.plain("list.part.title", s.title, strconv.Itoa(number))
	page.Front, page.Part = l.Layout.Href(s.page), number
	if number > 1 {
		page.Older = l.Layout.Href(s.page.Part(number - 1))
	}
	file, err := l.render(place, "list.html", page)
	return file.Data, err
}

func (l *list) listPage(s selection, cards []*Card) listPage {
	page := listPage{
		Frame:  l.frame(s.page, "bulletins", s.title, l.words.plain("list.description", s.title, l.Organization)),
		Kind:   s.kind,
		Name:   s.name,
		Groups: l.groups(cards, s.kind == "year"),
	}
	if s.feed {
		page.Feed = &Link{s.title, l.Layout.Href(s.page.RSS())}
	}
	return page
}

// groups puts sorted bulletins under the headings of their years, or of their months.
func (l *list) groups(cards []*Card, months bool) []Group {
	var groups []Group
	for len(cards) > 0 {
		id := groupID(cards[0], months)
		size := slices.IndexFunc(cards, func(c *Card) bool { return groupID(c, months) != id })
		if size < 0 {
			size = len(cards)
		}
		g := Group{ID: id, Title: id, Rows: rows(cards[:size])}
		if months {
			at := cards[0].Published.UTC()
			g.Title = l.words.plain("date.month", l.words.plain("month."+strconv.Itoa(int(at.Month()))), strconv.Itoa(at.Year()))
		}
		groups, cards = append(groups, g), cards[size:]
	}
	return groups
}

func groupID(c *Card, months bool) string {
	at := c.Published.UTC()
	if months {
		return at.Format("2006-01")
	}
	return strconv.Itoa(at.Year())
}

// rows are the rows of bulletins, as they were made for all lists.
func rows(cards []*Card) template.HTML {
	size := 0
	for _, c := range cards {
		size += len(c.Entry)
	}
	var b strings.Builder
	b.Grow(size)
	for _, c := range cards {
		b.WriteString(string(c.Entry))
	}
	return template.HTML(b.String()) // each is safe by html/template
}

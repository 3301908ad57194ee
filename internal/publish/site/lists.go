package site

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Name   string // of the year or product, or the mark of the severity
	Count  int    // of the bulletins on all parts; 0 on a part
	Groups []Group
	Front  string // on a part: the link to the front page; else empty
	Part   int    // on a part: its number
	Older  string // the link to the next older part; empty where there is none
	Parts  []Part // on the front page: all parts, newest first
	Browse []Browse
	Shown  int     // on the list of all, where it does not show all: how many it shows
	Years  []Count // then the lists of the years of the others
}

// Urgent is the most urgent bulletin that asks users to do something.
type Urgent struct {
	Href, ID, Title    string
	Severity           string // empty where not stated
	Exploited          string // the answer's word; empty where nobody asked yet
	Published, Changed *Date  // nothing was changed since where Changed is nil
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
	told  []*Card // those that readers were told of last, as many as the first page shows
}

func (r *Renderer) list(cards []*Card) *list {
	sorted := slices.Clone(cards)
	slices.SortFunc(sorted, newestFirst)
	return &list{r, sorted, toldLately(sorted)}
}

// toldLately picks the bulletins that readers were told of last: an old one that changed has its
// place among the new ones.
func toldLately(cards []*Card) []*Card {
	var told []*Card
	for _, c := range cards {
		at, _ := slices.BinarySearchFunc(told, c, toldLast)
		if at < latest {
			told = slices.Insert(told[:min(len(told), latest-1)], at, c)
		}
	}
	return told
}

// todo is what the first page says of all bulletins together.
type todo struct {
	asking, unstated int   // as in homePage
	urgent           *Card // nil where none asks
}

func (l *list) todo() todo {
	var t todo
	for _, c := range l.cards {
		switch {
		case asksForAction(c):
			if t.asking++; t.urgent == nil || mostUrgent(c, t.urgent) < 0 {
				t.urgent = c
			}
		case c.Action == verdict.Unknown && !c.Withdrawn:
			t.unstated++
		}
	}
	return t
}

// mostUrgent is the order in which users should act: first on what is exploited, then on what may
// be, then on what they were told last.
func mostUrgent(a, b *Card) int {
	return cmp.Or(b.attacked()-a.attacked(), toldLast(a, b))
}

// attacked is how sure it is that the vulnerability is exploited; 0: nobody says so.
func (c *Card) attacked() int {
	return 1 + slices.Index([]string{"suspected", "confirmed"}, c.Exploited)
}

func (l *list) seenAtHome(t todo) sight {
	seen := sight(nil).rows(l.told).number(min(len(l.cards), latest+1), t.asking, t.unstated)
	if c := t.urgent; c != nil {
		seen = seen.text(string(c.ID), c.Title, string(c.Severity), c.Exploited).time(c.Published).time(c.Modified)
	}
	return seen
}

func (l *list) home(t todo) (publish.File, error) {
	page := homePage{
		Frame:    l.frame(address.Home, "home", l.Organization, l.words.plain("home.description", l.Organization)),
		Asking:   t.asking,
		Unstated: t.unstated,
		Latest:   rows(l.told),
		More:     len(l.cards) > latest,
		Policies: l.policyEntries(),
	}
	if c := t.urgent; c != nil {
		page.Urgent = &Urgent{
			l.Layout.Href(l.Layout.Bulletin(string(c.ID))), string(c.ID), c.Title,
			string(c.Severity), c.Exploited, l.date(c.Published), l.later(c.Published, c.Modified),
		}
	}
	return l.render(address.Home, "home.html", page)
}

func (l *list) notFound() (publish.File, error) {
	return l.render(address.NotFound, "404.html", notFoundPage{
		Frame:  l.frame(address.NotFound, "none", l.words.plain("404.title"), ""),
		Latest: rows(l.told),
	})
}

func asksForAction(c *Card) bool { return c.Action == verdict.Yes && !c.Withdrawn }

// lists lists every list of bulletins, each with its parts.
func (l *list) lists(kinds []kind, yield func(Shared) bool) bool {
	var browse []Browse
	for _, k := range kinds {
		if counted := k.browse(l.Layout); len(counted.Lists) > 0 {
			browse = append(browse, counted)
		}
	}
	front := func() (publish.File, error) { return l.front(browse) }
	if !yield(shared(l.Layout.Bulletins(), l.seenInFront(browse), front)) {
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
	action, product, severity := l.byAction(), l.byProduct(), l.bySeverity()
	products, severities := make(map[string]*selection), make(map[bulletin.Severity]*selection)
	for i, p := range l.Products {
		products[p.ID] = &product.lists[i]
	}
	for i, s := range bulletin.Severities() {
		severities[s] = &severity.lists[i]
	}
	for _, c := range l.cards {
		if c.Withdrawn {
			continue // what it said of products, severity and action does not hold
		}
		for _, id := range c.Products {
			products[id].take(c)
		}
		severities[c.Severity].take(c)
		if asksForAction(c) {
			action.lists[0].take(c)
		}
	}
	return []kind{action, l.byYear(), product, severity}
}

// take puts a bulletin into a list, where there is one.
func (s *selection) take(c *Card) {
	if s != nil {
		s.cards = append(s.cards, c)
	}
}

// byAction, byProduct and bySeverity are lists without bulletins.
func (l *list) byAction() kind {
	title := l.words.plain("list.action.title")
	return kind{"action", []selection{{kind: "action", name: title, title: title, page: l.Layout.ActionRequired(), feed: true}}}
}

func (l *list) byProduct() kind {
	k := kind{name: "product"}
	for _, p := range l.Products {
		title := l.words.plain("list.product.title", p.Title)
		k.lists = append(k.lists, selection{kind: "product", name: p.Title, title: title, page: l.Layout.Product(p.ID), feed: true})
	}
	return k
}

func (l *list) bySeverity() kind {
	k := kind{name: "severity"}
	for _, s := range bulletin.Severities() {
		title := l.words.plain("list.severity.title", l.words.plain("severity."+severityKey(s)))
		name := l.words.plain("mark.severity." + severityKey(s))
		k.lists = append(k.lists, selection{kind: "severity", name: name, title: title, page: l.Layout.Severity(string(s)), feed: true})
	}
	return k
}

// byYear are the lists of years with their bulletins, which stand together.
func (l *list) byYear() kind {
	k := kind{name: "year"}
	for left := l.cards; len(left) > 0; {
		year := left[0].Published.UTC().Year()
		size, _ := slices.BinarySearchFunc(left, year, func(c *Card, year int) int {
			if c.Published.UTC().Year() >= year {
				return -1
			}
			return 1
		})
		name := strconv.Itoa(year)
		title := l.words.plain("list.year.title", name)
		k.lists = append(k.lists, selection{kind: "year", name: name, title: title, page: l.Layout.Year(year), cards: left[:size]})
		left = left[size:]
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
	data := listPage{
		Frame:  l.frame(page, "bulletins", l.words.plain("list.all.title"), l.words.plain("list.all.description", l.Organization)),
		Kind:   "all",
		Count:  len(l.cards),
		Groups: l.groups(l.newestOnes(), false),
		Browse: browse,
	}
	if shown := len(l.newestOnes()); shown < data.Count {
		data.Shown, data.Years = shown, yearsBeyond(shown, browse)
	}
	return l.render(page, "list.html", data)
}

// yearsBeyond are the lists of years that hold more than the newest bulletins, which are so many.
func yearsBeyond(newest int, browse []Browse) []Count {
	for _, b := range browse {
		if b.Kind != "year" {
			continue
		}
		for i, year := range b.Lists {
			if newest -= year.Count; newest < 0 {
				return b.Lists[i:]
			}
		}
	}
	return nil
}

// newestOnes are the bulletins on the list of all.
func (l *list) newestOnes() []*Card { return l.cards[:min(partSize, len(l.cards))] }

func (l *list) seenInFront(browse []Browse) sight {
	seen := make(sight, 0, perRow*partSize).rows(l.newestOnes()).number(len(l.cards))
	for _, b := range browse {
		seen = seen.text(b.Kind).number(len(b.Lists))
		for _, c := range b.Lists {
			seen = seen.text(c.Href, c.Name).number(c.Count)
		}
	}
	return seen
}

// long lists the front page of a list and its parts.
func (l *list) long(s selection, yield func(Shared) bool) bool {
	if !yield(sharedIn(s.page, s.seen(), func(room *Room) (publish.File, error) { return l.newestPart(room, s) })) {
		return false
	}
	for number := 1; number <= address.Parts(len(s.cards)); number++ {
		seen := make(sight, 0, perRow*partSize).rows(s.part(number))
		if !yield(sharedIn(s.page.Part(number), seen, func(room *Room) (publish.File, error) { return l.part(room, s, number) })) {
			return false
		}
	}
	return true
}

// seen is what the front page of a list shows: its own bulletins, how many there are, and of each
// part the days of its first and last.
func (s selection) seen() sight {
	parts := address.Parts(len(s.cards))
	seen := make(sight, 0, perRow*2*partSize).rows(s.cards[:len(s.cards)-parts*partSize])
	for number := 1; number <= parts; number++ {
		part := s.part(number)
		seen = seen.time(part[0].Published).time(part[len(part)-1].Published)
	}
	return seen.number(len(s.cards))
}

// newestPart makes the front page of a list.
func (l *list) newestPart(room *Room, s selection) (publish.File, error) {
	parts := address.Parts(len(s.cards))
	page := l.listPage(s, s.cards[:len(s.cards)-parts*partSize])
	page.Count = len(s.cards)
	for number := parts; number > 0; number-- {
		part := s.part(number)
		page.Parts = append(page.Parts, Part{l.Layout.Href(s.page.Part(number)), number, l.date(part[len(part)-1].Published), l.date(part[0].Published)})
	}
	return l.renderIn(room, s.page, "list.html", page)
}

// part is the bulletins of a part, newest first.
func (s selection) part(number int) []*Card {
	end := len(s.cards) - (number-1)*partSize
	return s.cards[end-partSize : end]
}

// part makes a part of a long list. It names nothing newer than itself, so that its bytes stay
// the same when the list grows.
func (l *list) part(room *Room, s selection, number int) (publish.File, error) {
	page := l.listPage(s, s.part(number))
	place := s.page.Part(number)
	page.Canonical = l.Layout.URL(place)
	page.Title = l.words.plain("list.part.title", s.title, strconv.Itoa(number))
	page.PageTitle = l.words.plain("title", page.Title, l.Organization)
	page.Description = l.words.plain("list.description", page.Title, l.Organization)
	page.Front, page.Part = l.Layout.Href(s.page), number
	if number > 1 {
		page.Older = l.Layout.Href(s.page.Part(number - 1))
	}
	return l.renderIn(room, place, "list.html", page)
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
		first := cards[0].Published.UTC()
		size := slices.IndexFunc(cards, func(c *Card) bool {
			at := c.Published.UTC()
			return at.Year() != first.Year() || months && at.Month() != first.Month()
		})
		if size < 0 {
			size = len(cards)
		}
		groups, cards = append(groups, l.group(first, cards[:size], months)), cards[size:]
	}
	return groups
}

// group is the bulletins of the year of a time, or of its month.
func (l *list) group(at time.Time, cards []*Card, month bool) Group {
	year := strconv.Itoa(at.Year())
	if !month {
		return Group{year, year, rows(cards)}
	}
	return Group{at.Format("2006-01"), l.words.plain("date.month", l.words.months[at.Month()], year), rows(cards)}
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

package site

import (
	"slices"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
)

// Subscription is a feed that readers can have: of everything, or of some bulletins.
type Subscription struct {
	Title       string
	Description string       // what it is a feed of, and what a feed is: the first thing seen of it in a browser
	Kind        string       // all, action, severity or product
	Name        string       // of the severity or product; else empty
	Page        address.Page // the list that it is the feed of: the feed stands at Page.RSS()
	Cards       []*Card      // told last first
}

// FeedWords are the words that feeds add to the authors' own.
type FeedWords struct {
	Updated, Withdrawn, Retracted string
	Action, Exploited             map[string]string // sentences by answer
}

// FeedWords are those in the language of the site.
func (r *Renderer) FeedWords() FeedWords {
	w := r.words
	words := FeedWords{
		Updated: w.plain("feed.updated"), Withdrawn: w.plain("mark.withdrawn"), Retracted: w.plain("feed.retracted"),
		Action: make(map[string]string), Exploited: make(map[string]string),
	}
	for _, answer := range []string{"yes", "no", "unknown"} {
		words.Action[answer] = w.plain("action."+answer) + "."
	}
	exploited := w.plain("facts.exploited") + w.plain("feed.entry.colon") + " "
	words.Exploited[""] = exploited + w.plain("not-stated") + "."
	for _, answer := range []string{"confirmed", "suspected", "no_evidence", "confirmed_none", "unknown"} {
		words.Exploited[answer] = exploited + w.plain("exploited."+answer) + "."
	}
	return words
}

// Subscriptions are all feeds, that of all bulletins first. They are the same whatever was
// published, for an address that somebody subscribed to must not vanish with the last
// bulletin that it was about. A withdrawn bulletin stands in every one of them: nobody can
// tell any more which it stood in, and whoever acted on it must learn of it.
func (r *Renderer) Subscriptions(cards []*Card) []Subscription {
	told := slices.Clone(cards)
	slices.SortFunc(told, toldLast)
	all := r.subscriptions()
	all[0].Cards = told
	some := all[1:]
	action, severities, products := &some[0], make(map[bulletin.Severity]*Subscription), make(map[string]*Subscription)
	for i, s := range bulletin.Severities() {
		severities[s] = &some[1+i]
	}
	for i, p := range r.Products {
		products[p.ID] = &some[1+len(severities)+i]
	}
	for _, c := range told {
		if c.Withdrawn {
			for i := range some {
				some[i].take(c)
			}
			continue
		}
		if c.Action == verdict.Yes {
			action.take(c)
		}
		severities[c.Severity].take(c)
		for _, id := range c.Products {
			products[id].take(c)
		}
	}
	return all
}

// take puts a bulletin into a feed, where there is one.
func (s *Subscription) take(c *Card) {
	if s != nil {
		s.Cards = append(s.Cards, c)
	}
}

// subscriptions are all feeds before they have a bulletin: of everything, of what asks for action,
// of each severity, of each product.
func (r *Renderer) subscriptions() []Subscription {
	l, w := r.Layout, r.words
	all := []Subscription{
		r.subscription("all", "", "", l.Bulletins()),
		r.subscription("action", "", w.plain("list.action.title"), l.ActionRequired()),
	}
	for _, s := range bulletin.Severities() {
		name := w.plain("severity." + severityKey(s))
		all = append(all, r.subscription("severity", name, w.plain("list.severity.title", name), l.Severity(string(s))))
	}
	for _, p := range r.Products {
		all = append(all, r.subscription("product", p.Title, w.plain("list.product.title", p.Title), l.Product(p.ID)))
	}
	return all
}

// toldLast is the order of feeds: by when readers were told last.
func toldLast(a, b *Card) int {
	if order := b.Announced.Compare(a.Announced); order != 0 {
		return order
	}
	return bulletin.Compare(b.ID, a.ID)
}

func (r *Renderer) subscription(kind, name, title string, page address.Page) Subscription {
	s := Subscription{Kind: kind, Name: name, Page: page, Title: r.words.plain("feed.title", r.Organization)}
	if title != "" {
		s.Title = r.words.plain("feed.title.of", r.Organization, title)
	}
	s.Description = r.words.plain("feed.description")
	return s
}

// feedsPage explains the feeds.
type feedsPage struct {
	Frame
	All, Action []FeedAddress
	Groups      []FeedGroup
	Example     string // ID of a bulletin
}

// FeedAddress is where a feed is.
type FeedAddress struct{ Name, Address string }

// FeedGroup is the feeds of one kind.
type FeedGroup struct {
	Kind  string
	Feeds []FeedAddress
}

// example is the ID that explains the others: that of the oldest bulletin, so that the page stays
// as it is.
func (l *list) example() string {
	if len(l.cards) == 0 {
		return "TS-2026-004"
	}
	return string(l.cards[len(l.cards)-1].ID)
}

// feeds makes the page that explains the feeds.
func (l *list) feeds() (publish.File, error) {
	page, w := l.Layout.Feeds(), l.words
	data := feedsPage{
		Frame: l.frame(page, "feeds", w.plain("feeds.title"), w.plain("feeds.description", l.Organization)),
		All: []FeedAddress{
			{"RSS", l.Layout.URL(l.Layout.Feed())},
			{"Atom", l.Layout.URL(l.Layout.Atom())},
			{"JSON Feed", l.Layout.URL(l.Layout.JSONFeed())},
		},
		Action:  []FeedAddress{{w.plain("list.action.title"), l.Layout.URL(l.Layout.ActionRequired().RSS())}},
		Example: l.example(),
	}
	severity, product := FeedGroup{Kind: "severity"}, FeedGroup{Kind: "product"}
	for _, s := range bulletin.Severities() {
		name := w.plain("mark.severity." + severityKey(s))
		severity.Feeds = append(severity.Feeds, FeedAddress{name, l.Layout.URL(l.Layout.Severity(string(s)).RSS())})
	}
	for _, p := range l.Products {
		product.Feeds = append(product.Feeds, FeedAddress{p.Title, l.Layout.URL(l.Layout.Product(p.ID).RSS())})
	}
	data.Groups = []FeedGroup{severity}
	if len(product.Feeds) > 0 {
		data.Groups = append(data.Groups, product)
	}
	return l.render(page, "feeds.html", data)
}

package build

import (
	"crypto/sha256"
	"io"
	"slices"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/publish/feed"
	"tocsin/internal/publish/site"
	"tocsin/internal/tape"
	"tocsin/internal/verdict"
)

// Feeds is what feeds say besides their bulletins.
type Feeds struct {
	Organization string
	Namespace    string // an IRI that stays when the site moves
	Language     string
	Layout       address.Layout
}

// channel is what a feed says besides its items.
func (p *pass) channel(s site.Subscription, self address.Page) feed.Channel {
	f, words := p.Feeds, p.Pages.FeedWords()
	return feed.Channel{
		Title: s.Title, Description: s.Description, Link: f.Layout.URL(s.Page), Self: f.Layout.URL(self),
		Language: f.Language, Author: f.Organization, ID: f.Namespace, Style: f.Layout.Href(f.Layout.Asset("feed.css")),
		Words: feed.Words(words),
	}
}

// feeds are those of everything and of each list that readers can subscribe to.
func (p *pass) feeds(cards []*site.Card) (all []oneFeed, err error) {
	for _, s := range p.Pages.Subscriptions(cards) {
		items, err := p.items(s.Cards)
		if err != nil {
			return nil, err
		}
		for _, f := range formats(p.Feeds.Layout, s.Page) {
			all = append(all, oneFeed{p.channel(s, f.at), f, items})
		}
	}
	return all, nil
}

// oneFeed is a feed that is to be written.
type oneFeed struct {
	feed.Channel
	format
	items []*item
}

// feed writes a feed, unless the tree holds it as it would be: writing one, and reading it back,
// takes as long as the pages of all its bulletins.
func (p *pass) feed(f oneFeed) error {
	write := func(*site.Room) ([]byte, error) {
		items := make([]feed.Item, len(f.items))
		for i, item := range f.items {
			items[i] = item.Item
		}
		return f.write(f.Channel, items)
	}
	return p.sharedFile(f.at.File(), f.sum(), write)
}

// sum is a digest of everything that a feed says, but for what all feeds have in common.
func (f oneFeed) sum() [32]byte {
	h := sha256.New()
	_, _ = io.WriteString(h, f.Title) // a hash takes everything
	for _, item := range f.items {
		h.Write(item.sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// item is an entry of feeds with a digest of all that it says.
type item struct {
	feed.Item
	sum [32]byte
}

func newItem(i feed.Item) *item {
	t := tape.Write()
	itemTape(t, &i)
	return &item{i, sha256.Sum256(t.Bytes())}
}

// format is one way to write a feed, and where it stands.
type format struct {
	at    address.Page
	write func(feed.Channel, []feed.Item) ([]byte, error)
}

// formats are those of the feed of a list: RSS, and of everything the other two as well.
func formats(layout address.Layout, list address.Page) []format {
	all := []format{{list.RSS(), feed.Channel.RSS}}
	if list == layout.Bulletins() {
		all = append(all, format{layout.Atom(), feed.Channel.Atom}, format{layout.JSONFeed(), feed.Channel.JSON})
	}
	return all
}

// items are those of the bulletins that stand in a feed, of cards whose readers were told last
// first. Nearly all were made with their pages.
func (p *pass) items(cards []*site.Card) ([]*item, error) {
	announced := make([]time.Time, len(cards))
	for i, c := range cards {
		announced[i] = c.Announced
	}
	items := make([]*item, 0, feed.Window(announced))
	for _, c := range cards[:cap(items)] {
		item, err := p.itemOf(c.ID)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (p *pass) itemOf(id bulletin.ID) (*item, error) {
	at, _ := slices.BinarySearchFunc(p.public, id, func(s *step, id bulletin.ID) int { return bulletin.Compare(id, s.name.ID) })
	s := p.public[at]
	if s.shown.item != nil {
		return s.shown.item, nil
	}
	if late := p.late[s]; late != nil {
		return late, nil
	}
	n, err := p.notice(s, nil, nil)
	if err != nil {
		return nil, err
	}
	late, err := p.item(n)
	if p.late == nil {
		p.late = make(map[*step]*item)
	}
	p.late[s] = late
	return late, err
}

// keepItems puts what was late where the next walk finds it. Nobody else may be at work.
func (p *pass) keepItems() {
	for s, late := range p.late {
		with := *s.shown
		with.item = late
		s.record, s.old = &record{until: s.until, public: true, look: s.look, shown: &with}, false
	}
}

// enough is how many bulletins of a feed are taken for its newest before all are known, and
// halfAYear how much older than the newest they may be: more than [feed.Window] asks for, since
// IDs are only nearly in the order of dates.
const (
	enough    = 120
	halfAYear = 183 * 24 * time.Hour
)

// candidates guesses, while bulletins go by from new to old, which of them will stand in a feed.
// A wrong guess costs time: what is missing in the end is read again.
type candidates struct {
	newest time.Time
	// How many were seen: of all, and by what those of a feed have in common.
	all        int
	actions    map[verdict.Truth]int
	severities map[bulletin.Severity]int
	products   map[string]int
}

func newCandidates() *candidates {
	return &candidates{actions: make(map[verdict.Truth]int), severities: make(map[bulletin.Severity]int), products: make(map[string]int)}
}

// admit reports whether a bulletin may stand in a feed.
func (c *candidates) admit(s *step) bool {
	if s.bulletin == nil {
		k := &s.shown.card
		return c.weigh(k.Withdrawn, k.Announced, k.Severity, k.Action, k.Products)
	}
	b := s.bulletin.Bulletin()
	return c.weigh(s.name.Withdrawn, b.Announced(), b.Severity, b.Action.Required, b.Products())
}

func (c *candidates) weigh(withdrawn bool, announced time.Time, severity bulletin.Severity, action verdict.Truth, products []string) bool {
	if announced.After(c.newest) {
		c.newest = announced
	}
	// What was withdrawn stands in every feed.
	admitted := withdrawn || !announced.Before(c.newest.Add(-halfAYear))
	c.all++
	admitted = admitted || c.all <= enough
	admitted = isEarly(c.severities, severity) || admitted
	admitted = isEarly(c.actions, action) || admitted
	for _, id := range products {
		admitted = isEarly(c.products, id) || admitted
	}
	return admitted
}

// isEarly counts one more of a kind, and reports whether few were seen before.
func isEarly[K comparable](seen map[K]int, kind K) bool {
	n := seen[kind] + 1
	seen[kind] = n
	return n <= enough
}

package check

import (
	"cmp"
	"slices"
	"sync"
	"time"
	"unique"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// places are the pages that a link can lead to. The lists among them are put together only when
// a link leads to what is no other page.
type places struct {
	fixed map[address.Page]target
	lists func() map[address.Page]target
}

// pages are the places of a site of which every bulletin was seen.
func (c *Checker) pages() places {
	if c.places == nil {
		c.places = &places{c.targets(), sync.OnceValue(c.lists)}
	}
	return *c.places
}

func (p places) find(page address.Page) (target, bool) {
	if t, found := p.fixed[page]; found {
		return t, true
	}
	t, found := p.lists()[page]
	return t, found
}

// entry is what decides in which lists a bulletin stands.
type entry struct {
	published time.Time
	severity  bulletin.Severity
	action    bool
	products  []unique.Handle[string]
}

// entryOf is where a bulletin stands.
func entryOf(b bulletin.Bulletin) entry {
	e := entry{published: b.Published.UTC(), severity: b.Severity, action: b.Action.Required == verdict.Yes}
	for _, a := range b.Affected {
		if product := unique.Make(a.Product); !slices.Contains(e.products, product) {
			e.products = append(e.products, product)
		}
	}
	return e
}

// topics are the lists in which a bulletin stands beside that of its year. A withdrawn one stands
// in none: what it said of products and severity does not hold.
func (k *card) topics(layout address.Layout) []address.Page {
	if k.status != bulletin.Public {
		return nil
	}
	pages := []address.Page{layout.Severity(string(k.severity))}
	if k.action {
		pages = append(pages, layout.ActionRequired())
	}
	for _, id := range k.products {
		pages = append(pages, layout.Product(id.Value()))
	}
	return pages
}

// lists are the pages that show several bulletins, with their parts and their feeds: those that
// package publish/site makes. Those of products, severities and action are there also while they
// are empty.
func (c *Checker) lists() map[address.Page]target {
	layout := c.Config.Layout
	all := c.listed()
	years, topics := make(map[address.Page][]*card), make(map[address.Page][]*card)
	for _, p := range c.Config.Products {
		topics[layout.Product(p.ID)] = nil
	}
	for _, s := range bulletin.Severities() {
		topics[layout.Severity(string(s))] = nil
	}
	topics[layout.ActionRequired()] = nil
	for _, k := range all {
		year := layout.Year(k.published.Year())
		years[year] = append(years[year], k)
		for _, page := range k.topics(layout) {
			topics[page] = append(topics[page], k)
		}
	}
	found := map[address.Page]target{layout.Bulletins(): {rows: all[:min(address.PartSize, len(all))]}}
	for page, rows := range years {
		addList(found, page, rows)
	}
	for page, rows := range topics {
		addList(found, page, rows)
		found[page.RSS()] = target{}
	}
	return found
}

// addList adds the front page of a list, and its parts, which are cut from the old end.
func addList(found map[address.Page]target, page address.Page, rows []*card) {
	for number := range address.Parts(len(rows)) {
		rest := len(rows) - address.PartSize
		found[page.Part(number+1)] = target{rows: rows[rest:]}
		rows = rows[:rest]
	}
	found[page] = target{rows: rows}
}

// listed are the bulletins that have a page, newest first.
func (c *Checker) listed() []*card {
	var all []*card
	for i := range c.cards {
		if k := &c.cards[i]; k.public() {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b *card) int {
		return cmp.Or(b.published.Compare(a.published), bulletin.Compare(b.id, a.id))
	})
	return all
}

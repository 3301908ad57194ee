package check

import (
	"cmp"
	"slices"
	"strings"
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
	fixed     map[address.Page]target
	bulletins address.Page // under which each has its page
	byID      *index
	lists     func() map[address.Page]target
}

// pages are the places of a site of which every bulletin was seen.
func (c *Checker) pages() *places {
	if c.places == nil {
		c.places = &places{c.fixed(), c.Config.Layout.Bulletins(), c.byID(), sync.OnceValue(c.lists)}
	}
	return c.places
}

func (p *places) find(page address.Page) (target, bool) {
	if t, found := p.single(page); found {
		return t, true
	}
	t, found := p.lists()[page]
	return t, found
}

// single finds a page that is no list: also one that will be once what is written is released,
// where no bulletin that readers may see has it.
func (p *places) single(page address.Page) (found target, is bool) {
	if t, is := p.fixed[page]; is {
		return t, true
	}
	rest, ours := strings.CutPrefix(string(page), string(p.bulletins))
	id, folder := strings.CutSuffix(rest, "/")
	if !ours || !folder {
		return target{}, false
	}
	for k := range p.byID.alike(id) {
		if k.anchored(id) && (!is || found.hidden) {
			found, is = target{page: string(k.id), hidden: k.hidden(), unread: k.unread, anchors: k.anchors}, true
		}
	}
	return found, is
}

// entry is what decides in which lists a bulletin stands.
type entry struct {
	published time.Time
	severity  bulletin.Severity
	action    bool
	products  []unique.Handle[string]
}

// entryOf is where a bulletin stands.
func entryOf(b *bulletin.Bulletin) entry {
	e := entry{published: b.Published.UTC(), severity: b.Severity, action: b.Action.Required == verdict.Yes}
	for i := range b.Affected {
		if product := unique.Make(b.Affected[i].Product); !slices.Contains(e.products, product) {
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
	all := sync.OnceValue(c.listed)
	years, topics := c.tally()
	found := map[address.Page]target{layout.Bulletins(): {rows: func() []*card {
		return all()[:min(address.PartSize, len(all()))]
	}}}
	for page, count := range years {
		addList(found, page, count, all, func(k *card) bool { return layout.Year(k.published.Year()) == page })
	}
	for page, count := range topics {
		addList(found, page, count, all, func(k *card) bool { return slices.Contains(k.topics(layout), page) })
		found[page.RSS()] = target{}
	}
	return found
}

// tally counts the rows of the lists of the years, and of all others.
func (c *Checker) tally() (years, topics map[address.Page]int) {
	layout := c.Config.Layout
	inYear, severe := make(map[int]int), make(map[bulletin.Severity]int)
	action, about := 0, make(map[unique.Handle[string]]int)
	for _, k := range c.cards {
		if k.public() {
			inYear[k.published.Year()]++
		}
		if k.status != bulletin.Public {
			continue
		}
		severe[k.severity]++
		if k.action {
			action++
		}
		for _, product := range k.products {
			about[product]++
		}
	}
	years, topics = make(map[address.Page]int), map[address.Page]int{layout.ActionRequired(): action}
	for year, count := range inYear {
		years[layout.Year(year)] = count
	}
	for _, p := range c.Config.Products {
		topics[layout.Product(p.ID)] = 0
	}
	for _, s := range bulletin.Severities() {
		topics[layout.Severity(string(s))] = 0
	}
	for product, count := range about {
		topics[layout.Product(product.Value())] = count
	}
	for severity, count := range severe {
		topics[layout.Severity(string(severity))] += count
	}
	return years, topics
}

// addList adds the front page of a list, and its parts, which are cut from the old end of those
// of all bulletins that it holds.
func addList(found map[address.Page]target, page address.Page, count int, all func() []*card, holds func(*card) bool) {
	rows := sync.OnceValue(func() []*card {
		return slices.DeleteFunc(slices.Clone(all()), func(k *card) bool { return !holds(k) })
	})
	for number := range address.Parts(count) {
		rest := count - address.PartSize
		found[page.Part(number+1)] = target{rows: func() []*card { return rows()[rest : rest+address.PartSize] }}
		count = rest
	}
	found[page] = target{rows: func() []*card { return rows()[:count] }}
}

// listed are the bulletins that have a page, newest first.
func (c *Checker) listed() []*card {
	var all []*card
	for _, k := range c.cards {
		if k.public() {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b *card) int {
		return cmp.Or(b.published.Compare(a.published), bulletin.Compare(b.id, a.id))
	})
	return all
}

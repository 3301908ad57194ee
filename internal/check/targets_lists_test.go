package check

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
	"unique"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/content"
)

// Lists that are only counted have the pages and the rows of those that are put together.
func TestLists(t *testing.T) {
	layout, err := address.New("https://security.example.com", "/b/", "/p/")
	if err != nil {
		t.Fatal(err)
	}
	c := &Checker{Settings: Settings{Config: content.Config{Layout: layout, Products: bulletin.Products{{ID: "client"}, {ID: "relay"}}}}}
	severities := append(bulletin.Severities(), "not-stated") // the last is no severity, and has the page of the one not stated
	for i := range 2000 {
		k := &card{id: bulletin.ID(fmt.Sprintf("TS-2026-%04d", i)), status: bulletin.Public}
		k.published = time.Date(2020+i%2, 1, 1+i%7, 0, 0, 0, 0, time.UTC)
		k.severity, k.action = severities[i%5*i%len(severities)], i%3 > 0
		for _, id := range []string{"client", "other"}[:i%3%2+i%2%2] {
			k.products = append(k.products, unique.Make(id))
		}
		if i%11 == 0 {
			k.status = []bulletin.Status{bulletin.Withdrawn, bulletin.Draft, bulletin.Private, ""}[i%4]
		}
		c.cards = append(c.cards, k)
	}
	got, want := c.lists(), wholeLists(c)
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Fatalf("lists\n%v\nwant\n%v", g, w)
	}
	for page, rows := range want {
		var shown []*card
		if got[page].rows != nil {
			shown = got[page].rows()
		}
		if !slices.Equal(shown, rows) {
			t.Errorf("%s shows %d rows, want %d, or others", page, len(shown), len(rows))
		}
	}
	if len(want) < 40 {
		t.Errorf("only %d lists: none has parts", len(want))
	}
}

// wholeLists puts the lists together row by row.
func wholeLists(c *Checker) map[address.Page][]*card {
	layout := c.Config.Layout
	all := c.listed()
	years, topics := make(map[address.Page][]*card), map[address.Page][]*card{layout.ActionRequired(): nil, layout.Product("client"): nil, layout.Product("relay"): nil}
	for _, s := range bulletin.Severities() {
		topics[layout.Severity(string(s))] = nil
	}
	for _, k := range all {
		year := layout.Year(k.published.Year())
		years[year] = append(years[year], k)
		for _, page := range k.topics(layout) {
			topics[page] = append(topics[page], k)
		}
	}
	found := map[address.Page][]*card{layout.Bulletins(): all[:min(address.PartSize, len(all))]}
	for _, lists := range []map[address.Page][]*card{years, topics} {
		for page, rows := range lists {
			for number := range address.Parts(len(rows)) {
				rest := len(rows) - address.PartSize
				found[page.Part(number+1)] = rows[rest:]
				rows = rows[:rest]
			}
			found[page] = rows
		}
	}
	for page := range topics {
		found[page.RSS()] = nil
	}
	return found
}

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// corpus is bulletins that are the same whenever and wherever they are made: each
// depends on the seed, on how many there are and on its own number alone.
type corpus struct {
	seed uint64
	size int
}

// firstDay is when the oldest bulletin is published; the others follow evenly over
// years of 365 days.
var firstDay = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

const years = 16

// bulletin is one of them, before it is written as either program reads it.
type bulletin struct {
	number    int
	id        string
	title     string
	summary   string
	published time.Time
	severity  string
	aliases   []string
	related   string // the id of an earlier one, or empty
	affected  []affected
	action    string // none, or what to do
	credit    string
	revised   bool
	material  bool
	body      string
}

// affected is a row of the table of the same name.
type affected struct {
	product           string
	platforms         []string
	introduced, fixed string    // empty for a product that we run ourselves
	available         time.Time // or deployed
}

// bulletin makes the one of this number, 0 being the oldest. Another edition differs in
// the mark alone and is as long: what somebody edited.
func (c corpus) bulletin(number, edition int) bulletin {
	dice := writer{rand.New(rand.NewPCG(c.seed, uint64(number)))}
	b := bulletin{number: number, published: c.day(number), severity: dice.pick(severities)}
	b.id = c.id(number)
	b.title = capital(dice.sentence())
	b.summary = capital(dice.sentence()) + "."
	b.affected = dice.affected(b.published)
	b.aliases = []string{fmt.Sprintf("CVE-%d-%d", b.published.Year(), 10_000+number)}
	if dice.in(3) {
		b.aliases = append(b.aliases, fmt.Sprintf("EXAMPLE-%d-%05d", b.published.Year(), number))
	}
	if number > 0 && dice.in(4) {
		b.related = c.id(dice.IntN(number))
	}
	b.action = b.advice()
	if b.products()[0] == hosted && dice.in(2) {
		b.action = "none"
	}
	if dice.in(3) {
		b.credit = dice.pick(reporters)
	}
	b.revised, b.material = dice.in(4), dice.in(2)
	b.body = dice.body(b, mark(number, edition))
	return b
}

func (c corpus) day(number int) time.Time {
	return firstDay.AddDate(0, 0, number*years*365/c.size)
}

func (c corpus) id(number int) string {
	return fmt.Sprintf("TS-%d-%05d", c.day(number).Year(), number+1)
}

// mark stands in the text of one edition of one bulletin, and nowhere else: it shows
// whether a page is the page of that edition.
func mark(number, edition int) string {
	return fmt.Sprintf("R-%05d-%04d", number+1, edition)
}

// advice is what to do about it.
func (b bulletin) advice() string {
	var parts []string
	for _, row := range b.affected {
		if row.fixed != "" {
			parts = append(parts, fmt.Sprintf("update the %s to %s or later", row.product, row.fixed))
		}
	}
	if len(parts) == 0 {
		return "Sign in again on every device, and look through the log of the last week."
	}
	parts = slices.Compact(parts)
	return capital(strings.Join(parts, ", and ")) + "."
}

// products are what the bulletins are about; the site's settings name the same.
var products = []struct {
	id        string
	platforms []string // none: we run it ourselves
}{
	{"client", []string{"windows", "macos", "linux", "ios", "android"}},
	{"relay", []string{"linux"}},
	{"agent", []string{"windows", "linux"}},
	{hosted, nil},
}

// hosted is the product that nobody updates; it is the last.
const hosted = "control"

// affected makes the rows of one or two products; a product of two platforms or more may
// have two rows, each with its own versions.
func (w writer) affected(published time.Time) []affected {
	var rows []affected
	chosen := w.Perm(len(products))[:1+w.IntN(2)]
	slices.Sort(chosen)
	for _, at := range chosen {
		p := products[at]
		available := published.AddDate(0, 0, -w.IntN(7))
		if p.platforms == nil {
			rows = append(rows, affected{product: p.id, available: available})
			continue
		}
		split := len(p.platforms)
		if split > 1 && w.in(2) {
			split = 1 + w.IntN(split-1)
		}
		for _, platforms := range [][]string{p.platforms[:split], p.platforms[split:]} {
			if len(platforms) > 0 {
				minor := 10 + 2*w.IntN(40)
				rows = append(rows, affected{p.id, platforms, fmt.Sprintf("1.%d.0", minor), fmt.Sprintf("1.%d.%d", minor+2*w.IntN(6), 1+w.IntN(8)), available})
			}
		}
	}
	return rows
}

package gallery

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// A choice has exactly as many rows as it may, the gaps between them differ by one at
// most, and it is the same every time.
func TestSpread(t *testing.T) {
	for _, n := range []int{1, 99, 100, 101, 199, 1000, 12_345} {
		plan := ledger.Stored{Plan: notify.Plan{Counts: notify.Counts{notify.Mailed: n, notify.Unreachable: 3}}}
		s := chosen.spread(plan, 100)
		var at []int
		for i := range n {
			if s.next(notify.Mailed) {
				at = append(at, i)
			}
			if i < 3 && !s.next(notify.Unreachable) {
				t.Errorf("%d: one of three is left out", n)
			}
		}
		if len(at) != min(n, 100) {
			t.Errorf("%d: %d are chosen", n, len(at))
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; n > 100 && (gap < n/100 || gap > n/100+1) {
				t.Errorf("%d: after %d comes %d", n, at[i-1], at[i])
			}
		}
	}
}

// each takes traits through a sifting, numbered from 1.
func sifted(o Options, all ...traits) choice {
	counts := make(notify.Counts)
	for i, t := range all {
		all[i].Row = i + 1
		counts[t.Standing]++
	}
	plan := ledger.Stored{Plan: notify.Plan{Counts: counts}}
	s := sifting{shown: o.spread(plan, sampled), fixed: make([]extreme, len(measures))}
	for _, t := range all {
		s.take(t)
	}
	return s.result()
}

func row(standing notify.Standing, nodes int, name string, clauses ...string) traits {
	return traits{Delivery: ledger.Delivery{Entry: notify.Entry{Standing: standing, Nodes: nodes, Name: name, Tailnet: tailnet.ID(name), Clauses: clauses}}}
}

// letterIn is a mailed row whose letter was opened.
func letterIn(language string, octets int) traits {
	t := row(notify.Mailed, 1, "name")
	t.language, t.octets = language, octets
	return t
}

// Each extreme has those rows that go furthest, furthest first.
func TestExtremes(t *testing.T) {
	told := row(notify.Mailed, 1, "name")
	told.Missing = []string{"version"}
	traced := row(notify.Mailed, 1, "name")
	traced.Trace = []string{"a", "b"}
	right := row(notify.Mailed, 1, "name")
	right.rightToLeft = true
	for _, c := range []struct {
		why  string
		rows []traits
		want []int // rows, from 1
	}{
		{"most nodes", []traits{row(notify.Mailed, 2, "a"), row(notify.Mailed, 9, "a"), row(notify.Unreachable, 99, "a"), row(notify.Mailed, 3, "a"), row(notify.Mailed, 9, "a")}, []int{2, 5, 4}},
		{"no node", []traits{row(notify.Mailed, 1, "a"), row(notify.Mailed, 0, "a"), row(notify.NotRequired, 0, "a")}, []int{2}},
		{"longest name", []traits{row(notify.Mailed, 1, "ab"), row(notify.Mailed, 1, "日本語"), row(notify.Mailed, 1, "abcd"), row(notify.Mailed, 1, "a")}, []int{3, 2, 1}},
		{"longest letter", []traits{letterIn("en", 5), told, letterIn("en", 7)}, []int{3, 1}},
		{"shortest letter", []traits{letterIn("en", 5), told, letterIn("en", 7)}, []int{1, 3}},
		{"right to left", []traits{told, right}, []int{2}},
		{"contact hardest to find", []traits{told, traced, row(notify.Unreachable, 1, "a")}, []int{2}},
		{"told, and not certain", []traits{traced, told}, []int{2}},
		{"unreachable", []traits{row(notify.Unreachable, 1, "a"), told, row(notify.Unreachable, 5, "a")}, []int{3, 1}},
		{"undetermined", []traits{told, row(notify.Undetermined, 1, "a")}, []int{2}},
		{"in another language: de", []traits{letterIn("en", 5), letterIn("de", 5), letterIn("en", 5), letterIn("fr", 5)}, []int{2}},
		{"in another language: fr", []traits{letterIn("en", 5), letterIn("de", 5), letterIn("en", 5), letterIn("fr", 5)}, []int{4}},
		{"in another language: en", []traits{letterIn("en", 5), letterIn("de", 5), letterIn("en", 5)}, nil},
		{"by a, b", []traits{row(notify.Mailed, 1, "a", "a"), row(notify.NotRequired, 1, "a", "a", "b")}, []int{2}},
		{"by a", []traits{row(notify.Mailed, 1, "a", "a"), row(notify.Unreachable, 1, "a", "a")}, nil},
	} {
		var got []int
		for _, e := range sifted(chosen, c.rows...).extremes {
			if e.why == c.why {
				for _, r := range e.rows {
					got = append(got, r.row)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

// A plan of any size is shown by a bounded number of rows, and the extremes are among
// them wherever they stand.
func TestChoiceIsBounded(t *testing.T) {
	var rows []traits
	for i := range 50_000 {
		r := row(notify.Standings[i%4], i, fmt.Sprint(i), fmt.Sprint("clause", i))
		r.language, r.octets = fmt.Sprint("x-", i), i+1
		rows = append(rows, r)
	}
	rows[17] = row(notify.Mailed, 1_000_000, strings.Repeat("long", 99))
	c := sifted(chosen, rows...)
	if most := 4*sampled + few*(len(measures)+2*kinds); c.rows > most || c.rows < 4*sampled || c.letters < sampled || c.letters > c.rows {
		t.Errorf("%d rows with %d letters are shown, and at most %d may be", c.rows, c.letters, most)
	}
	if !slices.Equal(c.why[18], []string{"most nodes", "longest name"}) {
		t.Errorf("the extreme one is shown for %q", c.why[18])
	}
	if whole := sifted(all, rows...); whole.rows != len(rows) || len(whole.why) > most(whole) {
		t.Errorf("%d of all are shown", whole.rows)
	}
}

func most(c choice) int { return few * len(c.extremes) }

// What only the letter shows is read from its bytes: a page set from the right, or one
// word of such a script in any letter, a node's name say.
func TestOpenTraits(t *testing.T) {
	for _, c := range []struct {
		name, language string
		right          bool
	}{
		{"Example Bakery", "en", false},
		{"Example Bakery", "he", true}, // the page says dir="rtl"
		{"מאפייה", "en", true},
		{"مخبز", "de", true},
		{"日本 Ü", "", false},
	} {
		var got traits
		if err := got.open(mailed(t, "a.example.com", c.name, c.language, 1).Message); err != nil {
			t.Fatal(err)
		}
		if got.language != c.language || got.rightToLeft != c.right || got.octets < len(c.name) {
			t.Errorf("%s in %q: %+v", c.name, c.language, got)
		}
	}
}

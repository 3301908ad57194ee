package notify

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"unsafe"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// F29: a node of a tailnet that nobody knows is somebody's, so nobody is told anything; a
// second reading names it alone.
func TestNodeOfNobody(t *testing.T) {
	s, strange := one(t, severe(), certain), odd
	strange.Tailnet = "acme2"
	if err := s.Node(strange); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Tally(Hold); !errors.Is(err, errUnknownTailnet) {
		t.Errorf("a tally: %v", err)
	}
	if _, err := rowsOf(s, Hold); !errors.Is(err, errUnknownTailnet) {
		t.Errorf("rows: %v", err)
	}
	d, err := s.Disputed()
	if err != nil || d == nil {
		t.Fatalf("%v, %v", d, err)
	}
	if err := d.Node(certain); err != nil {
		t.Error(err)
	}
	if err := d.Node(strange); !errors.Is(err, errUnknownTailnet) {
		t.Errorf("%v", err)
	}
}

// F20: an index that leads to another tailnet leads to nobody.
func TestIndexOfAnotherTailnet(t *testing.T) {
	s := one(t, severe())
	s.settle()
	r := &s.tailnets
	var used []int
	for i, slot := range r.slots {
		if slot != 0 {
			used = append(used, i)
		}
	}
	a, b := &r.slots[used[0]], &r.slots[used[1]]
	const places = 1<<placeBits - 1
	*a, *b = *a&^places|*b&places, *b&^places|*a&places
	one := s.Intake()
	for _, n := range []tailnet.Node{certain, odd} {
		one.wait(&n)
	}
	r.findAll(one.waiting, one.texts)
	for _, w := range one.waiting {
		id := tailnet.ID(one.texts[w.begins:w.record])
		if s.Known(id) || w.number >= 0 {
			t.Errorf("%s is taken for another", id)
		}
	}
}

// Every node comes to what the matcher says of it, though few are asked about: here with
// more versions than are remembered, each written over the one before.
func TestManyVersions(t *testing.T) {
	s, matcher := one(t, severe()), affected.NewMatcher(severe(), products)
	want, sure, octets := make(map[affected.Miss]int), make(map[string]verdict.Truth), make([]byte, 16)
	for i := range 3 * 1 << memoBits {
		for turn, os := range []string{"windows", "windows", "wondows", "macos", ""} {
			product := []string{"client", "other"}[turn%2]
			n := tailnet.Node{Tailnet: "acme", ID: fmt.Sprint(product, os, i), OS: os, Product: product, Version: unsafe.String(&octets[0], copy(octets, fmt.Sprintf("1.%d.%d", 40+i%40, i/40)))}
			hit, miss := matcher.Node(n)
			want[miss]++
			sure[n.ID] = hit.Affected
			if err := s.Node(n); err != nil {
				t.Fatal(err)
			}
		}
	}
	tally, err := s.Tally(Hold)
	if err != nil || tally.Hits != want[affected.NotMissed] {
		t.Errorf("%d hits, want %d; %v", tally.Hits, want[affected.NotMissed], err)
	}
	rows, err := rowsOf(s, Hold)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, h := range rows[0].Match.Hits {
		if h.Affected != sure[h.Node.ID] {
			t.Fatalf("%s %s: %s, want %s", h.Node.OS, h.Node.Version, h.Affected, sure[h.Node.ID])
		}
	}
	for miss := affected.OtherProduct; miss <= affected.Cleared; miss++ {
		if s.Missed(miss) != want[miss] {
			t.Errorf("%v: %d, want %d", miss, s.Missed(miss), want[miss])
		}
	}
}

// TestMemoTellsApart: what was found out about a node is not believed of one with another product,
// platform or version, though all of them share a place; and nothing of a node is kept, whose
// texts are lent.
func TestMemoTellsApart(t *testing.T) {
	s, matcher := one(t, severe()), affected.NewMatcher(severe(), products)
	lent, want := make([]byte, 64), make(map[string]verdict.Truth)
	for i, n := range []tailnet.Node{
		{Product: "client", OS: "windows"}, {Product: "client", OS: "wondows"}, {Product: "other", OS: "wondows"},
		{Product: "client", OS: "windows"}, {Product: "other", OS: "windows"}, {Product: "client", OS: "wondows"}, {Product: "client"},
	} {
		n.Tailnet, n.ID, n.Version = "acme", fmt.Sprint(i), "1.60.0"
		if hit, miss := matcher.Node(n); miss == affected.NotMissed {
			want[n.ID] = hit.Affected
		}
		n.OS = unsafe.String(&lent[0], copy(lent, n.OS))
		if err := s.Node(n); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := rowsOf(s, Hold)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	got := make(map[string]verdict.Truth)
	for _, h := range rows[0].Match.Hits {
		got[h.Node.ID] = h.Affected
	}
	if !maps.Equal(got, want) || got["0"] == got["1"] {
		t.Errorf("%v, want %v", got, want)
	}
}

// F30: of two nodes that run the same, what `where:` asks for may tell one from the other.
func TestCellsAreAsked(t *testing.T) {
	b := severe()
	b.Affected[0].Where = []bulletin.Column{{Name: "exit_node", Values: []string{"yes"}}}
	s := one(t, b)
	for i, cell := range []string{"yes", "no", "yes", ""} {
		n := certain
		n.ID, n.Cells = fmt.Sprint(i), tailnet.NewCells([]string{"exit_node"}, []string{cell})
		if err := s.Node(n); err != nil {
			t.Fatal(err)
		}
	}
	if tally, err := s.Tally(Hold); err != nil || tally.Hits != 3 || s.Missed(affected.OtherCells) != 1 {
		t.Errorf("%d hits and %d others, %v", tally.Hits, s.Missed(affected.OtherCells), err)
	}
}

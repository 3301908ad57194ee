package isolation

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"tocsin/internal/tailnet"
)

// TestIdentifiersForgetNothing: whatever the tables hold is known as somebody's and as
// its owner's, however many there are and whatever they look like.
func TestIdentifiersForgetNothing(t *testing.T) {
	texts := []string{"db", "db-1", "Example Farm, Orchard & Sons", "(x", "مخبز المثال", "a\x00b", "  spaces  around ", "😀", strings.Repeat("w ", 300), "owner@example.com"}
	const many = 3 * firstLayer // in several layers
	i := New(0)
	for n := range many {
		i.Add(tailnet.ID(fmt.Sprint("t", n%1000)), fmt.Sprint("node-", n))
	}
	for _, text := range texts {
		i.Add("t1", text)
	}
	i.settle()
	if len(i.layers) < 2 {
		t.Fatalf("%d layers: too few to look at", len(i.layers))
	}
	for n := range many {
		if s := i.scanner(tailnet.ID(fmt.Sprint("t", n%1000))); !s.owns(fmt.Sprint("node-", n)) {
			t.Fatalf("node %d is forgotten", n)
		}
	}
	own, other := i.scanner("t1"), i.scanner("t2")
	for _, text := range texts {
		if !own.owns(text) {
			t.Errorf("%.30q is forgotten", text)
		}
		if other.owns(text) {
			t.Errorf("%.30q is another's too", text)
		}
	}
	if !own.owns("") || !own.owns(" \t") {
		t.Error("what names nobody is somebody's")
	}
}

// TestIdentifiersAreSeldomWrong: what stands in no table is called somebody's so seldom
// that it costs nothing, and at no more memory than is stated.
func TestIdentifiersAreSeldomWrong(t *testing.T) {
	const many = 1 << 18
	i := New(0)
	for n := range many {
		i.Add(tailnet.ID(fmt.Sprint("t", n%1000)), fmt.Sprint("node-", n))
	}
	i.settle()
	anybodys, theirs := 0, 0
	s := i.scanner("t7")
	for n := range many {
		text := i.cut(nil, fmt.Sprint("other-", n))[0].hash
		if i.any(text) {
			anybodys++
		}
		if n%1000 != 7 && s.owns(fmt.Sprint("node-", n)) {
			theirs++
		}
	}
	if anybodys > many/1000 || theirs > many/1000 {
		t.Errorf("of %d texts %d are called somebody's and %d somebody else's own", many, anybodys, theirs)
	}
	octets := 0
	for _, l := range i.layers {
		octets += len(l.blocks) * blockBits / 8
	}
	if most := 12 * many; octets > most {
		t.Errorf("%d identifiers take %d octets, want at most %d", many, octets, most)
	}
	t.Logf("of %d texts %d are called somebody's and %d somebody else's own; %d octets", many, anybodys, theirs, octets)
}

// TestEveryTableIsTakenIn: each text of each table that a letter can show.
func TestEveryTableIsTakenIn(t *testing.T) {
	i := New(0)
	i.Tailnet(tailnet.Tailnet{ID: "t", DisplayName: "The Bakery", OwnerEmail: "owner@example.com", SecurityEmail: "security@example.com"})
	i.Node(tailnet.Node{Tailnet: "t", ID: "n1", Name: "oven"})
	i.User(tailnet.User{Tailnet: "t", ID: "u1", Login: "baker"})
	i.Supplement(tailnet.Supplement{Tailnet: "t", Email: "file@example.com"})
	i.Finding(tailnet.Finding{Tailnet: "gone", Node: "n2", User: "u2", Tell: "We saw\nit.", Done: "We shut\tit.", Email: "former@example.com"})
	i.settle()
	for owner, texts := range map[tailnet.ID][]string{
		"t":    {"t", "The Bakery", "owner@example.com", "security@example.com", "n1", "oven", "u1", "baker", "file@example.com"},
		"gone": {"gone", "n2", "u2", "We saw it.", "We shut it.", "former@example.com"},
	} {
		s := i.scanner(owner)
		for _, text := range texts {
			if !s.owns(text) {
				t.Errorf("%q is not known to be of %q", text, owner)
			}
		}
	}
	var nobody *Identifiers
	nobody.Tailnet(tailnet.Tailnet{ID: "t"})
	nobody.Node(tailnet.Node{ID: "n1"})
	nobody.User(tailnet.User{ID: "u1"})
	nobody.Supplement(tailnet.Supplement{Email: "a@example.com"})
	nobody.Finding(tailnet.Finding{Tailnet: "t"})
	nobody.Add("t", "x")
}

// TestNothingLentIsKept is F20: texts are of a table that is written over when a row was seen.
func TestNothingLentIsKept(t *testing.T) {
	i := New(0)
	notes := i.Notes()
	octets := []byte("t1 n1 n2 ")
	lent := func(from, to int) string { return unsafe.String(&octets[from], to-from) }
	i.Add(tailnet.ID(lent(0, 2)), lent(3, 5))
	notes.Node(&tailnet.Node{Tailnet: tailnet.ID(lent(0, 2)), ID: lent(6, 8), Name: lent(6, 9)})
	for at := range octets {
		octets[at] = 'x'
	}
	i.settle()
	own, other := i.scanner("t1"), i.scanner("xx")
	for _, text := range []string{"n1", "n2"} {
		if !own.owns(text) || other.owns(text) {
			t.Errorf("%q is %v its own, and %v another's", text, own.owns(text), other.owns(text))
		}
	}
	if other.owns("xx") {
		t.Error("what was written over is somebody's")
	}
}

// TestAtoms: a name is found between the punctuation of a sentence, and not as a part of
// a longer name.
func TestAtoms(t *testing.T) {
	for text, finds := range map[string]map[string]bool{
		"lists db-1, (db-2) and \"db-3\".": {"db-1": true, "db-2": true, "db-3": true, "db": false, "1": false, "lists": true},
		"of Example Farm, Orchard & Sons!": {"Example Farm, Orchard & Sons": true, "Farm": true, "Example Farm": true, "Orchard & Sons 2": false, "Orchard&Sons": false},
		"(a (b)) x)":                       {"a (b)": true, "x)": true, "(b": true, "a(b)": false},
		"a\u00A0b\n  c":                    {"a b c": true, "a b": true, "ab": false},
		"über مخبز 日本 e\u0301":             {"مخبز": true, "日本": true, "ber": false, "e\u0301": true, "e": false},
		"( x ) y":                          {"( x )": true, "(x)": false, "x ) y": true},
		"--":                               {"--": true, "-": true, "---": false},
		"owner@a.example.com":              {"a.example.com": false, "owner": false},
	} {
		for name, want := range finds {
			i := New(0)
			i.Add("other", name)
			i.settle()
			c := NewChecker(i)
			if got := c.suspects(i.scanner("own"), text); got != want {
				t.Errorf("%q in %q: %v, want %v", name, text, got, want)
			}
		}
	}
}

// TestSuspects: what is the tailnet's own, or what any letter may say, is nobody else's.
func TestSuspects(t *testing.T) {
	i := New(0)
	long := strings.Repeat("w ", 40) + "end"
	for _, name := range []string{"db", "Farm", "db 1", "server", "Example Networks", "w", "end", "w w w"} {
		i.Add("other", name)
	}
	for _, name := range []string{"db", "Example Farm, Orchard & Sons", long} {
		i.Add("own", name)
	}
	i.settle()
	c := aChecker(i, "The server of Example Networks", "Farming")
	for text, want := range map[string]bool{
		"db":                                 false, // both have one
		"of db (db)":                         false,
		"db 1":                               true,
		"Farm":                               true,
		"of Example Farm, Orchard & Sons.":   false,
		"Example Farm":                       true,
		"server":                             false, // a word of the letter
		"of Example Networks":                false,
		"the networks of Example Networks 1": false,
		"says " + long + " of it":            false,
		"says " + long + " of w":             true,
		"w":                                  true,
		"":                                   false,
	} {
		for range 2 { // the second time it may be remembered
			if got := c.suspects(i.scanner("own"), text); got != want {
				t.Errorf("%.60q: %v, want %v", text, got, want)
			}
		}
		if got := c.suspects(i.scanner("other"), text); got && !strings.Contains(text, "Example Farm, ") && !strings.Contains(text, long) {
			t.Errorf("%.60q is suspect in the other's own letter", text)
		}
	}
}

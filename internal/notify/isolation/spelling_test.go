package isolation

import (
	"errors"
	"testing"

	"tocsin/internal/tailnet"
)

// TestSpelling is how lists spell names, the bad ones and those that only look so.
func TestSpelling(t *testing.T) {
	for name, want := range map[string][2]string{ // as CSV, as JSON
		"db-1":           {"db-1", "db-1"},
		"=1":             {"'=1", "=1"},
		"'=1":            {"'=1", "'=1"},
		"&lt;b&gt;-1":    {"&lt;b&gt;'-1", "&lt;b&gt;-1"},
		"&lt;b&gt;'-1":   {"&lt;b&gt;'-1", "&lt;b&gt;'-1"},
		"a;=1;@b;c":      {"a;'=1;'@b;c", "a;=1;@b;c"},
		"-1;":            {"'-1;", "-1;"},
		";+1":            {";'+1", ";+1"},
		";":              {";", ";"},
		"a; \"=1":        {"a;' \"=1", "a; \"=1"},
		"a;\u00A0\uFF1D": {"a;'\u00A0\uFF1D", "a;\u00A0\uFF1D"},
		"a;\tb":          {"a;' b", "a;\tb"},
		"a;\nb":          {"a;'\\u{000A}b", "a;\nb"},
		"a;\vb":          {"a;\\u{000B}b", "a;\vb"},
		"a;b=1":          {"a;b=1", "a;b=1"},
		"a\xFF\xFEb":     {`a\xFF\xFEb`, "a\uFFFD\uFFFDb"},
	} {
		if got := [2]string{cell(name), exact(name)}; got != want {
			t.Errorf("%q is spelt %q, want %q", name, got, want)
		}
	}
}

// TestApostrophesCount: a CSV has those apostrophes that keep its names from being computed,
// and no other name.
func TestApostrophesCount(t *testing.T) {
	for name, cells := range map[string]map[string]bool{
		"db;=1": {"db;'=1": true, "db;=1": false, "'db;'=1": false, "db;''=1": false},
		"db;1":  {"db;1": true, "db;'1": false, "'db;1": false},
		"'db":   {"'db": true, "db": false},
		"=db":   {"'=db": true, "=db": false},
	} {
		of := New(0)
		of.Tailnet(tailnet.Tailnet{ID: "bakery"})
		of.Node(tailnet.Node{Tailnet: "bakery", ID: "n1", Name: name})
		l := Letter{Tailnet: "bakery", Name: "bakery", Nodes: []Node{{"n1", name}}}
		for cell, passes := range cells {
			csv := "node,node_id\r\n" + cell + ",n1\r\n"
			json := `{"tailnet":"bakery","nodes":[{"node":"` + name + `","node_id":"n1"}]}`
			want := error(errNodes)
			if passes {
				want = nil
			}
			if err := NewChecker(of).CheckLists(l, []byte(csv), []byte(json)); !errors.Is(err, want) {
				t.Errorf("%q as %q: %v, want %v", name, cell, err, want)
			}
		}
	}
}

// TestApostrophesHideNothing is F20: a name is in doubt that has an apostrophe within, which
// keeps a part of it from being computed.
func TestApostrophesHideNothing(t *testing.T) {
	of := New(0)
	of.Tailnet(tailnet.Tailnet{ID: "bakery"})
	for _, name := range []string{"scan;@ner", "The Clinic;-1", "nurse;'s desk", "=cmd"} {
		of.Node(tailnet.Node{Tailnet: "clinic", ID: "n2", Name: name})
		m := message{rows: [][]string{{"platform"}, {cell(name)}}}
		if _, found := NewChecker(of).scan("bakery", &m); !found {
			t.Errorf("%q is in no doubt as %q", name, cell(name))
		}
	}
}

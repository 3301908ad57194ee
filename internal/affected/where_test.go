package affected

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// asks is a row that asks for columns beyond product, platform and version.
func asks(columns ...bulletin.Column) bulletin.Affected {
	row := windows
	row.Where = columns
	return row
}

// F30: a cell that is not there tells nothing, and lets nobody off; one that is there
// must be equal.
func TestWhere(t *testing.T) {
	exit := bulletin.Column{Name: "exit_node", Values: []string{"yes", "1"}}
	region := bulletin.Column{Name: "region", Values: []string{"eu"}}
	both := []string{"exit_node", "region"}
	for _, c := range []struct {
		name     string
		rows     []bulletin.Affected
		version  string
		columns  []string
		values   []string
		want     verdict.Truth
		miss     Miss
		evidence string
	}{
		{"equal", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{"yes", ""}, yes, 0, `1.60.0 lies in 1.30.0 and later, before 1.66.1; its "exit_node" is "yes"`},
		{"equal to another of the values", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{"1", ""}, yes, 0, `its "exit_node" is "1"`},
		{"another value", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{"no", ""}, 0, OtherCells, ""},
		{"in capitals", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{"YES", ""}, yes, 0, `its "exit_node" is "yes"`},
		{"another region, in capitals", []bulletin.Affected{asks(region)}, "1.60.0", both, []string{"", "EU"}, 0, OtherCells, ""},
		{"neither yes nor no", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{" yes", ""}, unknown, 0, `what the inventory says of its "exit_node" is no answer`},
		{"unknown, in so many words", []bulletin.Affected{asks(region)}, "1.60.0", both, []string{"", "Unknown"}, unknown, 0, `of its "region" is no answer`},
		{"an empty cell", []bulletin.Affected{asks(exit)}, "1.60.0", both, []string{"", "eu"}, unknown, 0, `the inventory says nothing of its "exit_node"`},
		{"no such column", []bulletin.Affected{asks(exit)}, "1.60.0", []string{"region"}, []string{"eu"}, unknown, 0, `nothing of its "exit_node"`},
		{"no columns at all", []bulletin.Affected{asks(exit)}, "1.60.0", nil, nil, unknown, 0, `nothing of its "exit_node"`},
		{"a short row", []bulletin.Affected{asks(exit, region)}, "1.60.0", both, []string{"yes"}, unknown, 0, `nothing of its "region"`},
		{"both", []bulletin.Affected{asks(exit, region)}, "1.60.0", both, []string{"yes", "eu"}, yes, 0, `its "region" is "eu"`},
		{"one of both", []bulletin.Affected{asks(exit, region)}, "1.60.0", both, []string{"yes", "us"}, 0, OtherCells, ""},
		{"one is another, one is not there", []bulletin.Affected{asks(exit, region)}, "1.60.0", both, []string{"", "us"}, 0, OtherCells, ""},
		{"the other way about", []bulletin.Affected{asks(region, exit)}, "1.60.0", both, []string{"", "us"}, 0, OtherCells, ""},
		{"fixed already: the column changes nothing", []bulletin.Affected{asks(exit)}, "1.66.1", nil, nil, 0, FixedAlready, ""},
		{"version not readable", []bulletin.Affected{asks(exit)}, "?", both, []string{"yes", ""}, unknown, 0, "cannot be read"},
		{"version not readable, another value", []bulletin.Affected{asks(exit)}, "?", both, []string{"no", ""}, 0, OtherCells, ""},
		{"neither can be told", []bulletin.Affected{asks(exit)}, "?", nil, nil, unknown, 0, `cannot be read; the inventory says nothing`},
		{"another row is certain", []bulletin.Affected{asks(exit), windows}, "1.60.0", nil, nil, yes, 0, ""},
		{"another row asks for another value", []bulletin.Affected{asks(exit), asks(region)}, "1.60.0", both, []string{"no", "eu"}, yes, 0, `its "region" is "eu"`},
		{"another row misses", []bulletin.Affected{asks(exit), {Product: "client", Versions: from("", "1.31.0")}}, "1.60.0", nil, nil, unknown, 0, ""},
	} {
		m := matcher(c.rows...)
		for range 2 { // the second answer comes from memory
			n := node("client", "windows", c.version)
			n.Cells = tailnet.NewCells(c.columns, c.values)
			hit, miss := m.Node(n)
			if hit.Affected != c.want || miss != c.miss || !strings.Contains(hit.Evidence, c.evidence) {
				t.Errorf("%s: %+v, %v; want affected %s, miss %v", c.name, hit, miss, c.want, c.miss)
			}
			if _, kept := hit.Node.Cells.Value("exit_node"); kept {
				t.Errorf("%s: a hit keeps the node's cells", c.name)
			}
		}
	}
	if got, _ := matcher(bulletin.Affected{Product: "server", Everyone: true, Where: []bulletin.Column{region}}).Everyone(); got != unknown {
		t.Errorf("a hosted product, all of some: %s", got)
	}
	if got := matcher(asks(region, exit), windows, asks(exit)).Columns(); !slices.Equal(got, both) {
		t.Errorf("asks for %v", got)
	}
}

// What is certainly not so settles a row, whatever else cannot be told; what cannot be
// told is named in full.
func TestWhatCannotBeTold(t *testing.T) {
	for _, c := range []struct {
		node     tailnet.Node
		miss     Miss
		evidence string
	}{
		{node("client", "", "1.66.1"), FixedAlready, ""},
		{node("client", "", "1.29.0"), TooOld, ""},
		{node("client", "beos", "1.66.1"), FixedAlready, ""},
		{node("client", "macos", ""), OtherPlatform, ""},
		{node("client", "", ""), NotMissed, "the inventory names no platform; the inventory names no version"},
		{node("client", "beos", "?"), NotMissed, `its platform "beos" is none of the product's; its version "?" cannot be read`},
	} {
		if hit, miss := matcher(windows).Node(c.node); miss != c.miss || hit.Evidence != c.evidence || miss == NotMissed && hit.Affected != unknown {
			t.Errorf("%+v: %+v, %v", c.node, hit, miss)
		}
	}
}

// F30: programs that export write yes and no in many ways. One of them is never taken
// for another answer, by the matcher's memory neither.
func TestYesAndNo(t *testing.T) {
	column := func(values ...string) bulletin.Column { return bulletin.Column{Name: "shared_host", Values: values} }
	tier := column("1", "2")
	for _, c := range []struct {
		asks bulletin.Column
		cell string
		want verdict.Truth
		miss Miss
	}{
		{column("yes"), "yes", yes, 0},
		{column("yes"), "true", yes, 0},
		{column("yes"), "TRUE", yes, 0},
		{column("yes"), "1", yes, 0},
		{column("yes"), "False", 0, OtherCells},
		{column("yes"), "0", 0, OtherCells},
		{column("yes"), "on", unknown, 0},
		{column("yes"), "2", unknown, 0},
		{column("true"), "Yes", yes, 0},
		{column("no"), "0", yes, 0},
		{column("no"), "FALSE", yes, 0},
		{column("no"), "1", 0, OtherCells},
		{column("yes", "no"), "0", yes, 0},
		{column("yes", "perhaps"), "on", 0, OtherCells},
		{tier, "1", yes, 0},
		{tier, "2", yes, 0},
		{tier, "3", 0, OtherCells},
		{tier, "0", 0, OtherCells},
		{column("1"), "3", 0, OtherCells},
		{column("0", "1"), "2", 0, OtherCells},
		{column("unknown"), "unknown", yes, 0},
		{column("free"), "Unknown", unknown, 0},
		{column("free"), "NULL", unknown, 0},
		{column("free"), `\N`, unknown, 0},
		{column("free"), "n/a", unknown, 0},
		{column("free"), "-", unknown, 0},
		{column("free"), "paid", 0, OtherCells},
	} {
		m := matcher(asks(c.asks))
		_, _ = m.Node(withCell("some other")) // which it remembers
		for range 2 {
			if hit, miss := m.Node(withCell(c.cell)); hit.Affected != c.want || miss != c.miss {
				t.Errorf("%q asked for %q: %s, %v; want %s, %v", c.cell, c.asks.Values, hit.Affected, miss, c.want, c.miss)
			}
		}
	}
}

func withCell(text string) tailnet.Node {
	n := node("client", "windows", "1.60.0")
	n.Cells = tailnet.NewCells([]string{"shared_host"}, []string{text})
	return n
}

// Asking about a node that is like others takes no memory: an inventory has millions.
func TestNoMemoryPerNode(t *testing.T) {
	m, n := matcher(asks(bulletin.Column{Name: "shared_host", Values: []string{"no"}})), withCell("yes")
	if got := testing.AllocsPerRun(100, func() { _, _ = m.Node(n) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

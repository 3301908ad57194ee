package notify

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/internal/notify/isolation"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// listOf is the view of a tailnet with one node of each name, as much of it hostile as
// the inventory lets through.
func listOf(t *testing.T, names ...string) View {
	t.Helper()
	of := tailnet.Tailnet{ID: "acme", OwnerEmail: "owner@acme.example"}
	var nodes []tailnet.Node
	for i, name := range names {
		nodes = append(nodes, tailnet.Node{ID: fmt.Sprintf("n%d", i), Name: name, OS: "windows", Version: "1.60.0", Product: "client"})
	}
	v, err := desk(severe()).View(aRow(t, severe(), of, nodes...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// table reads a list as a spreadsheet does.
func table(t *testing.T, data []byte) [][]string {
	t.Helper()
	if bytes.Count(data, []byte("\n")) != bytes.Count(data, []byte("\r\n")) {
		t.Fatalf("a line of %q does not end in CR LF", data)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte(byteOrderMark)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestNoFormulas is F26: whatever begins a name, and in whatever column it stands, no cell
// of the list begins with what a spreadsheet computes.
func TestNoFormulas(t *testing.T) {
	for _, lead := range []string{"=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00A0=", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", "\uFEFF=", "\u200B="} {
		text := lead + "cmd|' /C calc'!A0"
		plants := []func(*NodeView){
			func(n *NodeView) { n.exact.Name = text }, func(n *NodeView) { n.exact.ID = text }, func(n *NodeView) { n.exact.OS = text }, func(n *NodeView) { n.exact.Version = text },
			func(n *NodeView) { n.Fixed = text }, func(n *NodeView) { n.After = text }, func(n *NodeView) { n.Step = Step(text) }, func(n *NodeView) { n.why = text },
		}
		for column, plant := range plants {
			v := listOf(t, "a")
			plant(&v.Nodes[0])
			found := false
			for _, cell := range table(t, NodesCSV(v))[1] {
				found = found || strings.Contains(cell, "calc")
				if cell != "" && strings.ContainsAny(strings.TrimSpace(cell)[:1], "=+-@\t\r\n") || strings.ContainsFunc(cell, source.Hidden) {
					t.Errorf("%q in column %d stands as %q", lead, column, cell)
				}
				if r, _ := utf8.DecodeRuneInString(cell); strings.ContainsRune("\uFF1D\uFF0B\uFF0D\uFF20", r) {
					t.Errorf("%q in column %d stands as %q", lead, column, cell)
				}
			}
			if !found {
				t.Errorf("%q in column %d is lost", lead, column)
			}
		}
	}
	for text, want := range map[string]string{"x;=1+1": "x;'=1+1", "x; \"-1": "x;' \"-1", "=1;@x;y": "'=1;'@x;y", "x;\t=1": "x;' =1"} {
		if got := inert(text); got != want {
			t.Errorf("%q, where semicolons part the cells: %q, want %q", text, got, want)
		}
	}
	for _, harmless := range []string{"db-1", "a=b", "1+1", "x@y", "", "a;b", ";"} {
		if inert(harmless) != harmless {
			t.Errorf("%q became %q", harmless, inert(harmless))
		}
	}
}

// TestListsAreWhole is F20 and F25: both lists hold every node once, in the order of the
// letter, the JSON with its exact name in nothing but ASCII.
func TestListsAreWhole(t *testing.T) {
	hostile := append(slices.Clone(hostile), "\U0001F601", "\U000103FF", "\U0010FFFF")
	v := listOf(t, hostile...)
	rows := table(t, NodesCSV(v))
	data := NodesJSON(v)
	var list struct {
		Bulletin, Tailnet string
		Nodes             []map[string]string
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if list.Bulletin != "TS-2026-007" || list.Tailnet != "acme" || len(list.Nodes) != len(hostile) || len(rows) != len(hostile)+1 {
		t.Fatalf("%s of %s: %d nodes, and %d lines, of %d", list.Bulletin, list.Tailnet, len(list.Nodes), len(rows), len(hostile))
	}
	if lines := bytes.Count(data, []byte("\n")); lines != len(hostile)+2 || bytes.Contains(data, []byte("  ")) && !slices.ContainsFunc(hostile, func(n string) bool { return strings.Contains(n, "  ") }) {
		t.Errorf("%d lines for %d nodes", lines, len(hostile))
	}
	if i := bytes.IndexFunc(data, func(r rune) bool { return r >= 0x7F || r < ' ' && r != '\n' }); i >= 0 {
		t.Errorf("the JSON holds %q", data[i:i+4])
	}
	if !slices.Equal(rows[0], nodeColumns[:]) {
		t.Errorf("columns %q", rows[0])
	}
	for i, n := range v.Nodes {
		if got, want := list.Nodes[i]["node"], strings.ToValidUTF8(n.exact.Name, "\uFFFD"); !same(got, want) || list.Nodes[i]["node_id"] != n.exact.ID {
			t.Errorf("node %d is %q in the JSON, want %q", i, got, want)
		}
		if got := rows[i+1]; strings.TrimPrefix(got[0], "'") != strings.TrimPrefix(source.Visible(n.exact.Name), "'") || got[1] != n.exact.ID {
			t.Errorf("node %d is %q in the CSV, want %q", i, got, n.exact.Name)
		}
	}
}

// TestListsAreProven: whoever writes the lists and who proves them spell every name alike, and
// each has the rules of its own. Names are made of what either of them looks at.
func TestListsAreProven(t *testing.T) {
	pieces := append([]string{"", "db", ";", "'", "\"", " ", ",", "\\", "\v", "\x00", "\u3000", "\uFEFF", "\u2028", "\u2068", "\xFF", "\xC3", "\xA4"}, strings.Split(leads+"\t\r\n\u00A0", "")...)
	var names []string
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				names = append(names, a+b+c)
			}
		}
	}
	v, of := listOf(t, names...), isolation.New(0)
	of.Tailnet(tailnet.Tailnet{ID: "acme"})
	var nodes []isolation.Node
	for _, n := range v.Nodes {
		of.Node(tailnet.Node{Tailnet: "acme", ID: n.exact.ID, Name: n.exact.Name})
		nodes = append(nodes, isolation.Node{ID: n.exact.ID, Name: n.exact.Name})
	}
	c := isolation.NewChecker(of)
	for i, n := range v.Nodes {
		one := v
		one.Nodes = v.Nodes[i : i+1]
		letter := isolation.Letter{Tailnet: "acme", Name: "acme", Nodes: nodes[i : i+1]}
		if err := c.CheckLists(letter, NodesCSV(one), NodesJSON(one)); err != nil {
			t.Errorf("%q: %v", n.exact.Name, err)
		}
	}
}

// same compares texts, one replacement character for each octet or for a run of them.
func same(a, b string) bool {
	one := func(text string) string {
		for strings.Contains(text, "\uFFFD\uFFFD") {
			text = strings.ReplaceAll(text, "\uFFFD\uFFFD", "\uFFFD")
		}
		return text
	}
	return one(a) == one(b)
}

// TestMarkOnlyWhereNeeded: spreadsheets need the mark to read what lies outside of ASCII,
// and programs trip over it where nothing does.
func TestMarkOnlyWhereNeeded(t *testing.T) {
	for name, want := range map[string]bool{"db-1": false, "Büro": true, "مخبز": true} {
		if got := bytes.HasPrefix(NodesCSV(listOf(t, name)), []byte(byteOrderMark)); got != want {
			t.Errorf("%q: the mark is %v, want %v", name, got, want)
		}
	}
}

// TestNoNodesNoList is F27: no list that could read as "no node is affected".
func TestNoNodesNoList(t *testing.T) {
	of := tailnet.Tailnet{ID: "acme", OwnerEmail: "owner@acme.example"}
	l := write(t, desk(hosted(true)), aRow(t, hosted(true), of))
	if len(l.Attachments) != 0 || !strings.Contains(l.Text, "has no attachment") {
		t.Errorf("%d attachments\n%s", len(l.Attachments), l.Text)
	}
}

// TestFirstFifty: a letter lists the first fifty nodes and says so; the attachments hold
// every one, and the last line counts them (F22).
func TestFirstFifty(t *testing.T) {
	for _, n := range []int{1, 2, 49, 50, 51, 52, 3000} {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("till-%04d", i))
		}
		v := listOf(t, names...)
		l, err := stationery(t).Write(Row{}, v, "", planned)
		if err != nil {
			t.Fatal(err)
		}
		least := min(n, 50)
		if got := strings.Count(l.Text, "\n    till-"); got != least || strings.Count(l.HTML, "<bdi>till-") != least {
			t.Errorf("%d nodes: %d in the text", n, got)
		}
		for _, a := range l.Attachments {
			if got := strings.Count(string(a.Data), "till-"); got != n {
				t.Errorf("%d nodes: %d in %s", n, got, a.Name)
			}
		}
		end := map[bool]string{true: fmt.Sprintf("lists %d of the %d nodes of", least, n), false: fmt.Sprintf("lists %d node", n)}[n > 50]
		lines := strings.Split(strings.TrimSpace(l.Text), "\n")
		if len(l.Attachments) != 2 || !strings.Contains(lines[len(lines)-1], end) || !strings.Contains(l.HTML, end) {
			t.Errorf("%d nodes: %d attachments, the letter ends with %q", n, len(l.Attachments), lines[len(lines)-1])
		}
		if said := strings.Contains(l.Text, "The first 50 of "); said != (n > 50) {
			t.Errorf("%d nodes: says that it lists a part: %v", n, said)
		}
	}
}

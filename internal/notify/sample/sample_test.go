package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// row is a row of a table by the names of its columns.
type row map[string]string

func read(t *testing.T, write func(io.Writer, Size) error, s Size) []row {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, s); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, record := range records[1:] {
		r := make(row)
		for i, name := range records[0] {
			r[name] = record[i]
		}
		rows = append(rows, r)
	}
	return rows
}

// concerned reports whether the sample bulletin TS-2026-002 concerns a node.
func concerned(t *testing.T, n row) bool {
	t.Helper()
	v, err := version.Parse(n["client_version"], version.Build)
	if err != nil {
		return false
	}
	where, err := version.Range{Introduced: "1.58.0", Fixed: "1.66.1"}.Locate(v, version.Build)
	if err != nil {
		t.Fatal(err)
	}
	return n["os"] == "windows" && where == version.Inside
}

// The default inventory stands in documentation and stories, byte for byte.
func TestDefaultIsAlwaysTheSame(t *testing.T) {
	sum := sha256.New()
	for _, write := range []func(io.Writer, Size) error{WriteTailnets, WriteNodes, WriteUsers, WriteContacts, WriteFindings} {
		if err := write(sum, Default()); err != nil {
			t.Fatal(err)
		}
	}
	const want = "61382235ec6c4a6aff4453861a2de63213462d8d36477506f8d2419ddbf3a9b0"
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != want {
		t.Errorf("the default inventory changed: its digest is %s, was %s", got, want)
	}
}

func TestSeedsDiffer(t *testing.T) {
	var a, b bytes.Buffer
	one, other := Default(), Default()
	other.Seed++
	if err := WriteNodes(&a, one); err != nil {
		t.Fatal(err)
	}
	if err := WriteNodes(&b, other); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two seeds give the same nodes")
	}
}

func TestTablesAreWhole(t *testing.T) {
	for _, s := range []Size{{}, {Tailnets: 1, Nodes: 1}, {Tailnets: 7, Nodes: 7}, {Tailnets: 2, Nodes: 90, Seed: 3}, {Tailnets: 300, Nodes: 5000, Seed: 9, Unreadable: 40}, Default()} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			tailnets, nodes := read(t, WriteTailnets, s), read(t, WriteNodes, s)
			if len(tailnets) != s.Tailnets || len(nodes) != s.Nodes {
				t.Errorf("%d tailnets and %d nodes, want %d and %d", len(tailnets), len(nodes), s.Tailnets, s.Nodes)
			}
			count := make(map[string]int)
			for _, r := range tailnets {
				count[r["tailnet"]] = 0
			}
			if len(count) != s.Tailnets {
				t.Errorf("%d distinct tailnets, want %d", len(count), s.Tailnets)
			}
			ids, names := make(map[string]bool), make(map[string]bool)
			for _, n := range nodes {
				if _, ok := count[n["tailnet"]]; !ok {
					t.Errorf("node %s belongs to %q, which is no tailnet", n["node_id"], n["tailnet"])
				}
				count[n["tailnet"]]++
				ids[n["node_id"]], names[n["tailnet"]+" "+n["node_name"]] = true, true
			}
			if len(ids) != s.Nodes || len(names) != s.Nodes {
				t.Errorf("%d distinct IDs and %d distinct names of %d nodes", len(ids), len(names), s.Nodes)
			}
			users := make(map[string]bool)
			for _, u := range read(t, WriteUsers, s) {
				users[u["tailnet"]+" "+u["user_id"]] = true
			}
			for _, n := range nodes {
				if n["user_id"] != "" && !users[n["tailnet"]+" "+n["user_id"]] {
					t.Errorf("node %s belongs to %q, who is no user of its tailnet", n["node_id"], n["user_id"])
				}
			}
			for _, r := range read(t, WriteContacts, s) {
				if _, ok := count[r["tailnet"]]; !ok {
					t.Errorf("a contact of %q, which is no tailnet", r["tailnet"])
				}
			}
			for id, n := range count {
				if n == 0 {
					t.Errorf("%s has no node", id)
				}
			}
		})
	}
}

func TestUnreadableVersionsAreCounted(t *testing.T) {
	for _, want := range []int{0, 1, 7, 60} {
		s := Default()
		s.Unreadable = want
		got := 0
		for _, n := range read(t, WriteNodes, s) {
			if _, err := version.Parse(n["client_version"], version.Build); err == nil {
				continue
			}
			got++
			if n["os"] != "windows" {
				t.Errorf("the version of a %s node is unreadable; it should be one that the bulletin asks about", n["os"])
			}
		}
		if got != want {
			t.Errorf("%d unreadable versions, want %d", got, want)
		}
	}
}

// A tailnet whose only doubtful nodes are unreadable is what makes a plan ask.
func TestUnreadableVersionsLeaveTailnetsOpen(t *testing.T) {
	s := Default()
	s.Unreadable = 8
	unreadable, matched := make(map[string]bool), make(map[string]bool)
	for _, n := range read(t, WriteNodes, s) {
		switch _, err := version.Parse(n["client_version"], version.Build); {
		case err != nil:
			unreadable[n["tailnet"]] = true
		case concerned(t, n):
			matched[n["tailnet"]] = true
		}
	}
	for id := range matched {
		delete(unreadable, id)
	}
	if len(unreadable) == 0 {
		t.Error("no tailnet is undetermined")
	}
}

// The share that the sample bulletin concerns decides what the first walk shows.
func TestSampleBulletinConcernsSome(t *testing.T) {
	for _, s := range []Size{Default(), {Tailnets: 1000, Nodes: 20_000, Seed: 1}} {
		nodes := read(t, WriteNodes, s)
		n := 0
		for _, node := range nodes {
			if concerned(t, node) {
				n++
			}
		}
		if share := float64(n) / float64(len(nodes)); share < 0.2 || share > 0.4 {
			t.Errorf("%d tailnets: %.0f%% of the nodes are concerned, want 20 to 40%%", s.Tailnets, 100*share)
		}
	}
}

// Every kind of tailnet that a plan tells apart is in the default inventory.
func TestDefaultHasEveryKindOfTailnet(t *testing.T) {
	touched := make(map[string]int)
	for _, n := range read(t, WriteNodes, Default()) {
		if concerned(t, n) {
			touched[n["tailnet"]]++
		}
	}
	supplied := make(map[string]tailnet.Supplement)
	for _, r := range read(t, WriteContacts, Default()) {
		supplied[r["tailnet"]] = tailnet.Supplement{Tailnet: tailnet.ID(r["tailnet"]), Email: r["email"], Source: r["source"], By: r["by"]}
	}
	kinds := make(map[string]int)
	rightToLeft := 0
	for _, r := range read(t, WriteTailnets, Default()) {
		about := tailnet.Tailnet{ID: tailnet.ID(r["tailnet"]), OwnerEmail: r["owner_email"], SecurityEmail: r["security_email"], SecurityVerified: r["security_email_verified"] == "yes"}
		contact, reached := about.Contact(supplied[r["tailnet"]])
		switch {
		case touched[r["tailnet"]] == 0:
			kinds["not affected"]++
		case !reached:
			kinds["unreachable"]++
		case contact.Reason == tailnet.Owner && r["security_email"] != "":
			kinds["unverified"]++
		default:
			kinds[string(contact.Reason)]++
		}
		if strings.ContainsFunc(r["display_name"], func(c rune) bool { return unicode.Is(unicode.Arabic, c) }) {
			rightToLeft++
		}
	}
	for _, kind := range []string{"not affected", "unverified", string(tailnet.SecurityContact), string(tailnet.Owner), string(tailnet.Supplemented)} {
		if kinds[kind] == 0 {
			t.Errorf("no tailnet is of the kind %q: %v", kind, kinds)
		}
	}
	if kinds["unreachable"] != 1 {
		t.Errorf("%d affected tailnets cannot be reached, want 1", kinds["unreachable"])
	}
	if rightToLeft == 0 {
		t.Error("no name runs from right to left")
	}
}

func TestEveryAddressIsAnExample(t *testing.T) {
	s := Size{Tailnets: 500, Nodes: 500}
	for _, r := range slices.Concat(read(t, WriteTailnets, s), read(t, WriteUsers, s), read(t, WriteContacts, s), read(t, WriteFindings, s)) {
		for _, address := range []string{r["owner_email"], r["security_email"], r["login"], r["email"]} {
			if address == "" {
				continue
			}
			if _, err := tailnet.ParseAddress(address); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			if !slices.ContainsFunc(domains, func(d string) bool { return strings.HasSuffix(address, "."+d) }) {
				t.Errorf("%s might be somebody's address", address)
			}
		}
	}
}

// TestFindingsAreWhole: every tailnet is looked at, eleven are concerned, as the
// bulletin says, and one of those is gone from the inventory.
func TestFindingsAreWhole(t *testing.T) {
	tailnets, affected := make(map[string]bool), 0
	for _, r := range read(t, WriteTailnets, Default()) {
		tailnets[r["tailnet"]] = true
	}
	found := read(t, WriteFindings, Default())
	if len(found) != len(tailnets)+1 {
		t.Errorf("%d findings of %d tailnets", len(found), len(tailnets))
	}
	for _, r := range found {
		if r["status"] == "known_affected" {
			affected++
		}
		if former := !tailnets[r["tailnet"]]; former != (r["email"] != "") {
			t.Errorf("%s: former %v, address %q", r["tailnet"], former, r["email"])
		}
	}
	if affected != 11 {
		t.Errorf("%d are concerned, and the bulletin says eleven", affected)
	}
}

// Most tailnets are small and a few are large; a tailnet's nodes do not stand together.
func TestNodesAreSkewedAndInterleaved(t *testing.T) {
	nodes := read(t, WriteNodes, Size{Tailnets: 100, Nodes: 2000, Seed: 5})
	count := make(map[string]int)
	runs, before := 0, ""
	for _, n := range nodes {
		count[n["tailnet"]]++
		if n["tailnet"] != before {
			runs++
		}
		before = n["tailnet"]
	}
	var sizes []int
	for _, n := range count {
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	if median, largest := sizes[50], sizes[99]; median > 15 || largest < 200 {
		t.Errorf("the median tailnet has %d nodes and the largest %d, of a mean of 20", median, largest)
	}
	if runs < 1000 {
		t.Errorf("%d runs in 2000 rows: the nodes are grouped by tailnet", runs)
	}
}

func TestImpossibleSizesAreRefused(t *testing.T) {
	for _, s := range []Size{{Tailnets: -1}, {Nodes: 3}, {Tailnets: 4, Nodes: 3}, {Tailnets: 1, Nodes: 1, Unreadable: 2}, {Tailnets: 1, Nodes: 1, Unreadable: -1}, {Tailnets: most + 1, Nodes: most + 1}} {
		for _, write := range []func(io.Writer, Size) error{WriteTailnets, WriteNodes, WriteUsers, WriteContacts, WriteFindings} {
			var b bytes.Buffer
			if err := write(&b, s); err == nil || b.Len() > 0 {
				t.Errorf("%+v: wrote %d bytes, error %v", s, b.Len(), err)
			}
		}
	}
}

// broken is a disk that is full after some bytes.
type broken struct{ left int }

func (w *broken) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	for _, left := range []int{0, 5000} {
		if err := WriteNodes(&broken{left}, Default()); err == nil {
			t.Errorf("a disk with room for %d bytes took the whole table", left)
		}
	}
}

// gauge is a writer that now and then looks at how much memory is in use.
type gauge struct {
	writes  int
	highest uint64
}

func (g *gauge) Write(p []byte) (int, error) {
	if g.writes++; g.writes%250 == 0 {
		g.highest = max(g.highest, heap())
	}
	return len(p), nil
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Nothing is kept of a row that is written, so millions of them stream.
func TestMemoryStaysFlat(t *testing.T) {
	const rows, allowed = 200_000, 256 << 10
	s := Size{Tailnets: rows / 4, Nodes: rows}
	for name, write := range map[string]func(io.Writer, Size) error{"nodes": WriteNodes, "tailnets": WriteTailnets, "findings": WriteFindings} {
		var g gauge
		before := heap()
		if err := write(&g, s); err != nil {
			t.Fatal(err)
		}
		if g.highest == 0 {
			t.Fatalf("%s: only %d writes, too few to look at", name, g.writes)
		}
		if g.highest > before+allowed {
			t.Errorf("%s: %d KiB more than before are in use while the table is written, want at most %d", name, (g.highest-before)>>10, allowed>>10)
		}
	}
}

func TestRowsAreCheap(t *testing.T) {
	const rows = 10_000
	perRun := testing.AllocsPerRun(3, func() {
		if err := WriteNodes(io.Discard, Size{Tailnets: rows / 10, Nodes: rows}); err != nil {
			t.Fatal(err)
		}
	})
	if perRow := perRun / rows; perRow > 16 {
		t.Errorf("%.1f allocations a row, want at most 16", perRow)
	}
}

func BenchmarkWriteNodes(b *testing.B) {
	const nodes = 100_000
	for b.Loop() {
		if err := WriteNodes(io.Discard, Size{Tailnets: 10_000, Nodes: nodes}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*nodes), "ns/row")
}

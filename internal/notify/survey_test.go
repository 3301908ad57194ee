package notify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// expect is the standing of a tailnet by the kind of bulletin, in plain words.
func expect(kind string, touched verdict.Truth, choice Choice, reached bool) Standing {
	mailed := kind == "severe" && touched == verdict.Yes ||
		choice == Tell && (kind == "unrated" || kind == "severe" && touched == verdict.Unknown)
	switch {
	case kind == "mild":
		return NotRequired
	case !mailed:
		return Undetermined
	case !reached:
		return Unreachable
	}
	return Mailed
}

// TestPartition is F29: every affected tailnet stands in exactly one row, and no
// other tailnet in any, whatever the inventory and the order of its rows.
func TestPartition(t *testing.T) {
	r := dice(t)
	kinds := map[string]bulletin.Bulletin{"severe": severe(), "mild": mild(), "unrated": unrated()}
	names := func(kind string, i int) string {
		return fmt.Sprint(pick(r, hostile...), pick(r, "", "-", fmt.Sprint(i)))
	}
	tailnets, seen := 0, make(map[Standing]int)
	for range rounds(250, 10_000) {
		w := build(r, names)
		tailnets += len(w.tailnets)
		for kind, b := range kinds {
			choice := pick(r, Tell, Hold)
			rows, err := rowsOf(w.survey(r, b), choice)
			if err != nil {
				t.Fatal(err)
			}
			got, want := make(map[tailnet.ID]Standing), make(map[tailnet.ID]Standing)
			for id, touched := range w.affected {
				if _, reached := w.reached[id]; touched != verdict.No {
					want[id] = expect(kind, touched, choice, reached)
				}
			}
			for _, row := range rows {
				got[row.Tailnet.ID] = row.Standing
				seen[row.Standing]++
				if row.Standing == Mailed && row.Contact.Address != w.reached[row.Tailnet.ID] {
					t.Errorf("%q is written to at %q, want %q", row.Tailnet.ID, row.Contact.Address, w.reached[row.Tailnet.ID])
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, %s:\n%s", kind, choice, diff)
			}
			if sum := counted(rows).Affected(); sum != len(rows) || sum != len(want) {
				t.Fatalf("the standings add up to %d, rows are %d, affected are %d", sum, len(rows), len(want))
			}
		}
	}
	t.Logf("%d tailnets, rows %v", tailnets, seen)
	for _, s := range Standings {
		if s != Told && seen[s] == 0 {
			t.Errorf("no tailnet was ever %s", s)
		}
	}
}

// TestOrderOfRowsDoesNotMatter: the same inventory, shuffled, gives the same rows,
// the same digest of them and the same letters.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	r, p := dice(t), press(t, severe())
	names := func(kind string, i int) string { return fmt.Sprint(pick(r, hostile...), pick(r, "", fmt.Sprint(i))) }
	for range rounds(60, 1000) {
		w := build(r, names)
		var first string
		for i := range 3 {
			rows, err := rowsOf(w.survey(r, severe()), Tell)
			if err != nil {
				t.Fatal(err)
			}
			digest := digestOf(t, rows)
			for e, err := range p.Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, streamed(rows)) {
				if err != nil {
					t.Fatal(err)
				}
				digest += e.Digest
			}
			if i == 0 {
				first = digest
			}
			if digest != first {
				t.Fatal("another order of rows gave another digest")
			}
		}
	}
}

// TestSealRowsNoticesEverything: what a letter says cannot change under the same digest.
func TestSealRowsNoticesEverything(t *testing.T) {
	row := func() Row {
		return Row{
			Tailnet:  tailnet.Tailnet{ID: "acme", DisplayName: "Acme", Language: "en"},
			Standing: Mailed, Clauses: []string{"c"}, Missing: []string{"m"},
			Contact: tailnet.Contact{Tailnet: "acme", Address: "a@acme.example", Reason: tailnet.Owner},
			Match: affected.Match{Tailnet: "acme", Hits: []affected.Hit{{Node: tailnet.Node{ID: "n1", Name: "db", OS: "linux", Version: "1"}, Evidence: "e"}},
				Findings: []tailnet.Finding{{Status: tailnet.KnownAffected}}},
			Named: []tailnet.Node{{ID: "n3"}}, Users: []tailnet.User{{ID: "u1"}},
		}
	}
	changes := map[string]func(*Row){
		"nothing":       func(*Row) {},
		"id":            func(r *Row) { r.Tailnet.ID = "acme2" },
		"name":          func(r *Row) { r.Tailnet.DisplayName = "Acme2" },
		"language":      func(r *Row) { r.Tailnet.Language = "de" },
		"standing":      func(r *Row) { r.Standing = Unreachable },
		"clauses":       func(r *Row) { r.Clauses = nil },
		"missing":       func(r *Row) { r.Missing = nil },
		"two":           func(r *Row) { r.Clauses = []string{"c", "d"} },
		"one":           func(r *Row) { r.Clauses = []string{"c d"} },
		"shifted":       func(r *Row) { r.Clauses, r.Missing = nil, []string{"c", "m"} },
		"trace":         func(r *Row) { r.Contact.Trace = []string{"no security contact"} },
		"address":       func(r *Row) { r.Contact.Address = "b@acme.example" },
		"reason":        func(r *Row) { r.Contact.Reason = tailnet.SecurityContact },
		"node":          func(r *Row) { r.Match.Hits[0].Node.ID = "n2" },
		"nodename":      func(r *Row) { r.Match.Hits[0].Node.Name = "db2" },
		"os":            func(r *Row) { r.Match.Hits[0].Node.OS = "windows" },
		"version":       func(r *Row) { r.Match.Hits[0].Node.Version = "2" },
		"evidence":      func(r *Row) { r.Match.Hits[0].Evidence = "f" },
		"no node":       func(r *Row) { r.Match.Hits = nil },
		"product":       func(r *Row) { r.Match.Hits[0].Node.Product = "cli" },
		"user":          func(r *Row) { r.Match.Hits[0].Node.User = "u1" },
		"last":          func(r *Row) { r.Match.Hits[0].Node.LastSeen = "2026-05-01" },
		"hit rows":      func(r *Row) { r.Match.Hits[0].Others = []int{1} },
		"hit row":       func(r *Row) { r.Match.Hits[0].Row = 1 },
		"hit sure":      func(r *Row) { r.Match.Hits[0].Affected = verdict.Yes },
		"hit said":      func(r *Row) { r.Match.Hits[0].Found = tailnet.FixedFinding },
		"sure":          func(r *Row) { r.Match.Affected = verdict.Yes },
		"found":         func(r *Row) { r.Match.Found = verdict.Yes },
		"hosted":        func(r *Row) { r.Match.Evidence = "e" },
		"named":         func(r *Row) { r.Named[0].Name = "db" },
		"unnamed":       func(r *Row) { r.Named = nil },
		"login":         func(r *Row) { r.Users[0].Login = "toni" },
		"role":          func(r *Row) { r.Users[0].Role = "admin" },
		"no user":       func(r *Row) { r.Users = nil },
		"status":        func(r *Row) { r.Match.Findings[0].Status = tailnet.FixedFinding },
		"of node":       func(r *Row) { r.Match.Findings[0].Node = "n1" },
		"of user":       func(r *Row) { r.Match.Findings[0].User = "n1" },
		"visible":       func(r *Row) { r.Match.Findings[0].DataVisible = verdict.Yes },
		"first":         func(r *Row) { r.Match.Findings[0].FirstSeen = "2026-05-01" },
		"seen":          func(r *Row) { r.Match.Findings[0].LastSeen = "2026-05-01" },
		"tell":          func(r *Row) { r.Match.Findings[0].Tell = "t" },
		"done":          func(r *Row) { r.Match.Findings[0].Done = "t" },
		"done at":       func(r *Row) { r.Match.Findings[0].DoneAt = "t" },
		"nothing found": func(r *Row) { r.Match.Findings = nil },
	}
	digests := make(map[string]string)
	for what, change := range changes {
		r := row()
		change(&r)
		d := digestOf(t, []Row{r})
		if other, twice := digests[d]; twice {
			t.Errorf("%s and %s have one digest", what, other)
		}
		digests[d] = what
	}
}

func one(t *testing.T, b bulletin.Bulletin, nodes ...tailnet.Node) *Survey {
	t.Helper()
	s := NewSurvey(b, products, disclosure.Builtin(), planned)
	s.Tailnet(tailnet.Tailnet{ID: "acme", OwnerEmail: "owner@acme.example"})
	s.Tailnet(tailnet.Tailnet{ID: "other", OwnerEmail: "owner@other.example"})
	for _, n := range nodes {
		if err := s.Node(n); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestUndetermined: who cannot be told needs a decision, and what was decided.
func TestUndetermined(t *testing.T) {
	node := tailnet.Node{Tailnet: "acme", ID: "n1", OS: "windows", Product: "client", Version: "custom"}
	rows, err := rowsOf(one(t, severe(), node), Undecided)
	if !errors.Is(err, ErrUndecided) || !strings.HasPrefix(err.Error(), "1 ") {
		t.Errorf("undecided: %v", err)
	}
	if len(rows) != 1 || rows[0].Standing != Undetermined || !slices.Contains(rows[0].Missing, "tailnet_affected") {
		t.Errorf("undecided: %+v", rows)
	}
	for choice, want := range map[Choice]Standing{Tell: Mailed, Hold: Undetermined} {
		rows, err := rowsOf(one(t, severe(), node), choice)
		if err != nil || len(rows) != 1 || rows[0].Standing != want {
			t.Errorf("%s: %v, %+v", choice, err, rows)
		}
		if want == Undetermined && rows[0].Contact.Address != "" {
			t.Errorf("held, and has the address %s", rows[0].Contact.Address)
		}
	}
	certain := tailnet.Node{Tailnet: "acme", ID: "n2", OS: "windows", Product: "client", Version: "1.60.0"}
	if rows, err := rowsOf(one(t, severe(), node, certain), Undecided); err != nil || rows[0].Standing != Mailed {
		t.Errorf("one certain node is enough: %v, %+v", err, rows)
	}
}

func TestHostedServiceConcernsWhomItSays(t *testing.T) {
	rows, err := rowsOf(one(t, hosted(true)), Undecided)
	if err != nil || len(rows) != 2 || rows[0].Standing != Mailed || rows[0].Match.Evidence == "" {
		t.Errorf("everybody: %v, %+v", err, rows)
	}
	if rows, err := rowsOf(one(t, hosted(false)), Undecided); !errors.Is(err, ErrUndecided) || len(rows) != 2 {
		t.Errorf("nobody knows whom: %v, %d rows", err, len(rows))
	}
}

// reread gives a survey that holds one node another, and returns what a second reading
// says of the other.
func reread(t *testing.T, s *Survey, first, second tailnet.Node) error {
	t.Helper()
	if err := s.Node(second); err != nil {
		return err
	}
	if _, err := s.Tally(Hold); err == nil {
		t.Error("a tally of an inventory that has a node twice")
	}
	if _, err := rowsOf(s, Hold); err == nil {
		t.Error("rows of an inventory that has a node twice")
	}
	d, err := s.Disputed()
	if err != nil || d == nil {
		t.Fatalf("nothing is disputed: %v", err)
	}
	if err := d.Node(tailnet.Node{Tailnet: second.Tailnet, ID: "n0"}); err != nil {
		t.Errorf("another node is refused: %v", err)
	}
	if err := d.Node(first); err != nil {
		t.Errorf("the first row is refused: %v", err)
	}
	return d.Node(second)
}

// TestNodeTwiceIsRefused is F20: one of the two rows belongs to somebody else, whether
// they are of one tailnet or of two.
func TestNodeTwiceIsRefused(t *testing.T) {
	n := tailnet.Node{Tailnet: "acme", ID: "n1", Name: "acme-vault", OS: "windows", Product: "client", Version: "1.60.0"}
	for what, change := range map[string]func(*tailnet.Node){
		"the same row":      func(*tailnet.Node) {},
		"another version":   func(m *tailnet.Node) { m.Version = "1.62.0" },
		"no longer a hit":   func(m *tailnet.Node) { m.Version = "1.66.1" },
		"another tailnet":   func(m *tailnet.Node) { m.Tailnet = "other" },
		"cannot be told of": func(m *tailnet.Node) { m.Tailnet, m.Version = "other", "custom" },
	} {
		s, m := one(t, severe(), n), n
		change(&m)
		err := reread(t, s, n, m)
		if err == nil {
			t.Errorf("%s: the node stands in two rows", what)
			continue
		}
		for _, private := range []string{n.ID, n.Name, "acme", "other."} {
			if strings.Contains(err.Error(), private) {
				t.Errorf("%s: %q names %q", what, err, private)
			}
		}
	}
}

// TestNodeOfTwoTailnetsIsRefused is F20: whose a node is does not hang on the order of
// the rows, nor on which of them is a hit, nor on the product.
func TestNodeOfTwoTailnetsIsRefused(t *testing.T) {
	hit := tailnet.Node{Tailnet: "acme", ID: "n1", OS: "windows", Product: "client", Version: "1.60.0"}
	miss, product := hit, hit
	miss.Tailnet, miss.Version = "other", "1.66.1"
	product.Tailnet, product.Product = "other", "cli"
	for what, nodes := range map[string][]tailnet.Node{
		"hit, then miss": {hit, miss}, "miss, then hit": {miss, hit}, "two products": {hit, product}, "miss, then miss": {miss, {Tailnet: "acme", ID: "n1"}},
	} {
		if err := reread(t, one(t, severe(), nodes[0]), nodes[0], nodes[1]); err == nil {
			t.Errorf("%s: the node stands under two tailnets", what)
		}
	}
}

// TestNodeWithTwoProducts: one node may run two products, and the letter has a line
// for each.
func TestNodeWithTwoProducts(t *testing.T) {
	b := severe()
	b.Affected = append(b.Affected, bulletin.Affected{Product: "cli", Versions: version.Range{Fixed: "3.0.0"}})
	n := tailnet.Node{Tailnet: "acme", ID: "n1", OS: "windows", Product: "client", Version: "1.60.0"}
	m := n
	m.Product, m.Version = "cli", "2.0.0"
	for _, nodes := range [][]tailnet.Node{{n, m}, {m, n}} {
		rows, err := rowsOf(one(t, b, nodes...), Tell)
		if err != nil || len(rows) != 1 || len(rows[0].Match.Hits) != 2 || rows[0].Match.Hits[0].Node.Product != "cli" {
			t.Errorf("%v, %+v", err, rows)
		}
	}
}

func TestSurveyCounts(t *testing.T) {
	node := func(id, os, v string) tailnet.Node {
		return tailnet.Node{Tailnet: "acme", ID: id, OS: os, Product: "client", Version: v}
	}
	s := one(t, severe(), node("1", "windows", "1.60.0"), node("2", "windows", "1.66.1"), node("3", "windows", "1.1"),
		node("4", "macos", "1.60.0"), tailnet.Node{Tailnet: "acme", ID: "5", Product: "else"})
	if tailnets, nodes := s.Seen(); tailnets != 2 || nodes != 5 {
		t.Errorf("seen %d and %d", tailnets, nodes)
	}
	got := make(map[affected.Miss]int)
	for m := affected.NotMissed; m <= affected.Cleared; m++ {
		got[m] = s.Missed(m)
	}
	want := map[affected.Miss]int{affected.NotMissed: 0, affected.OtherProduct: 1, affected.OtherPlatform: 1, affected.TooOld: 1, affected.FixedAlready: 1, affected.OtherCells: 0, affected.Cleared: 0}
	if !maps.Equal(got, want) {
		t.Errorf("missed %v, want %v", got, want)
	}
	if !s.Known("acme") || s.Known("acm") || s.Known("") {
		t.Error("Known does not know who is known")
	}
}

package notify

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// reference is a survey that keeps everything as it came, in maps and slices: slow and large,
// and too simple to mix anything up. The packed survey must come to the same.
type reference struct {
	*Survey  // for the rules and the findings alone
	tailnets map[tailnet.ID]tailnet.Tailnet
	hits     map[tailnet.ID][]affected.Hit
}

func (p reference) take(l looked) {
	for _, t := range l.tailnets {
		p.tailnets[t.ID] = t
		p.Survey.Tailnet(t)
	}
	for _, f := range l.findings {
		_ = p.Finding(f)
	}
	for _, n := range l.nodes {
		hit, miss := p.matcher.Node(n, p.found.about(n)...)
		if miss != affected.NotMissed {
			p.found.name(n)
			continue
		}
		p.hits[n.Tailnet] = append(p.hits[n.Tailnet], hit)
	}
	for _, u := range l.users {
		_ = p.User(u)
	}
	for _, c := range l.supplements {
		_ = p.Supplement(c)
	}
}

func (p reference) rows(choice Choice) (rows []Row, t Tally) {
	t = Tally{Counts: make(Counts), NotRequired: make(map[string]int), Software: make(map[Software]int)}
	ids := slices.AppendSeq(slices.Collect(maps.Keys(p.tailnets)), maps.Keys(p.found.former))
	slices.Sort(ids)
	for _, id := range ids {
		hits := p.hits[id]
		slices.SortFunc(hits, byName)
		match, _ := p.matcher.Tailnet(id, hits, p.found.ofTailnet(id)...)
		switch {
		case match.Affected == verdict.No:
			continue
		case p.Unidentified(match):
			t.Unidentified++
			if match.Affected == verdict.Yes {
				t.Certain++
			}
			continue
		}
		of, known := p.tailnets[id]
		m := member{id: id, number: -1}
		if known {
			m = member{id, 0, packTailnet(nil, &of)}
		} else {
			t.Former++
		}
		row := p.row(m, match, choice)
		t.Counts[row.Standing]++
		if row.Standing == NotRequired {
			t.NotRequired[strings.Join(row.Clauses, ", ")]++
		}
		for _, h := range hits {
			t.Hits++
			t.Software[Software{h.Node.Product, h.Node.OS, h.Node.Version}]++
		}
		rows = append(rows, row)
	}
	return rows, t
}

// cramped makes a survey pack in the smallest of blocks, and spill nearly all of them.
func cramped(t *testing.T, s *Survey, room, block int) {
	t.Helper()
	for _, p := range []*parted{&s.hits.parted, &s.owners.parted, &s.shelf.parted} {
		p.room, p.block = room, block
	}
	s.Spill(func() (Scratch, error) { return os.Create(filepath.Join(t.TempDir(), "scratch")) })
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// F20, F29: what is packed, spilled and taken out again is what went in, in the same
// order and under the same digest; and the sums are those of the rows.
func TestPackedIsPlain(t *testing.T) {
	r := dice(t)
	names := func(kind string, i int) string {
		return fmt.Sprint(pick(r, hostile...), pick(r, "", "-", fmt.Sprint(i)))
	}
	kinds := []bulletin.Bulletin{severe(), mild(), unrated(), exposed(), hosted(true), hosted(false), branched()}
	spilled := 0
	for range rounds(150, 10_000) {
		l := lookInto(r, build(r, names))
		b := pick(r, kinds...)
		b.Identification = pick(r, "", "", "none", "some")
		choice := pick(r, Tell, Hold, Undecided)
		s := l.survey(t, r, b, func(s *Survey) {
			if r.IntN(3) > 0 {
				cramped(t, s, r.IntN(300), r.IntN(200))
			}
		})
		p := reference{NewSurvey(b, products, disclosure.Builtin(), planned), make(map[tailnet.ID]tailnet.Tailnet), make(map[tailnet.ID][]affected.Hit)}
		p.take(l)
		want, tally := p.rows(choice)
		for again := range 3 {
			if again == 2 {
				if err := s.Stow(); err != nil {
					t.Fatal(err)
				}
			}
			got, _ := rowsOf(s, choice)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(tailnet.Cells{})); diff != "" {
				t.Fatal(diff)
			}
			if digestOf(t, got) != digestOf(t, want) {
				t.Fatal("equal rows have two digests")
			}
			if again == 0 {
				sums, _ := s.Tally(choice)
				if diff := cmp.Diff(tally, sums); diff != "" {
					t.Fatal(diff)
				}
			}
		}
		spilled += int(s.spill.end)
	}
	if spilled == 0 {
		t.Error("nothing was ever spilled")
	}
}

// A scratch file that cannot be written stops the plan: nobody is left out in silence.
func TestNoScratchNoRows(t *testing.T) {
	for name, open := range map[string]func() (Scratch, error){
		"not opened":  func() (Scratch, error) { return nil, os.ErrPermission },
		"not written": func() (Scratch, error) { return os.Open(os.DevNull) },
	} {
		s := NewSurvey(severe(), products, disclosure.Builtin(), planned)
		cramped(t, s, 0, 1)
		s.Spill(open)
		s.Tailnet(tailnet.Tailnet{ID: "acme"})
		for i := range 3 {
			n := certain
			n.ID = fmt.Sprint(i)
			if err := s.Node(n); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Tally(Hold); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: a tally, or more than one reason: %v", name, err)
		}
		if rows, err := rowsOf(s, Hold); err == nil {
			t.Errorf("%s: rows %v", name, rows)
		}
		if _, _, _, err := s.Tell("acme"); err == nil {
			t.Errorf("%s: something is told", name)
		}
		if err := s.Stow(); err == nil {
			t.Errorf("%s: stowed", name)
		}
	}
}

// F20: a record under the number of another tailnet is noticed, whichever of the two is
// asked, where it stands alone and where the two have changed places.
func TestRecordOfAnotherTailnetIsRefused(t *testing.T) {
	for _, swapped := range []bool{false, true} {
		s := one(t, severe(), certain, odd)
		s.settle()
		var used []*[]byte
		for i := range s.hits.pens[0].open {
			if open := &s.hits.pens[0].open[i]; len(*open) > 0 {
				(*open)[4] ^= 1 // 0 and 1 are the only numbers
				used = append(used, open)
			}
		}
		if swapped {
			*used[0], *used[1] = *used[1], *used[0]
		}
		if rows, err := rowsOf(s, Hold); !errors.Is(err, errMixed) {
			t.Errorf("mixed up, and told: %+v, %v", rows, err)
		}
		for _, id := range []tailnet.ID{"acme", "other"} {
			if match, _, _, err := s.Tell(id); !errors.Is(err, errMixed) {
				t.Errorf("mixed up, and told: %+v, %v", match, err)
			}
		}
	}
}

// Where nearly every node has a version of its own, the common part of a hit is packed
// with it.
func TestManyKinds(t *testing.T) {
	s := one(t, branched())
	s.hits.kinds.all = append(s.hits.kinds.all, make([]kind, mostKinds)...)
	adrift := odd
	adrift.ID, adrift.OS = "n8", ""
	want := one(t, branched(), certain, odd, adrift)
	for _, n := range []tailnet.Node{certain, odd, adrift} {
		if err := s.Node(n); err != nil {
			t.Fatal(err)
		}
	}
	got, err := rowsOf(s, Tell)
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := rowsOf(want, Tell)
	if len(rows) == 0 || !slices.ContainsFunc(rows, func(r Row) bool {
		return slices.ContainsFunc(r.Match.Hits, func(h affected.Hit) bool { return len(h.Others) == 2 })
	}) {
		t.Error("no node is of several kinds")
	}
	if diff := cmp.Diff(rows, got, cmp.AllowUnexported(tailnet.Cells{})); diff != "" {
		t.Error(diff)
	}
	if tally, _ := s.Tally(Hold); tally.Hits != 3 {
		t.Errorf("%d hits", tally.Hits)
	}
}

// A roster finds every ID that it was given, and no other, however they are alike.
func TestRoster(t *testing.T) {
	r := dice(t)
	s := NewSurvey(severe(), products, disclosure.Builtin(), planned)
	want := make(map[tailnet.ID]tailnet.Tailnet)
	text := func() string { return strings.Repeat(pick(r, hostile...), r.IntN(3)) + pick(r, "", "@", "a") }
	for range 5000 {
		n := tailnet.Tailnet{ID: tailnet.ID(fmt.Sprint(pick(r, hostile...), r.IntN(300))), DisplayName: text(), OwnerEmail: text(), SecurityEmail: text(), Language: text(), SecurityVerified: r.IntN(2) > 0}
		if r.IntN(2) == 0 {
			n.OwnerEmail = "kim@" + string(n.ID)
		}
		if r.IntN(2) == 0 {
			n.SecurityEmail = string(n.ID)
		}
		s.Tailnet(n)
		want[n.ID] = n
	}
	s.Tailnet(tailnet.Tailnet{ID: "long", DisplayName: strings.Repeat("x", 3<<chunkBits)})
	for id, n := range want {
		if got := rowOf(t, s, id); got != n {
			t.Fatalf("%+v became %+v", n, got)
		}
		if other := id + "\x00"; s.Known(other) != (want[other].ID == other) {
			t.Errorf("%q is known", other)
		}
	}
	cramped(t, s, 1<<10, 1<<10)
	for range 2 {
		if count, _ := s.Seen(); count != len(want)+1 || len(rowOf(t, s, "long").DisplayName) != 3<<chunkBits {
			t.Errorf("%d tailnets, want %d", count, len(want)+1)
		}
		if err := s.Stow(); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range want {
		if got := rowOf(t, s, id); got != n {
			t.Fatalf("%+v was stowed, and came back as %+v", n, got)
		}
	}
}

// F29: a table that there is no room for makes no rows, and no row of another tailnet.
func TestRosterIsFull(t *testing.T) {
	for what, of := range map[string]func(*Survey) *arena{
		"IDs": func(s *Survey) *arena { return &s.tailnets.ids }, "columns": func(s *Survey) *arena { return &s.tailnets.rest },
	} {
		s := one(t, severe(), certain)
		s.settle()
		chunks := &of(s).chunks
		*chunks = append(*chunks, make([][]byte, mostChunk+1-len(*chunks))...)
		s.Tailnet(tailnet.Tailnet{ID: "late", OwnerEmail: "owner@late.example"})
		if rows, err := rowsOf(s, Hold); !errors.Is(err, errFull) {
			t.Errorf("%s: %d rows, %v", what, len(rows), err)
		}
		if err := s.Stow(); !errors.Is(err, errFull) {
			t.Errorf("%s: stowed, %v", what, err)
		}
	}
}

// rowOf is what a survey has of a tailnet.
func rowOf(t *testing.T, s *Survey, id tailnet.ID) tailnet.Tailnet {
	t.Helper()
	m, known, err := s.member(id)
	if err != nil || !known {
		t.Fatalf("%q: %v, %v", id, known, err)
	}
	return m.tailnet()
}

// F20: random inventories with nodes that stand in several rows: the survey is refused
// exactly where a map of all rows says so, and a second reading names exactly the rows
// that go against an earlier one.
func TestDisputed(t *testing.T) {
	r := dice(t)
	refused := 0
	for range rounds(300, 10_000) {
		var nodes []tailnet.Node
		for range r.IntN(12) {
			nodes = append(nodes, tailnet.Node{
				Tailnet: tailnet.ID(pick(r, "acme", "acme", "acme", "other")), ID: fmt.Sprint("n", r.IntN(20)),
				Product: pick(r, "client", "cli", "relay"), Version: pick(r, "1.60.0", "1.70.0"), OS: "windows",
			})
		}
		s := one(t, severe())
		if r.IntN(2) == 0 {
			cramped(t, s, r.IntN(40), r.IntN(40))
		}
		for _, n := range nodes {
			if err := s.Node(n); err != nil {
				t.Fatal(err)
			}
		}
		var want []int
		for i, n := range nodes {
			if slices.ContainsFunc(nodes[:i], func(e tailnet.Node) bool { return e.ID == n.ID && (e.Tailnet != n.Tailnet || e.Product == n.Product) }) {
				want = append(want, i)
			}
		}
		d, err := s.Disputed()
		if err != nil || (d != nil) != (len(want) > 0) {
			t.Fatalf("disputed is %v, %v; want %v of %v", d, err, want, nodes)
		}
		if d == nil {
			continue
		}
		refused++
		var got []int
		for i, n := range nodes {
			if d.Node(n) != nil {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("refused %v, want %v of %v", got, want, nodes)
		}
	}
	if refused == 0 {
		t.Error("nothing was ever refused")
	}
}

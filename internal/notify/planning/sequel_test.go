package planning

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// A chapter is what one earlier plan came to for one tailnet.
type chapter struct {
	ends ending
	kind notify.Kind
}

// vanished is the kind, in a chapter, of an all-clear that says no more than that its tailnet is not
// listed: nobody can tell.
const vanished notify.Kind = "vanished"

// letter is the kind as it stands in a ledger.
func (c chapter) letter() notify.Kind {
	if c.kind == vanished {
		return notify.AllClear
	}
	return c.kind
}

// ending is how a letter of an earlier plan ended.
type ending int

const (
	noRow   ending = iota
	noNeed         // a row without a letter: no notice required, told already
	missed         // planned, deferred, rejected, bounced, unreachable: nobody was told
	arrived        // accepted
	doubted        // nobody knows
	phoned         // a person told it, for want of a letter
	again          // nobody knows; then it was sent again, and that did not arrive
)

// tale is what earlier plans were and did, as a test makes it up: the history of a bulletin.
type tale struct {
	revisions []int                    // that the bulletin was at, by plan
	kinds     []notify.Kind            // of plans
	chapters  map[tailnet.ID][]chapter // by plan
	forgotten map[tailnet.ID]bool
}

func (h *tale) Plan(_ context.Context, id notify.PlanID) (ledger.Stored, error) {
	p := notify.Plan{ID: id, Created: madeOn(id.Number), Inputs: notify.Inputs{notify.RevisionInput: notify.DigestRevision(h.revisions[id.Number-1])}}
	if id.Number <= len(h.kinds) {
		p.Kind = h.kinds[id.Number-1]
	}
	return ledger.Stored{Plan: p}, nil
}

// madeOn is when a plan was made.
func madeOn(plan int) time.Time { return now.AddDate(0, 0, plan-30) }

func (h *tale) EachPast(_ context.Context, _ bulletin.ID, visit func(ledger.Past) error) error {
	var ids []tailnet.ID
	for id := range h.chapters {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := visit(h.past(id)); err != nil {
			return err
		}
	}
	return nil
}

// past is what a ledger makes of it.
func (h *tale) past(id tailnet.ID) ledger.Past {
	p := ledger.Past{Tailnet: id, Name: "Name of " + string(id)}
	for i, c := range h.chapters[id] {
		switch c.ends {
		case arrived, doubted, phoned, again:
			p.Doubtful = c.ends != arrived && c.ends != phoned && (!p.Told || p.Doubtful)
			p.Told, p.By, p.Kind, p.Owed, p.OwedKind, p.Again, p.Gone = true, i+1, c.letter(), 0, "", c.ends == again, c.kind == vanished
			if p.First == 0 {
				p.First = i + 1
			}
			if c.ends != phoned {
				p.Messages = append(p.Messages, messageOf(id, i+1))
				p.Address, p.Written, p.Arrived = tailnet.Address("earlier@"+string(id)), i+1, c.ends == arrived
			}
			if c.ends == arrived || c.ends == phoned {
				p.Sure = i + 1
			}
		case missed:
			if p.Told {
				p.Owed, p.OwedKind = i+1, c.letter()
			}
		}
	}
	if h.forgotten[id] {
		p.Name, p.Address, p.Messages, p.Written, p.Arrived = "", "", nil, 0, false
	}
	return p
}

func messageOf(id tailnet.ID, plan int) string { return fmt.Sprintf("%s-%d@example.com", id, plan) }

// revised is the bulletin of the walk after revisions, of which some are material.
func revised(b bulletin.Bulletin, material ...bool) bulletin.Bulletin {
	b.Status = bulletin.Public
	b.Revisions = []bulletin.Revision{{Version: 1, At: now.AddDate(0, 0, -9), Material: true, Summary: "Released."}}
	for i, m := range material {
		b.Revisions = append(b.Revisions, bulletin.Revision{Version: i + 2, At: now.AddDate(0, 0, -8+i), Material: m, Summary: fmt.Sprintf("Change %d.", i+2)})
	}
	return b
}

// what is the row of a tailnet in a word, for tables.
func what(r notify.Row) string {
	word := string(r.Standing)
	if r.Kind != "" {
		word += " " + string(r.Kind)
	}
	if r.Cleared {
		word += " again"
	}
	return word
}

// one is a walk of one tailnet, with a node that the bulletin touches or one that it does not.
func one(id tailnet.ID, version string) *walk {
	return &walk{
		tailnets: []tailnet.Tailnet{{ID: id, DisplayName: "Name of " + string(id), OwnerEmail: "owner@" + string(id)}},
		nodes:    []tailnet.Node{{Tailnet: id, ID: "n1", Name: "till-1", Product: "client", OS: "windows", Version: version}},
	}
}

// TestClasses is F47: what becomes of a tailnet, by what it was told, whether the bulletin
// touches it, and what the plan is for.
func TestClasses(t *testing.T) {
	const first, correction, update, clear = notify.FirstNotice, notify.Correction, notify.Update, notify.AllClear
	const touched, untouched, gone = "1.60.0", "1.70.0", ""
	kinds := []notify.Kind{"", correction, update, clear}
	for _, c := range []struct {
		name    string
		now     string // version of its node
		history []chapter
		want    [4]string // by the kind of the plan
	}{
		{"newly affected", touched, nil, [4]string{"mailed", "mailed", "mailed", ""}},
		{"never told", touched, []chapter{{missed, first}}, [4]string{"mailed", "mailed", "mailed", ""}},
		{"no notice was required", touched, []chapter{{noNeed, ""}}, [4]string{"mailed", "mailed", "mailed", ""}},
		{"told", touched, []chapter{{arrived, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"in doubt", touched, []chapter{{doubted, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"sent again, to no avail", touched, []chapter{{again, first}}, [4]string{"mailed", "mailed correction", "mailed update", ""}},
		{"sent again, then by a later plan", touched, []chapter{{again, first}, {arrived, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"an all-clear sent again, to no avail", touched, []chapter{{arrived, first}, {again, clear}}, [4]string{"mailed again", "mailed again", "mailed again", ""}},
		{"told by phone", touched, []chapter{{phoned, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"told at the second try", touched, []chapter{{missed, first}, {arrived, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"a correction did not arrive", touched, []chapter{{arrived, first}, {missed, correction}}, [4]string{"mailed correction", "mailed correction", "mailed update", ""}},
		{"nor did it again", touched, []chapter{{arrived, first}, {missed, correction}, {missed, correction}}, [4]string{"mailed correction", "mailed correction", "mailed update", ""}},
		{"an all-clear did not arrive, and holds no more", touched, []chapter{{arrived, first}, {missed, clear}}, [4]string{"told", "mailed correction", "mailed update", ""}},
		{"told that all is well", touched, []chapter{{arrived, first}, {arrived, clear}}, [4]string{"mailed again", "mailed again", "mailed again", ""}},
		{"told again after that", touched, []chapter{{arrived, first}, {arrived, clear}, {arrived, first}}, [4]string{"told", "mailed correction", "mailed update", ""}},

		{"not affected", untouched, nil, [4]string{}},
		{"not affected, and never told", untouched, []chapter{{missed, first}}, [4]string{}},
		{"told, and affected no more", untouched, []chapter{{arrived, first}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"in doubt, and affected no more", untouched, []chapter{{doubted, first}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"sent again, and affected no more", untouched, []chapter{{again, first}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"an all-clear sent again, and it is owed", untouched, []chapter{{arrived, first}, {again, clear}}, [4]string{"mailed all-clear", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"told that all is well, and it is", untouched, []chapter{{arrived, first}, {arrived, clear}}, [4]string{}},
		{"an all-clear did not arrive", untouched, []chapter{{arrived, first}, {missed, clear}}, [4]string{"mailed all-clear", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"a correction did not arrive, and needs not", untouched, []chapter{{arrived, first}, {missed, correction}}, [4]string{"mailed all-clear", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},

		{"told, and gone", gone, []chapter{{arrived, first}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"told by phone, and gone", gone, []chapter{{phoned, first}}, [4]string{"", "unreachable all-clear", "unreachable all-clear", "unreachable all-clear"}},
		{"never told, and gone", gone, []chapter{{missed, first}}, [4]string{}},
		{"told that nobody can tell, and gone still", gone, []chapter{{arrived, first}, {arrived, vanished}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"nor did that arrive", gone, []chapter{{arrived, first}, {arrived, vanished}, {missed, vanished}}, [4]string{"mailed all-clear", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"told that nobody can tell, and back", touched, []chapter{{arrived, first}, {arrived, vanished}}, [4]string{"mailed again", "mailed again", "mailed again", ""}},
		{"back, and not affected", untouched, []chapter{{arrived, first}, {arrived, vanished}}, [4]string{"", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"back, not affected, and told so", untouched, []chapter{{arrived, first}, {arrived, vanished}, {arrived, clear}}, [4]string{}},
		{"told that nobody can tell, by a letter sent again", gone, []chapter{{arrived, first}, {again, vanished}}, [4]string{"mailed all-clear", "mailed all-clear", "mailed all-clear", "mailed all-clear"}},
		{"told that all is well, and gone", gone, []chapter{{arrived, first}, {arrived, clear}}, [4]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const id = "bakery.example.com"
			w := one(id, c.now)
			if c.now == gone {
				w = one("other.example.com", untouched)
			}
			survey, _ := w.survey(t)
			h := &tale{revisions: []int{1, 1, 1}, chapters: map[tailnet.ID][]chapter{id: c.history}}
			for i, kind := range kinds {
				s := &Sequel{History: h, Survey: survey, Bulletin: revised(w.bulletin(), true), Kind: kind, Choice: notify.Hold}
				got := ""
				for row := range firsts(t, s.Rows(t.Context())) {
					got = what(row)
				}
				if got != c.want[i] {
					t.Errorf("kind %q: %q, want %q", kind, got, c.want[i])
				}
			}
		})
	}
}

// TestTypoCorrectsNobody is F47: after a revision that is not material nobody who was told
// is told anything, whatever the kind; after a material one, they are told what is new to
// them, and no more.
func TestTypoCorrectsNobody(t *testing.T) {
	const id = "bakery.example.com"
	w := one(id, "1.60.0")
	survey, _ := w.survey(t)
	for _, c := range []struct {
		material []bool
		knows    int
		want     []string
	}{
		{nil, 1, nil},
		{[]bool{false}, 1, nil},
		{[]bool{true}, 1, []string{"Change 2."}},
		{[]bool{true}, 2, nil},
		{[]bool{true, false}, 2, nil},
		{[]bool{true, false}, 1, []string{"Change 2."}},
		{[]bool{true, false, true, true}, 2, []string{"Change 4.", "Change 5."}},
	} {
		h := &tale{revisions: []int{c.knows}, chapters: map[tailnet.ID][]chapter{id: {{arrived, notify.FirstNotice}}}}
		s := &Sequel{History: h, Survey: survey, Bulletin: revised(w.bulletin(), c.material...), Kind: notify.Correction}
		told, err := s.Told(t.Context())
		if err != nil || told.Told != 1 || told.Stale != min(1, len(c.want)) {
			t.Errorf("revisions %v, told at %d: %+v, %v", c.material, c.knows, told, err)
		}
		for row := range firsts(t, s.Rows(t.Context())) {
			if !slices.Equal(row.Changed, c.want) || (row.Standing == notify.Told) != (len(c.want) == 0) {
				t.Errorf("revisions %v, told at %d: %s, changed %q, want %q", c.material, c.knows, what(row), row.Changed, c.want)
			}
		}
	}
}

// TestAgainWithoutNews: who was sent a letter again in doubt, to no avail, gets it once more by
// a correction too that has nothing new for them; it names the letter that may have come.
func TestAgainWithoutNews(t *testing.T) {
	const id = "bakery.example.com"
	w := one(id, "1.60.0")
	survey, _ := w.survey(t)
	h := &tale{revisions: []int{2}, chapters: map[tailnet.ID][]chapter{id: {{again, notify.FirstNotice}}}}
	s := &Sequel{History: h, Survey: survey, Bulletin: revised(w.bulletin(), true), Kind: notify.Correction}
	rows := slices.Collect(firsts(t, s.Rows(t.Context())))
	if len(rows) != 1 || what(rows[0]) != "mailed" || !slices.Equal(rows[0].Earlier, []string{messageOf(id, 1)}) || !rows[0].Doubtful || !rows[0].Replaces.Equal(madeOn(1)) {
		t.Errorf("%+v", rows)
	}
}

// histories is how many TestHistoriesArePartitioned makes up.
const histories = 2000

// TestHistoriesArePartitioned is F47, on random histories: tailnets by their states in
// earlier plans, by whether the bulletin touches them now, and by the kind of the plan. Who
// was told and who is affected, together, have one end each, and it is the one that the
// reference works out from the states themselves.
func TestHistoriesArePartitioned(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("TOCSIN_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 47))
	seen := make(map[string]int)
	for range histories {
		w, h, material := madeUp(random)
		survey, _ := w.survey(t)
		for _, kind := range []notify.Kind{"", notify.Correction, notify.Update, notify.AllClear, "withdrawn"} {
			b := revised(w.bulletin(), material...)
			if kind == "withdrawn" {
				b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: now, Reason: "It was wrong."}
			}
			r := reference{w, h, b, kind}
			if kind == "withdrawn" {
				kind = notify.AllClear
			}
			s := &Sequel{History: h, Survey: survey, Bulletin: b, Kind: kind, Choice: notify.Hold}
			rows := slices.Collect(firsts(t, s.Rows(t.Context())))
			if !slices.IsSortedFunc(rows, func(a, b notify.Row) int { return strings.Compare(string(a.Tailnet.ID), string(b.Tailnet.ID)) }) {
				t.Fatal("the rows are not in order")
			}
			got := make(map[tailnet.ID]string)
			for _, row := range rows {
				if got[row.Tailnet.ID] != "" {
					t.Fatalf("%s stands in two rows", row.Tailnet.ID)
				}
				got[row.Tailnet.ID] = what(row)
				r.details(t, row)
			}
			for id := range everybody(w, h) {
				want := r.end(id)
				if seen[want]++; got[id] != want {
					t.Fatalf("kind %q, tailnet %s with %v, plans of revisions %v, material %v, now %+v: %q, want %q",
						r.kind, id, h.chapters[id], h.revisions, material, w.nodes, got[id], want)
				}
			}
		}
		if err := survey.Close(); err != nil { // and not all of them at the end
			t.Fatal(err)
		}
	}
	t.Logf("ends: %v", seen)
	for _, end := range []string{"", "mailed", "mailed again", "unreachable", "undetermined", "told", "mailed correction", "mailed update", "mailed all-clear", "unreachable correction", "unreachable all-clear"} {
		if seen[end] < 100 {
			t.Errorf("%d tailnets ended as %q", seen[end], end)
		}
	}
}

// madeUp is a random inventory and a random history beside it.
func madeUp(random *rand.Rand) (*walk, *tale, []bool) {
	w, h := new(walk), &tale{chapters: make(map[tailnet.ID][]chapter), forgotten: make(map[tailnet.ID]bool)}
	var material []bool
	for range random.IntN(4) {
		material = append(material, random.IntN(2) == 0)
	}
	plans := random.IntN(5)
	for range plans {
		h.revisions = append(h.revisions, 1+random.IntN(len(material)+1))
		h.kinds = append(h.kinds, []notify.Kind{"", notify.Correction, notify.Update, notify.AllClear}[random.IntN(4)])
	}
	slices.Sort(h.revisions)
	for i := range 12 {
		id := tailnet.ID(fmt.Sprintf("t%02d.example.com", random.IntN(100)*12+i))
		if random.IntN(4) > 0 {
			row := tailnet.Tailnet{ID: id}
			if random.IntN(5) > 0 {
				row.OwnerEmail = "owner@" + string(id)
			}
			version := []string{"1.60.0", "1.60.0", "1.70.0", "unreadable"}[random.IntN(4)]
			w.tailnets = append(w.tailnets, row)
			w.nodes = append(w.nodes, tailnet.Node{Tailnet: id, ID: "n" + string(id), Name: "till", Product: "client", OS: "windows", Version: version})
		}
		for range plans {
			kinds := []notify.Kind{notify.FirstNotice, notify.FirstNotice, notify.Correction, notify.Update, notify.AllClear, vanished}
			h.chapters[id] = append(h.chapters[id], chapter{ending(random.IntN(6)), kinds[random.IntN(len(kinds))]})
		}
		h.forgotten[id] = random.IntN(8) == 0
	}
	return w, h, material
}

// everybody is the tailnets of an inventory and of a history.
func everybody(w *walk, h *tale) map[tailnet.ID]bool {
	all := make(map[tailnet.ID]bool)
	for _, row := range w.tailnets {
		all[row.ID] = true
	}
	for id := range h.chapters {
		all[id] = true
	}
	return all
}

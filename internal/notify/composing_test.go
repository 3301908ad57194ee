package notify

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// crowd are rows of many tailnets, some of which have hundreds of nodes and some no letter.
func crowd(count int) []Row {
	rows := make([]Row, count)
	for i := range rows {
		id := tailnet.ID(fmt.Sprintf("t%04d", i))
		r := Row{Tailnet: tailnet.Tailnet{ID: id}, Standing: Mailed, Clauses: []string{"severe-action"}, Match: affected.Match{Tailnet: id, Affected: verdict.Yes}}
		r.Contact = tailnet.Contact{Tailnet: id, Address: tailnet.Address("owner@" + string(id) + ".example"), Reason: tailnet.Owner}
		for n := range 1 + i%40/39*300 {
			node := tailnet.Node{Tailnet: id, ID: fmt.Sprint(id, "-", n), OS: "windows", Product: "client", Version: "1.60.0"}
			r.Match.Hits = append(r.Match.Hits, affected.Hit{Node: node, Affected: verdict.Yes})
		}
		if i%11 == 5 {
			r.Standing, r.Contact = NotRequired, tailnet.Contact{}
		}
		rows[i] = r
	}
	return rows
}

func entriesOf(all iter.Seq2[Entry, error], most int) (entries []Entry, err error) {
	for e, err := range all {
		if err != nil {
			return entries, err
		}
		if entries = append(entries, e); len(entries) == most {
			break
		}
	}
	return entries, nil
}

func sameEntry(a, b Entry) bool {
	return a.Tailnet == b.Tailnet && a.Standing == b.Standing && a.MessageID == b.MessageID && bytes.Equal(a.Message, b.Message) && a.Digest == b.Digest
}

// F20: letters that are written side by side are those that one goroutine writes, each
// under its own tailnet and in the order of the rows, however far somebody reads.
func TestSideBySide(t *testing.T) {
	p, plan, rows := press(t, severe()), Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, crowd(90)
	var want []Entry
	for _, r := range rows {
		e, err := p.entry(plan, r)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, e)
	}
	for _, most := range []int{1, 2, 41, 90, 1000} {
		got, err := entriesOf(p.Entries(plan, streamed(rows)), most)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(want[:min(most, len(want))], got, sameEntry) {
			t.Fatalf("the first %d are others", most)
		}
	}
	if got, err := entriesOf(p.Entries(plan, streamed(nil)), 1); got != nil || err != nil {
		t.Errorf("no rows came to %v, %v", got, err)
	}
}

// What stops one letter stops after the letters before it, and before all others; so does
// a survey that breaks off.
func TestFirstFaultStops(t *testing.T) {
	p, plan, rows := press(t, severe()), Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, crowd(90)
	broken := errors.New("the scratch file is gone")
	for _, at := range []int{0, 1, 39, 40, 88} {
		mixed := slices.Clone(rows)
		for _, i := range []int{at, 89} { // the later one may be found first
			mixed[i].Match.Tailnet, mixed[i].Standing = "another", Mailed
		}
		got, err := entriesOf(p.Entries(plan, streamed(mixed)), 0)
		if fault, is := errors.AsType[*LetterError](err); len(got) != at || !is || fault.Tailnet != rows[at].Tailnet.ID {
			t.Errorf("the letter at %d is another's: %d entries, %v", at, len(got), err)
		}
		ends := func(yield func(Row, error) bool) {
			for _, r := range rows[:at] {
				if !yield(r, nil) {
					return
				}
			}
			yield(Row{}, broken)
		}
		if got, err := entriesOf(p.Entries(plan, ends), 0); len(got) != at || !errors.Is(err, broken) {
			t.Errorf("broken off at %d: %d entries, %v", at, len(got), err)
		}
	}
}

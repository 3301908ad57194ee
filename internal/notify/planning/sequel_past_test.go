package planning

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// counting is a history that counts what it was asked for.
type counting struct {
	*tale
	asked int
}

func (h *counting) EachPast(ctx context.Context, id bulletin.ID, visit func(ledger.Past) error) error {
	h.asked = 0
	return h.tale.EachPast(ctx, id, func(p ledger.Past) error {
		h.asked++
		return visit(p)
	})
}

// TestPastIsWalkedOneByOne: where an export names all tailnets anew, each one that was told
// gets its row as it is met, between others that the bulletin does not touch, and after the
// last of them; they are never gathered. Whoever stops asking is given no more.
func TestPastIsWalkedOneByOne(t *testing.T) {
	const many = 400
	w := new(walk)
	h := &counting{tale: &tale{revisions: []int{1}, chapters: make(map[tailnet.ID][]chapter)}}
	for i := range many {
		id := tailnet.ID(fmt.Sprintf("old-%03d.example.com", i))
		h.chapters[id] = []chapter{{arrived, notify.FirstNotice}}
		if i < many/2 && i%3 == 2 {
			w.tailnets = append(w.tailnets, tailnet.Tailnet{ID: id + ".new"})
			w.nodes = append(w.nodes, tailnet.Node{Tailnet: id + ".new", ID: fmt.Sprint(i), Name: "till", Product: "client", OS: "windows", Version: "1.70.0"})
		}
	}
	survey, _ := w.survey(t)
	s := &Sequel{History: h, Survey: survey, Bulletin: revised(w.bulletin()), Kind: notify.AllClear, Choice: notify.Hold}
	for _, enough := range []int{1, many / 4, 3 * many / 4, many + 1} {
		var ids []tailnet.ID
		for row := range firsts(t, s.Rows(t.Context())) {
			if ids = append(ids, row.Tailnet.ID); h.asked > len(ids)+1 {
				t.Fatalf("%d were asked for, with %d rows given", h.asked, len(ids))
			}
			if len(ids) == enough {
				break
			}
		}
		if len(ids) != min(enough, many) || !slices.IsSorted(ids) {
			t.Errorf("%d rows, want %d", len(ids), min(enough, many))
		}
	}
}

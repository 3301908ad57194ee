package planning

import (
	"slices"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// TestNobodyCanTellIsNoAllClear: whoever was told that it is not listed any more, and that nobody can
// tell, counts as told and not as clear. While the inventory has it no more it is written to once
// after each material revision and after the withdrawal, and not without news.
func TestNobodyCanTellIsNoAllClear(t *testing.T) {
	const id = "bakery.example.com"
	plain := []chapter{{arrived, notify.FirstNotice}, {arrived, vanished}}
	for name, c := range map[string]struct {
		chapters  []chapter
		knows     int // revision of the last plan
		withdrawn bool
		want      string
		told      Classes
	}{
		"nothing is new":      {plain, 2, false, "", Classes{Told: 1, Gone: 1}},
		"a material revision": {plain, 1, false, "mailed all-clear", Classes{Told: 1, Gone: 1, Stale: 1, Unlisted: 1}},
		"the withdrawal":      {plain, 2, true, "mailed all-clear", Classes{Told: 1, Gone: 1}},
		"told all is well":    {append(slices.Clone(plain), chapter{arrived, notify.AllClear}), 1, true, "", Classes{Cleared: 1}},
	} {
		w := one("other.example.com", "1.70.0")
		survey, _ := w.survey(t)
		h := &tale{revisions: []int{1, c.knows, c.knows}, chapters: map[tailnet.ID][]chapter{id: c.chapters}}
		s := &Sequel{History: h, Survey: survey, Bulletin: revised(w.bulletin(), true), Kind: notify.AllClear, Choice: notify.Hold}
		if c.withdrawn {
			s.Bulletin.Status, s.Bulletin.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: now, Reason: "It was wrong."}
		}
		got := ""
		classes, err := s.classes(t.Context(), s.Rows(t.Context()), nil)
		for row := range firsts(t, s.Rows(t.Context())) {
			got = what(row)
		}
		if err != nil || got != c.want || classes.Told != c.told.Told || classes.Gone != c.told.Gone || classes.Stale != c.told.Stale ||
			classes.Cleared != c.told.Cleared || classes.Unlisted != c.told.Unlisted {
			t.Errorf("%s: %q, %+v, %v; want %q, %+v", name, got, classes, err, c.want, c.told)
		}
	}
}

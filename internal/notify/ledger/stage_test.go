package ledger

import (
	"testing"

	"tocsin/internal/notify"
)

// TestStage: it is another after every plan of the bulletin, and after whatever happens to the last
// of them, for who only reads too; not after what happens to another bulletin's.
func TestStage(t *testing.T) {
	l := newLedger(t)
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	last := Stage{}
	moves := func(what string, want bool) {
		t.Helper()
		stage, err := reader.Stage(ctx, live(1).ID.Bulletin)
		if own, err := l.Stage(ctx, live(1).ID.Bulletin); err != nil || own != stage {
			t.Errorf("%s: who writes sees %+v, who reads %+v, %v", what, own, stage, err)
		}
		if moved := stage != last; err != nil || moved != want {
			t.Errorf("%s: from %+v to %+v, %v", what, last, stage, err)
		}
		last = stage
	}
	moves("nothing", false)
	first := freeze(t, l, live(1), entries(12))
	moves("a plan", true)
	r := startRun(t, l, first)
	settleAs(t, l, first, r, Accept, claimSome(t, l, first, r, 1))
	moves("a letter", true)
	other := live(1)
	other.ID.Bulletin = "TS-2026-099"
	freeze(t, l, other, entries(12))
	moves("another bulletin's plan", false)
	next := live(2)
	next.Inputs = notify.Inputs{"bulletin": "corrected"}
	second := freeze(t, l, next, entries(12))
	moves("a second plan", true)
	if last.Last != 2 {
		t.Errorf("the last plan is %d", last.Last)
	}
	if _, err := l.Drop(ctx, second, dropping()); err != nil {
		t.Fatal(err)
	}
	moves("a plan that was dropped", true)
}

package send

import (
	"errors"
	"testing"

	"tocsin/internal/notify/ledger"
)

// TestDroppedPlan: nothing goes out of a plan that somebody dropped, and its run says why.
func TestDroppedPlan(t *testing.T) {
	t.Parallel()
	h := newHome(t, 3)
	book := h.open(t)
	plan, err := book.Plan(ctx, planID)
	if err == nil {
		_, err = book.Drop(ctx, plan, ledger.Settlement{Who: "w", Why: "y", At: clock()})
	}
	if err != nil {
		t.Fatal(err)
	}
	closeLedger(t, book)
	var dropped *DroppedError
	if result, err := h.deliver(t, ctx, nil); !errors.As(err, &dropped) || dropped.Plan != planID || result != (Result{}) {
		t.Errorf("%+v, %v", result, err)
	}
	h.wantStates(t, 1, map[ledger.State]int{ledger.Superseded: 3})
	if found := h.arrived(t); len(found) > 0 {
		t.Errorf("%d arrived", len(found))
	}
}

// TestPausedPlan: a run of a plan that is paused says so before it asks for anything else.
func TestPausedPlan(t *testing.T) {
	t.Parallel()
	var paused *ledger.PausedError
	run := Run{Plan: ledger.Stored{Paused: "TS-2026-007/2"}}
	if err := run.ready(ctx, unchanged); !errors.As(err, &paused) || paused.By != run.Plan.Paused {
		t.Error(err)
	}
}

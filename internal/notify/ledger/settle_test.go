package ledger

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
)

// TestSettled: who settled a row, how and why is on the record; the row is open no more,
// and a letter that was sent again in doubt counts as possibly twice.
func TestSettled(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	a, err := l.Account(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	want := Account{
		Counts: p.Counts, Letters: map[State]int{Planned: 5, Accepted: 1, Deferred: 1, Rejected: 1, Unknown: 1, Bounced: 1}, Closed: Closed{Told: 1}, Twice: 1,
		Unsettled: map[State]int{Unknown: 1, Bounced: 1}, Untold: notify.Counts{notify.Unreachable: 10, notify.Undetermined: 10}, Due: "2026-05-04T10:05:00Z",
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	records, err := l.Settlements(ctx, p)
	if err != nil || len(records) != 3 || records[1].Row != 17 || records[1].Settlement != (Settlement{Resend, "A. Operator", "as it was", during}) {
		t.Errorf("%+v, %v", records, err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// TestWhatCannotBeSettled: nobody's decision makes a letter sendable that a later plan has
// taken the place of, or that is forgotten; and nobody is told who need not be.
func TestWhatCannotBeSettled(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 3)
	if err := l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}, {d[1], 2, ""}}, during); err != nil {
		t.Fatal(err)
	}
	settleAs(t, l, p, r, Lose, d[:2])
	settleAs(t, l, p, r, Reject, d[2:])
	freeze(t, l, aPlan(2), entries(12))
	p, err := l.Plan(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	settle := func(row int, how Event) error {
		t.Helper()
		return l.Settle(ctx, p, rows(t, l, p)[row-1], Settlement{How: how, Who: "w", Why: "y", At: during})
	}
	var refused *SettleError
	for what, err := range map[string]error{
		"resend in a plan whose place was taken": settle(1, Resend),
		"resend what was rejected there":         settle(9, Resend),
		"tell who need not be told":              settle(2, Told),
		"an event that settles nothing":          settle(1, Accept),
	} {
		if !errors.As(err, &refused) || refused.Plan != p.ID || refused.Because == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := settle(1, Absent); err != nil {
		t.Error(err)
	}
	wantStates(t, l, p, map[State]int{Superseded: 1, Unknown: 1, Rejected: 1})
	if err := errors.Join(l.Forget(ctx, p, past), l.Verify(ctx, p)); err != nil {
		t.Error(err)
	}
	if err := settle(5, Resend); !errors.As(err, &refused) {
		t.Errorf("a forgotten letter goes out again: %v", err)
	}
}

// TestSettlingIsNotOverwritten: two who settle the same row do not overwrite each other.
func TestSettlingIsNotOverwritten(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4))
	d := rows(t, l, p)[0]
	hold := Settlement{How: Keep, Who: "w", Why: "y", At: during}
	if err := l.Settle(ctx, p, d, hold); err != nil {
		t.Fatal(err)
	}
	var move *MoveError
	if err := l.Settle(ctx, p, d, hold); !errors.As(err, &move) {
		t.Errorf("settled by what it was before: %v", err)
	}
	if letters := claimSome(t, l, p, startRun(t, l, p), 9); len(letters) != 0 {
		t.Errorf("%d letters go out that are held", len(letters))
	}
}

// TestClosedByDecision: what a person closed is counted by what they said of it, and a letter
// that they kept back apart from those whose place another plan took.
func TestClosedByDecision(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	planned, err := l.InState(ctx, p, Planned, 2)
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := l.InState(ctx, p, Unknown, 1)
	if err != nil {
		t.Fatal(err)
	}
	said := Settlement{Who: "A. Operator", Why: "as it was", At: during}
	for _, row := range []struct {
		Delivery
		how Event
	}{{planned[0], Told}, {planned[1], Keep}, {unknown[0], Keep}} {
		said.How = row.how
		if err := l.Settle(ctx, p, row.Delivery, said); err != nil {
			t.Fatal(err)
		}
	}
	a, err := l.Account(ctx, p)
	if want := (Closed{Told: 2, Untold: 1, InDoubt: 1}); err != nil || a.Closed != want || a.Closed.Rows() != 4 {
		t.Errorf("%+v, want %+v, %v", a.Closed, want, err)
	}
	if diff := cmp.Diff(map[Event]int{Told: 1, Keep: 1}, a.Withheld); diff != "" {
		t.Error(diff)
	}
}

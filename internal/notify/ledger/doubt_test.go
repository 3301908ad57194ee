package ledger

import (
	"errors"
	"testing"

	"tocsin/internal/tailnet"
)

// inDoubt freezes a plan of three letters and loses all of them.
func inDoubt(t *testing.T, l *Ledger, number int) (p Stored, letters []Delivery) {
	t.Helper()
	p = freeze(t, l, live(number), entries(12))
	r := startRun(t, l, p)
	letters = claimSome(t, l, p, r, 3)
	for i, d := range letters {
		if err := l.Commit(ctx, p, r, nil, []Mark{{d, i + 1, ""}}, during); err != nil {
			t.Fatal(err)
		}
	}
	settleAs(t, l, p, r, Lose, letters)
	return p, letters
}

// wantOpen wants some rows of a plan in doubt, and no other, to be somebody's business: in
// its account, row by row, and where it is to be forgotten.
func wantOpen(t *testing.T, l *Ledger, p Stored, want ...Delivery) {
	t.Helper()
	p = reread(t, l, p.ID)
	a, err := l.Account(ctx, p)
	if err != nil || a.Unsettled[Unknown] != len(want) || a.OpenRows() != len(want) {
		t.Errorf("%s: %d rows are open, want %d: %+v, %v", p.ID, a.OpenRows(), len(want), a, err)
	}
	open := make(map[tailnet.ID]bool)
	for _, d := range want {
		open[d.Tailnet] = true
	}
	for _, d := range rows(t, l, p) {
		if got := p.Unsettled(d); got != open[d.Tailnet] {
			t.Errorf("%s: the row of %s is open: %v", p.ID, d.Tailnet, got)
		}
	}
	var kept *KeptError
	may, err := l.Forgettable(ctx, p, past)
	if errors.As(err, &kept) != (len(want) > 0) || kept != nil && kept.Open != len(want) || kept == nil && (err != nil || !may) {
		t.Errorf("%s can be forgotten: %v, %v", p.ID, may, err)
	}
}

// TestDoubtOutlivesItsPlan is F46 and F47: nobody knows of a letter in doubt whether it
// arrived, and a later plan counts it as told. So it stays open when that plan takes over,
// until somebody settles it or the later plan has told that tailnet for certain.
func TestDoubtOutlivesItsPlan(t *testing.T) {
	l := newLedger(t)
	p, d := inDoubt(t, l, 1)
	next := freeze(t, l, live(2), entries(12))
	r := startRun(t, l, next)
	again := claimSome(t, l, next, r, 3)
	wantOpen(t, l, p, d...)
	settleAs(t, l, next, r, Accept, again[:1])
	settleAs(t, l, next, r, Reject, again[1:])
	wantOpen(t, l, p, d[1:]...)
	settle := func(of Stored, row Delivery, how Event) {
		t.Helper()
		now, _, err := l.Delivery(ctx, of, row.Tailnet)
		if err := errors.Join(err, l.Settle(ctx, reread(t, l, of.ID), now, Settlement{How: how, Who: "w", Why: "y", At: during})); err != nil {
			t.Fatal(err)
		}
	}
	settle(next, d[0], Bounce) // and so it told nobody
	wantOpen(t, l, p, d...)
	settle(next, d[0], Told)
	wantOpen(t, l, p, d[1:]...)
	settle(p, d[1], Keep)
	wantOpen(t, l, p, d[2])
	settle(p, d[2], Absent)
	wantOpen(t, l, p)
	wantStates(t, l, p, map[State]int{Unknown: 2, Superseded: 1})
	verifyAll(t, l)
}

// TestDoubtThatNobodyTakesUp: letters of another bulletin, of an earlier plan and of a
// rehearsal take up no doubt; and a rehearsal that is over leaves none.
func TestDoubtThatNobodyTakesUp(t *testing.T) {
	l := newLedger(t)
	sendAll(t, l, freeze(t, l, live(1), entries(12)))
	p, d := inDoubt(t, l, 2)
	other := bulletin8()
	other.ID.Number, other.Transport = 9, live(1).Transport
	sendAll(t, l, freeze(t, l, other, entries(12)))
	sendAll(t, l, freeze(t, l, aPlan(3), entries(12)))
	exec_(t, l, "UPDATE plans SET superseded = 'TS-2026-007/3' WHERE number = 2")
	wantOpen(t, l, p, d...)
	exec_(t, l, "UPDATE plans SET transport = ? WHERE number = 2", aPlan(2).Transport)
	wantOpen(t, l, p)
}

package ledger

import (
	"errors"
	"slices"
	"testing"

	"tocsin/internal/notify"
)

// acceptedPlan is a plan of which every letter was accepted.
func acceptedPlan(t *testing.T, l *Ledger, planned []notify.Entry) (Stored, []Delivery) {
	t.Helper()
	p := freeze(t, l, aPlan(1), planned)
	r := startRun(t, l, p)
	settleAs(t, l, p, r, Accept, claimSome(t, l, p, r, len(planned)))
	var accepted []Delivery
	for _, d := range rows(t, l, p) {
		if d.State == Accepted {
			accepted = append(accepted, d)
		}
	}
	return p, accepted
}

// bouncedAll says of rows that they came back.
func bouncedAll(letters []Delivery) (all []Settled) {
	for _, d := range letters {
		all = append(all, Settled{d, Settlement{How: Bounce, Who: "w", Why: "5.1.1", At: during}})
	}
	return all
}

// TestSettleAll is F33: thousands of reports are on record each, in its own event, and the
// chain still verifies.
func TestSettleAll(t *testing.T) {
	l := newLedger(t)
	p, letters := acceptedPlan(t, l, slices.DeleteFunc(entries(8000), func(e notify.Entry) bool {
		return e.Standing != notify.Mailed && e.Nodes > 400 // of those without a letter a few are enough
	}))
	if len(letters) < 2000 {
		t.Fatalf("%d letters", len(letters))
	}
	if err := l.SettleAll(ctx, p, bouncedAll(letters)); err != nil {
		t.Fatal(err)
	}
	records, err := l.Settlements(ctx, p)
	if err != nil || len(records) != len(letters) || records[7].Row != letters[7].Row || records[7].Why != "5.1.1" {
		t.Errorf("%d records of %d, %v", len(records), len(letters), err)
	}
	a, err := l.Account(ctx, p)
	if err != nil || a.Unsettled[Bounced] != len(letters) || a.OpenRows() != len(letters)+a.Untold.Affected() {
		t.Errorf("%+v, %v", a, err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// TestSettleAllOrNone: rows that cannot be settled so are all named; with them, and where
// somebody else was faster, nothing is settled.
func TestSettleAllOrNone(t *testing.T) {
	l := newLedger(t)
	p, letters := acceptedPlan(t, l, entries(40))
	all := bouncedAll(letters)
	all[1].How, all[3].How = Resend, Accept
	err := l.SettleAll(ctx, p, all)
	joined, several := err.(interface{ Unwrap() []error })
	if !several || len(joined.Unwrap()) != 2 {
		t.Fatalf("%v", err)
	}
	for _, e := range joined.Unwrap() {
		var refused *SettleError
		if !errors.As(e, &refused) {
			t.Errorf("%v", e)
		}
	}
	wantStates(t, l, p, map[State]int{Accepted: len(letters)})
	if err := l.SettleAll(ctx, p, bouncedAll(letters[4:5])); err != nil {
		t.Fatal(err)
	}
	var moved *MoveError
	if err := l.SettleAll(ctx, p, bouncedAll(letters)); !errors.As(err, &moved) {
		t.Errorf("settled by what it was before: %v", err)
	}
	wantStates(t, l, p, map[State]int{Accepted: len(letters) - 1, Bounced: 1})
	if err := errors.Join(l.SettleAll(ctx, p, nil), l.Verify(ctx, p)); err != nil {
		t.Error(err)
	}
	d, found, err := l.DeliveryAt(ctx, p, letters[0].Row)
	began, err2 := l.Began(ctx, d)
	if !found || d.Tailnet != letters[0].Tailnet || began.IsZero() || errors.Join(err, err2) != nil {
		t.Errorf("%+v, %s, %v", d, began, err)
	}
	if _, found, err := l.DeliveryAt(ctx, p, 1000); found || err != nil {
		t.Errorf("a row that is not there: %t, %v", found, err)
	}
}

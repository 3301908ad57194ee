package ledger

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

func dropping() Settlement {
	return Settlement{Who: "Planted Operator", Why: "planted reason", At: during}
}

// TestDropped: a plan that was dropped hands out nothing and is not found as equal; what was
// paused for it goes on where it was.
func TestDropped(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(12))
	r := startRun(t, l, first)
	settleAs(t, l, first, r, Accept, claimSome(t, l, first, r, 1))
	next := live(2)
	next.Inputs = notify.Inputs{"bulletin": "corrected"}
	second := freeze(t, l, next, entries(12))
	if id, found, err := l.Equal(ctx, first.ID.Bulletin, first.Inputs, during); found || err != nil {
		t.Errorf("a plan that is paused is found: %v, %v", id, err)
	}
	lifted, err := l.Drop(ctx, second, dropping())
	if err != nil || !slices.Equal(lifted, []notify.PlanID{first.ID}) {
		t.Errorf("dropped, and %v goes on, %v", lifted, err)
	}
	second = reread(t, l, second.ID)
	wantStates(t, l, second, map[State]int{Superseded: 3})
	if id, found, err := l.Equal(ctx, first.ID.Bulletin, second.Inputs, during); found || err != nil {
		t.Errorf("a plan that was dropped is found: %v, %v", id, err)
	}
	if id, found, err := l.Equal(ctx, first.ID.Bulletin, first.Inputs, during); !found || id != first.ID || err != nil {
		t.Errorf("a plan that goes on is not found: %v, %v", id, err)
	}
	if d, err := l.Claim(ctx, second, startRun(t, l, second), 9, during); err != nil || len(d) > 0 {
		t.Errorf("a plan that was dropped hands out %v, %v", d, err)
	}
	if a, err := l.Account(ctx, second); err != nil || a.Open() != 0 || len(a.Unsettled) > 0 || len(a.Untold) > 0 {
		t.Errorf("somebody still has to see to %+v, %v", a, err)
	}
	var refused *SettleError
	if err := l.Settle(ctx, second, rows(t, l, second)[0], Settlement{How: Resend, Who: "w", Why: "y", At: during}); !errors.As(err, &refused) {
		t.Errorf("a letter of a plan that was dropped goes out: %v", err)
	}
	if d := claimSome(t, l, first, r, 9); len(d) != 2 {
		t.Errorf("%d letters of the earlier plan go out, 2 were left", len(d))
	} else {
		settleAs(t, l, first, r, Accept, d)
	}
	next.ID.Number, err = l.NextNumber(ctx, first.ID.Bulletin)
	if err != nil || next.ID.Number != 3 {
		t.Errorf("the next is number %d, %v", next.ID.Number, err)
	}
	third := freeze(t, l, next, entries(12))
	if id, found, err := l.Equal(ctx, first.ID.Bulletin, third.Inputs, during); !found || id != third.ID || err != nil {
		t.Errorf("planned again, it is %v, %v, %v", id, found, err)
	}
	records, err := l.Settlements(ctx, second)
	if err != nil || len(records) != 1 || records[0].How != Abandon || records[0].Who != "Planted Operator" || !records[0].At.Equal(during) {
		t.Errorf("on the record is %+v, %v", records, err)
	}
	verifyAll(t, l)
}

// TestWhatCannotBeDropped: nobody drops a plan of which letters are out, or may be, or that
// is closed or paused.
func TestWhatCannotBeDropped(t *testing.T) {
	for _, c := range []struct {
		fates   string
		because string // empty: it can be dropped
	}{
		{"planned", ""}, {"return", ""}, {"defer", ""}, {"reject", ""}, {"reject told", ""}, {"lose absent", ""},
		{"accept", "1 of its letters"}, {"lose", "1 of its letters"}, {"accept bounce", "1 of its letters"}, {"lose resend", "1 of its letters"},
	} {
		l := newLedger(t)
		p := freeze(t, l, live(1), entries(4))
		fate(t, l, p, strings.Fields(c.fates)...)
		before := states(t, l, p)
		_, err := l.Drop(ctx, p, dropping())
		var refused *DropError
		if errors.As(err, &refused) != (c.because != "") || refused != nil && !strings.HasPrefix(refused.Because, c.because) || refused == nil && err != nil {
			t.Errorf("after %q: %v", c.fates, err)
		}
		if err != nil {
			wantStates(t, l, p, before)
		}
		verifyAll(t, l)
	}
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(8))
	r := startRun(t, l, first)
	d := claimSome(t, l, first, r, 1)
	var refused *DropError
	if _, err := l.Drop(ctx, first, dropping()); !errors.As(err, &refused) {
		t.Errorf("with a letter begun: %v", err)
	}
	settleAs(t, l, first, r, Accept, d)
	second := freeze(t, l, live(2), entries(8))
	r = startRun(t, l, second)
	settleAs(t, l, second, r, Return, claimSome(t, l, second, r, 1))
	if _, err := l.Drop(ctx, first, dropping()); !errors.As(err, &refused) || !strings.Contains(refused.Because, "taken its place") {
		t.Errorf("of a plan that is closed: %v", err)
	}
	if lifted, err := l.Drop(ctx, second, dropping()); err != nil || len(lifted) > 0 || ends(reread(t, l, first.ID)) != "superseded" {
		t.Errorf("a plan that had begun: %v, %v", lifted, err)
	}
	if _, err := l.Drop(ctx, second, dropping()); !errors.As(err, &refused) {
		t.Errorf("dropped twice: %v", err)
	}
	verifyAll(t, l)
}

// TestDropIsWhole is F34: a plan that is dropped, and the one that goes on for it, are one
// transaction.
func TestDropIsWhole(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(4))
	fate(t, l, first, "accept")
	second := freeze(t, l, live(2), entries(4))
	exec_(t, l, "CREATE TRIGGER fails BEFORE INSERT ON events WHEN NEW.text LIKE '% lifted%' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	if _, err := l.Drop(ctx, second, dropping()); err == nil {
		t.Error("dropped")
	}
	if got := ends(reread(t, l, first.ID)) + " " + ends(reread(t, l, second.ID)); got != "paused stands" {
		t.Error(got)
	}
	wantStates(t, l, second, map[State]int{Planned: 1})
	verifyAll(t, l)
}

// TestDroppedIsForgotten: who dropped a plan, and why, is forgotten with it, and the chain
// still verifies.
func TestDroppedIsForgotten(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(4))
	if _, err := l.Drop(ctx, p, dropping()); err != nil {
		t.Fatal(err)
	}
	p = reread(t, l, p.ID)
	if err := errors.Join(l.Forget(ctx, p, past), l.Scrub(ctx), l.Verify(ctx, p)); err != nil {
		t.Fatal(err)
	}
	if records, err := l.Settlements(ctx, p); err != nil || len(records) != 1 || records[0].Who != "" || records[0].Why != "" {
		t.Errorf("%+v, %v", records, err)
	}
	for _, secret := range []string{"Planted Operator", "planted reason"} {
		if inFiles(t, l.path, secret) || strings.Contains(exported(t, l, p, true), secret) {
			t.Errorf("%q is still there", secret)
		}
	}
}

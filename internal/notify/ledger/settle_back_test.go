package ledger

import (
	"errors"
	"testing"

	"tocsin/internal/notify"
)

// TestToldIsTakenBack: that somebody without a letter was told, or is left, can be taken back, also
// once another plan has taken the place of its own: it is open again where it stands, and untold.
func TestToldIsTakenBack(t *testing.T) {
	for _, how := range []Event{Told, Keep} {
		l := newLedger(t)
		p := freeze(t, l, live(1), entries(4))
		said := Settlement{How: how, Who: "w", Why: "y", At: during}
		back := Settlement{How: Resend, Who: "w", Why: "it was another's number", At: during}
		const unreachable = 3
		at := func() Delivery { return rows(t, l, p)[unreachable-1] }
		told := func() bool {
			past, _, err := l.Past(ctx, p.ID.Bulletin, at().Tailnet)
			if err != nil {
				t.Fatal(err)
			}
			return past.Told
		}
		var refused *SettleError
		if err := l.Settle(ctx, p, at(), back); !errors.As(err, &refused) {
			t.Errorf("nothing was said that is taken back: %v", err)
		}
		if err := l.Settle(ctx, p, at(), said); err != nil || told() != (how == Told) || p.Unsettled(at()) {
			t.Errorf("%s: %v, told %v", how, err, told())
		}
		if err := l.Settle(ctx, p, at(), back); err != nil || told() || !p.Unsettled(at()) {
			t.Errorf("%s is taken back: %v, told %v, open %v", how, err, told(), p.Unsettled(at()))
		}
		if err := l.Settle(ctx, p, at(), back); !errors.As(err, &refused) {
			t.Errorf("taken back twice: %v", err)
		}
		a, err := l.Account(ctx, p)
		if err != nil || a.Untold[notify.Unreachable] != 1 || a.Closed.Rows() != 0 {
			t.Errorf("%+v, %v", a, err)
		}
		if err := l.Settle(ctx, p, at(), said); err != nil {
			t.Fatal(err)
		}
		sendAll(t, l, freeze(t, l, live(2), entries(4)))
		p = reread(t, l, p.ID)
		if err := l.Settle(ctx, p, at(), back); err != nil || p.Superseded == "" || told() || at().State != NoLetter {
			t.Errorf("in a plan that is closed: %v, told %v, %s", err, told(), at().State)
		}
		verifyAll(t, l)
	}
}

// TestRehearsalInDoubtIsDropped: a letter that somebody had sent again, in doubt, into the outbox of
// a rehearsal has left no machine.
func TestRehearsalInDoubtIsDropped(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4))
	fate(t, l, p, "lose", "resend")
	if d := rows(t, l, p)[0]; !d.Twice || !rehearsed(p.Plan) {
		t.Fatalf("%+v of %s", d, p.Transport)
	}
	if _, err := l.Drop(ctx, p, dropping()); err != nil {
		t.Error(err)
	}
	verifyAll(t, l)
}

package ledger

import (
	"testing"
	"time"

	"tocsin/internal/notify"
)

// here is the machine of these tests.
var here = Machine{PID: 7, Host: "sender.example.com", Boot: "boot-1", Synced: true}

// during is an instant at which letters of these tests go out.
var during = created.Add(time.Hour)

func startRun(t *testing.T, l *Ledger, p Stored) Run {
	t.Helper()
	r, err := l.Start(ctx, p, here, created)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// claimSome begins so many letters, or as many as are due.
func claimSome(t *testing.T, l *Ledger, p Stored, r Run, n int) []Delivery {
	t.Helper()
	letters, err := l.Claim(ctx, p, r, n, created)
	if err != nil {
		t.Fatal(err)
	}
	return letters
}

// all are outcomes of the same kind of some letters.
func all(event Event, letters []Delivery) (outcomes []Outcome) {
	for _, d := range letters {
		outcomes = append(outcomes, Outcome{Letter: d, Event: event})
	}
	return outcomes
}

// settleAs takes begun letters to the same outcome.
func settleAs(t *testing.T, l *Ledger, p Stored, r Run, event Event, letters []Delivery) {
	t.Helper()
	if err := l.Commit(ctx, p, r, all(event, letters), nil, during); err != nil {
		t.Fatal(err)
	}
}

// sendAll delivers what is due of a plan.
func sendAll(t *testing.T, l *Ledger, p Stored) {
	t.Helper()
	r := startRun(t, l, p)
	settleAs(t, l, p, r, Accept, claimSome(t, l, p, r, 1000))
	if err := l.End(ctx, p, r, during); err != nil {
		t.Fatal(err)
	}
}

// sendMixed takes a plan of 40 rows, and so of ten letters, through all that can happen to
// letters. In the end one is accepted, one put off, one refused and then told by phone, one
// in doubt, and one came back. Five are planned: two never begun, one sent back, one that a
// run left begun, and one in doubt that somebody had sent again.
func sendMixed(t *testing.T, l *Ledger, p Stored) {
	t.Helper()
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 8)
	commit := func(outcomes []Outcome, marks ...Mark) {
		t.Helper()
		if err := l.Commit(ctx, p, r, outcomes, marks, during); err != nil {
			t.Fatal(err)
		}
	}
	commit(nil, Mark{d[0], 1, ""}, Mark{d[1], 2, notify.Digest([]byte("what went out"))}, Mark{d[2], 3, ""})
	commit([]Outcome{
		{Letter: d[0], Event: Accept, Reply: Reply{250, "2.0.0", "Ok: queued as 4XYZ", "4XYZ"}},
		{Letter: d[1], Event: Defer, Reply: Reply{451, "4.3.0", "try again", ""}, Next: during.Add(5 * time.Minute)},
	}, Mark{d[3], 1, ""}, Mark{d[4], 2, ""})
	commit([]Outcome{
		{Letter: d[2], Event: Lose},
		{Letter: d[3], Event: Accept, Reply: Reply{250, "2.0.0", "Ok", "4ABC"}},
		{Letter: d[4], Event: Lose},
		{Letter: d[5], Event: Reject, Reply: Reply{550, "5.1.1", "<o20@t.example>: no such user", ""}},
		{Letter: d[6], Event: Return},
	})
	if err := l.End(ctx, p, r, during); err != nil {
		t.Fatal(err)
	}
	next := startRun(t, l, p)
	if _, err := l.Recover(ctx, p, next, nil, during); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		letter Delivery
		how    Event
	}{{d[3], Bounce}, {d[4], Resend}, {d[5], Told}} {
		now, _, err := l.Delivery(ctx, p, s.letter.Tailnet)
		if err == nil {
			err = l.Settle(ctx, p, now, Settlement{How: s.how, Who: "A. Operator", Why: "as it was", At: during})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.End(ctx, p, next, during); err != nil {
		t.Fatal(err)
	}
}

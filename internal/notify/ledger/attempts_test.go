package ledger

import (
	"database/sql"
	"testing"
	"time"
)

// TestGivenBackIsNoAttempt is F38: a letter that was begun and given back has not been
// attempted, by its run or by the run that found it begun; one that was put off has, and is
// put off for twice as long after that.
func TestGivenBackIsNoAttempt(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4)) // one letter, in row 1
	attempts := func(want int, what string) {
		t.Helper()
		if got := rows(t, l, p)[0]; got.Attempts != want {
			t.Errorf("%s: %d attempts, want %d", what, got.Attempts, want)
		}
		if err := l.Verify(ctx, p); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	at := during
	claim := func(r Run) Delivery {
		t.Helper()
		due, err := l.Claim(ctx, p, r, 1, at)
		if err != nil || len(due) != 1 {
			t.Fatal(due, err)
		}
		return due[0]
	}
	end := func(r Run, o Outcome) {
		t.Helper()
		if err := l.Commit(ctx, p, r, []Outcome{o}, nil, at); err != nil {
			t.Fatal(err)
		}
	}
	run := startRun(t, l, p)
	for range 5 {
		end(run, Outcome{Letter: claim(run), Event: Return})
	}
	attempts(0, "begun and given back")
	first := claim(run)
	end(run, Outcome{Letter: first, Event: Defer, Next: at.Add(5 * time.Minute)})
	attempts(1, "put off")
	at = at.Add(5 * time.Minute)
	for range 5 {
		end(run, Outcome{Letter: claim(run), Event: Return})
	}
	attempts(1, "given back after that")
	claim(run)
	next := startRun(t, l, p)
	if got, err := l.Recover(ctx, p, next, nil, at); err != nil || got[Return] != 1 {
		t.Fatal(got, err)
	}
	attempts(1, "found begun by the next run")
	second := claim(next)
	if second.Attempts != 2 {
		t.Errorf("the second attempt has number %d", second.Attempts)
	}
	backoff := Backoff{First: 5 * time.Minute, Deadline: p.Deadline}
	if due, _ := backoff.Next(second.Attempts, at); due.Sub(at) != 10*time.Minute {
		t.Errorf("put off for the second time for %v", due.Sub(at))
	}
	end(next, Outcome{Letter: second, Event: Defer, Next: at.Add(10 * time.Minute)})
	attempts(2, "put off again")
}

// A ledger in which such letters were counted is counted anew, by its chain.
func TestAttemptsAreCountedAnew(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	run := startRun(t, l, p)
	due, err := l.Claim(ctx, p, run, 99, during)
	if err != nil || len(due) != 3 {
		t.Fatal(due, err)
	}
	outcomes := []Outcome{{Letter: due[0], Event: Return}, {Letter: due[1], Event: Defer, Next: during.Add(time.Hour)}}
	if err := l.Commit(ctx, p, run, outcomes, nil, during); err != nil {
		t.Fatal(err)
	}
	if err := l.Enter(ctx); err != nil {
		t.Fatal(err)
	}
	exec_(t, l, "UPDATE deliveries SET attempts = 7 WHERE run > 0")
	if err := l.Verify(ctx, p); err == nil {
		t.Error("other attempts than the chain has")
	}
	if err := l.transact(ctx, func(tx *sql.Tx) error { return recount(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

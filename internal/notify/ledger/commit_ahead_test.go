package ledger

import "testing"

// F34: what is written ahead waits for Sync; every other write waits for the disk itself,
// and so does the next Commit.
func TestOnlyWriteGoesAhead(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	r, err := l.Start(ctx, p, here, created)
	if err != nil {
		t.Fatal(err)
	}
	wants := func(after, want string) {
		t.Helper()
		var got string
		if err := l.db.QueryRow("PRAGMA synchronous").Scan(&got); err != nil || got != want {
			t.Errorf("after %s synchronous is %s, want %s (%v)", after, got, want, err)
		}
	}
	const normal, full = "1", "2"
	due, err := l.Claim(ctx, p, r, 2, created)
	if err != nil || len(due) != 2 {
		t.Fatal(due, err)
	}
	wants("Claim", full)
	if err := l.Write(ctx, p, r, nil, []Mark{{Letter: due[0], Connection: 1}}, created); err != nil {
		t.Fatal(err)
	}
	wants("Write", normal)
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(ctx, p, r, []Outcome{{Letter: due[0], Event: Accept}}, nil, created); err != nil {
		t.Fatal(err)
	}
	wants("Commit", full)
	if err := l.Write(ctx, p, r, []Outcome{{Letter: due[1], Event: Return}}, nil, created); err != nil {
		t.Fatal(err)
	}
	if err := l.End(ctx, p, r, created); err != nil {
		t.Fatal(err)
	}
	wants("End", full)
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

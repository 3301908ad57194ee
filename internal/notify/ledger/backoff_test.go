package ledger

import (
	"testing"
	"time"

	"tocsin/internal/notify"
)

// TestBackoff is F38: by a clock that only counts, a letter that is put off every time is
// tried after 5 minutes, then after twice as long each time, and for the last time before
// the deadline.
func TestBackoff(t *testing.T) {
	b := Backoff{First: 5 * time.Minute, Deadline: created.Add(notify.Lifetime)}
	var got []time.Duration
	now, more := created, true
	for attempts := 1; more; attempts++ {
		var next time.Time
		if next, more = b.Next(attempts, now); more {
			got = append(got, next.Sub(now))
			now = next.Add(3 * time.Second) // an attempt takes a while
		}
	}
	want := 5 * time.Minute
	for i, wait := range got {
		if wait != want {
			t.Errorf("wait %d is %v, want %v", i+1, wait, want)
		}
		want *= 2
	}
	if len(got) != 9 || now.After(b.Deadline) || now.Add(want).Before(b.Deadline) {
		t.Errorf("%d attempts more, the last at %v", len(got), now.Sub(created))
	}
	for what, c := range map[string]struct {
		b        Backoff
		attempts int
		at       time.Time
		want     bool
	}{
		"just at the deadline": {b, 1, b.Deadline.Add(-b.First), true},
		"just past it":         {b, 1, b.Deadline.Add(-b.First + 1), false},
		"long past it":         {b, 1, b.Deadline.Add(time.Hour), false},
		"very many attempts":   {b, 1 << 20, created, false},
		"no first wait":        {Backoff{Deadline: b.Deadline}, 1, created, false},
	} {
		if next, more := c.b.Next(c.attempts, c.at); more != c.want {
			t.Errorf("%s: %v, %v", what, next, more)
		}
	}
}

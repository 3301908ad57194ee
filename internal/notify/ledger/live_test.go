package ledger

import (
	"testing"
)

// TestVerifyBesideARun: who verifies a plan while letters of it go sees one state of it.
func TestVerifyBesideARun(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(1200))
	r := startRun(t, l, p)
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	sent := make(chan error)
	go func() {
		defer close(sent)
		for at := created; ; at = at.Add(EnterAfter / 3) {
			due, err := l.Claim(ctx, p, r, 10, at)
			if err != nil || len(due) == 0 {
				sent <- err
				return
			}
			for i := range due {
				if err := l.Commit(ctx, p, r, all(Accept, due[i:i+1]), nil, at); err != nil {
					sent <- err
					return
				}
			}
		}
	}()
	times := 0
	for going := true; going; times++ {
		select {
		case err := <-sent:
			going = false
			if err != nil {
				t.Fatal(err)
			}
		default:
		}
		if err := reader.Verify(ctx, p); err != nil {
			t.Fatalf("time %d: %v", times, err)
		}
	}
	if times < 3 {
		t.Errorf("verified only %d times", times)
	}
}

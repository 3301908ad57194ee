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
	sent, verified := make(chan error, 1), make(chan struct{}, 1)
	go func() {
		defer close(sent)
		sent <- sendBeside(l, p, r, verified)
	}()
	defer func() { // the ledger is not closed under the run
		close(verified)
		for range sent {
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
		select {
		case verified <- struct{}{}:
		default: // the run has not come to wait for the last one
		}
	}
	if times < 3 {
		t.Errorf("verified only %d times", times)
	}
}

// sendBeside sends every letter of a plan. However slow its reader is, it is not done before that
// has verified some states between the first and the last.
func sendBeside(l *Ledger, p Stored, r Run, verified <-chan struct{}) error {
	at := created
	for claims := 1; ; claims++ {
		due, err := l.Claim(ctx, p, r, 10, at)
		if err != nil || len(due) == 0 {
			return err
		}
		for i := range due {
			if err := l.Commit(ctx, p, r, all(Accept, due[i:i+1]), nil, at); err != nil {
				return err
			}
		}
		if at = at.Add(EnterAfter / 3); claims%5 == 0 {
			<-verified
		}
	}
}

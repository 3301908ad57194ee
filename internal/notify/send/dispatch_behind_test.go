package send

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
)

// ahead is a ledger of which single steps are others.
type ahead struct {
	Book
	write, enter func() error
	synced       func() error
}

func (a *ahead) Write(ctx context.Context, p ledger.Stored, r ledger.Run, o []ledger.Outcome, m []ledger.Mark, at time.Time) error {
	if a.write != nil {
		if err := a.write(); err != nil {
			return err
		}
	}
	return a.Book.(Ahead).Write(ctx, p, r, o, m, at)
}

func (a *ahead) Sync() error {
	err := a.Book.(Ahead).Sync()
	if err == nil && a.synced != nil {
		err = a.synced()
	}
	return err
}

func (a *ahead) Enter(ctx context.Context) error {
	if a.enter != nil {
		return a.enter()
	}
	return a.Book.(Ahead).Enter(ctx)
}

// F50: where the ledger fails at the last moment before a wait, it is said before the wait.
func TestLedgerFailsBeforeAWait(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 5), smtptest.Start(t, smtptest.Options{})
	_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Ledger = &ahead{Book: d.Ledger, enter: func() error { return errFull }}
		d.Connections, d.Canary, d.CanaryWait = 1, 2, 10*time.Minute
		d.Waits = func(w Wait) { t.Errorf("it waits first: %+v", w) }
	})
	if !errors.Is(err, errFull) {
		t.Error(err)
	}
}

// F50: where a write fails, and then the sync of the one before it, the run ends.
func TestWriteFailsDuringASync(t *testing.T) {
	t.Parallel()
	const tries = 20 // a slow machine may write nothing during any sync of a run
	for try := 1; !writeFailsDuringASync(t); try++ {
		if try == tries {
			t.Fatalf("in %d runs no write came during a sync", tries)
		}
	}
}

// writeFailsDuringASync reports whether a run had a write fail during a sync; else it came through.
func writeFailsDuringASync(t *testing.T) bool {
	const letters, connections = 60, 3
	h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
	var syncing atomic.Bool
	failed := make(chan struct{})
	var once sync.Once
	_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Connections = connections
		d.Ledger = &ahead{Book: d.Ledger, write: func() error {
			if !syncing.Load() {
				return nil
			}
			once.Do(func() { close(failed) })
			return errFull
		}, synced: func() error {
			syncing.Store(true)
			select {
			case <-failed:
				return errFull
			case <-time.After(200 * time.Millisecond): // nobody else had anything to say
				syncing.Store(false)
				return nil
			}
		}}
	})
	select {
	case <-failed:
	default:
		if err != nil {
			t.Fatal(err)
		}
		return false
	}
	if !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	if _, err := h.dispatch(t, ctx, server, nil); err != nil {
		t.Fatal(err)
	}
	if states := h.wantAgreement(t, server); states[ledger.Unknown] > connections || states[ledger.Unknown]+states[ledger.Accepted] != letters {
		t.Errorf("states are %v", states)
	}
	return true
}

// F42: a run whose disk hangs is taken for gone, and another finishes its plan. When it
// wakes it brings no row back to where it knew it.
func TestHungRunChangesNothing(t *testing.T) {
	t.Parallel()
	for at := 1; at < 8; at++ {
		h, server := newHome(t, 12), smtptest.Start(t, smtptest.Options{})
		syncs := 0
		_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Connections, d.Limits = 1, pace.Limits{Relay: 50}
			d.Ledger = &ahead{Book: d.Ledger, synced: func() error {
				if syncs++; syncs != at {
					return nil
				}
				if err := os.Remove(h.ledger() + ".lock"); err != nil {
					t.Error(err)
				}
				if _, err := h.dispatch(t, ctx, server, nil); err != nil {
					t.Error(err)
				}
				return nil
			}}
		})
		var fenced *ledger.FencedError
		if !errors.As(err, &fenced) {
			t.Errorf("hung at sync %d: %v", at, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Accepted]+states[ledger.Unknown] != 12 || states[ledger.Unknown] > 1 {
			t.Errorf("hung at sync %d: %v", at, states)
		}
	}
}

// A letter that the relay thinks about for minutes hides nothing of what was written before.
func TestSlowLetterHidesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t, 6)
	dots := 0
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
		if m != smtptest.Dot {
			return nil
		}
		if dots++; dots == 6 {
			h.wantsSoon(t, map[ledger.State]int{ledger.Accepted: 5, ledger.Intent: 1})
		}
		return nil
	}})
	if _, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Connections = 1 }); err != nil {
		t.Error(err)
	}
}

// wantsSoon waits until readers see letters in some states.
func (h home) wantsSoon(t *testing.T, want map[ledger.State]int) {
	var got map[ledger.State]int
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		reader, err := ledger.OpenReader(ctx, h.ledger())
		if err != nil {
			t.Error(err)
			return
		}
		plan, err1 := reader.Plan(ctx, planID)
		var err2 error
		got, err2 = reader.States(ctx, plan)
		if err := errors.Join(err1, err2, reader.Close()); err != nil {
			t.Error(err)
			return
		}
		same := len(got) == len(want)
		for state, n := range want {
			same = same && got[state] == n
		}
		if same {
			return
		}
	}
	t.Errorf("after a minute readers see %v, want %v", got, want)
}

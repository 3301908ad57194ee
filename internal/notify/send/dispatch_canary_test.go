package send

import (
	"context"
	"errors"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
)

// watched sends with a canary of five by a clock that goes on from run to run, and lists after
// how long each letter was answered. What cuts the run off, if anything does, is told how to.
func (h home) watched(t *testing.T, server *smtptest.Server, clock *virtual, cutOff func(d *Dispatch, stop func())) (when []time.Duration, done Dispatched, err error) {
	t.Helper()
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	began := clock.Now()
	done, err = h.dispatch(t, stopped, server, func(d *Dispatch) {
		d.Now, d.After, d.Connections, d.Canary, d.CanaryWait = clock.Now, clock.After, 1, 5, 10*time.Minute
		d.Said = func(tally Tally) {
			for len(when) < tally.Answered() {
				when = append(when, clock.Now().Sub(began))
			}
		}
		if cutOff != nil {
			cutOff(d, stop)
		}
	})
	return when, done, err
}

// whileWaiting cuts a run off while it waits for what comes back of the canary.
func whileWaiting(d *Dispatch, stop func()) {
	after := d.After
	d.After = func(w time.Duration) <-chan time.Time {
		if w == d.CanaryWait {
			return nil
		}
		return after(w)
	}
	d.Waits = func(Wait) { stop() }
}

// F48: a run that is cut off before the canary is out does not let the others out, nor does the
// next one: five letters of the plan go first, in whichever runs, and the others wait.
func TestCanaryInTwoRuns(t *testing.T) {
	t.Parallel()
	var stopRun func()
	halted := make(chan struct{})
	third := func(c *smtptest.Conn) error { // a run that knows that it is over brings no more than what it has begun
		stopRun()
		<-halted
		return c.Usual()
	}
	h, server, clock := newHome(t, 30), smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Taken, 2, third)}), &virtual{now: clock()}
	cutOff := func(d *Dispatch, stop func()) {
		stopRun, d.Stopping = stop, func(int) { close(halted) }
	}
	if when, _, err := h.watched(t, server, clock, cutOff); !errors.Is(err, context.Canceled) || len(when) >= 5 {
		t.Fatalf("%v, %v", when, err)
	} else if again, done, err := h.watched(t, server, clock, nil); err != nil || len(when)+len(again) != 30 {
		t.Errorf("%+v, %v", done, err)
	} else if rest := 5 - len(when); again[rest-1] > time.Minute || again[rest] < 10*time.Minute {
		t.Errorf("after %d letters, the next were answered after %v", len(when), again)
	}
}

// F48: cut off while it waits for what comes back of the canary, the next run waits for the rest
// of that time, and says what for; after it, no more.
func TestCanaryWaitIsCutOff(t *testing.T) {
	t.Parallel()
	for passed, want := range map[time.Duration]time.Duration{4 * time.Minute: 6 * time.Minute, time.Hour: 0, -time.Hour: 10 * time.Minute} {
		h, server, clock := newHome(t, 30), smtptest.Start(t, smtptest.Options{}), &virtual{now: clock()}
		if when, _, err := h.watched(t, server, clock, whileWaiting); !errors.Is(err, context.Canceled) || len(when) != 5 {
			t.Fatalf("%v, %v", when, err)
		}
		clock.now = clock.now.Add(passed)
		when, done, err := h.watched(t, server, clock, nil)
		if err != nil || len(when) != 25 || when[0] < want-2*time.Second || when[0] > want+time.Minute {
			t.Errorf("%v later: %+v, %v: the first of the others after %v, want %v", passed, done, err, when[0], want)
		}
	}
}

// F48: a canary that came back did not go well: one letter finds out next, and the others wait.
func TestCanaryCameBack(t *testing.T) {
	t.Parallel()
	for bounced, want := range map[int]canary{0: {gone: 5}, 1: {letters: 1, gone: 4}, 5: {letters: 1}} {
		states := map[ledger.State]int{ledger.Planned: 25, ledger.Accepted: 5 - bounced, ledger.Bounced: bounced}
		d := Dispatch{Run: Run{Ledger: never{}}, Canary: 5}
		if got, err := d.goFirst(ctx, states, clock()); err != nil || got.letters != want.letters || got.gone != want.gone {
			t.Errorf("%d bounced: %+v, %v, want %+v", bounced, got, err, want)
		}
	}
}

// never is a ledger of which no letter was accepted at any time.
type never struct{ Book }

func (never) LastAccepted(context.Context, ledger.Stored) (time.Time, error) { return time.Time{}, nil }

// F48: after a canary that was rejected, a timer that calls again finds out with one letter each
// time; what is wrong with all letters does not eat them up.
func TestCanaryIsCalledAgain(t *testing.T) {
	t.Parallel()
	h := newHome(t, 100)
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Dot, smtptest.Reply("554 5.7.1 no"))})
	rejected := 0
	for i := range 6 {
		_, done, err := h.watched(t, server, &virtual{now: clock()}, nil)
		var rejects *RejectsError
		if !errors.As(err, &rejects) || i > 0 && done.Rejected != 1 {
			t.Errorf("run %d: %+v, %v", i, done, err)
		}
		rejected += done.Rejected
	}
	if rejected > 10 {
		t.Errorf("%d letters met it", rejected)
	}
}

package send

import (
	"context"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
)

// Whoever watches a run is told why nothing goes: after the first letters, and while all
// that is left was put off, with how many; but not that letters are held to a rate.
func TestWaitsAreTold(t *testing.T) {
	t.Parallel()
	h := newHome(t, 20)
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Rcpt && n >= 3 && n < 10 {
			return smtptest.Reply("450 4.2.0 greylisted")
		}
		return nil
	}})
	var waits []Wait
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Once, d.Canary, d.CanaryWait, d.Limits = true, 3, 10*time.Minute, pace.Limits{Relay: 0.1}
		d.Waits = func(w Wait) { waits = append(waits, w) }
	})
	if err != nil || done.Accepted != 13 || done.Deferred != 7 || done.Waiting != 7 {
		t.Errorf("%+v, %v", done, err)
	}
	if len(waits) != 1 || waits[0].Canary != 3 || waits[0].For != 10*time.Minute || waits[0].Deferred != 0 {
		t.Errorf("told %+v", waits)
	}
	waits = nil
	done, err = h.dispatch(t, ctx, server, func(d *Dispatch) { d.Waits = func(w Wait) { waits = append(waits, w) } })
	if err != nil || done.Accepted != 7 || done.Waiting != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if len(waits) == 0 || waits[0].Canary != 0 || waits[0].Unreachable != nil || waits[0].Deferred != 7 || waits[0].For <= 0 {
		t.Errorf("told %+v", waits)
	}
}

// What earlier runs have put off counts with what this one does; and how many letters are
// under way is told to who interrupts (F49).
func TestStoppingIsTold(t *testing.T) {
	t.Parallel()
	h := newHome(t, 50)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Rcpt && n < 4:
			return smtptest.Reply("450 4.2.0 greylisted")
		case m == smtptest.Dot && n == 20:
			stop()
		}
		return nil
	}})
	told, deferred := 0, 0
	_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Stopping = func(underWay int) {
			if told++; underWay < 1 || underWay > 4*d.Connections {
				t.Errorf("%d letters under way", underWay)
			}
		}
		d.Said = func(tally Tally) { deferred = tally.Waiting }
	})
	if states := h.states(t, 1); err == nil || told != 1 || deferred != states[ledger.Deferred] || deferred == 0 {
		t.Errorf("%v, told %d times, %d put off; states are %v", err, told, deferred, states)
	}
	again, err := h.dispatch(t, context.Background(), server, func(d *Dispatch) { d.Once = true })
	if states := h.states(t, 1); err != nil || again.Waiting != states[ledger.Deferred] || again.Deferred != 0 {
		t.Errorf("again: %+v, %v; states are %v", again, err, states)
	}
}

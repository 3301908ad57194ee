package send

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// set is a clock that somebody sets while a run works.
type set struct {
	virtual
	waits []time.Duration
}

func (s *set) by(d time.Duration) {
	s.Lock()
	defer s.Unlock()
	s.now = s.now.Add(d)
}

func (s *set) After(d time.Duration) <-chan time.Time {
	if d != linger {
		s.Lock()
		s.waits = append(s.waits, d)
		s.Unlock()
	}
	return s.virtual.After(d)
}

// TestClockJumps is F34 and F38: a clock that is set while letters go out, past the deadline or a
// day back, sends none twice. No wait is less than none, and past the deadline none begins but
// those that were handed on already.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	const letters, connections = 24, 4
	dice := newChance(t)
	for range dice.times(60, 2) {
		at := dice.IntN(letters)
		for _, jump := range []time.Duration{notify.Lifetime + time.Hour, -24 * time.Hour, time.Hour} {
			how := fmt.Sprintf("%v at letter %d", jump, at)
			clock := &set{virtual: virtual{now: clock()}}
			var mu sync.Mutex
			begun, put := 0, 0
			h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case m == smtptest.Mail && n == at:
					clock.by(jump)
				case m == smtptest.Mail && n > at:
					begun++
				case m == smtptest.Rcpt && n%7 == 3:
					put++
					return smtptest.Reply("450 4.2.0 later")
				}
				return nil
			}})
			run := func(d *Dispatch) {
				d.Now, d.After, d.Connections, d.Limits = clock.Now, clock.After, connections, pace.Limits{Relay: 50}
			}
			if _, err := h.dispatch(t, ctx, server, run); err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			if late := jump > notify.Lifetime; late && begun > 2*connections {
				t.Errorf("%s: %d letters began after the deadline", how, begun)
			} else if late {
				var stale *StaleError
				if _, err := h.dispatch(t, ctx, server, run); !errors.As(err, &stale) {
					t.Errorf("%s: the next run: %v", how, err)
				}
				clock.by(-jump)
				if _, err := h.dispatch(t, ctx, server, run); err != nil {
					t.Fatalf("%s, and back: %v", how, err)
				}
			}
			for _, wait := range clock.waits {
				if wait < 0 {
					t.Errorf("%s: somebody waits for %v", how, wait)
				}
			}
			// What is put off while the deadline seems over stays so, and open.
			if states := h.wantAgreement(t, server); states[ledger.Accepted]+states[ledger.Deferred] != letters || jump < notify.Lifetime && states[ledger.Deferred] > 0 {
				t.Errorf("%s: states are %v, %d were put off", how, states, put)
			}
		}
	}
}

// TestDispatchKeepsTheRate is F52: from the beginning of a run to any letter of it there are never
// more than 1 % above the setting, for the relay and for each domain.
func TestDispatchKeepsTheRate(t *testing.T) {
	t.Parallel()
	dice := newChance(t)
	letters := dice.times(600, 60)
	for _, limits := range []pace.Limits{{Relay: 7.5}, {Domain: 0.5}, {Relay: 20, Domain: 3}} {
		start := clock()
		clock := &virtual{now: start}
		began := make(map[string][]time.Time)
		var mu sync.Mutex
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Now, d.After, d.Limits = clock.Now, clock.After, limits
			back := d.Return
			d.Return = func(letter ledger.Delivery) (tailnet.Address, error) { // asked once a letter, as it is handed on
				mu.Lock()
				defer mu.Unlock()
				for _, of := range []string{"", letter.Address.Domain()} {
					began[of] = append(began[of], clock.Now())
				}
				return back(letter)
			}
		})
		if err != nil || done.Accepted != letters {
			t.Fatalf("%+v: %+v, %v", limits, done, err)
		}
		for of, at := range began {
			rate := limits.Domain
			if of == "" {
				rate = limits.Relay
			}
			for i := 1; rate > 0 && i < len(at); i++ {
				if took := at[i].Sub(start).Seconds(); float64(i) > 1.01*rate*took+1e-6 {
					t.Errorf("%+v: %d letters within %gs to %q", limits, i+1, took, of)
				}
			}
		}
	}
}

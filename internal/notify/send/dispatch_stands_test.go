package send

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
)

// TestFallenUnderWay: what somebody takes back while its letters go halts the run as an interrupt
// does. No letter is in doubt, those that were not begun are as they were, and the next run may go
// on.
func TestFallenUnderWay(t *testing.T) {
	t.Parallel()
	const letters, goes = 120, 20
	fallen := errors.New("withdrawn")
	var first, last time.Time
	asked := 0
	h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Limits = pace.Limits{Relay: 4} // 30 s, by the clock that goes on by being waited for
		clock := d.Now
		d.Stands = func(context.Context) error {
			if asked, last = asked+1, clock(); asked == 1 {
				first = last
			}
			if last.Sub(first) < goes/4*time.Second {
				return nil
			}
			return fallen
		}
	})
	if !errors.Is(err, fallen) || done.Accepted < goes/2 || done.Accepted > 2*goes {
		t.Errorf("%+v, %v", done, err)
	}
	if asked < 2 || asked > goes/4+2 {
		t.Errorf("asked %d times in %v", asked, last.Sub(first))
	}
	if states := h.wantAgreement(t, server); states[ledger.Accepted] != done.Accepted || states[ledger.Planned] != letters-done.Accepted {
		t.Errorf("states are %v of %+v", states, done)
	}
	again := smtptest.Start(t, smtptest.Options{})
	if rest, err := h.dispatch(t, ctx, again, nil); err != nil || rest.Accepted != letters-done.Accepted || rest.Lost+rest.Returned > 0 {
		t.Errorf("the next run: %+v, %v", rest, err)
	}
}

// TestFallenBeforeTheFirst: nothing goes where the plan was taken back since somebody agreed to it.
func TestFallenBeforeTheFirst(t *testing.T) {
	t.Parallel()
	fallen := errors.New("withdrawn")
	h, server := newHome(t, 3), smtptest.Start(t, smtptest.Options{})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Stands = func(context.Context) error { return fallen }
	})
	if !errors.Is(err, fallen) || done != (Dispatched{}) || server.Seen().Connections > 0 {
		t.Errorf("%+v, %v, %d connections", done, err, server.Seen().Connections)
	}
}

// TestFallenIntoAMailbox: a run into a mailbox asks between two windows.
func TestFallenIntoAMailbox(t *testing.T) {
	fallen, now := errors.New("withdrawn"), clock()
	h := newHome(t, 3*windowSize)
	asked := 0
	result, err := h.deliver(t, ctx, func(r *Run) {
		r.Now = func() time.Time { now = now.Add(askEvery); return now }
		r.Stands = func(context.Context) error {
			if asked++; asked > 2 {
				return fallen
			}
			return nil
		}
	})
	if !errors.Is(err, fallen) || result != (Result{Delivered: 2 * windowSize}) {
		t.Errorf("%+v, %v", result, err)
	}
	if result, err := h.deliver(t, ctx, nil); err != nil || result != (Result{Delivered: windowSize}) {
		t.Errorf("the next run: %+v, %v", result, err)
	}
}

// TestSeldomAsked: to ask costs the reading of a file, so it is done once a second and no more,
// also by a clock that somebody sets back.
func TestSeldomAsked(t *testing.T) {
	asked := 0
	r := &Run{Stands: func(context.Context) error { asked++; return nil }}
	for _, c := range []struct {
		after time.Duration
		asked int
	}{{0, 1}, {0, 1}, {askEvery - 1, 1}, {askEvery, 2}, {askEvery + 1, 2}, {-time.Hour, 3}, {-time.Hour, 3}} {
		if err := r.stands(ctx, clock().Add(c.after)); err != nil || asked != c.asked {
			t.Errorf("after %v: asked %d times, want %d; %v", c.after, asked, c.asked, err)
		}
	}
}

// TestEditedUnderWay: what changes after the first letter stops nothing, and is told by name
// before the next one goes. What counts to the last letter is refused, and so is every change
// before the first; then nothing is told.
func TestEditedUnderWay(t *testing.T) {
	var drift *DriftError
	for _, c := range []struct {
		out     int // letters that are out
		changed []string
		told    []string
		refused bool
	}{
		{0, []string{"bulletin"}, nil, true},
		{1, []string{"bulletin", "templates"}, []string{"bulletin", "templates"}, false},
		{1, []string{"bulletin", notify.StatusInput}, nil, true},
		{1, nil, nil, false},
	} {
		h := newHome(t, 3)
		if c.out > 0 {
			h.begin(t, c.out)
		}
		var told []string
		result, err := h.deliverFrom(t, c.out, func(r *Run) {
			r.Edited = func(changed []string) {
				if told = changed; h.states(t, 1)[ledger.Accepted] != c.out {
					t.Errorf("%q is told when letters have gone already", changed)
				}
			}
		}, c.changed...)
		if !slices.Equal(told, c.told) || errors.As(err, &drift) != c.refused || (result.Delivered == 0) != c.refused {
			t.Errorf("%q with %d letters out: told %q, %+v, %v", c.changed, c.out, told, result, err)
		}
	}
}

// deliverFrom delivers the rest of a plan of which a dead run's letters have arrived, with sources
// that have changed since.
func (h home) deliverFrom(t *testing.T, arrived int, change func(*Run), changed ...string) (Result, error) {
	t.Helper()
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	for i := range arrived {
		err = errors.Join(err, mailbox.Deliver(messageID(1, i), message(1, i)))
	}
	if err != nil {
		t.Fatal(err)
	}
	book := h.open(t)
	defer closeLedger(t, book)
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		t.Fatal(err)
	}
	run := Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: clock, Progress: func(int) {}}
	change(&run)
	return run.Do(ctx, func() (notify.Inputs, error) {
		now := make(notify.Inputs)
		for _, name := range changed {
			now[name] = "another"
		}
		return now, nil
	})
}

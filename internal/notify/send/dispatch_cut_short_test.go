package send

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
)

// An interruption does not wait for a relay that is slow to greet, nor does any letter begin over
// that connection: the one to ourselves is no other.
func TestInterruptedWhileConnecting(t *testing.T) {
	t.Parallel()
	for _, self := range []bool{false, true} {
		ctx, stop := context.WithCancel(context.Background())
		h, server := newHome(t, 5), smtptest.Start(t, smtptest.Options{})
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			if self {
				d.Self = &Self{From: "bounces@example.com", To: "self@example.com", Message: message(1, 1)}
			}
			d.Relay = func(ctx context.Context) (Session, error) {
				stop()
				<-ctx.Done() // a run that does not cut it hangs here
				return nil, &mailer.ConnError{Phase: mailer.Greeting, Err: context.Cause(ctx)}
			}
		})
		var failed *SelfError
		if !errors.Is(err, context.Canceled) || errors.As(err, &failed) || done != (Dispatched{}) {
			t.Errorf("self %v: %+v, %v", self, done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Planned] != 5 {
			t.Errorf("self %v: states are %v", self, states)
		}
	}
}

// A connection that is made in the same moment in which somebody interrupts is none.
func TestInterruptedAsItConnects(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	server := smtptest.Start(t, smtptest.Options{})
	d := Dispatch{Relay: func(context.Context) (Session, error) {
		s, err := Dial(relay(server))(context.Background())
		stop()
		return s, err
	}}
	if s, err := d.dial(context.Background(), func() {}, ctx); s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", s, err)
	}
	if seen := server.Settled(); seen.Letters > 0 {
		t.Errorf("%+v", seen)
	}
}

// A relay that greets only after the last instant at which a letter may begin gets none.
func TestGreetedTooLate(t *testing.T) {
	t.Parallel()
	for _, ahead := range []bool{false, true} {
		h, server, clock := newHome(t, 5), smtptest.Start(t, smtptest.Options{}), &set{virtual: virtual{now: clock()}}
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Now, d.After, d.Until = clock.Now, clock.After, clock.Now().Add(time.Minute)
			if !ahead {
				d.Ledger = struct{ Book }{d.Ledger}
			}
			dial := d.Relay
			d.Relay = func(ctx context.Context) (Session, error) {
				clock.by(5 * time.Minute)
				return dial(ctx)
			}
		})
		if err != nil || done != (Dispatched{}) {
			t.Errorf("ahead %v: %+v, %v", ahead, done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Planned] != 5 {
			t.Errorf("ahead %v: states are %v", ahead, states)
		}
	}
}

// Nor does one whose plan was taken back before it greets.
func TestFallenWhileConnecting(t *testing.T) {
	t.Parallel()
	fallen := errors.New("withdrawn")
	var back atomic.Bool
	h, server, clock := newHome(t, 5), smtptest.Start(t, smtptest.Options{}), &set{virtual: virtual{now: clock()}}
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Now, d.After = clock.Now, clock.After
		d.Stands = func(context.Context) error {
			if back.Load() {
				return fallen
			}
			return nil
		}
		dial := d.Relay
		d.Relay = func(ctx context.Context) (Session, error) {
			clock.by(30 * time.Second)
			back.Store(true)
			return dial(ctx)
		}
	})
	if !errors.Is(err, fallen) || done != (Dispatched{}) || server.Settled().Letters > 0 {
		t.Errorf("%+v, %v, %d letters began", done, err, server.Seen().Letters)
	}
	if states := h.wantAgreement(t, server); states[ledger.Planned] != 5 {
		t.Errorf("states are %v", states)
	}
}

// One that greets late every time gets all letters.
func TestGreetsLate(t *testing.T) {
	t.Parallel()
	h, server, clock := newHome(t, 20), smtptest.Start(t, smtptest.Options{}), &set{virtual: virtual{now: clock()}}
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Now, d.After, d.Stands = clock.Now, clock.After, func(context.Context) error { return nil }
		d.Limits = pace.Limits{Relay: 2}
		dial := d.Relay
		d.Relay = func(ctx context.Context) (Session, error) {
			clock.by(30 * time.Second)
			return dial(ctx)
		}
	})
	if err != nil || done.Accepted != 20 || done.Deferred > 0 {
		t.Errorf("%+v, %v", done, err)
	}
	h.wantAgreement(t, server)
}

// A run ends at the last instant at which a letter may begin, whatever it waits for then.
func TestUntilWhileWaiting(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*Dispatch){
		"for what comes back": func(d *Dispatch) { d.Canary, d.CanaryWait = 3, time.Hour },
		"for the relay": func(d *Dispatch) {
			d.Relay = func(context.Context) (Session, error) {
				return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("refused")}
			}
		},
	} {
		h, server, clock := newHome(t, 9), smtptest.Start(t, smtptest.Options{}), &virtual{now: clock()}
		var until time.Time
		_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			until = clock.Now().Add(10 * time.Second)
			d.Now, d.After, d.Until = clock.Now, clock.After, until
			change(d)
		})
		if late := clock.Now().Sub(until); err != nil || late < 0 || late > time.Second {
			t.Errorf("%s: %v, %v after the end", what, err, late)
		}
	}
}

// A plan that is taken back while its run waits, for hours perhaps, ends it at once: whoever writes
// next needs the ledger. Each look says nothing.
func TestFallenWhileWaiting(t *testing.T) {
	t.Parallel()
	fallen := errors.New("withdrawn")
	h, server, clock := newHome(t, 9), smtptest.Start(t, smtptest.Options{}), &virtual{now: clock()}
	back, told := clock.Now().Add(30*time.Minute), 0
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Now, d.After, d.Canary, d.CanaryWait = clock.Now, clock.After, 3, time.Hour
		d.Stands = func(context.Context) error {
			if clock.Now().Before(back) {
				return nil
			}
			return fallen
		}
		d.Waits = func(Wait) { told++ }
	})
	if late := clock.Now().Sub(back); !errors.Is(err, fallen) || done.Accepted != 3 || late > 2*askEvery || told != 1 {
		t.Errorf("%+v, %v, %v after it was taken back; told %d times to wait", done, err, late, told)
	}
}

// A relay that would have one connection only for a moment gets another after it, while the first
// letter is still thought about.
func TestAnotherConnectionLater(t *testing.T) {
	t.Parallel()
	h := newHome(t, 40)
	thinks := make(chan struct{})
	var once sync.Once
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m != smtptest.Taken || n != 6 {
			return nil
		}
		return func(c *smtptest.Conn) error {
			<-thinks
			return c.Usual()
		}
	}})
	var dials atomic.Int64
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		to := relay(server)
		to.Timeouts[mailer.Dot] = 5 * time.Minute
		began, dial := time.Now(), Dial(to)
		d.Now, d.After, d.Connections = func() time.Time { return clock().Add(time.Since(began)) }, time.After, 2
		d.Relay = func(ctx context.Context) (Session, error) {
			switch dials.Add(1) {
			case 2:
				return nil, &mailer.ReplyError{Phase: mailer.Greeting, Reply: mailer.Reply{Code: 421, Text: "too many connections"}}
			case 3:
				once.Do(func() { close(thinks) }) // only now it is done: without another connection nothing goes on
			}
			return dial(ctx)
		}
	})
	if err != nil || done.Accepted != 40 || dials.Load() < 3 {
		t.Errorf("%+v, %v, %d connections", done, err, dials.Load())
	}
}

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
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// A relay that takes so many letters a minute, and says so to the others, gets all of them at
// about that rate; their own waits would bring them in waves, of which it takes the first few.
func TestRelayCountsByTheMinute(t *testing.T) {
	t.Parallel()
	const letters, aMinute = 300, 20
	for what, tt := range map[string]struct {
		moment smtptest.Moment
		reply  string
		most   int // letters that may be put off by it
	}{
		"at MAIL":    {smtptest.Mail, "450 4.7.1 Error: too much mail", letters / 2},
		"at the dot": {smtptest.Dot, "454 4.7.0 Throttling failure", letters},
		"at RCPT":    {smtptest.Rcpt, "451 4.3.2 come again", letters},
	} {
		h, clock := newHome(t, letters), &virtual{now: clock()}
		var mu sync.Mutex
		taken, refused := map[int64]int{}, 0
		server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
			if m != tt.moment {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if minute := clock.Now().Unix() / 60; taken[minute] < aMinute {
				taken[minute]++
				return nil
			}
			refused++
			return smtptest.Reply(tt.reply)
		}})
		began := clock.Now()
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Now, d.After = clock.Now, clock.After })
		if took := clock.Now().Sub(began); err != nil || done.Accepted != letters || took > 2*time.Hour {
			t.Errorf("%s: %+v, %v, after %v", what, done, err, took)
		}
		if done.Deferred > tt.most || refused > 2*letters {
			t.Errorf("%s: %d were put off, and %d times was said no", what, done.Deferred, refused)
		}
	}
}

// One that counts by the hour gets them as well, before the deadline.
func TestRelayCountsByTheHour(t *testing.T) {
	t.Parallel()
	const letters, anHour = 40, 6
	h, clock := newHome(t, letters), &virtual{now: clock()}
	var mu sync.Mutex
	taken := map[int64]int{}
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
		if m != smtptest.Dot {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if hour := clock.Now().Unix() / 3600; taken[hour] < anHour {
			taken[hour]++
			return nil
		}
		return smtptest.Reply("454 4.7.0 Throttling failure")
	}})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Now, d.After = clock.Now, clock.After })
	if err != nil || done.Accepted != letters {
		t.Errorf("%+v, %v", done, err)
	}
}

// A connection that breaks after a letter says nothing of the relay; a word on a recipient does.
func TestLostLetterIsNoAnswer(t *testing.T) {
	for _, personal := range []bool{false, true} {
		k := &desk{relay: breath{last: time.Minute}}
		k.heed(note{pushed: true, personal: personal})
		if (k.relay.last == 0) != personal {
			t.Errorf("personal %v: the wait before counts as %v", personal, k.relay.last)
		}
	}
}

// Greylisting is said of recipients: nobody else waits for it.
func TestGreylistedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	h, clock := newHome(t, 60), &virtual{now: clock()}
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Rcpt && n < 60 {
			return smtptest.Reply("450 4.2.0 greylisted")
		}
		return nil
	}})
	began := clock.Now()
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Now, d.After = clock.Now, clock.After })
	if took := clock.Now().Sub(began); err != nil || done.Accepted != 60 || done.Deferred != 60 || took > 20*time.Minute {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
}

// What a relay says at MAIL may be about one letter after all: about its size, or its return path.
// That one is put off like any other, and keeps nobody: not the canary, nor a run for a timer.
func TestOneLetterIsRefusedAtMail(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*Dispatch){
		"the last of the canary": func(d *Dispatch) { d.Canary = 5 },
		"the first, --once":      func(d *Dispatch) { d.Once = true },
		"among others":           func(*Dispatch) {},
	} {
		h, clock := newHome(t, 40), &virtual{now: clock()}
		row := 5
		if what == "the first, --once" {
			row = 1
		}
		server := smtptest.Start(t, smtptest.Options{})
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			dial := d.Relay
			d.Now, d.After, d.Connections = clock.Now, clock.After, 1
			d.Until = clock.Now().Add(4 * time.Hour)
			d.Return = func(l ledger.Delivery) (tailnet.Address, error) {
				if l.Row == row {
					return "large@example.com", nil
				}
				return "bounces@example.com", nil
			}
			d.Relay = func(ctx context.Context) (Session, error) {
				s, err := dial(ctx)
				return &particular{Session: s}, err
			}
			change(d)
		})
		if err != nil || done.Accepted != 39 || done.Deferred == 0 || done.Deferred > 10 {
			t.Errorf("%s: %+v, %v", what, done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Deferred] != 1 {
			t.Errorf("%s: states are %v", what, states)
		}
	}
}

// particular is a session over which one return path is not heard of.
type particular struct {
	Session
	said bool // of the letter that follows
}

func (p *particular) no(e *mailer.Envelope) bool { return e != nil && e.From == "large@example.com" }

func (p *particular) word() error {
	return &mailer.ReplyError{Phase: mailer.Mail, Reply: mailer.Reply{Code: 452, Enhanced: "4.3.1", Text: "no room for it"}}
}

func (p *particular) Begin(e mailer.Envelope) error {
	if p.no(&e) {
		return p.word()
	}
	return p.Session.Begin(e)
}

func (p *particular) End(next *mailer.Envelope) (mailer.Reply, error) {
	if p.said = p.no(next); p.said {
		next = nil
	}
	return p.Session.End(next)
}

func (p *particular) Begun() error {
	if p.said {
		p.said = false
		return p.word()
	}
	return p.Session.Begun()
}

// Where greylisting is done at the end of a letter, a run finds out that waiting does not help;
// nor does it end for that when a timer will call again.
func TestGreylistedAtTheDot(t *testing.T) {
	t.Parallel()
	for _, once := range []bool{false, true} {
		h, clock := newHome(t, 60), &virtual{now: clock()}
		server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
			if m == smtptest.Dot && n < 60 {
				return smtptest.Reply("451 4.7.1 greylisted")
			}
			return nil
		}})
		began := clock.Now()
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Now, d.After, d.Once = clock.Now, clock.After, once })
		want := 60
		if once {
			want = 0
		}
		if took := clock.Now().Sub(began); err != nil || done.Accepted < want || done.Deferred < 60 || took > 40*time.Minute {
			t.Errorf("once %v: %+v, %v, after %v", once, done, err, took)
		}
	}
}

// Many carriers that lose the relay at the same moment are one event.
func TestManyAreApart(t *testing.T) {
	k := &desk{Dispatch: Dispatch{Run: Run{Now: clock}}, work: make(chan ledger.Delivery), out: 9}
	for range 8 {
		k.out--
		k.apart(errors.New("refused"))
	}
	if wait := k.relay.alone.Sub(clock()); wait != firstRedial {
		t.Errorf("no connection is made for %v", wait)
	}
	k.out = 0
	if k.apart(errors.New("refused")); !k.relay.alone.IsZero() || k.paused.Sub(clock()) != firstRedial {
		t.Errorf("the relay is gone, and %v, %v", k.relay.alone, k.paused)
	}
}

// Why a run waits for letters that were put off is not why it waited before.
func TestOldReasonIsNotTold(t *testing.T) {
	var told []Wait
	k := &desk{Dispatch: Dispatch{Run: Run{Now: clock}, Waits: func(w Wait) { told = append(told, w) }}, absent: errors.New("refused")}
	k.wait(time.Minute, later)
	k.wait(time.Hour, pause)
	if len(told) != 2 || told[0].Unreachable != nil || told[1].Unreachable == nil {
		t.Errorf("%+v", told)
	}
}

// A relay that allows one connection is not asked for another again and again, while it thinks. By
// the run's clock no time goes by then, however long a slow machine takes.
func TestOneConnectionIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHome(t, 60)
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Taken && n == 6 {
			return func(c *smtptest.Conn) error { time.Sleep(500 * time.Millisecond); return c.Usual() }
		}
		return nil
	}})
	var open, refused atomic.Int64
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		dial, passes := d.Relay, d.After
		d.Connections, d.After = 10, func(w time.Duration) <-chan time.Time {
			if open.Load() > 0 {
				return time.After(w)
			}
			return passes(w)
		}
		d.Relay = func(ctx context.Context) (Session, error) {
			if open.Add(1) > 1 {
				open.Add(-1)
				refused.Add(1)
				return nil, &mailer.ReplyError{Phase: mailer.Greeting, Reply: mailer.Reply{Code: 421, Text: "too many connections"}}
			}
			s, err := dial(ctx)
			if err != nil {
				open.Add(-1)
				return nil, err
			}
			return &closing{Session: s, closed: func() { open.Add(-1) }}, nil
		}
	})
	if err != nil || done.Accepted != 60 || refused.Load() == 0 || refused.Load() > 5 {
		t.Errorf("%+v, %v: %d connections were refused", done, err, refused.Load())
	}
}

// closing is a session that tells when it ends.
type closing struct {
	Session
	once   sync.Once
	closed func()
}

func (c *closing) Quit() error { defer c.once.Do(c.closed); return c.Session.Quit() }
func (c *closing) Close()      { defer c.once.Do(c.closed); c.Session.Close() }

// A relay that takes so many letters over one connection, and then says 421 or hangs up, gets the
// next over another: no letter waits for that.
func TestLettersOfOneConnection(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]smtptest.Action{"421": smtptest.Reply("421 4.7.0 too many messages"), "hangs up": smtptest.Cut} {
		h := newHome(t, 60)
		server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
			if m == smtptest.Mail && n%7 == 6 {
				return end
			}
			return nil
		}})
		began := clock()
		c := &virtual{now: began}
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Connections, d.Now, d.After = 1, c.Now, c.After })
		if took := c.Now().Sub(began); err != nil || done.Accepted != 60 || done.Deferred > 0 || took > 5*time.Second {
			t.Errorf("%s: %+v, %v, after %v", what, done, err, took)
		}
		h.wantAgreement(t, server)
	}
}

// --once ends when the relay has gone away, also after it has taken letters.
func TestOnceRelayGoesAway(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 50), smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Mail, 10, smtptest.Cut)})
	c, dials := &virtual{now: clock()}, 0
	began := c.Now()
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		dial := d.Relay
		d.Now, d.After, d.Once, d.Connections = c.Now, c.After, true, 1
		d.Relay = func(ctx context.Context) (Session, error) {
			if dials++; dials > 1 {
				return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("refused")}
			}
			return dial(ctx)
		}
	})
	var relay *RelayError
	if took := c.Now().Sub(began); !errors.As(err, &relay) || done.Accepted == 0 || took > 5*time.Minute {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
	if states := h.wantAgreement(t, server); states[ledger.Planned] != 50-done.Accepted {
		t.Errorf("states are %v", states)
	}
}

// However far the clock jumps while letters are at hand, none begins after the deadline.
func TestSleptPastTheDeadline(t *testing.T) {
	t.Parallel()
	h := newHome(t, 400)
	var slept atomic.Bool
	var late atomic.Int64
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Dot && n == 150:
			slept.Store(true)
		case m == smtptest.Mail && slept.Load():
			late.Add(1)
		}
		return nil
	}})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Connections, d.After = 10, time.After
		d.Now = func() time.Time {
			if slept.Load() {
				return clock().Add(80 * time.Hour)
			}
			return clock()
		}
	})
	if late.Load() > 20 || done.Accepted == 0 { // of each connection the one under way, and the one whose envelope goes with its dot
		t.Errorf("%+v, %v: %d letters began after the deadline", done, err, late.Load())
	}
	h.wantAgreement(t, server)
}

// A letter that is put off shortly before the deadline has no next time in the ledger.
func TestPutOffBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	h := newHome(t, 1)
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Rcpt, smtptest.Reply("450 4.2.0 greylisted"))})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		c := &virtual{now: d.Plan.Deadline.Add(-3 * time.Minute)}
		d.Now, d.After = c.Now, c.After
	})
	if rows, _ := h.look(t, 1, ledger.Deferred); err != nil || done.Deferred != 1 || len(rows) != 1 || rows[0].Next != "" {
		t.Errorf("%+v, %v, %+v", done, err, rows)
	}
}

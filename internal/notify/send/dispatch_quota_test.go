package send

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// quota is a relay that takes so many letters in a span of time, and has a word for the others.
type quota struct {
	sync.Mutex
	*virtual
	moment smtptest.Moment
	span   time.Duration
	most   int
	no     smtptest.Action
	taken  map[int64]int
}

func (q *quota) script(m smtptest.Moment, _ int) smtptest.Action {
	if m != q.moment {
		return nil
	}
	q.Lock()
	defer q.Unlock()
	if q.taken == nil {
		q.taken = make(map[int64]int)
	}
	if span := q.Now().UnixNano() / int64(q.span); q.taken[span] < q.most {
		q.taken[span]++
		return nil
	}
	return q.no
}

// until sends to the relay for a while by its clock.
func (q *quota) until(d time.Duration) func(*Dispatch) {
	return func(to *Dispatch) {
		to.Now, to.After, to.Until = q.Now, q.After, q.Now().Add(d)
	}
}

// A relay that hangs up on every letter, or says itself that it takes none, is left alone, also
// where it has taken none yet: nobody connects a thousand times to hear it again.
func TestRelayTakesNothing(t *testing.T) {
	t.Parallel()
	const letters, minutes = 100, 180
	for what, no := range map[string]smtptest.Action{
		"hangs up":   smtptest.Cut,
		"says 4.3.2": smtptest.Reply("451 4.3.2 come again"),
		"says 421":   smtptest.Then(smtptest.Reply("421 4.7.0 not now"), smtptest.Drop),
	} {
		h, q := newHome(t, letters), &quota{virtual: &virtual{now: clock()}, moment: smtptest.Rcpt, span: time.Hour, no: no}
		server := smtptest.Start(t, smtptest.Options{Script: q.script})
		done, err := h.dispatch(t, ctx, server, q.until(minutes*time.Minute))
		if met := server.Settled().Recipients; err != nil || done.Accepted > 0 || met < minutes/2 || met > minutes+20 {
			t.Errorf("%s: %+v, %v, %d times in %d minutes", what, done, err, met, minutes)
		}
	}
}

// One that counts recipients by the minute, and says so at RCPT in words that greylisting has too,
// gets all letters at about its rate: after the first time it is no greylisting.
func TestRelayCountsRecipients(t *testing.T) {
	t.Parallel()
	const letters = 150
	h, q := newHome(t, letters), &quota{virtual: &virtual{now: clock()}, moment: smtptest.Rcpt, span: time.Minute, most: 20,
		no: smtptest.Reply("450 4.7.1 Error: too many recipients from you")}
	began := q.Now()
	done, err := h.dispatch(t, ctx, smtptest.Start(t, smtptest.Options{Script: q.script}), q.until(70*time.Hour))
	if took := q.Now().Sub(began); err != nil || done.Accepted != letters || took > 2*time.Hour || done.Deferred > 2*letters {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
}

// A word on a mailbox is about that one, however often it comes: nobody waits for it.
func TestMailboxesAreFull(t *testing.T) {
	t.Parallel()
	h, q := newHome(t, 40), &quota{virtual: &virtual{now: clock()}, moment: smtptest.Rcpt, span: time.Hour,
		no: smtptest.Reply("452 4.2.2 mailbox full")}
	done, err := h.dispatch(t, ctx, smtptest.Start(t, smtptest.Options{Script: q.script}), func(d *Dispatch) {
		q.until(time.Hour)(d)
		d.Waits = func(w Wait) {
			if w.Unreachable != nil {
				t.Errorf("told to wait: %+v", w)
			}
		}
	})
	if err != nil || done.Deferred < 3*40 {
		t.Errorf("%+v, %v", done, err)
	}
}

// hourly is a relay that counts by the hour, at the end of letters.
func hourly(most int) *quota {
	return &quota{virtual: &virtual{now: clock()}, moment: smtptest.Dot, span: time.Hour, most: most, no: smtptest.Reply("454 4.7.0 Throttling failure")}
}

// A run that goes on where another met a quota knows from the ledger that the relay takes letters:
// it does not bring all of them again and again to hear that there is a quota.
func TestQuotaInTwoRuns(t *testing.T) {
	t.Parallel()
	h, q := newHome(t, 80), hourly(20)
	server := smtptest.Start(t, smtptest.Options{Script: q.script})
	first, err := h.dispatch(t, ctx, server, q.until(4*time.Minute))
	if err != nil || first.Accepted != 20 || first.Deferred < 50 {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := h.dispatch(t, ctx, server, q.until(15*time.Minute))
	if err != nil || second.Accepted > 0 || second.Deferred > 30 {
		t.Errorf("%+v, %v", second, err)
	}
	h.wantAgreement(t, server)
}

// A run that a timer will call again ends there; the others are as they were.
func TestQuotaOnce(t *testing.T) {
	t.Parallel()
	h, q := newHome(t, 80), hourly(20)
	server := smtptest.Start(t, smtptest.Options{Script: q.script})
	once := func(d *Dispatch) {
		q.until(50 * time.Minute)(d)
		d.Once = true
	}
	if done, err := h.dispatch(t, ctx, server, once); err != nil || done.Accepted != 20 {
		t.Fatalf("%+v, %v", done, err)
	}
	q.virtual.now = q.virtual.now.Add(6 * time.Minute)
	began := q.Now()
	done, err := h.dispatch(t, ctx, server, once)
	var relay *RelayError
	if took := q.Now().Sub(began); !errors.As(err, &relay) || done.Deferred > 15 || took > 2*time.Minute {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
}

// Whose affair it may be that letters are put off one after the other.
func TestMayBeOwn(t *testing.T) {
	word := func(p mailer.Phase, code int, enhanced string) error {
		return &mailer.ReplyError{Phase: p, Reply: mailer.Reply{Code: code, Enhanced: enhanced}}
	}
	for _, tt := range []struct {
		why           error
		ever, retried bool
		want          bool
	}{
		{&mailer.ConnError{Phase: mailer.Rcpt}, false, false, false},
		{word(mailer.Mail, 450, "4.7.1"), false, true, false},
		{word(mailer.Rcpt, 450, "4.7.1"), true, true, true},
		{word(mailer.Rcpt, 451, "4.3.2"), false, false, false},
		{word(mailer.Dot, 421, ""), false, false, false},
		{word(mailer.Dot, 451, "4.7.1"), false, true, true},
		{word(mailer.Dot, 451, "4.7.1"), true, false, true},
		{word(mailer.Dot, 451, "4.7.1"), true, true, false},
	} {
		if got := (&breath{ever: tt.ever}).mayBeOwn(tt.why, tt.retried); got != tt.want {
			t.Errorf("%v, took some %v, again %v: %v", tt.why, tt.ever, tt.retried, got)
		}
	}
}

// telling is a session over which each letter has its row in its return path; it says whose end
// the relay hears next.
type telling struct {
	Session
	row func(tailnet.Address)
}

func (s telling) Begin(e mailer.Envelope) error { s.row(e.From); return s.Session.Begin(e) }

func (s telling) End(next *mailer.Envelope) (mailer.Reply, error) {
	reply, err := s.Session.End(next)
	if next != nil {
		s.row(next.From)
	}
	return reply, err
}

// Where each letter is greylisted at its end, and others went through before, those that are new
// keep nobody waiting for long: each gets in when it comes again.
func TestNewOnesAreGreylistedAtTheDot(t *testing.T) {
	t.Parallel()
	const letters = 200
	h, clock := newHome(t, letters), &virtual{now: clock()}
	var mu sync.Mutex
	var at tailnet.Address
	met := map[tailnet.Address]bool{}
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		mu.Lock()
		defer mu.Unlock()
		if m != smtptest.Dot || n < 10 || met[at] {
			return nil
		}
		met[at] = true
		return smtptest.Reply("451 4.7.1 Try again later")
	}})
	began := clock.Now()
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Now, d.After, d.Connections = clock.Now, clock.After, 1
		d.Return = func(l ledger.Delivery) (tailnet.Address, error) {
			return tailnet.Address(fmt.Sprintf("row%d@example.com", l.Row)), nil
		}
		dial := d.Relay
		d.Relay = func(ctx context.Context) (Session, error) {
			s, err := dial(ctx)
			return telling{s, func(a tailnet.Address) { mu.Lock(); defer mu.Unlock(); at = a }}, err
		}
	})
	if took := clock.Now().Sub(began); err != nil || done.Accepted != letters || done.Deferred != letters-10 || took > time.Hour {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
}

// A relay that hangs up before it hears of a recipient puts nobody's letter off.
func TestRelayHangsUpOnNobody(t *testing.T) {
	t.Parallel()
	h, clock := newHome(t, 60), &virtual{now: clock()}
	began := clock.Now()
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
		if m == smtptest.Mail && clock.Now().Sub(began) < 20*time.Second {
			return smtptest.Cut
		}
		return nil
	}})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Now, d.After = clock.Now, clock.After })
	if took := clock.Now().Sub(began); err != nil || done.Accepted != 60 || done.Deferred > 0 || took > time.Minute {
		t.Errorf("%+v, %v, after %v", done, err, took)
	}
}

// That the relay would not hear of a letter counts as long as that letter has no outcome: after one
// it is the first time again.
func TestRefusalsAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHome(t, 1)
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Mail && n%2 == 0:
			return smtptest.Reply("450 4.7.1 too much mail")
		case m == smtptest.Rcpt && n == 0:
			return smtptest.Reply("450 4.2.0 greylisted")
		}
		return nil
	}})
	done, err := h.dispatch(t, ctx, server, nil)
	if err != nil || done.Accepted != 1 || done.Deferred != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

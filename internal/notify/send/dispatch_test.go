package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// virtual is a clock that goes on by being waited for.
type virtual struct {
	sync.Mutex
	now time.Time
}

func (v *virtual) Now() time.Time {
	v.Lock()
	defer v.Unlock()
	return v.now
}

// After is over at once, and that much later. A carrier's wait for work is not, nor the
// desk's for readers: they would drive the clock on while others work.
func (v *virtual) After(d time.Duration) <-chan time.Time {
	if d == linger || d == ledger.EnterAfter {
		return time.After(d)
	}
	v.Lock()
	defer v.Unlock()
	v.now = v.now.Add(d)
	over := make(chan time.Time, 1)
	over <- v.now
	return over
}

// dispatch sends the plan of a home to a server.
func (h home) dispatch(t *testing.T, ctx context.Context, server *smtptest.Server, change func(*Dispatch)) (Dispatched, error) {
	t.Helper()
	book := h.open(t)
	defer closeLedger(t, book)
	reader, err := ledger.OpenReader(ctx, h.ledger())
	if err != nil {
		t.Fatal(err)
	}
	defer closeLedger(t, reader)
	plan, err := book.Plan(context.Background(), planID)
	if err != nil {
		t.Fatal(err)
	}
	clock := &virtual{now: clock()}
	d := Dispatch{
		Run:     Run{Ledger: book, Plan: plan, Machine: ledger.Machine{PID: os.Getpid(), Boot: "one", Synced: true}, Now: clock.Now},
		Letters: reader, Relay: Dial(relay(server)), Connections: 4, After: clock.After,
		Return:  func(ledger.Delivery) (tailnet.Address, error) { return "bounces@example.com", nil },
		Backoff: ledger.Backoff{First: 5 * time.Minute, Deadline: plan.Deadline},
	}
	if change != nil {
		change(&d)
	}
	return d.Do(ctx, context.Background(), unchanged)
}

func relay(server *smtptest.Server) mailer.Relay {
	r := mailer.Relay{Host: "127.0.0.1", Port: server.Port(), Security: mailer.Loopback, Hello: "client.example.com", Now: time.Now}
	for phase := range r.Timeouts {
		r.Timeouts[phase] = 5 * time.Minute // none is met but by hanging
	}
	return r
}

// wantAgreement closes the server and holds the ledger against the server: what is accepted is there once, what
// may have arrived at most once, and nothing else (F21, F35, F36, F37).
func (h home) wantAgreement(t *testing.T, server *smtptest.Server) map[ledger.State]int {
	t.Helper()
	server.Settled()
	arrived := make(map[string]int)
	for _, letter := range server.Accepted() {
		arrived[letter.Digest]++
		if len(letter.To) != 1 {
			t.Errorf("a letter went to %d recipients", len(letter.To))
		}
	}
	states := make(map[ledger.State]int)
	for _, state := range ledger.States {
		rows, _ := h.look(t, 1, state)
		for _, d := range rows {
			n := arrived[d.Digest]
			if state == ledger.Accepted && n != 1 || state == ledger.Unknown && n > 1 ||
				state != ledger.Accepted && state != ledger.Unknown && n > 0 {
				t.Errorf("letter %d is %s, and the server has it %d times", d.Row, state, n)
			}
			delete(arrived, d.Digest)
			states[state]++
		}
	}
	if len(arrived) > 0 {
		t.Errorf("the server has %d letters that nobody wrote", len(arrived))
	}
	if faults := server.Seen().Faults; len(faults) > 0 {
		t.Errorf("the server complains: %q", faults)
	}
	return states
}

func TestDispatchAll(t *testing.T) {
	t.Parallel()
	const letters = 300
	for _, extensions := range [][]string{nil, {"8BITMIME"}} {
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{Extensions: extensions})
		done, err := h.dispatch(t, ctx, server, nil)
		if err != nil || done.Accepted != letters || done.Connections != 4 {
			t.Fatalf("%+v, %v", done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Accepted] != letters {
			t.Errorf("states are %v", states)
		}
		connections := server.Seen().Connections
		if connections > letters/10 {
			t.Errorf("%d connections", connections)
		}
		// F46: a plan that is done opens no connection.
		if done, err := h.dispatch(t, ctx, server, nil); err != nil || done != (Dispatched{}) || server.Seen().Connections != connections {
			t.Errorf("again: %+v, %v, %d connections", done, err, server.Seen().Connections)
		}
	}
}

// The SMTP table of faults, through the ledger: a server that does each once, at a letter
// in the middle. The run itself tries again what is surely not delivered.
func TestDispatchFaults(t *testing.T) {
	t.Parallel()
	const letters = 20
	for name, tt := range map[string]struct {
		at   smtptest.Moment
		do   smtptest.Action
		want ledger.State // of the letter that met it
	}{
		"greeting 421":               {smtptest.Greeting, smtptest.Reply("421 4.3.2 not now"), ledger.Accepted},
		"hangs up on EHLO":           {smtptest.Hello, smtptest.Drop, ledger.Accepted},
		"451 at MAIL":                {smtptest.Mail, smtptest.Reply("451 4.3.0 later"), ledger.Accepted},
		"421 at MAIL":                {smtptest.Mail, smtptest.Then(smtptest.Reply("421 4.3.2 bye"), smtptest.Drop), ledger.Accepted},
		"450 at RCPT":                {smtptest.Rcpt, smtptest.Reply("450 4.2.0 greylisted"), ledger.Accepted},
		"550 at RCPT":                {smtptest.Rcpt, smtptest.Reply("550 5.1.1 nobody"), ledger.Rejected},
		"hangs up at RCPT":           {smtptest.Rcpt, smtptest.Cut, ledger.Accepted},
		"hangs up at DATA":           {smtptest.Data, smtptest.Drop, ledger.Accepted},
		"hangs up in the content":    {smtptest.Content, nil, ledger.Accepted}, // see heardInTime
		"hangs up after the dot":     {smtptest.Taken, smtptest.Cut, ledger.Unknown},
		"451 after the dot":          {smtptest.Dot, smtptest.Reply("451 4.3.0 full"), ledger.Accepted},
		"554 after the dot":          {smtptest.Dot, smtptest.Reply("554 5.7.1 no"), ledger.Rejected},
		"hangs up after the reply":   {smtptest.Replied, smtptest.Drop, ledger.Accepted},
		"hangs up hard after the OK": {smtptest.Replied, smtptest.Cut, ledger.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nth := 7
			if tt.at <= smtptest.Hello {
				nth = 0
			}
			var set func(*Dispatch)
			if tt.at == smtptest.Content {
				tt.do, set = heardInTime(nth)
			}
			server := smtptest.Start(t, smtptest.Options{Script: smtptest.Once(tt.at, nth, tt.do), After: 50})
			h := newHome(t, letters)
			done, err := h.dispatch(t, ctx, server, set)
			if err != nil {
				t.Fatal(err)
			}
			states := h.wantAgreement(t, server)
			want := map[ledger.State]int{ledger.Accepted: letters}
			if tt.want != ledger.Accepted {
				want = map[ledger.State]int{ledger.Accepted: letters - 1, tt.want: 1}
			}
			// A reply that was under way when the connection was reset may be lost with it.
			if name == "hangs up hard after the OK" && states[ledger.Unknown] == 1 {
				want = map[ledger.State]int{ledger.Accepted: letters - 1, ledger.Unknown: 1}
			}
			if fmt.Sprint(states) != fmt.Sprint(want) {
				t.Errorf("states are %v, want %v; the run says %+v", states, want, done)
			}
			// F35: what is unknown stays so, and nothing goes out again.
			before := server.Seen().Connections
			if again, err := h.dispatch(t, ctx, server, nil); err != nil || again.Answered() != 0 || server.Seen().Connections != before {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}

// A server that does anything at any moment: whatever happens, the ledger and the server
// agree, and no letter is there twice (F21, F22, F35–F37).
func TestDispatchAnything(t *testing.T) {
	t.Parallel()
	r := newChance(t)
	runs := r.times(1000, 16)
	sums := make(map[ledger.State]int)
	for range runs {
		likely := 2 + r.IntN(60)
		dice := rand.New(rand.NewPCG(r.Uint64(), 0))
		var mu sync.Mutex
		script := func(m smtptest.Moment, _ int) smtptest.Action {
			mu.Lock()
			defer mu.Unlock()
			if dice.IntN(likely) > 0 {
				return nil
			}
			actions := []smtptest.Action{smtptest.Drop, smtptest.Cut}
			if m != smtptest.Dot { // an action there means that the letter is not taken
				actions = append(actions, smtptest.Split)
			}
			if m < smtptest.Taken && m != smtptest.Content {
				actions = append(actions, smtptest.Reply("451 4.3.0 later"), smtptest.Then(smtptest.Reply("421 4.3.2 bye"), smtptest.Drop))
			}
			if m == smtptest.Rcpt || m == smtptest.Dot {
				actions = append(actions, smtptest.Reply("550 5.1.1 no"))
			}
			return actions[dice.IntN(len(actions))]
		}
		letters := 1 + r.IntN(60)
		h := newHome(t, letters)
		server := smtptest.Start(t, smtptest.Options{Script: script, After: r.IntN(400)})
		for range 3 {
			_, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Connections = 1 + r.IntN(5) })
			var rejects *RejectsError
			if err != nil && !errors.As(err, &rejects) {
				t.Fatal(err)
			}
		}
		states := h.wantAgreement(t, server)
		if states[ledger.Intent] > 0 {
			t.Errorf("states are %v after a run that ended", states)
		}
		for state, n := range states {
			sums[state] += n
		}
	}
	t.Logf("%d runs: %v", 3*runs, sums)
}

// F49: an interruption finishes the letters in flight; none is unknown, none is begun.
func TestDispatchInterrupted(t *testing.T) {
	t.Parallel()
	dice := newChance(t)
	for after := range 12 {
		if !dice.takes(3) {
			continue
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		came := 0
		var mu sync.Mutex
		server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
			mu.Lock()
			defer mu.Unlock()
			if m >= smtptest.Mail && m <= smtptest.Replied {
				if came++; came == 7*after+1 {
					stop()
				}
			}
			return nil
		}})
		h := newHome(t, 100)
		_, err := h.dispatch(t, ctx, server, nil)
		states := h.states(t, 1)
		if !errors.Is(err, context.Canceled) || states[ledger.Unknown]+states[ledger.Intent] > 0 || states[ledger.Planned] == 0 {
			t.Errorf("after %d: %v, %v", after, err, states)
		}
		if done, err := h.dispatch(t, context.Background(), server, nil); err != nil {
			t.Errorf("%+v, %v", done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Accepted] != 100 {
			t.Errorf("after the second run %v", states)
		}
	}
}

// F48: where every letter is refused, at most the canary has met it.
func TestCanary(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		canary, most int
	}{"with a canary": {5, 5}, "without": {0, 8}} {
		h := newHome(t, 200)
		server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Dot, smtptest.Reply("554 5.7.1 no"))})
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Canary = tt.canary })
		var rejects *RejectsError
		if !errors.As(err, &rejects) || done.Rejected == 0 || done.Rejected > tt.most {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Planned] != 200-done.Rejected {
			t.Errorf("%s: states are %v", name, states)
		}
	}
}

// A canary of which nobody knows, or that was only put off, lets nobody out (F48).
func TestCanaryWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 100), smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Taken, smtptest.Cut)})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Canary = 5 })
	var rejects *RejectsError
	if !errors.As(err, &rejects) || done.Unknown == 0 || done.Unknown > 5 {
		t.Errorf("cut after each dot: %+v, %v", done, err)
	}
	if done, err := newHome(t, 100).dispatch(t, ctx, smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Taken, smtptest.Cut)}), nil); !errors.As(err, &rejects) || done.Unknown > 10 {
		t.Errorf("cut after each dot, without a canary: %+v, %v", done, err)
	}
	var mu sync.Mutex
	taken, before := 0, 0
	later := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case m == smtptest.Rcpt && n < 5:
			return smtptest.Reply("450 4.2.0 greylisted")
		case m == smtptest.Rcpt && taken == 0:
			before++
		case m == smtptest.Taken:
			taken++
		}
		return nil
	}})
	done, err = newHome(t, 100).dispatch(t, ctx, later, func(d *Dispatch) { d.Canary = 5 })
	if err != nil || done.Accepted != 100 || before > 5 {
		t.Errorf("greylisted: %+v, %v, %d before one was taken", done, err, before)
	}
}

// F37: a relay that takes a letter and then says no has perhaps not taken it.
func TestSecondWordAfterTheDot(t *testing.T) {
	t.Parallel()
	h := newHome(t, 1)
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Replied, func(c *smtptest.Conn) error {
		time.Sleep(50 * time.Millisecond)
		return c.Say("554 5.7.1 no, after all\r\n")
	})})
	if done, err := h.dispatch(t, ctx, server, nil); err != nil || done.Unknown != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

// However often letters were begun and given back, one that is put off is tried again.
func TestGivenBackOften(t *testing.T) {
	t.Parallel()
	h := newHome(t, 3)
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Rcpt, 1, smtptest.Reply("450 4.2.0 greylisted"))})
	for range 15 {
		_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Once, d.Relay = true, func(context.Context) (Session, error) {
				return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("refused")}
			}
		})
		var relay *RelayError
		if !errors.As(err, &relay) {
			t.Fatal(err)
		}
	}
	done, err := h.dispatch(t, ctx, server, nil)
	if err != nil || done.Accepted != 3 || done.Deferred != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

// The others wait for the canary, and then for what may come back.
func TestCanaryWaits(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 30), smtptest.Start(t, smtptest.Options{})
	var clock *virtual
	var when []time.Time
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		clock = &virtual{now: d.Now()}
		d.Now, d.After, d.Canary, d.CanaryWait = clock.Now, clock.After, 3, 10*time.Minute
		d.Said = func(tally Tally) {
			for len(when) < tally.Answered() {
				when = append(when, clock.Now())
			}
		}
	})
	if err != nil || done.Accepted != 30 || len(when) != 30 {
		t.Fatalf("%+v, %v, %d", done, err, len(when))
	}
	if between := when[3].Sub(when[2]); between < 10*time.Minute {
		t.Errorf("the others went %v after the canary", between)
	}
}

// A relay that takes nothing from us, or cannot be trusted, is no letter's fault: the run
// ends, and every letter is as it was.
func TestRelayRefuses(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]smtptest.Script{
		"554 greeting": smtptest.At(smtptest.Greeting, smtptest.Reply("554 5.7.1 go away")),
		"550 at MAIL":  smtptest.At(smtptest.Mail, smtptest.Reply("550 5.7.1 not from you")),
	} {
		h, server := newHome(t, 50), smtptest.Start(t, smtptest.Options{Script: script})
		_, err := h.dispatch(t, ctx, server, nil)
		var relay *RelayError
		if !errors.As(err, &relay) {
			t.Errorf("%s: %v", name, err)
		}
		if states := h.wantAgreement(t, server); states[ledger.Planned] != 50 {
			t.Errorf("%s: states are %v", name, states)
		}
	}
}

// A relay that cannot be reached is tried again, after longer and longer waits, until the
// letters are stale.
func TestRelayIsGone(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 5), smtptest.Start(t, smtptest.Options{})
	var tries []time.Time
	told := 0
	_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Connections = 1
		d.Waits = func(w Wait) {
			if told++; w.Unreachable == nil || w.Canary > 0 || w.Until.Before(tries[len(tries)-1]) {
				t.Errorf("told to wait: %+v", w)
			}
		}
		d.Relay = func(context.Context) (Session, error) {
			tries = append(tries, d.Now())
			return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("refused")}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(tries); n < 800 || n > 900 { // every five minutes of 72 hours
		t.Errorf("%d attempts", n)
	}
	if told != len(tries) {
		t.Errorf("told %d times of %d", told, len(tries))
	}
	// For a timer one attempt is enough.
	tries = nil
	_, err = h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Once, d.Relay = true, func(context.Context) (Session, error) {
			tries = append(tries, d.Now())
			return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("refused")}
		}
	})
	var relay *RelayError
	if !errors.As(err, &relay) || len(tries) != 1 {
		t.Errorf("once: %v after %d attempts", err, len(tries))
	}
	if states := h.wantAgreement(t, server); states[ledger.Planned] != 5 {
		t.Errorf("states are %v", states)
	}
}

// --once does not wait for what was deferred.
func TestOnce(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 10), smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Rcpt, 3, smtptest.Reply("450 4.2.0 greylisted"))})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Once = true })
	if err != nil || done.Accepted != 9 || done.Deferred != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if states := h.wantAgreement(t, server); states[ledger.Deferred] != 1 {
		t.Errorf("states are %v", states)
	}
}

// F52: with a rate, letters go no faster than it.
func TestDispatchRate(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 40), smtptest.Start(t, smtptest.Options{})
	clock := &virtual{now: created}
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		d.Now, d.After, d.Limits = clock.Now, clock.After, pace.Limits{Relay: 2}
	})
	if took := clock.Now().Sub(created); err != nil || done.Accepted != 40 || took < 19*time.Second {
		t.Errorf("%+v, %v, in %v", done, err, took)
	}
}

// breaking is a ledger that fails at its nth write and from then on, as a full disk does.
type breaking struct {
	Book
	mu   sync.Mutex
	left int
}

var errFull = errors.New("no space left on device")

func (b *breaking) fails() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left--
	return b.left < 0
}

func (b *breaking) Claim(ctx context.Context, p ledger.Stored, r ledger.Run, limit int, at time.Time) ([]ledger.Delivery, error) {
	if b.fails() {
		return nil, errFull
	}
	return b.Book.Claim(ctx, p, r, limit, at)
}

func (b *breaking) Commit(ctx context.Context, p ledger.Stored, r ledger.Run, o []ledger.Outcome, m []ledger.Mark, at time.Time) error {
	if b.fails() {
		return errFull
	}
	return b.Book.Commit(ctx, p, r, o, m, at)
}

// F50: after a write of the ledger fails no letter goes out that it does not know of, and
// the next run finds out what it has to: at most one letter a connection is unknown.
func TestLedgerFailsUnderWay(t *testing.T) {
	t.Parallel()
	const letters, connections = 60, 3
	dice := newChance(t)
	for n := range 25 {
		if !dice.takes(3) {
			continue
		}
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
		_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Connections, d.Ledger = connections, &breaking{Book: d.Ledger, left: n}
		})
		if err == nil {
			break // it came through
		}
		if !errors.Is(err, errFull) {
			t.Fatal(err)
		}
		if _, err := h.dispatch(t, ctx, server, nil); err != nil {
			t.Fatal(err)
		}
		states := h.wantAgreement(t, server)
		if states[ledger.Unknown] > connections || states[ledger.Unknown]+states[ledger.Accepted] != letters {
			t.Errorf("write %d failed: states are %v", n, states)
		}
	}
}

// A letter that is not what was frozen stops the run before it goes anywhere.
type changed struct{ Letters }

func (c changed) Message(ctx context.Context, p ledger.Stored, d ledger.Delivery) ([]byte, error) {
	if d.Row == 21 {
		return nil, ledger.ErrChanged
	}
	return c.Letters.Message(ctx, p, d)
}

func TestDamagedLetter(t *testing.T) {
	t.Parallel()
	h, server := newHome(t, 40), smtptest.Start(t, smtptest.Options{})
	_, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Letters = changed{d.Letters} })
	if !errors.Is(err, ledger.ErrChanged) {
		t.Errorf("error is %v", err)
	}
	states := h.wantAgreement(t, server)
	if states[ledger.Unknown]+states[ledger.Intent] > 0 || states[ledger.Planned] == 0 {
		t.Errorf("states are %v", states)
	}
	rows, _ := h.look(t, 1, ledger.Planned)
	if !slices.ContainsFunc(rows, func(d ledger.Delivery) bool { return d.Row == 21 }) {
		t.Error("the damaged letter is not planned any more")
	}
}

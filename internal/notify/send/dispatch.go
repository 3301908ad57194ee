package send

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/pace"
	"tocsin/internal/tailnet"
)

// Dispatch is one delivery of a plan to a relay, over several connections.
//
//	desk                                     carrier, one a connection
//	claims a window of letters (durable)
//	hands one on, as the pace allows    →    MAIL, RCPT, DATA, the content without its dot
//	                                    ←    "mark it": and what became of the letter before
//	commits the marks and outcomes of
//	many carriers at once (durable)     →    the dot, and the next letter's MAIL, RCPT, DATA
//	                                    ←    its outcome, with the next mark
//
// So at most one letter a connection is past its dot without an answer, whenever the
// process dies. Only the desk writes in the ledger. Carriers read letters there, over
// another connection to it.
type Dispatch struct {
	Run
	Letters Letters // where letters are read beside the desk's writing
	Relay   Relay
	// Return is the return path of a row's letter, to which it bounces.
	Return func(ledger.Delivery) (tailnet.Address, error)
	// Seal makes the bytes that go out of a letter's, such as by signing them; nil: they
	// go as they were frozen.
	Seal func(message []byte) ([]byte, error)
	// Self goes to ourselves before anything goes to anybody else; nil: nothing does.
	Self *Self

	Connections int // at most
	Limits      pace.Limits
	Backoff     ledger.Backoff
	Canary      int           // so many letters of the plan go first, whichever runs they go in, and the rest when they are answered; 0: none
	CanaryWait  time.Duration // after that, for reports of what came back
	Once        bool          // do not wait for deferred letters to come due
	Until       time.Time     // begin no letter after it; zero: the plan's deadline
	After       func(time.Duration) <-chan time.Time
	Said        func(Tally) // told after each commit; nil: nobody asks
	// Waits is told when nothing is under way and nothing goes for a while; nil: nobody asks.
	Waits func(Wait)
	// Stopping is told how many letters are under way when the caller wants to stop: those
	// are finished first. Nil: nobody asks.
	Stopping func(underWay int)
}

// Garbage is how much of it may lie about while a Dispatch does its work, in per cent of what
// lives (as runtime/debug counts it). A run makes much and keeps little: to collect it as early as
// usual takes a fifth of the processor's time of a letter, and saves some ten megabytes.
const Garbage = 400

// Wait is until when nothing goes, and why: the relay cannot be reached, or the first
// letters are out and it is waited for what comes back of them, or all that is left was
// put off.
type Wait struct {
	Until       time.Time
	For         time.Duration
	Unreachable error
	Canary      int // letters that went first; 0 where it is another wait
	Deferred    int // letters that were put off
}

// Letters is where the carriers read.
type Letters interface {
	Message(context.Context, ledger.Stored, ledger.Delivery) ([]byte, error)
}

// Relay opens sessions. [mailer.Relay] by way of [Dial] is one.
type Relay func(context.Context) (Session, error)

// Session is a connection to a relay, as [mailer.Session] is.
type Session interface {
	Begin(mailer.Envelope) error
	Content([]byte) error
	End(next *mailer.Envelope) (mailer.Reply, error)
	Begun() error
	Open() bool
	Quit() error
	Close()
}

// Dial makes a relay of a server.
func Dial(r mailer.Relay) Relay {
	return func(ctx context.Context) (Session, error) {
		s, err := r.Dial(ctx)
		if err != nil {
			return nil, err // and no session: a nil *mailer.Session would be one
		}
		return s, nil
	}
}

// Tally is what a run has done so far.
type Tally struct {
	Accepted, Deferred, Rejected, Unknown int
	// Waiting are letters that are put off at the moment, those of earlier runs too. Deferred
	// counts how often one was.
	Waiting     int
	Connections int // that are allowed now
}

// Answered is how many letters have an outcome.
func (t Tally) Answered() int { return t.Accepted + t.Deferred + t.Rejected + t.Unknown }

// Dispatched says what a run did.
type Dispatched struct {
	Tally
	Returned int // letters an earlier run had begun, and that were provably not sent
	Lost     int // letters an earlier run was cut off with after their dot: unknown from now on
}

// RejectsError ends a run in which too many letters were refused.
type RejectsError struct{ Tally }

// Error has the sums.
func (e *RejectsError) Error() string {
	return fmt.Sprintf("of %d letters %d were rejected, and of %d nobody knows whether they arrived: something is wrong with all of them, or with the sender", e.Answered(), e.Rejected, e.Unknown)
}

// RelayError ends a run because the relay does not take letters from us, or cannot be
// trusted: no letter would fare better.
type RelayError struct{ Err error }

// Error says what the relay did.
func (e *RelayError) Error() string { return "the relay takes no letters: " + e.Err.Error() }

// Unwrap is what the relay did.
func (e *RelayError) Unwrap() error { return e.Err }

// Do delivers a plan, or goes on where a run left off, as [Run.Do] does. What an earlier
// run was cut off with goes by its marks: unmarked letters were not sent, marked ones are
// unknown until somebody settles them.
//
// When ctx is done no further letter begins, those in flight are finished, and the error
// is that of ctx. When hard is done as well connections are cut: a letter that was past
// its dot is unknown.
func (d Dispatch) Do(ctx, hard context.Context, inputs func() (notify.Inputs, error)) (Dispatched, error) {
	done, err := d.Recover(ctx)
	if err != nil {
		return done, err
	}
	if err := d.ready(ctx, inputs); err != nil {
		return done, err
	}
	if err := d.toSelf(ctx, hard); err != nil {
		return done, err
	}
	done.Tally, err = d.deliver(ctx, hard)
	return done, err
}

// Recover settles by their marks the letters that a dead run had begun, whatever becomes
// of the plan. It needs the ledger, the plan and a clock, and connects to nobody.
func (d Dispatch) Recover(ctx context.Context) (Dispatched, error) {
	if err := d.Ledger.Verify(ctx, d.Plan); err != nil {
		return Dispatched{}, err
	}
	settled, err := d.recover(context.WithoutCancel(ctx), nil)
	return Dispatched{Returned: settled[ledger.Return], Lost: settled[ledger.Lose]}, err
}

// deliver runs the desk until nothing is left to do. Where there is nothing to begin with,
// no run begins and no connection is made (F46).
func (d Dispatch) deliver(ctx, hard context.Context) (Tally, error) {
	states, err := d.Ledger.States(ctx, d.Plan)
	if err != nil || states[ledger.Planned]+states[ledger.Deferred] == 0 || ctx.Err() != nil || !d.open() {
		return Tally{}, errors.Join(err, ctx.Err())
	}
	record := context.WithoutCancel(ctx)
	first, err := d.goFirst(record, states, d.Now())
	if err != nil {
		return Tally{}, err
	}
	run, err := d.Ledger.Start(record, d.Plan, d.Machine, d.Now())
	if err != nil {
		return Tally{}, err
	}
	k := newDesk(d, run, first)
	k.tally.Waiting = states[ledger.Deferred]
	err = k.deliver(ctx, hard)
	if k.broken != nil {
		return k.tally, k.broken // the ledger: what is begun is the next run's to find out
	}
	return k.tally, errors.Join(err, d.Ledger.End(record, d.Plan, run, d.Now()))
}

// until is the last instant at which a letter may begin.
func (d Dispatch) until() time.Time {
	if d.Until.IsZero() || d.Until.After(d.Plan.Deadline) {
		return d.Plan.Deadline
	}
	return d.Until
}

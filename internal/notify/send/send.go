// Package send delivers a frozen plan and survives being killed at any moment.
//
// The order of writes is the whole of it: the intent to deliver a letter is on
// disk before the letter's first byte moves, and the outcome is written after it
// arrived. A run that died leaves letters in intent; the next run asks the mailbox
// which of them arrived. Nothing is delivered twice and nothing is forgotten.
package send

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// windowSize is how many letters are begun by one durable write. More cost less a
// letter; after a kill that many have to be looked up.
const windowSize = 64

// Book is what a run needs of a ledger: few operations, each one durable transaction. The
// conformance suite in booktest says what they promise; a second store has to pass it.
type Book interface {
	// Verify refuses a plan that is not what was frozen, or not what happened since.
	Verify(context.Context, ledger.Stored) error
	// States counts the letters by state.
	States(context.Context, ledger.Stored) (map[ledger.State]int, error)
	// Start begins a run, and End ends it.
	Start(context.Context, ledger.Stored, ledger.Machine, time.Time) (ledger.Run, error)
	End(context.Context, ledger.Stored, ledger.Run, time.Time) error
	// Recover shuts out the runs before this one, and settles what they had begun.
	Recover(context.Context, ledger.Stored, ledger.Run, ledger.Judge, time.Time) (map[ledger.Event]int, error)
	// Claim writes down the intent to deliver letters that are due, and returns them.
	Claim(ctx context.Context, p ledger.Stored, r ledger.Run, limit int, at time.Time) ([]ledger.Delivery, error)
	// Due is when the first deferred letter comes due; zero where none does.
	Due(context.Context, ledger.Stored) (time.Time, error)
	// LastAccepted is when the last of the letters was accepted that are; zero where none is.
	LastAccepted(context.Context, ledger.Stored) (time.Time, error)
	// Message is a letter's bytes, as they were frozen.
	Message(context.Context, ledger.Stored, ledger.Delivery) ([]byte, error)
	// Commit writes down what became of some letters, and the dot marks of others.
	Commit(context.Context, ledger.Stored, ledger.Run, []ledger.Outcome, []ledger.Mark, time.Time) error
}

// Run is one delivery of a plan into a mailbox.
type Run struct {
	Ledger  Book
	Plan    ledger.Stored
	Mailbox mailer.Maildir
	Machine ledger.Machine // this one
	Now     func() time.Time
	// Approved refuses a plan that is not approved, once nothing else speaks against it. It
	// is asked of plans that must be (see [notify.ApprovalsInput]), and needed for them.
	Approved func(context.Context) error
	// Stands says, by an error, that no further letter may go: somebody has taken the plan back
	// while it is delivered. It is asked before letters are claimed, and by a [Dispatch] also while
	// it waits and where a connection took its time; at most once a second by Now. It has to be
	// quick. Nil: nobody asks.
	Stands func(context.Context) error
	// Edited is told which sources have changed where that stops nothing: letters of the plan
	// are out, and the rest go as they were approved. Nil: nobody asks.
	Edited func(changed []string)
	// Progress is called after each window with how many letters it delivered.
	Progress func(delivered int)

	asked time.Time // when Stands was
}

// Result says what a run did.
type Result struct {
	Recovered int // letters found delivered that an earlier run had begun
	Returned  int // letters an earlier run had begun and not delivered
	Delivered int // letters delivered by this run
}

// Do delivers a plan, or goes on where a run left off. It verifies the stored bytes,
// settles the letters that a dead run had begun, asks whether the plan may be sent,
// and delivers every planned letter.
//
// A plan that is not what was frozen fails with a [ledger.ErrChanged] before anything
// else. Then come, with what a dead run had begun settled all the same, a
// [SupersededError], a [DroppedError], a [ledger.PausedError], a [StaleError] and a
// [DriftError]; the last only until the first letter is out, since then the letters are
// what counts. inputs digests the sources as they are now, and is called only where they
// count.
//
// A cancelled context stops it between two letters, with everything that arrived
// written down; an error of Stands does between two windows. Any failure to write or
// deliver stops it: a fault of the disk is not one letter's fault. A deadline that passes
// meanwhile ends it without an error.
func (r Run) Do(ctx context.Context, inputs func() (notify.Inputs, error)) (Result, error) {
	if err := r.Ledger.Verify(ctx, r.Plan); err != nil {
		return Result{}, err
	}
	result, err := r.settle(context.WithoutCancel(ctx))
	if err != nil {
		return result, err
	}
	if err := r.ready(ctx, inputs); err != nil {
		return result, err
	}
	result.Delivered, err = r.deliver(ctx)
	return result, err
}

// deliver delivers planned letters, window after window, and counts them. Where there are
// none, nothing begins.
func (r Run) deliver(ctx context.Context) (delivered int, err error) {
	states, err := r.Ledger.States(ctx, r.Plan)
	if err != nil || states[ledger.Planned] == 0 || ctx.Err() != nil || !r.open() {
		return 0, errors.Join(err, ctx.Err())
	}
	record := context.WithoutCancel(ctx)
	run, err := r.Ledger.Start(record, r.Plan, r.Machine, r.Now())
	if err != nil {
		return 0, err
	}
	var fallen error
	for ctx.Err() == nil && r.open() {
		if fallen = r.stands(record, r.Now()); fallen != nil {
			break
		}
		n, err := r.window(ctx, run)
		delivered += n
		if err != nil {
			return delivered, err // what is begun is the next run's to find out
		}
		if n == 0 {
			break
		}
		r.Progress(n)
	}
	return delivered, errors.Join(ctx.Err(), fallen, r.Ledger.End(record, r.Plan, run, r.Now()))
}

// open reports whether letters of the plan may still be delivered.
func (r Run) open() bool { return r.Plan.Superseded == "" && !r.Now().After(r.Plan.Deadline) }

// settle settles the letters that a dead run had begun. The mailbox knows which
// of them arrived, so none is in doubt.
func (r Run) settle(ctx context.Context) (Result, error) {
	settled, err := r.recover(ctx, r.lookUp)
	return Result{Recovered: settled[ledger.Accept], Returned: settled[ledger.Return]}, err
}

// recover has a judge settle the letters that a dead run had begun. Where there are none,
// nothing begins.
func (r Run) recover(ctx context.Context, judge ledger.Judge) (map[ledger.Event]int, error) {
	states, err := r.Ledger.States(ctx, r.Plan)
	if err != nil || states[ledger.Intent] == 0 {
		return nil, err
	}
	run, err := r.Ledger.Start(ctx, r.Plan, r.Machine, r.Now())
	if err != nil {
		return nil, err
	}
	settled, err := r.Ledger.Recover(ctx, r.Plan, run, judge, r.Now())
	if err != nil {
		return settled, err
	}
	return settled, r.Ledger.End(ctx, r.Plan, run, r.Now())
}

// lookUp asks the mailbox which letters arrived.
func (r Run) lookUp(letters []ledger.Delivery) ([]ledger.Event, error) {
	events := make([]ledger.Event, len(letters))
	for i, d := range letters {
		held, err := r.Mailbox.Settle(d.MessageID, d.Digest)
		if err != nil {
			return nil, err
		}
		events[i] = ledger.Return
		if held {
			events[i] = ledger.Accept
		}
	}
	return events, nil
}

// window takes the next planned letters to their outcome and counts those that
// arrived. An interruption puts the rest back; after a failure it stays begun, and
// the next run asks the mailbox.
func (r Run) window(ctx context.Context, run ledger.Run) (int, error) {
	// What is begun is written down to its end, whatever the caller wants by then:
	// ctx counts between two letters only.
	record := context.WithoutCancel(ctx)
	letters, err := r.Ledger.Claim(record, r.Plan, run, windowSize, r.Now())
	if err != nil {
		return 0, err
	}
	done, failure := r.put(ctx, letters)
	var outcomes []ledger.Outcome
	for i, d := range letters {
		switch {
		case i < done:
			outcomes = append(outcomes, ledger.Outcome{Letter: d, Event: ledger.Accept})
		case failure == nil:
			outcomes = append(outcomes, ledger.Outcome{Letter: d, Event: ledger.Return})
		}
	}
	if err := r.Ledger.Commit(record, r.Plan, run, outcomes, nil, r.Now()); err != nil {
		return 0, errors.Join(failure, err)
	}
	return done, failure
}

// put delivers letters, one after the other, until one fails or the caller wants
// to stop, and says how many arrived.
func (r Run) put(ctx context.Context, letters []ledger.Delivery) (done int, err error) {
	for _, d := range letters {
		if ctx.Err() != nil {
			return done, nil
		}
		if err := r.one(context.WithoutCancel(ctx), d); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

func (r Run) one(ctx context.Context, d ledger.Delivery) error {
	message, err := r.Ledger.Message(ctx, r.Plan, d)
	if err != nil {
		return err
	}
	if err := r.Mailbox.Deliver(d.MessageID, message); err != nil {
		return fmt.Errorf("letter %d of %s: %w", d.Row, r.Plan.ID, err)
	}
	return nil
}

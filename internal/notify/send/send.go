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

// Run is one delivery of a plan into a mailbox.
type Run struct {
	Ledger  *ledger.Ledger
	Plan    ledger.Stored
	Mailbox mailer.Maildir
	Now     func() time.Time
	// Progress is called after each window with how many letters it delivered.
	Progress func(delivered int)
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
// [SupersededError], a [StaleError] and a [DriftError]; the last only until the first
// letter is out, since then the letters are what counts. inputs digests the sources as
// they are now, and is called only where they count.
//
// A cancelled context stops it between two letters, with everything that arrived
// written down. Any failure to write or deliver stops it: a fault of the disk is not
// one letter's fault. A deadline that passes meanwhile ends it without an error.
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

// deliver delivers planned letters, window after window, and counts them.
func (r Run) deliver(ctx context.Context) (delivered int, err error) {
	for ctx.Err() == nil && r.open() {
		n, err := r.window(ctx)
		delivered += n
		if err != nil {
			return delivered, err
		}
		if n == 0 {
			break
		}
		r.Progress(n)
	}
	return delivered, ctx.Err()
}

// open reports whether letters of the plan may still be delivered.
func (r Run) open() bool { return r.Plan.Superseded == "" && !r.Now().After(r.Plan.Deadline) }

// settle settles the letters that a dead run had begun. The mailbox knows which
// of them arrived, so none is in doubt.
func (r Run) settle(ctx context.Context) (Result, error) {
	var result Result
	for {
		begun, err := r.Ledger.InState(ctx, r.Plan, ledger.Intent, windowSize)
		if err != nil || len(begun) == 0 {
			return result, err
		}
		arrived, missing, err := r.lookUp(begun)
		if err != nil {
			return result, err
		}
		if err := r.Ledger.Accept(ctx, r.Plan, arrived, r.Now()); err != nil {
			return result, err
		}
		result.Recovered += len(arrived)
		if err := r.Ledger.Return(ctx, r.Plan, missing, r.Now()); err != nil {
			return result, err
		}
		result.Returned += len(missing)
	}
}

// lookUp asks the mailbox which letters arrived.
func (r Run) lookUp(letters []ledger.Delivery) (arrived, missing []ledger.Delivery, err error) {
	for _, d := range letters {
		held, err := r.Mailbox.Settle(d.MessageID, d.Digest)
		if err != nil {
			return nil, nil, err
		}
		if held {
			arrived = append(arrived, d)
		} else {
			missing = append(missing, d)
		}
	}
	return arrived, missing, nil
}

// window takes the next planned letters to their outcome and counts those that
// arrived. An interruption puts the rest back; after a failure it stays begun, and
// the next run asks the mailbox.
func (r Run) window(ctx context.Context) (int, error) {
	// What is begun is written down to its end, whatever the caller wants by then:
	// ctx counts between two letters only.
	record := context.WithoutCancel(ctx)
	letters, err := r.Ledger.InState(record, r.Plan, ledger.Planned, windowSize)
	if err != nil {
		return 0, err
	}
	if err := r.Ledger.Begin(record, r.Plan, letters, r.Now()); err != nil {
		return 0, err
	}
	done, failure := r.put(ctx, letters)
	if err := r.Ledger.Accept(record, r.Plan, letters[:done], r.Now()); err != nil {
		return 0, errors.Join(failure, err)
	}
	if failure != nil {
		return done, failure
	}
	return done, r.Ledger.Return(record, r.Plan, letters[done:], r.Now())
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

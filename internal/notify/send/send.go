// Package send delivers a frozen plan and survives being killed at any moment.
//
// The order of writes is the whole of it: the intent to deliver a letter is on
// disk before the letter's first byte moves, and the outcome is written after it
// arrived. A run that died leaves letters in intent; the next run asks the mailbox
// which of them arrived. Nothing is delivered twice and nothing is forgotten.
package send

import (
	"context"
	"fmt"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// window is how many letters are begun by one durable write. More cost less a
// letter; after a kill that many have to be looked up.
const window = 64

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

// Deliver settles what an earlier run left behind, then delivers every planned
// letter. A cancelled context stops it between two letters, with everything that
// arrived written down. Any failure to write or deliver stops it: a fault of the
// disk is not one letter's fault. A plan that another took the place of has its
// begun letters settled and delivers nothing more.
func (r Run) Deliver(ctx context.Context) (Result, error) {
	result, err := r.recover(ctx)
	if err != nil || r.Plan.Superseded != "" {
		return result, err
	}
	for ctx.Err() == nil {
		letters, err := r.Ledger.InState(ctx, r.Plan, ledger.Planned, window)
		if err != nil || len(letters) == 0 {
			return result, err
		}
		n, err := r.deliver(ctx, letters)
		result.Delivered += n
		if err != nil {
			return result, err
		}
		r.Progress(n)
	}
	return result, ctx.Err()
}

// recover settles the letters that a dead run had begun. The mailbox knows which
// of them arrived, so none is in doubt.
func (r Run) recover(ctx context.Context) (Result, error) {
	var result Result
	for {
		begun, err := r.Ledger.InState(ctx, r.Plan, ledger.Intent, window)
		if err != nil || len(begun) == 0 {
			return result, err
		}
		arrived, missing, err := r.sort(begun)
		if err != nil {
			return result, err
		}
		if err := r.Ledger.Accept(ctx, r.Plan, arrived, r.Now()); err != nil {
			return result, err
		}
		if err := r.Ledger.Return(ctx, r.Plan, missing, r.Now()); err != nil {
			return result, err
		}
		result.Recovered += len(arrived)
		result.Returned += len(missing)
	}
}

// sort asks the mailbox which letters arrived.
func (r Run) sort(letters []ledger.Delivery) (arrived, missing []ledger.Delivery, err error) {
	for _, d := range letters {
		held, err := r.Mailbox.Holds(d.MessageID)
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

// deliver takes one window from planned to its outcome. Letters that a failure or
// an interruption kept from being delivered go back to planned.
func (r Run) deliver(ctx context.Context, letters []ledger.Delivery) (int, error) {
	if err := r.Ledger.Begin(ctx, r.Plan, letters, r.Now()); err != nil {
		return 0, err
	}
	// A letter that is begun is finished, and what happened is written down, even
	// though the caller wants to stop.
	after := context.WithoutCancel(ctx)
	done, failure := 0, error(nil)
	for _, d := range letters {
		if ctx.Err() != nil {
			break
		}
		if failure = r.one(after, d); failure != nil {
			break
		}
		done++
	}
	if err := r.Ledger.Accept(after, r.Plan, letters[:done], r.Now()); err != nil {
		return 0, err
	}
	if failure != nil {
		return done, failure // the rest stays begun: the next run asks the mailbox
	}
	return done, r.Ledger.Return(after, r.Plan, letters[done:], r.Now())
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

package send

import (
	"context"
	"time"

	"tocsin/internal/notify/ledger"
)

// Ahead is a Book that does not keep who writes waiting for the disk: while one write is
// under way to it, the next can be made. What carriers said is answered when it is there.
type Ahead interface {
	// Write writes down as Commit does, and returns before it is on the disk.
	Write(context.Context, ledger.Stored, ledger.Run, []ledger.Outcome, []ledger.Mark, time.Time) error
	// Sync waits until all that was written before is on the disk, whoever writes meanwhile.
	Sync() error
	// Enter sees to it that whoever reads the ledger finds all that was written.
	Enter(context.Context) error
}

// batch is what several carriers said, in one write.
type batch struct {
	notes    []note
	outcomes []ledger.Outcome
	marks    []ledger.Mark
}

// take writes down what carriers say: one durable write for all of them.
func (k *desk) take(notes []note) {
	b := batch{notes: notes}
	for i := range notes {
		n := &notes[i]
		k.again(n)
		b.outcomes = append(b.outcomes, n.outcomes...)
		if n.mark != nil {
			b.marks = append(b.marks, *n.mark)
		}
	}
	disk, ahead := k.Ledger.(Ahead)
	switch {
	case k.broken != nil:
	case ahead:
		k.failed(disk.Write(context.Background(), k.Plan, k.run, b.outcomes, b.marks, k.Now()))
	default:
		k.failed(k.Ledger.Commit(context.Background(), k.Plan, k.run, b.outcomes, b.marks, k.Now()))
	}
	if !ahead || k.broken != nil {
		k.settle(b)
		return
	}
	k.written = append(k.written, b)
	k.wroteDown()
	k.sync()
}

// sync brings what is written to the disk, unless something is on its way there.
func (k *desk) sync() {
	if k.syncing != nil || len(k.written) == 0 {
		return
	}
	k.syncing, k.written = k.written, nil
	disk := k.Ledger.(Ahead)
	go func() { k.synced <- disk.Sync() }()
}

// landed answers what is on the disk by now. Where it did not get there nothing after it
// counts either.
func (k *desk) landed(err error) {
	k.failed(err)
	there := k.syncing
	if k.syncing = nil; k.broken != nil {
		there, k.written = append(there, k.written...), nil
	}
	for _, b := range there {
		k.settle(b)
	}
	k.sync()
}

// settle counts what is in the ledger for good, and lets the carriers go on.
func (k *desk) settle(b batch) {
	if k.broken == nil {
		for _, o := range b.outcomes {
			k.count(o)
		}
	}
	for _, n := range b.notes {
		k.heed(n)
		n.answer <- k.answer(n)
	}
	if k.stop.Reached() {
		k.halt(&RejectsError{k.tally})
	}
	if k.Said != nil && len(b.outcomes) > 0 {
		k.Said(k.tally)
	}
}

// answer lets a carrier go on, or not.
func (k *desk) answer(n note) error {
	now := k.Now()
	if k.broken == nil && n.asks && (now.After(k.until()) || !k.stands(now)) {
		return errOver
	}
	return k.broken
}

// wroteDown sees to it that who reads the ledger sees what is written there before long, also
// where the relay thinks about a letter for minutes.
func (k *desk) wroteDown() {
	if _, ahead := k.Ledger.(Ahead); ahead && k.behind == nil {
		k.behind = k.After(ledger.EnterAfter)
	}
}

// show lets whoever reads the ledger see what is written there.
func (k *desk) show() {
	k.behind = nil
	if book, ahead := k.Ledger.(Ahead); ahead && k.broken == nil {
		k.failed(book.Enter(context.Background()))
	}
}

// failed takes the ledger's word on a write.
func (k *desk) failed(err error) {
	if err != nil {
		k.fail(err)
	}
}

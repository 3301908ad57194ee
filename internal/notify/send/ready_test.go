package send

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// ready settles what a dead run left and asks whether the plan may be sent, with
// sources that have drifted.
func (h home) ready(t *testing.T, at time.Time) (asked bool, err error) {
	t.Helper()
	book := h.open(t)
	defer closeLedger(t, book)
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		t.Fatal(err)
	}
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	if err != nil {
		t.Fatal(err)
	}
	run := Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: clock, Progress: func(int) {}}
	if _, err := run.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	err = Ready(ctx, book, plan, at, func() (notify.Inputs, error) {
		asked = true
		return notify.Inputs{"policy": "another"}, nil
	})
	return asked, err
}

// TestReady is F44: sources count until the first letter is out, also where a run
// died with letters begun of which none arrived; then the letters count.
func TestReady(t *testing.T) {
	var drift *DriftError
	var stale *StaleError
	fresh := newHome(t, 3)
	if _, err := fresh.ready(t, clock()); !errors.As(err, &drift) || !slices.Equal(drift.Changed, []string{"policy"}) {
		t.Errorf("before the first letter: %v", err)
	}
	if _, err := fresh.ready(t, created.Add(notify.Lifetime+time.Second)); !errors.As(err, &stale) {
		t.Errorf("after the deadline: %v", err)
	}
	begun := newHome(t, 3)
	begun.begin(t, 3)
	if _, err := begun.ready(t, clock()); !errors.As(err, &drift) {
		t.Errorf("every letter begun, none arrived: %v", err)
	}
	arrived := newHome(t, 3)
	arrived.begin(t, 2)
	mailbox, err := mailer.OpenMaildir(arrived.mailbox())
	if err != nil {
		t.Fatal(err)
	}
	if err := mailbox.Deliver(messageID(1, 0), message(1, 0)); err != nil {
		t.Fatal(err)
	}
	if asked, err := arrived.ready(t, clock()); asked || err != nil {
		t.Errorf("the first letter is out: asked %v, %v", asked, err)
	}
	done := newHome(t, 2)
	if _, err := done.deliver(t, ctx, nil); err != nil {
		t.Fatal(err)
	}
	if asked, err := done.ready(t, created.Add(notify.Lifetime+time.Second)); asked || err != nil {
		t.Errorf("all is done: asked %v, %v", asked, err)
	}
}

// TestReadyVerifies is F51: a letter that is not what was frozen is never sent.
func TestReadyVerifies(t *testing.T) {
	h := newHome(t, 2)
	h.sql(t, "UPDATE letters SET message = CAST(message || 'x' AS BLOB) WHERE row = 3")
	if _, err := h.ready(t, clock()); !errors.Is(err, ledger.ErrChanged) {
		t.Errorf("a changed letter: %v", err)
	}
}

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

// drifted runs a plan at an instant, with sources that have drifted.
func (h home) drifted(t *testing.T, at time.Time, names ...string) (asked bool, result Result, err error) {
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
	run := Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: func() time.Time { return at }, Progress: func(int) {}}
	result, err = run.Do(ctx, func() (notify.Inputs, error) {
		asked = true
		in := notify.Inputs{"policy": "another"}
		for _, name := range names {
			in[name] = "another"
		}
		return in, nil
	})
	return asked, result, err
}

// TestReady is F44: sources count until the first letter is out, also where a run
// died with letters begun of which none arrived; then the letters count, and whether
// the bulletin still stands.
func TestReady(t *testing.T) {
	var drift *DriftError
	var stale *StaleError
	late := created.Add(notify.Lifetime + time.Second)
	fresh := newHome(t, 3)
	if _, result, err := fresh.drifted(t, clock()); !errors.As(err, &drift) || !slices.Equal(drift.Changed, []string{"policy"}) || result.Delivered != 0 {
		t.Errorf("before the first letter: %+v, %v", result, err)
	}
	if asked, result, err := fresh.drifted(t, late); asked || !errors.As(err, &stale) || result.Delivered != 0 {
		t.Errorf("after the deadline: asked %v, %+v, %v", asked, result, err)
	}
	begun := newHome(t, 3)
	begun.begin(t, 3)
	if _, result, err := begun.drifted(t, clock()); !errors.As(err, &drift) || result != (Result{Returned: 3}) {
		t.Errorf("every letter begun, none arrived: %+v, %v", result, err)
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
	if _, result, err := arrived.drifted(t, clock(), notify.StatusInput); !errors.As(err, &drift) || !slices.Equal(drift.Changed, []string{"status"}) || result != (Result{Recovered: 1, Returned: 1}) {
		t.Errorf("the first letter is out, and the bulletin was withdrawn: %+v, %v", result, err)
	}
	if asked, result, err := arrived.drifted(t, clock()); !asked || err != nil || result != (Result{Delivered: 2}) {
		t.Errorf("the first letter is out: asked %v, %+v, %v", asked, result, err)
	}
	done := newHome(t, 2)
	if _, err := done.deliver(t, ctx, nil); err != nil {
		t.Fatal(err)
	}
	if asked, _, err := done.drifted(t, late); asked || err != nil {
		t.Errorf("all is done: asked %v, %v", asked, err)
	}
}

// TestSourcesThatCannotBeRead stop a plan of which no letter is out.
func TestSourcesThatCannotBeRead(t *testing.T) {
	h, broken := newHome(t, 2), errors.New("no such bulletin")
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
	result, err := run.Do(ctx, func() (notify.Inputs, error) { return nil, broken })
	if !errors.Is(err, broken) || result != (Result{}) {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestReadyVerifies is F51: a letter that is not what was frozen is never sent.
func TestReadyVerifies(t *testing.T) {
	h := newHome(t, 2)
	h.sql(t, "UPDATE letters SET message = CAST(message || 'x' AS BLOB) WHERE row = 3")
	if asked, result, err := h.drifted(t, clock()); asked || !errors.Is(err, ledger.ErrChanged) || result != (Result{}) {
		t.Errorf("a changed letter: asked %v, %+v, %v", asked, result, err)
	}
}

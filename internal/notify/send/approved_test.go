package send

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/mailer"
)

// TestApproved is F45 at the last door: a plan that must be approved does not go out
// before somebody said that it is, also where nobody was asked; and who must approve it
// counts to the last letter.
func TestApproved(t *testing.T) {
	inputs := notify.Inputs{notify.ApprovalsInput: notify.Digest([]byte("two people"))}
	h := home(t.TempDir())
	h.freezeWith(t, 1, 3, inputs)
	not := errors.New("not approved")
	for _, c := range []struct {
		name     string
		approved func(context.Context) error
		now      notify.Inputs
		deliver  int
		drift    bool
	}{
		{"nobody was asked", nil, inputs, 0, false},
		{"not approved", func(context.Context) error { return not }, inputs, 0, false},
		{"others must approve", func(context.Context) error { return nil }, notify.Inputs{notify.ApprovalsInput: "another"}, 0, true},
		{"nobody must approve any more", func(context.Context) error { return nil }, notify.Inputs{}, 0, true},
		{"approved", func(context.Context) error { return nil }, inputs, 3, false},
	} {
		book := h.open(t)
		plan, err := book.Plan(ctx, planID)
		if err != nil {
			t.Fatal(err)
		}
		mailbox, err := mailer.OpenMaildir(h.mailbox())
		if err != nil {
			t.Fatal(err)
		}
		run := Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: clock, Progress: func(int) {}, Approved: c.approved}
		result, err := run.Do(ctx, func() (notify.Inputs, error) { return c.now, nil })
		closeLedger(t, book)
		var drift *DriftError
		if errors.As(err, &drift) != c.drift || c.drift && !slices.Equal(drift.Changed, []string{notify.ApprovalsInput}) {
			t.Errorf("%s: %v", c.name, err)
		}
		if result.Delivered != c.deliver || (err == nil) != (c.deliver > 0) {
			t.Errorf("%s: %+v, %v", c.name, result, err)
		}
	}
}

// Once a letter is out, who must approve still counts: nobody lowers it half-way.
func TestApprovalsCountUnderWay(t *testing.T) {
	h := home(t.TempDir())
	h.freezeWith(t, 1, 3, notify.Inputs{notify.ApprovalsInput: notify.Digest([]byte("two people"))})
	h.begin(t, 2)
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	if err != nil {
		t.Fatal(err)
	}
	if err := mailbox.Deliver(messageID(1, 0), message(1, 0)); err != nil {
		t.Fatal(err)
	}
	var drift *DriftError
	if _, result, err := h.drifted(t, clock(), notify.ApprovalsInput); !errors.As(err, &drift) || !slices.Equal(drift.Changed, []string{notify.ApprovalsInput}) || result != (Result{Recovered: 1, Returned: 1}) {
		t.Errorf("%+v, %v", result, err)
	}
}

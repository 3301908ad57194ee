package send

import (
	"testing"
	"time"

	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
)

// A word on a mailbox is about that one at the end of a letter too, however often it comes: nobody
// waits for it, and a run that a timer will call again gets to the letters behind it.
func TestMailboxesAreFullAtTheDot(t *testing.T) {
	t.Parallel()
	const full, letters = 30, 40
	h, clock := newHome(t, letters), &virtual{now: clock()}
	script := func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Dot && n < full {
			return smtptest.Reply("452 4.2.2 mailbox full")
		}
		return nil
	}
	run := func(script smtptest.Script) (Dispatched, error) {
		return h.dispatch(t, ctx, smtptest.Start(t, smtptest.Options{Script: script}), func(d *Dispatch) {
			d.Now, d.After, d.Once = clock.Now, clock.After, true
			d.Waits = func(w Wait) {
				if w.Unreachable != nil {
					t.Errorf("told to wait: %+v", w)
				}
			}
		})
	}
	if done, err := run(script); err != nil || done.Accepted != letters-full || done.Waiting != full {
		t.Fatalf("%+v, %v", done, err)
	}
	clock.now = clock.now.Add(6 * time.Minute)
	if done, err := run(smtptest.At(smtptest.Dot, smtptest.Reply("452 4.2.2 mailbox full"))); err != nil || done.Deferred != full {
		t.Errorf("again: %+v, %v", done, err)
	}
}

// A word on the sender stands with those on addresses, and is about every letter.
func TestOfRecipient(t *testing.T) {
	for enhanced, want := range map[string]bool{
		"4.1.1": true, "4.1.2": true, "4.1.10": true, "4.2.0": true, "4.2.2": true,
		"4.1.7": false, "4.1.8": false, "4.7.1": false, "4.3.2": false, "": false,
	} {
		if got := ofRecipient(mailer.Reply{Code: 450, Enhanced: enhanced}); got != want {
			t.Errorf("%q: %v", enhanced, got)
		}
	}
}

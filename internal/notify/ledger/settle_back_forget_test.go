package ledger

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestTakenBackIsForgotten: a word that is taken back keeps a plan from being forgotten until the row
// is settled again; and what was said after a plan was forgotten is forgotten with it the next time.
func TestTakenBackIsForgotten(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(4))
	sendAll(t, l, p)
	past := p.Deadline.Add(time.Hour)
	say := func(how Event) {
		t.Helper()
		for _, d := range rows(t, l, p) {
			if d.State != NoLetter || how == Told && !p.Unsettled(d) || how == Resend && d.Settled != Told {
				continue
			}
			if err := l.Settle(ctx, p, d, Settlement{How: how, Who: "Planted Operator", Why: "planted reason", At: past}); err != nil {
				t.Fatal(err)
			}
		}
	}
	forgets := func() {
		t.Helper()
		if err := l.Forget(ctx, p, past); err != nil {
			t.Fatal(err)
		}
		verifyAll(t, l)
		var out bytes.Buffer
		if err := l.Export(ctx, p, true, &out); err != nil || strings.Contains(strings.ToLower(out.String()), "planted") {
			t.Errorf("%v:\n%s", err, &out)
		}
	}
	say(Told)
	say(Resend)
	var kept *KeptError
	if err := l.Forget(ctx, p, past); !errors.As(err, &kept) || kept.Open == 0 {
		t.Errorf("it is forgotten while somebody has to be told: %v", err)
	}
	say(Told)
	forgets()
	say(Resend)
	say(Told)
	verifyAll(t, l)
	forgets()
}

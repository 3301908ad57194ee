package send

import (
	"context"
	"time"

	"tocsin/internal/notify/ledger"
)

// canary are the letters of a plan that go before the others, as far as they are still to go:
// what is wrong with all shows with them. A run that is cut off, or ends because one of them
// was rejected, does not let the others out, nor does the next one before it knows better.
type canary struct {
	letters int       // still to go; 0: none
	gone    int       // that an earlier run brought
	until   time.Time // the others wait till then for what comes back of those
}

// goFirst is what a run that begins finds of the canary, by the states of the plan's letters.
func (d Dispatch) goFirst(ctx context.Context, states map[ledger.State]int, now time.Time) (c canary, err error) {
	c.gone = states[ledger.Accepted]
	switch {
	case c.gone < d.Canary && states[ledger.Rejected]+states[ledger.Bounced]+states[ledger.Unknown] > 0:
		c.letters = 1 // the others found out what is wrong: this one, whether it is right now
	case c.gone < d.Canary:
		c.letters = d.Canary - c.gone
	case c.gone == d.Canary && d.Canary > 0: // more are only there where the others were let out
		var last time.Time
		last, err = d.Ledger.LastAccepted(ctx, d.Plan)
		c.until = last.Add(d.CanaryWait)
	}
	if longest := now.Add(d.CanaryWait); c.until.After(longest) {
		c.until = longest // the clock went back
	}
	return c, err
}

// canaryBack lets the others out after the first letters, or stops.
func (k *desk) canaryBack(now time.Time) {
	if k.tally.Rejected+k.tally.Unknown > 0 {
		k.halt(&RejectsError{k.tally})
		return
	}
	if k.tally.Accepted == 0 { // all were put off: others go first
		k.canary = k.first.letters
		return
	}
	k.canary = -1
	if until := now.Add(k.CanaryWait); until.After(k.paused) {
		k.absent, k.paused = nil, until
	}
}

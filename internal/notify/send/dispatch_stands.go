package send

import (
	"context"
	"time"
)

// askEvery is how often a run asks at most whether its plan still stands: so long a withdrawal may
// go unheard, and so seldom it costs next to nothing to read a file.
const askEvery = time.Second

// stands asks whether the plan still stands, if it was not asked just now. A clock that was set
// back is no reason to wait.
func (r *Run) stands(ctx context.Context, now time.Time) error {
	if r.Stands == nil || now.Sub(r.asked).Abs() < askEvery {
		return nil
	}
	r.asked = now
	return r.Stands(ctx)
}

// stands reports whether letters may still go. Where the plan was taken back it halts the desk,
// as who interrupts does: letters on their way are finished, the others put back.
func (k *desk) stands(now time.Time) bool {
	if k.halted {
		return false
	}
	if err := k.Run.stands(context.Background(), now); err != nil {
		k.halt(err)
	}
	return !k.halted
}

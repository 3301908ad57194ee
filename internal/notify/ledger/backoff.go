package ledger

import "time"

// Backoff says when a deferred letter is tried again: after First, then after twice as
// long each time, and never after the deadline of its plan. RFC 5321 §4.5.4.1 asks for
// half an hour at least between attempts, and for fewer the longer it lasts; a first
// wait may be shorter, since a greylisting server lets letters in after some minutes.
type Backoff struct {
	First    time.Duration
	Deadline time.Time
}

// Next is the instant of the attempt after so many, the last of which ended at the given
// instant; false where that is past the deadline, and no attempt is left.
func (b Backoff) Next(attempts int, ended time.Time) (time.Time, bool) {
	wait := b.First
	for range attempts - 1 {
		if wait *= 2; wait > b.Deadline.Sub(ended) {
			return time.Time{}, false // before it can overflow
		}
	}
	next := ended.Add(wait)
	return next, wait > 0 && !next.After(b.Deadline)
}

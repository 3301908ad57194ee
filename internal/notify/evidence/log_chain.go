package evidence

import (
	"slices"
	"strings"
	"time"
)

// chain puts the passages of one letter together. A queue hands a letter on to another one: of
// the next server, of another program on the same machine, of a filter that hands it back. What
// became of it there is what became of it, however well the first queue speaks of it.
type chain struct {
	all   []*passage // of the letter, whenever they began
	since []*passage // of the sending that is asked about
	to    string     // the letter's recipient; empty where it is not known
	skew  time.Duration
	ends  map[*passage]*end
}

// end is what became of what one passage had, wherever it went from there.
type end struct {
	Finding
	open bool // some of it left a queue, of this passage or of a later one, and no line says where it went on
	lost bool // of this passage
}

// chained puts those passages together that began at an instant or after it.
func (a *account) chained(since time.Time, skew time.Duration) *chain {
	c := &chain{all: a.passages, to: a.recipient, skew: skew, ends: make(map[*passage]*end)}
	for _, p := range a.passages {
		if !p.began.Before(since) {
			c.since = append(c.since, p)
		}
	}
	return c
}

// fate is what became of the letter, and how often the relay took it. Of two copies the one that
// got further counts; but what went on, and came back under a queue ID that no line links to the
// first, may be one copy.
func (c *chain) fate() (best Finding, times int) {
	best.Fate = Unknown
	firsts, putBack := c.firsts()
	for _, p := range firsts {
		if p.taken {
			times++
		}
		f := c.follow(p).Finding
		if len(putBack) > 0 {
			f = f.handedOn()
		}
		if further(f.Fate, best.Fate) {
			best = f
		}
	}
	against, worse := c.against(best, append(firsts, putBack...))
	switch {
	case !worse:
		return best, times
	case against.Fate != Queued: // of which the relay says no worse than that it took the letter
		against.Contrary, times = best.QueueID, min(times, 1)
	}
	return against, times
}

// named is when the first of them began that a Message-ID names; zero where none has one.
func (c *chain) named() (first time.Time) {
	for _, p := range c.since {
		if p.claimed == nil && (first.IsZero() || p.began.Before(first)) {
			first = p.began
		}
	}
	return first
}

// firsts are the passages that no other one handed on; apart from them, those that go on under
// another queue ID because somebody put the letter back into the queue.
func (c *chain) firsts() (out, putBack []*passage) {
	later := make(map[*passage]bool)
	for _, p := range c.since {
		if later[p] = later[p] || c.goesOn(p); c.goesOn(p) {
			putBack = append(putBack, p)
			continue
		}
		for _, o := range p.to {
			for _, next := range c.next(p, o) {
				later[next] = true
			}
		}
	}
	for _, p := range c.since {
		if !later[p] {
			out = append(out, p)
			c.follow(p)
		}
	}
	for _, p := range c.since { // what hands a letter round in a ring has no first
		if c.ends[p] == nil && !c.goesOn(p) {
			out = append(out, p)
			c.follow(p)
		}
	}
	return out, putBack
}

// goesOn reports whether a letter was put back into the queue, and is under another queue ID by now.
func (c *chain) goesOn(p *passage) bool {
	return p.requeued && slices.ContainsFunc(c.all, func(q *passage) bool { return q != p && !q.began.Before(p.began) })
}

// next is where a recipient's copy went on, by the queue ID that the next server told. That it
// came there before it came here is the doing of two clocks.
func (c *chain) next(p *passage, o outcome) (out []*passage) {
	if o.Fate != Onward || o.next == "" {
		return nil
	}
	for _, q := range c.all {
		if q != p && q.queueID == o.next && !q.began.Before(p.began.Add(-c.skew)) {
			out = append(out, q)
		}
	}
	return out
}

// follow is the gravest of what became of the recipients' copies: a letter that went to a list
// of people has not reached all of them while one is waiting.
func (c *chain) follow(p *passage) *end {
	if e := c.ends[p]; e != nil {
		return e
	}
	e := &end{Finding: p.standing(), lost: p.removed && len(p.to) == 0}
	c.ends[p] = e // before the others are followed: they may lead back to here
	if p.stopped != nil {
		return e
	}
	for i, o := range p.to {
		f, open := c.copy(p, o, e)
		e.open = e.open || open
		if i == 0 || graver(f.Fate, e.Fate) {
			e.Finding = f
		}
	}
	e.open = e.open || e.lost
	return e
}

// copy is what became of a recipient's copy. Where it went on, that is what became of it there.
func (c *chain) copy(p *passage, o outcome, e *end) (f Finding, open bool) {
	f = o.Finding
	f.QueueID = p.queueID
	next := c.next(p, o)
	e.lost = e.lost || o.Fate == Onward && len(next) == 0
	for i, q := range next {
		there := c.follow(q)
		if on := there.handedOn(); i == 0 || graver(on.Fate, f.Fate) {
			f = on
		}
		open = open || there.open
	}
	return f, open
}

// handedOn is what a refusal comes to of a letter that the relay had taken already: nobody but
// the relay itself hears of it. One that was not for good is followed by another attempt.
func (f Finding) handedOn() Finding {
	switch {
	case f.Fate == Refused && f.Code.action() == Delayed:
		f.Fate = Unclear
	case f.Fate == Refused:
		f.Fate = Returned
	}
	return f
}

// against is the gravest that the log says of what may be the same copy as the one of which it
// says best.
func (c *chain) against(best Finding, all []*passage) (found Finding, worse bool) {
	found = best
	for _, p := range all {
		f := c.follow(p).handedOn()
		waits := f.Fate == Queued && !p.requeued // what was put back waits no longer
		if (waits || f.Fate == Returned || f.Fate == Dropped) && graver(f.Fate, found.Fate) && c.mayBeThat(p) {
			found, worse = f, true
		}
	}
	return found, worse
}

// mayBeThat reports whether a passage may be of a copy that went on from another one: what was
// wholly settled before the next came is another sending.
func (c *chain) mayBeThat(p *passage) bool {
	return p.requeued || c.follow(p).open || slices.ContainsFunc(c.since, func(q *passage) bool {
		return q != p && c.follow(q).lost && c.mayFollow(p, q) && c.toTheSame(p, q)
	})
}

// mayFollow reports whether a passage may have begun after another one did.
func (c *chain) mayFollow(p, q *passage) bool {
	began := q.began
	if p.host != q.host {
		began = began.Add(-c.skew)
	}
	return p.claimed != nil || !p.began.Before(began) // nobody knows when a claimed one began
}

// toTheSame reports whether a passage was to the letter's recipient, or to one whom another
// passage was to. What forwarding makes of a letter that was delivered goes to somebody else,
// whether a delivery bounces there or a filter refuses it. What names nobody may be to anybody.
func (c *chain) toTheSame(p, q *passage) bool {
	to, was := p.addresses(), q.addresses()
	if len(to) == 0 || len(was) == 0 || slices.Contains(to, strings.ToLower(c.to)) {
		return true
	}
	return slices.ContainsFunc(to, func(a string) bool { return slices.Contains(was, a) })
}

// addresses are those that the log has said something about, in lower case.
func (p *passage) addresses() []string {
	out := slices.Clone(p.barred)
	for _, o := range p.to {
		for _, a := range o.addresses() {
			if a != "" {
				out = append(out, strings.ToLower(a))
			}
		}
	}
	return out
}

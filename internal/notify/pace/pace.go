// Package pace says when the next letter may go. It is pure: instants come from its
// caller, so that a schedule of hours is tested in no time.
//
// A relay that is given more than it takes defers, and counts that against the sender; a
// receiving domain that is given more than it likes takes the sender for a spammer. So
// there is a rate over all letters and one for each domain, and both are kept letter by
// letter: of a rate of r letters a second no span of t seconds has more than r·t + 1.
package pace

import (
	"math"
	"strings"
	"time"
)

// Limits are rates in letters a second. Zero is no limit.
type Limits struct {
	Relay  float64 // over all letters
	Domain float64 // over the letters to one domain
}

// Pace keeps the limits of one run. It is for one goroutine.
type Pace struct {
	relay   spacing
	domain  time.Duration // between two letters to one domain
	domains map[string]spacing
	sweep   int // how many domains may be remembered before those that are free again are dropped
}

// spacing is the generic cell rate algorithm with a burst of one (ITU-T I.371): a letter
// may go once the last one's share of time is over.
type spacing struct {
	interval time.Duration
	free     time.Time // when the next letter may go
}

// New begins a run. A rate that is negative or no number is no limit.
func New(l Limits) *Pace {
	return &Pace{
		relay:   spacing{interval: interval(l.Relay)},
		domain:  interval(l.Domain),
		domains: make(map[string]spacing),
		sweep:   leastSweep,
	}
}

// leastSweep keeps the memory of a run over a million domains small: a domain whose time
// is over is as one that was never met.
const leastSweep = 1 << 12

// interval is rounded up, so that a rate is never exceeded by rounding.
func interval(rate float64) time.Duration {
	if !(rate > 0) {
		return 0
	}
	nanos := math.Ceil(float64(time.Second) / rate)
	return time.Duration(min(nanos, float64(math.MaxInt64/2)))
}

// Wait says how long a letter to a domain has to wait from now. Zero is not at all.
func (p *Pace) Wait(domain string, now time.Time) time.Duration {
	wait := p.relay.wait(now)
	if p.domain > 0 {
		wait = max(wait, p.domains[fold(domain)].wait(now))
	}
	return wait
}

// Take counts a letter that goes now.
func (p *Pace) Take(domain string, now time.Time) {
	p.relay.take(now)
	if p.domain == 0 {
		return
	}
	if len(p.domains) >= p.sweep {
		p.forget(now)
	}
	s := spacing{p.domain, p.domains[fold(domain)].free}
	s.take(now)
	p.domains[fold(domain)] = s
}

// forget drops the domains that are free, and waits until there are twice as many as are
// left before it looks again.
func (p *Pace) forget(now time.Time) {
	for name, s := range p.domains {
		if s.wait(now) == 0 {
			delete(p.domains, name)
		}
	}
	p.sweep = max(leastSweep, 2*len(p.domains))
}

func (s spacing) wait(now time.Time) time.Duration { return max(0, s.free.Sub(now)) }

func (s *spacing) take(now time.Time) {
	if s.free.Before(now) {
		s.free = now
	}
	s.free = s.free.Add(s.interval)
}

// fold is the domain as it counts: names of hosts know no case (RFC 4343), and a name
// with the root's dot is the same name.
func fold(domain string) string { return strings.TrimSuffix(strings.ToLower(domain), ".") }

package evidence

import (
	"slices"
	"time"
)

// cover is which times the log of one host covers.
type cover struct {
	stretches []stretch // without gaps, in the order in which they were read
	lost      []time.Time
	blind     bool // more was lost than is kept
}

// stretch is a time without a gap.
type stretch struct{ from, to time.Time }

const (
	mostLost  = 10_000
	mostHosts = 1000
	// late is how long after lines were lost a logger may say so.
	late = 10 * time.Minute
)

// host finds the cover of a host. Those that are too many share one.
func (l *Log) host(name []byte) *cover {
	c := l.hosts[string(name)]
	if c == nil {
		if len(l.hosts) >= mostHosts {
			name = nil
		}
		if c = l.hosts[string(name)]; c == nil {
			c = &cover{blind: name == nil}
			l.hosts[string(name)] = c
		}
	}
	return c
}

// sees extends the stretch that a line belongs to, or begins one.
func (c *cover) sees(at time.Time, quiet time.Duration) {
	if n := len(c.stretches); n > 0 {
		last := &c.stretches[n-1]
		if !at.Before(last.from) && !at.After(last.to.Add(quiet)) {
			if at.After(last.to) {
				last.to = at
			}
			return
		}
	}
	c.stretches = append(c.stretches, stretch{at, at})
}

func (c *cover) loses(at time.Time) {
	if c.blind = c.blind || len(c.lost) >= mostLost; !c.blind {
		c.lost = append(c.lost, at)
	}
}

// covers reports whether there is no gap from one instant to another, and nothing was lost.
func (c *cover) covers(from, to time.Time, quiet time.Duration) bool {
	if c.blind || slices.ContainsFunc(c.lost, func(at time.Time) bool { return !at.Before(from) && !at.After(to.Add(late)) }) {
		return false
	}
	for _, s := range merged(c.stretches, quiet) {
		if !from.Before(s.from) && !to.After(s.to) {
			return true
		}
	}
	return false
}

// merged joins stretches that overlap, or follow each other without a gap, as the end of
// one file and the beginning of the next do.
func merged(stretches []stretch, quiet time.Duration) (out []stretch) {
	sorted := slices.SortedFunc(slices.Values(stretches), func(a, b stretch) int { return a.from.Compare(b.from) })
	for _, s := range sorted {
		if n := len(out); n > 0 && !s.from.After(out[n-1].to.Add(quiet)) {
			if s.to.After(out[n-1].to) {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Covers reports whether the log of every host that is in it has no gap between two
// instants. A log in which no host is covers nothing.
func (l *Log) Covers(from, to time.Time) bool {
	for _, c := range l.hosts {
		if !c.covers(from, to, l.quiet) {
			return false
		}
	}
	return len(l.hosts) > 0 && !to.Before(from)
}

// Zoneless reports whether the log has stamps that do not name their zone: their times hang
// on [LogOptions.Zone].
func (l *Log) Zoneless() bool { return l.stamps.local }

// Span is the first and the last stamp of the log; zero where it has none.
func (l *Log) Span() (first, last time.Time) {
	for _, c := range l.hosts {
		for _, s := range c.stretches {
			if first.IsZero() || s.from.Before(first) {
				first = s.from
			}
			if s.to.After(last) {
				last = s.to
			}
		}
	}
	return first, last
}

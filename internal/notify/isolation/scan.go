package isolation

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// scanner looks for names in texts, for one tailnet.
type scanner struct {
	of    *Identifiers
	owner uint64
	atoms []atom // of the last text
	named bool   // a text named the tailnet, since somebody set it back
}

func (i *Identifiers) scanner(of tailnet.ID) *scanner { return &scanner{of: i, owner: i.owner(of)} }

// owns reports whether a text is the tailnet's own. One without any letter names nobody.
func (s *scanner) owns(text string) bool {
	s.atoms = s.of.cut(s.atoms[:0], source.Visible(text))
	if len(s.atoms) == 0 {
		return true
	}
	var begins, whole uint64
	for n, a := range s.atoms {
		if whole = s.of.joined(whole, a, n); n < longestRun {
			begins = whole
		}
	}
	return s.of.owned(begins, s.of.theirs(s.owner, whole))
}

// scan finds the first unit that seems to name another tailnet.
func (c *Checker) scan(of tailnet.ID, m *message) (suspect unit, found bool) {
	s := c.of.scanner(of)
	look := both(func(u unit) bool {
		if c.suspects(s, u.text) {
			suspect, found = u, true
		}
		return !found
	})
	_ = m.fieldUnits(look) && textUnits(m.text, look) && c.pageUnits(s, m, look) && m.listUnits(look)
	return suspect, found
}

// suspects reports whether a text names somebody else, as it seems. What names nobody at
// all is remembered: most of a letter stands in all others.
func (c *Checker) suspects(s *scanner, text string) bool {
	key := maphash.String(c.of.seed, text)
	if c.clean.has(key, text) {
		return false
	}
	s.atoms = c.of.cut(s.atoms[:0], text)
	named := false
	for at := 0; at < len(s.atoms); {
		own, others := c.longest(s, s.atoms[at:])
		if others > own {
			return true
		}
		named = named || own > 0
		at += max(1, own)
	}
	if s.named = s.named || named; !named {
		c.clean.add(key, text)
	}
	return false
}

// longest measures, in atoms, the longest of the tailnet's names with which a run begins,
// and the longest that seems to be somebody else's.
func (c *Checker) longest(s *scanner, atoms []atom) (own, others int) {
	var run uint64
	for n, a := range atoms[:min(longestRun, len(atoms))] {
		run = c.of.joined(run, a, n)
		switch {
		case c.of.lengths>>n&1 == 0 || !c.of.any(run):
		case c.of.owned(run, c.of.theirs(s.owner, run)):
			own = n + 1
		case n+1 == longestRun && s.begins(run, atoms) > 0:
			own = s.begins(run, atoms)
		case !c.knows(run):
			others = n + 1
		}
	}
	return own, others
}

// begins measures the longest of the tailnet's names that is longer than is looked for,
// and that begins with a run.
func (s *scanner) begins(run uint64, atoms []atom) (length int) {
	whole := run
	for n := longestRun; n < len(atoms); n++ {
		whole = s.of.joined(whole, atoms[n], n)
		if s.of.owned(run, s.of.theirs(s.owner, whole)) {
			length = n + 1
		}
	}
	return length
}

// knows reports whether every letter of the plan may say a run.
func (c *Checker) knows(run uint64) bool {
	_, known := c.vocabulary[run]
	return known
}

// learn adds every run of a text to the vocabulary.
func (c *Checker) learn(text string) {
	atoms := c.of.cut(nil, text)
	for at := range atoms {
		var run uint64
		for n, a := range atoms[at:min(len(atoms), at+longestRun)] {
			run = c.of.joined(run, a, n)
			c.vocabulary[run] = struct{}{}
		}
	}
}

// memory holds some of the texts that were looked at; a new one takes the place of an old
// one, where their hashes ask for the same place.
type memory [1 << 13]atomic.Pointer[string]

// longestKept is how long a text may be that is remembered, in octets.
const longestKept = 1 << 10

// has reports whether a text is remembered, octet by octet.
func (m *memory) has(key uint64, text string) bool {
	known := m[key%uint64(len(m))].Load()
	return known != nil && *known == text
}

func (m *memory) add(key uint64, text string) {
	if len(text) <= longestKept {
		own := strings.Clone(text) // not the whole letter
		m[key%uint64(len(m))].Store(&own)
	}
}

package notify

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// Intake takes in nodes beside other intakes of its survey: each may have a goroutine of
// its own. What it comes to does not depend on which takes in what.
type Intake struct {
	survey    *Survey
	matcher   *affected.Matcher
	memo      memo
	waiting   []tailnet.Node
	hits      *pen
	owners    *pen
	product   string // of the node before
	number    uint16 // what owners number it
	nodes     int
	strangers int // nodes of tailnets that nobody knows
	misses    [affected.Cleared + 1]int
	ofKind    []int // hits by the number of their kind
	hit       []hitNode
	fetched   uint64 // keeps looking ahead from being thought useless
}

// walkSize is how many nodes are taken in together. Each lookup of a tailnet goes to places
// in memory of which none is near another; together, they are fetched together.
const walkSize = 256

// Intake is one more, for after the last tailnet and the last finding, and before the first
// node.
func (s *Survey) Intake() *Intake {
	s.found.closed = true
	s.seat()
	one := &Intake{
		survey:  s,
		matcher: affected.NewMatcher(s.bulletin, s.products),
		memo:    memo{off: asksCells(s.bulletin)},
		waiting: make([]tailnet.Node, 0, walkSize),
		hits:    s.hits.pen(),
		owners:  s.owners.pen(),
		number:  s.owners.number(""),
	}
	s.intakes = append(s.intakes, one)
	return one
}

// seat takes in the last of the tailnets, and makes room for what is known of each.
func (s *Survey) seat() {
	s.settle()
	s.sections.fill(&s.tailnets)
	if missing := s.tailnets.len() - len(s.hits.states); missing > 0 {
		s.hits.states = append(s.hits.states, make([]atomic.Uint32, missing)...)
	}
	s.unseated = false
}

// Node takes in one node with one product, as [Intake.Node] does.
func (s *Survey) Node(n tailnet.Node) error {
	if len(s.intakes) == 0 {
		s.Intake()
	} else if s.unseated {
		s.seat()
	}
	return s.intakes[0].Node(&n)
}

// Node takes in one node with one product. It refuses one that a finding of another
// tailnet names; the error names neither node nor tailnet, since it reaches terminals.
// Whether a node's tailnet is known, and whether it stands in two rows, only
// [Survey.Disputed] says.
func (i *Intake) Node(n *tailnet.Node) error {
	i.nodes++
	if found := &i.survey.found; len(found.owner) > 0 && found.ofAnother(*n) {
		return errTwice
	}
	if i.waiting = append(i.waiting, *n); len(i.waiting) == walkSize {
		i.walk()
	}
	return nil
}

// walk takes in what waits.
func (i *Intake) walk() {
	var hashes [walkSize]uint64 // of their IDs
	var seats [walkSize]seat    // of their tailnets
	for at := range i.waiting {
		hashes[at] = maphash.String(i.survey.seed, i.waiting[at].ID)
	}
	i.fetched += i.survey.tailnets.findAll(i.waiting, &seats)
	i.hit = i.hit[:0]
	for at := range i.waiting {
		n, of := &i.waiting[at], seats[at].number
		if of < 0 {
			i.strangers++
			continue
		}
		i.claim(hashes[at], of, n.Product)
		if a := i.judge(n); a.miss == affected.NotMissed {
			i.hit = append(i.hit, hitNode{n, seats[at], hashes[at], a})
		}
	}
	i.keep()
	i.waiting = i.waiting[:0]
}

// hitNode is a node that is hit.
type hitNode struct {
	node *tailnet.Node
	of   seat
	hash uint64
	answer
}

// keep keeps the nodes that are hit, when it has looked at what is known of all their tailnets.
func (i *Intake) keep() {
	s := i.survey
	for at := range i.hit {
		of := i.hit[at].of.number
		i.fetched += uint64(s.sections.known[of]) + uint64(s.hits.states[of].Load())
	}
	for at := range i.hit {
		h := &i.hit[at]
		for len(i.ofKind) <= int(h.kind) {
			i.ofKind = append(i.ofKind, 0)
		}
		i.ofKind[h.kind]++
		s.hits.note(h.of.number, h.affected)
		i.hits.pack(s.sections.of(h.of.number), h)
	}
}

// claim notes whose a node is.
func (i *Intake) claim(node uint64, of int, product string) {
	if product != i.product {
		i.product, i.number = strings.Clone(product), i.survey.owners.number(product)
	}
	open := i.owners.space(int(node>>ownerShift), claimSize)
	*open = claim{node, uint32(of), i.number}.pack(*open)
}

// judge finds out what a node comes to, and counts it where it escapes.
func (i *Intake) judge(n *tailnet.Node) answer {
	var findings []tailnet.Finding
	if len(i.survey.found.of) > 0 {
		findings = i.survey.found.about(*n)
	}
	a := i.answer(n, findings)
	if a.miss != affected.NotMissed {
		i.misses[a.miss]++
		if len(findings) > 0 {
			i.survey.name(n)
		}
	}
	return a
}

// answer asks the matcher, unless it has said already what a node without findings comes to.
func (i *Intake) answer(n *tailnet.Node, findings []tailnet.Finding) answer {
	if i.memo.off || len(findings) > 0 {
		return i.ask(n, findings)
	}
	at := i.memo.place(n)
	if at.version != n.Version || at.os != n.OS || at.product != n.Product || at.product == "" {
		a := i.ask(n, nil)
		if a.full != nil {
			return a
		}
		*at = remembered{strings.Clone(n.Product), strings.Clone(n.OS), strings.Clone(n.Version), a}
	}
	return at.answer
}

func (i *Intake) ask(n *tailnet.Node, findings []tailnet.Finding) answer {
	hit, miss := i.matcher.Node(*n, findings...)
	if miss != affected.NotMissed {
		return answer{miss: miss}
	}
	k := kind{n.Product, n.OS, n.Version, hit.Row, hit.Affected, hit.Evidence, hit.Plain, hit.Found, packRows(hit.Others)}
	a := answer{affected: hit.Affected, kind: i.survey.hits.kinds.of(k)}
	if a.kind == 0 {
		a.full = &k
	}
	return a
}

// name keeps a node that is no hit, where a finding names it.
func (s *Survey) name(n *tailnet.Node) {
	s.naming.Lock()
	defer s.naming.Unlock()
	s.found.name(*n)
}

// sum adds up what the intakes counted.
func (s *Survey) sum(count func(*Intake) int) (all int) {
	for _, one := range s.intakes {
		all += count(one)
	}
	return all
}

func (s *Survey) nodes() int { return s.sum(func(i *Intake) int { return i.nodes }) }

func (s *Survey) strangers() int { return s.sum(func(i *Intake) int { return i.strangers }) }

// ofKind is how many hits are of a kind.
func (s *Survey) ofKind(number int) int {
	return s.sum(func(i *Intake) int {
		if number >= len(i.ofKind) {
			return 0
		}
		return i.ofKind[number]
	})
}

package notify

import (
	"hash/maphash"
	"strings"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// Intake takes in nodes beside other intakes of its survey: each may have a goroutine of
// its own. What it comes to does not depend on which takes in what.
type Intake struct {
	survey    *Survey
	matcher   *affected.Matcher
	memo      memo
	waiting   []arrival
	texts     []byte // of those that wait
	hits      *pen
	owners    *pen
	product   string // of the node before
	number    uint16 // what owners number it
	counts    *counts
	nodes     int
	strangers int // nodes of tailnets that nobody knows
	misses    [affected.Cleared + 1]int
	ofKind    []int  // hits by the number of their kind
	hit       []int  // which of those that wait are hits
	fetched   uint64 // keeps looking ahead from being thought useless
}

// arrival is a node that waits to be taken in. It has no pointer, since millions of them go
// by: its tailnet's ID and, of a hit, the record that will be kept stand in the texts.
type arrival struct {
	of, node            uint64 // hashes of the tailnet's ID and of its own
	begins, record, end int    // in the texts: the ID, the record, and what follows both
	number              int    // of the tailnet, once that is found; -1 where nobody knows it
	product             uint16
	answer
}

// How many nodes are taken in together, and how long their texts may be. Each lookup of a
// tailnet goes to places in memory of which none is near another; together, they are fetched
// together.
const (
	walkSize     = 256
	roomForTexts = 64 << 10 // octets
)

// Intake is one more, for after the last tailnet and the last finding, and before the first
// node.
func (s *Survey) Intake() *Intake {
	s.found.closed = true
	s.seat()
	one := &Intake{
		survey:  s,
		matcher: affected.NewMatcher(s.bulletin, s.products),
		memo:    memo{off: asksCells(s.bulletin)},
		waiting: make([]arrival, 0, walkSize),
		hits:    s.hits.pen(),
		owners:  s.owners.pen(),
		counts:  s.hits.count(s.tailnets.len()),
		number:  s.owners.number(""),
	}
	s.intakes = append(s.intakes, one)
	return one
}

// seat takes in the last of the tailnets, and makes room for what is known of each.
func (s *Survey) seat() {
	s.settle()
	s.sections.fill(&s.tailnets)
	for _, one := range s.hits.counts {
		one.grow(s.tailnets.len())
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
// [Survey.Disputed] says. Of the node nothing is kept, nor of its texts.
func (i *Intake) Node(n *tailnet.Node) error {
	i.nodes++
	if found := &i.survey.found; len(found.owner) > 0 && found.ofAnother(*n) {
		return errTwice
	}
	i.wait(n)
	if len(i.waiting) == walkSize || len(i.texts) >= roomForTexts {
		i.walk()
	}
	return nil
}

// wait judges a node, which is then to be taken in.
func (i *Intake) wait(n *tailnet.Node) {
	seed := i.survey.seed
	w := arrival{of: maphash.String(seed, string(n.Tailnet)), node: maphash.String(seed, n.ID), begins: len(i.texts)}
	if n.Product != i.product {
		i.product = strings.Clone(n.Product)
		i.number = i.survey.owners.number(i.product)
	}
	w.product = i.number
	var full *kind
	w.answer, full = i.judge(n)
	i.texts = append(i.texts, n.Tailnet...)
	w.record = len(i.texts)
	if w.miss == affected.NotMissed {
		i.texts = packHit(i.texts, n, &w, full)
	}
	w.end = len(i.texts)
	i.waiting = append(i.waiting, w)
}

// walk takes in what waits.
func (i *Intake) walk() {
	i.fetched += i.survey.tailnets.findAll(i.waiting, i.texts)
	i.hit = i.hit[:0]
	for at := range i.waiting {
		w := &i.waiting[at]
		if w.number < 0 {
			i.strangers++
			continue
		}
		i.claim(w)
		if w.miss == affected.NotMissed {
			i.hit = append(i.hit, at)
		} else {
			i.misses[w.miss]++
		}
	}
	i.keep()
	i.waiting, i.texts = i.waiting[:0], i.texts[:0]
}

// keep keeps the nodes that are hit, when it has looked at what is known of all their tailnets.
func (i *Intake) keep() {
	s := i.survey
	for _, at := range i.hit {
		of := i.waiting[at].number
		i.fetched += uint64(s.sections.known[of]) + uint64((*i.counts)[of])
	}
	for _, at := range i.hit {
		w := &i.waiting[at]
		for len(i.ofKind) <= int(w.kind) {
			i.ofKind = append(i.ofKind, 0)
		}
		i.ofKind[w.kind]++
		i.counts.note(w.number, w.affected)
		i.hits.keep(s.sections.of(w.number), w.number, i.texts[w.record:w.end])
	}
}

// claim notes whose a node is.
func (i *Intake) claim(w *arrival) {
	open := i.owners.space(int(w.node>>ownerShift), claimSize)
	*open = claim{w.node, uint32(w.number), w.product}.pack(*open)
}

// judge finds out what a node comes to. Where its kind has no number, it comes with that.
func (i *Intake) judge(n *tailnet.Node) (answer, *kind) {
	if len(i.survey.found.of) == 0 {
		return i.answer(n)
	}
	findings := i.survey.found.about(*n)
	if len(findings) == 0 {
		return i.answer(n)
	}
	a, full := i.ask(n, findings)
	if a.miss != affected.NotMissed {
		i.survey.name(n)
	}
	return a, full
}

// answer asks the matcher, unless it has said already what a node without findings comes to.
func (i *Intake) answer(n *tailnet.Node) (answer, *kind) {
	if i.memo.off {
		return i.ask(n, nil)
	}
	at := i.memo.place(n)
	if !at.is(n, i.number) {
		a, full := i.ask(n, nil)
		if full != nil {
			return a, full
		}
		*at = remembered{strings.Clone(n.OS), strings.Clone(n.Version), i.number, true, a}
	}
	return at.answer, nil
}

func (i *Intake) ask(n *tailnet.Node, findings []tailnet.Finding) (answer, *kind) {
	hit, miss := i.matcher.Node(*n, findings...)
	if miss != affected.NotMissed {
		return answer{miss: miss}, nil
	}
	k := kind{n.Product, n.OS, n.Version, hit.Row, hit.Affected, hit.Evidence, hit.Plain, hit.Found, packRows(hit.Others)}
	a := answer{affected: hit.Affected, kind: i.survey.hits.kinds.of(k)}
	if a.kind == 0 {
		return a, &k
	}
	return a, nil
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

package notify

import (
	"errors"
	"hash/maphash"
	"slices"
	"strings"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

var (
	errTwice = errors.New("this node stands in an earlier row too, of this tailnet or of another, or in a finding of another")

	errUnknownTailnet = errors.New("the table of tailnets has no such tailnet")
)

// Node takes in one node with one product. It refuses one that a finding of another
// tailnet names; the error names neither node nor tailnet, since it reaches terminals.
// Whether a node's tailnet is known, and whether it stands in two rows, only
// [Survey.Disputed] says.
func (s *Survey) Node(n tailnet.Node) error {
	s.nodes++
	s.found.closed = true
	if len(s.found.owner) > 0 && s.found.ofAnother(n) {
		return errTwice
	}
	if s.filling.nodes = append(s.filling.nodes, n); len(s.filling.nodes) == batchSize {
		s.hand()
	}
	return nil
}

// node takes in a node whose tailnet was found.
func (s *Survey) node(n *tailnet.Node, hash uint64, of seat) {
	s.owners.add(hash, of.number, n.Product)
	var findings []tailnet.Finding
	if len(s.found.of) > 0 {
		findings = s.found.about(*n)
	}
	a := s.answer(n, findings)
	if a.miss != affected.NotMissed {
		s.misses[a.miss]++
		if len(findings) > 0 {
			s.found.name(*n)
		}
		return
	}
	s.hits.add(s.sections.of(of.number, &s.tailnets), of, hash, n, a)
}

// answer is what a node comes to.
type answer struct {
	miss affected.Miss
	kind uint32 // of the hit
	full *kind  // where it has no number
}

// memo remembers what nodes came to by what runs on them, of which an inventory of
// millions has a few hundred. Each has one place, from which another may drive it out.
type memo struct {
	places []remembered
	off    bool // nodes are asked for more than what runs on them
}

type remembered struct {
	product, os, version string
	answer               answer
}

const memoSize = 1 << 12

// place is where the answer for a node belongs.
func (m *memo) place(seed maphash.Seed, n *tailnet.Node) *remembered {
	if m.places == nil {
		m.places = make([]remembered, memoSize)
	}
	hash := maphash.String(seed, n.Version)
	if n.OS != "" {
		hash += uint64(n.OS[0])<<3 ^ uint64(len(n.OS))
	}
	return &m.places[hash%memoSize]
}

// answer asks the matcher, unless it has said already what a node without findings comes to.
func (s *Survey) answer(n *tailnet.Node, findings []tailnet.Finding) answer {
	if s.memo.off || len(findings) > 0 {
		return s.ask(n, findings)
	}
	at := s.memo.place(s.seed, n)
	if at.version != n.Version || at.os != n.OS || at.product != n.Product || at.product == "" {
		a := s.ask(n, nil)
		if a.full != nil {
			return a
		}
		*at = remembered{strings.Clone(n.Product), strings.Clone(n.OS), strings.Clone(n.Version), a}
	}
	return at.answer
}

func (s *Survey) ask(n *tailnet.Node, findings []tailnet.Finding) answer {
	hit, miss := s.matcher.Node(*n, findings...)
	if miss != affected.NotMissed {
		return answer{miss: miss}
	}
	k := kind{n.Product, n.OS, n.Version, hit.Row, hit.Affected, hit.Evidence, hit.Plain, hit.Found, packRows(hit.Others)}
	number := s.hits.number(k)
	if number == 0 {
		return answer{full: &k}
	}
	return answer{kind: number}
}

// Miss tells how a node escapes, by all that was taken in; NotMissed where it does not.
// It counts nothing.
func (s *Survey) Miss(n tailnet.Node) affected.Miss {
	s.busy.Wait() // a matcher answers one at a time
	_, miss := s.matcher.Node(n, s.found.about(n)...)
	return miss
}

// Disputed is for after the last node. It finds those of unknown tailnets, and those that stand in two
// rows: of two tailnets, hit or not, or of one tailnet with one product. One of the rows belongs to
// somebody else, and nobody can tell which: where there is any, there is no tally and no
// row. It is nil where there is none.
func (s *Survey) Disputed() (*Disputed, error) {
	s.settle()
	if s.looked < s.nodes {
		nodes, err := s.owners.disputed()
		if err != nil {
			return nil, err
		}
		s.looked, s.disputed = s.nodes, nodes
	}
	if len(s.disputed) == 0 && s.strangers == 0 {
		return nil, nil
	}
	d := &Disputed{survey: s, earlier: make(map[uint64][]claim)}
	for _, node := range s.disputed {
		d.earlier[node] = nil
	}
	return d, nil
}

// sound refuses an inventory that has disputed nodes, and one of which a part could not
// be kept.
func (s *Survey) sound() error {
	s.settle()
	if err := errors.Join(s.hits.err, s.owners.err); err != nil {
		return err
	}
	d, err := s.Disputed()
	switch {
	case err != nil:
		return err
	case s.strangers > 0:
		return errUnknownTailnet
	case d != nil:
		return errTwice
	}
	return nil
}

// Disputed is the nodes of unknown tailnets, and those that stand in two rows which
// cannot both be right.
type Disputed struct {
	survey  *Survey
	earlier map[uint64][]claim
}

// Node refuses a node of which an earlier row of this reading was another's. It is given
// every node of the inventory again. The error names nobody.
func (d *Disputed) Node(n tailnet.Node) error {
	of, known := d.survey.tailnets.find(n.Tailnet)
	if !known {
		return errUnknownTailnet
	}
	node := maphash.String(d.survey.seed, n.ID)
	earlier, disputed := d.earlier[node]
	if !disputed {
		return nil
	}
	c := claim{node, uint32(of.number), d.survey.owners.number(n.Product)}
	d.earlier[node] = append(earlier, c)
	if slices.ContainsFunc(earlier, c.against) {
		return errTwice
	}
	return nil
}

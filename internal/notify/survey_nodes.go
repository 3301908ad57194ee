package notify

import (
	"cmp"
	"errors"
	"hash/maphash"
	"slices"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

var (
	errTwice = errors.New("this node stands in an earlier row too, of this tailnet or of another, or in a finding of another")

	errFull = errors.New("what the table says of tailnets is more than can be kept, which is 4 GiB")

	errUnknownTailnet = errors.New("the table of tailnets has no such tailnet")
)

// answer is what a node comes to.
type answer struct {
	miss     affected.Miss
	affected verdict.Truth // of the hit
	kind     uint32        // of the hit; 0 where that has no number
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

// place is where the answer for a node belongs. Should some share one, they are asked about
// more often.
func (m *memo) place(n *tailnet.Node) *remembered {
	if m.places == nil {
		m.places = make([]remembered, memoSize)
	}
	hash := uint32(len(n.OS))
	if n.OS != "" {
		hash += uint32(n.OS[0])
	}
	for at := range len(n.Version) {
		hash = hash*31 + uint32(n.Version[at])
	}
	return &m.places[hash%memoSize]
}

// Miss tells how a node escapes, by all that was taken in; NotMissed where it does not.
// It counts nothing.
func (s *Survey) Miss(n tailnet.Node) affected.Miss {
	_, miss := s.matcher.Node(n, s.found.about(n)...)
	return miss
}

// Disputed is for after the last node. It finds those of unknown tailnets, and those that stand in two
// rows: of two tailnets, hit or not, or of one tailnet with one product. One of the rows belongs to
// somebody else, and nobody can tell which: where there is any, there is no tally and no
// row. It is nil where there is none.
func (s *Survey) Disputed() (*Disputed, error) {
	s.settle()
	if s.stowed() && (s.looked < s.nodes() || s.tailnets.len() > 0) {
		return nil, errStowed
	}
	if s.looked < s.nodes() {
		nodes, err := s.owners.disputed()
		if err != nil {
			return nil, err
		}
		s.looked, s.disputed = s.nodes(), nodes
	}
	if len(s.disputed) == 0 && s.strangers() == 0 {
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
	if err := cmp.Or(s.hits.err, s.owners.err, s.shelf.err); err != nil { // they share one scratch file
		return err
	}
	d, err := s.Disputed()
	switch {
	case err != nil:
		return err
	case s.strangers() > 0:
		return errUnknownTailnet
	case s.tailnets.full():
		return errFull
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

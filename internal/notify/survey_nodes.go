package notify

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math/bits"
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
	os, version string
	product     uint16 // as owners number it
	known       bool
	answer      answer
}

// is reports whether the answer is that for a node whose product has a number.
func (r *remembered) is(n *tailnet.Node, product uint16) bool {
	return r.version == n.Version && r.os == n.OS && r.product == product && r.known
}

const memoBits = 12

// place is where the answer for a node belongs. Should some share one, they are asked about
// more often.
func (m *memo) place(n *tailnet.Node) *remembered {
	if m.places == nil {
		m.places = make([]remembered, 1<<memoBits)
	}
	hash := uint64(len(n.OS))
	if n.OS != "" {
		hash += uint64(n.OS[0]) << 8
	}
	hash = (hash + edges(n.Version)) * 0x9E3779B97F4A7C15
	return &m.places[hash>>(64-memoBits)]
}

// edges mixes the first and the last eight octets of a text.
func edges(text string) uint64 {
	if len(text) >= 8 {
		first, last := []byte(text[:8]), []byte(text[len(text)-8:])
		return binary.LittleEndian.Uint64(first) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(last), 29)
	}
	if len(text) >= 4 {
		first, last := []byte(text[:4]), []byte(text[len(text)-4:])
		return uint64(binary.LittleEndian.Uint32(first))<<32 | uint64(binary.LittleEndian.Uint32(last))
	}
	var all uint64
	for at := range len(text) {
		all = all<<8 | uint64(text[at])
	}
	return all
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

package notify

import (
	"hash/maphash"

	"tocsin/internal/tailnet"
)

// batch is rows that wait to be taken in, by a goroutine that does so while the next batch
// fills. Each lookup of a tailnet goes to places in memory of which none is near another;
// together, they are fetched together.
type batch struct {
	tailnets []tailnet.Tailnet
	nodes    []tailnet.Node
}

const (
	batchSize = 2048 // rows of either kind
	walkSize  = 256  // lookups that are made together
)

// hand hands the batch over and begins another, once the one before is taken in.
func (s *Survey) hand() {
	s.busy.Wait()
	s.filling, s.full = s.full, s.filling
	if s.filling.nodes == nil {
		s.filling.tailnets = make([]tailnet.Tailnet, 0, batchSize)
		s.filling.nodes = make([]tailnet.Node, 0, batchSize)
	}
	s.busy.Go(s.take)
}

// settle waits until every row is taken in.
func (s *Survey) settle() {
	if len(s.filling.tailnets)+len(s.filling.nodes) > 0 {
		s.hand()
	}
	s.busy.Wait()
}

// take takes in the full batch.
func (s *Survey) take() {
	b := &s.full
	s.tailnets.putAll(b.tailnets)
	for at := 0; at < len(b.nodes); at += walkSize {
		s.walk(b.nodes[at:min(at+walkSize, len(b.nodes))])
	}
	b.tailnets, b.nodes = b.tailnets[:0], b.nodes[:0]
}

// walk takes in at most walkSize nodes.
func (s *Survey) walk(nodes []tailnet.Node) {
	var hashes [walkSize]uint64 // of their IDs
	var seats [walkSize]seat    // of their tailnets
	for i := range nodes {
		hashes[i] = maphash.String(s.seed, nodes[i].ID)
	}
	s.tailnets.findAll(nodes, seats[:])
	s.fetch(seats[:len(nodes)])
	for i := range nodes {
		if seats[i].number < 0 {
			s.strangers++
			continue
		}
		s.node(&nodes[i], hashes[i], seats[i])
	}
}

// fetch looks once at what is known of tailnets, all at once, so that it is near when each
// is looked at in its turn.
func (s *Survey) fetch(seats []seat) {
	for _, of := range seats {
		if of.number >= 0 {
			s.fetched += s.sections.of(of.number, &s.tailnets) + int(s.hits.of(of.number))
		}
	}
}

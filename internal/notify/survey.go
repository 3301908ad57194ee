package notify

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Survey collects what one bulletin means for every tailnet of an inventory. Give
// it all tailnets, then all nodes, each once and in any order; then ask for the
// rows. It keeps the nodes that are hit, and of every other only whose it is.
type Survey struct {
	bulletin bulletin.Bulletin
	rules    disclosure.Rules
	at       time.Time
	matcher  *affected.Matcher
	tailnets map[tailnet.ID]tailnet.Tailnet
	hits     map[tailnet.ID][]affected.Hit
	hit      map[installed]bool
	owners   map[uint64]uint64 // of every node, hit or not: hash of its ID to hash of its tailnet
	proofs   map[verdict.Truth]verdict.Proof
	nodes    int
	misses   map[affected.Miss]int
}

// installed is one product on one node, which stands in one row of an inventory.
type installed struct{ product, node string }

// NewSurvey begins the survey of a bulletin as it is at an instant.
func NewSurvey(b bulletin.Bulletin, products []bulletin.Product, rules disclosure.Rules, at time.Time) *Survey {
	return &Survey{
		bulletin: b,
		rules:    rules,
		at:       at,
		matcher:  affected.NewMatcher(b, products),
		tailnets: make(map[tailnet.ID]tailnet.Tailnet),
		hits:     make(map[tailnet.ID][]affected.Hit),
		hit:      make(map[installed]bool),
		owners:   make(map[uint64]uint64),
		proofs:   make(map[verdict.Truth]verdict.Proof),
		misses:   make(map[affected.Miss]int),
	}
}

// Tailnet takes in one tailnet.
func (s *Survey) Tailnet(t tailnet.Tailnet) { s.tailnets[t.ID] = t }

// Known reports whether the tailnet was taken in: a node of any other is a fault
// of the inventory.
func (s *Survey) Known(id tailnet.ID) bool {
	_, known := s.tailnets[id]
	return known
}

var errTwice = errors.New("this node stands in an earlier row too, of this tailnet or of another")

// Node takes in one node with one product. It refuses one that was a hit in an
// earlier row, and one that stood under another tailnet, hit or not: one of the two
// rows belongs to somebody else, and nobody can tell which. The error names neither
// node nor tailnet: it reaches terminals.
func (s *Survey) Node(n tailnet.Node) error {
	s.nodes++
	key := installed{n.Product, n.ID}
	if s.hit[key] || !s.owns(n) {
		return errTwice
	}
	hit, miss := s.matcher.Node(n)
	if miss != affected.NotMissed {
		s.misses[miss]++
		return nil
	}
	s.hit[key] = true
	s.hits[n.Tailnet] = append(s.hits[n.Tailnet], hit)
	return nil
}

// owns reports whether no other tailnet has shown the node before. Hashes are kept in
// place of texts: should two nodes ever share one, an inventory is refused, not a
// name told to a stranger.
func (s *Survey) owns(n tailnet.Node) bool {
	node, owner := hashed(n.ID), hashed(string(n.Tailnet))
	first, seen := s.owners[node]
	s.owners[node] = owner
	return !seen || first == owner
}

// hashed is FNV-1a, 64 bits.
func hashed(text string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // a hash never fails to write
	return h.Sum64()
}

// Seen says how much was taken in.
func (s *Survey) Seen() (tailnets, nodes int) { return len(s.tailnets), s.nodes }

// Missed says how many nodes escaped in each way.
func (s *Survey) Missed(m affected.Miss) int { return s.misses[m] }

// ErrUndecided says that some tailnets can be told neither to be affected nor not,
// and that a person has to choose what happens to them.
var ErrUndecided = errors.New("undetermined tailnets need a decision")

// HeldError says that tailnets must be told, or may have to be, and that something
// asks to wait first: a law, say. They are neither written to nor forgotten, so there
// is no plan yet.
type HeldError struct {
	Tailnets int
	Clauses  []verdict.Clause // what asks to wait, or may ask to; of all the tailnets
}

// Error says how many wait.
func (e *HeldError) Error() string { return fmt.Sprintf("%d have to wait", e.Tailnets) }

// Rows lists every affected tailnet with what is to be done about it, ordered by
// tailnet ID so that the order of the inventory does not matter. Where tailnets are
// held it returns the rows together with a [HeldError]; with undetermined tailnets and
// no choice, with an [ErrUndecided].
func (s *Survey) Rows(choice Choice) ([]Row, error) {
	var rows []Row
	held, undecided := new(HeldError), 0
	for _, id := range s.ordered() {
		row, err := s.row(s.tailnets[id], choice)
		if err != nil {
			return nil, err
		}
		if row.Match.Affected == verdict.No {
			continue
		}
		switch {
		case row.Standing == Held:
			held.add(s.proof(row.Match.Affected))
		case row.Standing == Undetermined && choice == Undecided:
			undecided++
		}
		rows = append(rows, row)
	}
	switch {
	case held.Tailnets > 0:
		return rows, held
	case undecided > 0:
		return rows, fmt.Errorf("%d %w", undecided, ErrUndecided)
	}
	return rows, nil
}

// add counts one more tailnet, with what holds it.
func (e *HeldError) add(p verdict.Proof) {
	e.Tailnets++
	for _, c := range p.Waits() {
		same := func(o verdict.Clause) bool { return o.ID == c.ID }
		if !slices.ContainsFunc(e.Clauses, same) {
			e.Clauses = append(e.Clauses, c)
		}
	}
}

// Tell explains one tailnet: what the bulletin means for it, and the proof of what must
// be done; false where the inventory has no such tailnet.
func (s *Survey) Tell(id tailnet.ID) (affected.Match, verdict.Proof, bool, error) {
	if !s.Known(id) {
		return affected.Match{}, verdict.Proof{}, false, nil
	}
	match, err := s.matcher.Tailnet(id, s.hits[id])
	return match, s.proof(match.Affected), true, err
}

func (s *Survey) ordered() []tailnet.ID {
	ids := make([]tailnet.ID, 0, len(s.tailnets))
	for id := range s.tailnets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (s *Survey) row(t tailnet.Tailnet, choice Choice) (Row, error) {
	hits := s.hits[t.ID]
	slices.SortFunc(hits, byName)
	match, err := s.matcher.Tailnet(t.ID, hits)
	if err != nil {
		return Row{}, err
	}
	proof := s.proof(match.Affected)
	row := Row{Tailnet: t, Match: match, Standing: standing(proof, choice)}
	row.decidedBy(proof)
	if row.Standing == Mailed {
		contact, found := t.Contact()
		row.Contact = contact
		if !found {
			row.Standing = Unreachable
		}
	}
	return row, nil
}

// decidedBy notes what the standing rests on: the rules' clauses and what they miss,
// or the authors' override of them.
func (r *Row) decidedBy(p verdict.Proof) {
	if p.Departs() {
		r.Overridden, r.Clauses = true, []string{"override"}
		return
	}
	r.Missing = p.Missing
	for _, c := range p.Deciding() {
		r.Clauses = append(r.Clauses, c.ID)
	}
}

func byName(a, b affected.Hit) int {
	if c := strings.Compare(a.Node.Name, b.Node.Name); c != 0 {
		return c
	}
	if c := strings.Compare(a.Node.ID, b.Node.ID); c != 0 {
		return c
	}
	return strings.Compare(a.Node.Product, b.Node.Product)
}

// proof judges once for each state a tailnet can be in.
func (s *Survey) proof(touched verdict.Truth) verdict.Proof {
	p, known := s.proofs[touched]
	if !known {
		p = s.rules.Tailnet(s.bulletin, disclosure.TailnetFacts{Affected: touched}, s.at)
		s.proofs[touched] = p
	}
	return p
}

// standing turns the verdict on a tailnet into what is done. What is held waits, and
// so does what is undetermined and to be told all the same while something may ask to
// wait: a law that may apply is not overruled by a choice.
func standing(p verdict.Proof, choice Choice) Standing {
	switch outcome := p.Stands(); {
	case outcome == verdict.Held, outcome == verdict.Undetermined && choice == Tell && p.Delayed() != verdict.No:
		return Held
	case outcome == verdict.Required, outcome == verdict.Undetermined && choice == Tell:
		return Mailed
	case outcome == verdict.NotRequired:
		return NotRequired
	}
	return Undetermined
}

// Count adds up the rows.
func Count(rows []Row) Counts {
	counts := make(Counts)
	for _, r := range rows {
		counts[r.Standing]++
	}
	return counts
}

package notify

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
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
// it all tailnets, then all findings, then nodes, users and contacts, each once and in
// any order; then ask for the rows. It keeps the nodes that are hit or named by a
// finding, and of every other only whose it is.
type Survey struct {
	bulletin    bulletin.Bulletin
	rules       disclosure.Rules
	at          time.Time
	matcher     *affected.Matcher
	tailnets    map[tailnet.ID]tailnet.Tailnet
	hits        map[tailnet.ID][]affected.Hit
	hit         map[installed]bool
	owners      map[uint64]uint64 // of every node, hit or not: hash of its ID to hash of its tailnet
	proofs      map[disclosure.TailnetFacts]verdict.Proof
	nodes       int
	misses      map[affected.Miss]int
	found       findings
	supplements map[tailnet.ID][]tailnet.Supplement // in the order of the table
}

// installed is one product on one node, which stands in one row of an inventory.
type installed struct{ product, node string }

// NewSurvey begins the survey of a bulletin as it is at an instant.
func NewSurvey(b bulletin.Bulletin, products []bulletin.Product, rules disclosure.Rules, at time.Time) *Survey {
	return &Survey{
		bulletin:    b,
		rules:       rules,
		at:          at,
		matcher:     affected.NewMatcher(b, products),
		tailnets:    make(map[tailnet.ID]tailnet.Tailnet),
		hits:        make(map[tailnet.ID][]affected.Hit),
		hit:         make(map[installed]bool),
		owners:      make(map[uint64]uint64),
		proofs:      make(map[disclosure.TailnetFacts]verdict.Proof),
		misses:      make(map[affected.Miss]int),
		found:       noFindings(),
		supplements: make(map[tailnet.ID][]tailnet.Supplement),
	}
}

// Columns are those of the nodes table that the bulletin's `where:` asks for.
func (s *Survey) Columns() []string { return s.matcher.Columns() }

// Tailnet takes in one tailnet.
func (s *Survey) Tailnet(t tailnet.Tailnet) { s.tailnets[t.ID] = t }

// Known reports whether the tailnet was taken in: a node of any other is a fault
// of the inventory.
func (s *Survey) Known(id tailnet.ID) bool {
	_, known := s.tailnets[id]
	return known
}

var errTwice = errors.New("this node stands in an earlier row too, of this tailnet or of another, or in a finding of another")

var errUnknownTailnet = errors.New("the table of tailnets has no such tailnet")

// Node takes in one node with one product. It refuses one that was a hit in an
// earlier row, and one that stood under another tailnet, hit or not: one of the two
// rows belongs to somebody else, and nobody can tell which. The error names neither
// node nor tailnet: it reaches terminals.
func (s *Survey) Node(n tailnet.Node) error {
	s.nodes++
	key := installed{n.Product, n.ID}
	if s.hit[key] || !s.owns(n.ID, n.Tailnet) {
		return errTwice
	}
	s.found.closed = true
	hit, miss := s.matcher.Node(n, s.found.about(n)...)
	if miss != affected.NotMissed {
		s.misses[miss]++
		s.found.name(n)
		return nil
	}
	s.hit[key] = true
	s.hits[n.Tailnet] = append(s.hits[n.Tailnet], hit)
	return nil
}

// Miss tells how a node escapes, by all that was taken in; NotMissed where it does not.
// It counts nothing.
func (s *Survey) Miss(n tailnet.Node) affected.Miss {
	_, miss := s.matcher.Node(n, s.found.about(n)...)
	return miss
}

// owns reports whether no other tailnet has shown the node before. Hashes are kept in
// place of texts: should two nodes ever share one, an inventory is refused, not a
// name told to a stranger.
func (s *Survey) owns(id string, of tailnet.ID) bool {
	node, owner := hashed(id), hashed(string(of))
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

// Supplement takes in one more address for a tailnet. Of several the one that comes
// first is taken first.
func (s *Survey) Supplement(c tailnet.Supplement) error {
	if !s.Known(c.Tailnet) {
		return errUnknownTailnet
	}
	s.supplements[c.Tailnet] = append(s.supplements[c.Tailnet], c)
	return nil
}

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
		row, err := s.row(s.tailnet(id), choice)
		if err != nil {
			return nil, err
		}
		if row.Match.Affected == verdict.No || s.unidentified(row.Match) {
			continue
		}
		switch {
		case row.Standing == Held:
			held.add(s.proof(row.Match))
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
// be done; false where neither the inventory nor a finding has such a tailnet.
func (s *Survey) Tell(id tailnet.ID) (affected.Match, verdict.Proof, bool, error) {
	if _, former := s.found.former[id]; !former && !s.Known(id) {
		return affected.Match{}, verdict.Proof{}, false, nil
	}
	match, err := s.match(id)
	return match, s.proof(match), true, err
}

// ordered lists every tailnet, those that are former too.
func (s *Survey) ordered() []tailnet.ID {
	ids := slices.AppendSeq(make([]tailnet.ID, 0, len(s.tailnets)), maps.Keys(s.tailnets))
	for id := range s.found.former {
		if !s.Known(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// tailnet is the row of an inventory; of a former tailnet no more than its ID is left.
func (s *Survey) tailnet(id tailnet.ID) tailnet.Tailnet {
	if t, known := s.tailnets[id]; known {
		return t
	}
	return tailnet.Tailnet{ID: id}
}

func (s *Survey) match(id tailnet.ID) (affected.Match, error) {
	hits := s.hits[id]
	slices.SortFunc(hits, byName)
	return s.matcher.Tailnet(id, hits, s.found.ofTailnet(id)...)
}

func (s *Survey) row(t tailnet.Tailnet, choice Choice) (Row, error) {
	match, err := s.match(t.ID)
	if err != nil {
		return Row{}, err
	}
	proof := s.proof(match)
	row := Row{Tailnet: t, Match: match, Standing: standing(proof, choice)}
	row.Named, row.Users = s.found.named(match)
	row.decidedBy(proof)
	if row.Standing == Mailed {
		contact, found := s.contact(t)
		row.Contact = contact
		if !found {
			row.Standing = Unreachable
		}
	}
	return row, nil
}

// contact is whom a tailnet's letter goes to; of a former one, whom its findings name.
func (s *Survey) contact(t tailnet.Tailnet) (tailnet.Contact, bool) {
	if !s.Known(t.ID) {
		return tailnet.FormerContact(t.ID, s.found.former[t.ID])
	}
	return t.Contact(s.supplements[t.ID]...)
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
func (s *Survey) proof(m affected.Match) verdict.Proof {
	facts := s.facts(m)
	p, known := s.proofs[facts]
	if !known {
		p = s.rules.Tailnet(s.bulletin, facts, s.at)
		s.proofs[facts] = p
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

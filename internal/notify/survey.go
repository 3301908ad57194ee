package notify

import (
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Survey collects what one bulletin means for every tailnet of an inventory. Give
// it all tailnets, then all findings, then nodes, users and contacts, each once and in
// any order; then ask for the rows. Contacts that come before the findings are addresses that
// the text of a finding may hold. It keeps the nodes that are hit or named by a
// finding, and of every other only whose it is; and no text that it was given, since
// that may be part of a whole table.
type Survey struct {
	bulletin    bulletin.Bulletin
	rules       disclosure.Rules
	at          time.Time
	products    []bulletin.Product
	matcher     *affected.Matcher
	seed        maphash.Seed // so that nobody can write IDs that all share a hash
	spill       *spill
	tailnets    roster
	sections    sections
	hits        hits
	owners      owners
	shelf       shelf
	proofs      map[disclosure.TailnetFacts]verdict.Proof
	intakes     []*Intake      // the first is the survey's own
	filling     batch          // that waits to be taken in
	full        batch          // that busy takes in
	unseated    bool           // there are tailnets that no intake may meet yet
	busy        sync.WaitGroup // one goroutine at most, and only while there is a full batch
	naming      sync.Mutex     // of what findings name
	looked      int            // how many nodes there were when somebody looked for disputed ones
	disputed    []uint64       // hashes of their IDs
	found       findings
	supplements map[tailnet.ID][]tailnet.Supplement // in the order of the table
}

// How much of a survey stays in memory. Of 5,000,000 nodes that are hit in three of ten
// rows, some 150 MiB are spilled.
const (
	roomForHits   = 2 << 20  // octets
	roomForOwners = 2 << 20  // octets
	roomForShelf  = 2 << 20  // octets
	blockSize     = 32 << 10 // octets
	hitParts      = 64
)

// NewSurvey begins the survey of a bulletin as it is at an instant.
func NewSurvey(b bulletin.Bulletin, products []bulletin.Product, rules disclosure.Rules, at time.Time) *Survey {
	seed, spill := maphash.MakeSeed(), new(spill)
	return &Survey{
		bulletin: b,
		rules:    rules,
		at:       at,
		products: products,
		matcher:  affected.NewMatcher(b, products),
		seed:     seed,
		spill:    spill,
		tailnets: newRoster(seed),
		hits: hits{
			parted: parted{spill: spill, room: roomForHits, block: blockSize, parts: make([]part, hitParts)},
			seed:   seed,
			kinds:  kinds{number: make(map[kind]uint32), all: make([]kind, 1)},
		},
		owners: owners{parted: parted{spill: spill, room: roomForOwners, block: blockSize, parts: make([]part, ownerParts)}},
		shelf:  shelf{parted: parted{spill: spill, room: roomForShelf, block: blockSize, parts: make([]part, hitParts)}},
		proofs: make(map[disclosure.TailnetFacts]verdict.Proof),
		found:  noFindings(),

		supplements: make(map[tailnet.ID][]tailnet.Supplement),
	}
}

// asksCells reports whether a bulletin asks for more of a node than what runs on it.
func asksCells(b bulletin.Bulletin) bool {
	return slices.ContainsFunc(b.Affected, func(row bulletin.Affected) bool { return len(row.Where) > 0 })
}

// Spill says where what there is no room for in memory goes; without it, all stays in
// memory. open is called at most once, and [Survey.Close] closes what it opened.
func (s *Survey) Spill(open func() (Scratch, error)) { s.spill.open = open }

// Close lets go of the scratch file.
func (s *Survey) Close() error {
	s.busy.Wait()
	return s.spill.close()
}

// Columns are those of the nodes table that the bulletin's `where:` asks for.
func (s *Survey) Columns() []string { return s.matcher.Columns() }

// Tailnet takes in one tailnet.
func (s *Survey) Tailnet(t tailnet.Tailnet) {
	s.unseated = true
	if s.filling.add(&t); s.filling.full() {
		s.hand()
	}
}

// Known reports whether the tailnet was taken in: a node of any other is a fault
// of the inventory.
func (s *Survey) Known(id tailnet.ID) bool {
	s.settle()
	_, known := s.tailnets.find(id)
	return known
}

// Seen says how much was taken in.
func (s *Survey) Seen() (tailnets, nodes int) {
	s.settle()
	return s.tailnets.len() + s.shelf.len(), s.nodes()
}

// Supplement takes in one more address for a tailnet. Of several the one that comes
// first is taken first.
func (s *Survey) Supplement(c tailnet.Supplement) error {
	if !s.Known(c.Tailnet) {
		return errUnknownTailnet
	}
	detach((*string)(&c.Tailnet), &c.Email, &c.Source, &c.By)
	s.supplements[c.Tailnet] = append(s.supplements[c.Tailnet], c)
	return nil
}

// detach gives texts memory of their own.
func detach(texts ...*string) {
	for _, text := range texts {
		*text = strings.Clone(*text)
	}
}

// Missed says how many nodes escaped in each way.
func (s *Survey) Missed(m affected.Miss) int {
	s.settle()
	return s.sum(func(i *Intake) int { return i.misses[m] })
}

// Unmet lists the values of the bulletin's `where:` that no node has, though nodes were let off
// for another.
func (s *Survey) Unmet() []affected.Unmet {
	s.settle()
	var asked []*affected.Matcher
	for _, one := range s.intakes {
		asked = append(asked, one.matcher)
	}
	return affected.UnmetBy(s.bulletin, asked...)
}

// Rows streams every affected tailnet with what is to be done about it, ordered by
// tailnet ID so that the order of the inventory does not matter. It may be ranged over
// several times. Whether these rows may become a plan, [Survey.Tally] says.
func (s *Survey) Rows(choice Choice) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for m, found := range s.matches() {
			var row Row
			if found.err == nil && (found.Affected == verdict.No || s.Unidentified(found.Match)) {
				continue
			}
			if found.err == nil {
				row = s.row(m, found.Match, choice)
			}
			if !yield(row, found.err) || found.err != nil {
				return
			}
		}
	}
}

// Tell explains one tailnet: what the bulletin means for it, and the proof of what must
// be done; false where neither the inventory nor a finding has such a tailnet.
func (s *Survey) Tell(id tailnet.ID) (affected.Match, verdict.Proof, bool, error) {
	m, known, err := s.member(id)
	if err != nil || !known {
		return affected.Match{}, verdict.Proof{}, false, err
	}
	if err := s.sound(); err != nil {
		return affected.Match{}, verdict.Proof{}, false, err
	}
	hits, err := s.hits.read(s.sections.find(id, &s.tailnets))
	if err != nil {
		return affected.Match{}, verdict.Proof{}, false, err
	}
	match, err := s.match(m, hits)
	return match, s.proof(match), true, err
}

func (s *Survey) row(m member, match affected.Match, choice Choice) Row {
	t, proof := m.tailnet(), s.proof(match)
	row := Row{Tailnet: t, Match: match, Standing: standing(proof, choice)}
	row.Named, row.Users = s.found.named(match)
	row.decidedBy(proof)
	if row.Standing == Mailed {
		contact, found := s.contact(m, t)
		row.Contact = contact
		if !found {
			row.Standing = Unreachable
		}
	}
	return row
}

// contact is whom a tailnet's letter goes to; of a former one, whom its findings name.
func (s *Survey) contact(m member, t tailnet.Tailnet) (tailnet.Contact, bool) {
	if m.former() {
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

package notify

import (
	"cmp"
	"iter"
	"runtime"
	"slices"
	"sync"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// sections part the tailnets by the order of their IDs, so that rows come in order while
// the hits of only one part are in memory.
type sections struct {
	begins []tailnet.ID // of each section but the first
	known  []uint8      // by the number of a tailnet
}

// samples is how many IDs are looked at for each section.
const samples = 32

// of is the section of a tailnet by its number.
func (c *sections) of(number int) int { return int(c.known[number]) }

// fill finds the sections of all tailnets.
func (c *sections) fill(tailnets *roster) {
	if tailnets.len() == 0 {
		return
	}
	c.find(tailnets.id(0), tailnets)
	from := len(c.known)
	c.known = append(c.known, make([]uint8, tailnets.len()-from)...)
	step := 1 + (tailnets.len()-from)/runtime.GOMAXPROCS(0)
	var group sync.WaitGroup
	for first := from; first < tailnets.len(); first += step {
		group.Go(func() {
			for number := first; number < min(first+step, tailnets.len()); number++ {
				c.known[number] = uint8(c.find(tailnets.id(number), tailnets))
			}
		})
	}
	group.Wait()
}

// find is the section of an ID. The first that is asked for sets where sections begin.
func (c *sections) find(id tailnet.ID, tailnets *roster) int {
	if c.begins == nil {
		c.begins = split(tailnets)
	}
	at, equal := slices.BinarySearch(c.begins, id)
	if equal {
		at++
	}
	return at
}

// split chooses where sections begin, by a sample of the IDs.
func split(tailnets *roster) []tailnet.ID {
	step := max(1, tailnets.len()/(hitParts*samples))
	var some []tailnet.ID
	for i := 0; i < tailnets.len(); i += step {
		some = append(some, tailnets.id(i))
	}
	slices.Sort(some)
	if len(some) == 0 {
		return []tailnet.ID{}
	}
	begins := make([]tailnet.ID, hitParts-1)
	for i := range begins {
		begins[i] = some[len(some)*(i+1)/hitParts]
	}
	return begins
}

// member is a tailnet of a section. Of a former one the number is -1, and nothing else is
// known.
type member struct {
	id     tailnet.ID
	number int
	packed []byte // all but the ID
}

// tailnet is the row of an inventory; of a former tailnet no more than its ID is left.
func (m member) tailnet() tailnet.Tailnet {
	if m.former() {
		return tailnet.Tailnet{ID: m.id}
	}
	return unpackTailnet(m.id, m.packed)
}

func (m member) former() bool { return m.number < 0 }

// members lists the tailnets of a section, those that are former too, in their order.
func (s *Survey) members(section int) ([]member, error) {
	all, err := s.listed(section)
	if err != nil {
		return nil, err
	}
	for id := range s.found.former {
		if s.sections.find(id, &s.tailnets) == section {
			all = append(all, member{id: id, number: -1})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	return all, nil
}

// listed are those of a section that the table has.
func (s *Survey) listed(section int) (all []member, err error) {
	if s.stowed() {
		return s.shelf.members(section)
	}
	s.sections.fill(&s.tailnets)
	for number := range s.tailnets.len() {
		if s.sections.of(number) == section {
			all = append(all, s.tailnets.member(number))
		}
	}
	return all, nil
}

// member looks a tailnet up, be it one of the table or a former one.
func (s *Survey) member(id tailnet.ID) (m member, known bool, err error) {
	s.settle()
	if !s.stowed() {
		if of, known := s.tailnets.find(id); known {
			return s.tailnets.member(of.number), true, nil
		}
		_, former := s.found.former[id]
		return member{id: id, number: -1}, former, nil
	}
	all, err := s.members(s.sections.find(id, &s.tailnets))
	at, known := slices.BinarySearchFunc(all, id, func(m member, id tailnet.ID) int { return cmp.Compare(m.id, id) })
	if !known {
		return member{}, false, err
	}
	return all[at], true, nil
}

// matches streams what the bulletin means for every tailnet, in the order of their IDs.
func (s *Survey) matches() iter.Seq2[member, matched] {
	return func(yield func(member, matched) bool) {
		if err := s.sound(); err != nil {
			yield(member{}, matched{err: err})
			return
		}
		for section := range hitParts {
			members, err1 := s.members(section)
			hits, err2 := s.hits.read(section)
			if err := cmp.Or(err1, err2); err != nil {
				yield(member{}, matched{err: err})
				return
			}
			for _, m := range members {
				match, err := s.match(m, hits)
				if !yield(m, matched{match, err}) || err != nil {
					return
				}
			}
		}
	}
}

// matched is what the bulletin means for one tailnet, or why nobody can say.
type matched struct {
	affected.Match
	err error
}

// match is what the bulletin means for a tailnet, whose hits are among those of its section.
func (s *Survey) match(m member, section []packed) (affected.Match, error) {
	hits, err := s.hits.unpack(section, m)
	if err != nil {
		return affected.Match{}, err
	}
	return s.matcher.Tailnet(m.id, hits, s.found.ofTailnet(m.id)...)
}

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

// member is a tailnet of a section; of a former one the number is -1.
type member struct {
	id     tailnet.ID
	number int
}

// members lists the tailnets of a section, those that are former too, in their order.
func (s *Survey) members(section int) []member {
	var all []member
	for number := range s.tailnets.len() {
		if s.sections.of(number) == section {
			all = append(all, member{s.tailnets.id(number), number})
		}
	}
	for id := range s.found.former {
		if s.sections.find(id, &s.tailnets) == section {
			all = append(all, member{id, -1})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	return all
}

// matches streams what the bulletin means for every tailnet, in the order of their IDs.
func (s *Survey) matches() iter.Seq2[affected.Match, error] {
	return func(yield func(affected.Match, error) bool) {
		if err := s.sound(); err != nil {
			yield(affected.Match{}, err)
			return
		}
		s.sections.fill(&s.tailnets)
		var buffer []byte
		for section := range hitParts {
			var hits []packed
			var err error
			if hits, buffer, err = s.hits.read(section, buffer); err != nil {
				yield(affected.Match{}, err)
				return
			}
			for _, m := range s.members(section) {
				match, err := s.match(m, hits)
				if !yield(match, err) || err != nil {
					return
				}
			}
		}
	}
}

// match is what the bulletin means for a tailnet, whose hits are among those of its section.
func (s *Survey) match(m member, section []packed) (affected.Match, error) {
	hits, err := s.hits.unpack(section, m)
	if err != nil {
		return affected.Match{}, err
	}
	return s.matcher.Tailnet(m.id, hits, s.found.ofTailnet(m.id)...)
}

package notify

import (
	"encoding/binary"
	"errors"

	"tocsin/internal/tailnet"
)

// shelf keeps tailnets by sections, as the hits are kept, once nothing more comes: then
// rows are all that is asked for, and those of one section after the other.
type shelf struct {
	parted
	counts []int // tailnets of each section; nil while they are looked up by their IDs
}

var errStowed = errors.New("what was surveyed is stowed away: nothing more is taken in or added up")

// Stow says that nothing more comes. It puts the tailnets beside the hits and lets go of
// what only looking them up needs, since writing letters takes long: of a million tailnets
// 130 MB. From then on there are rows, and no tally; what is taken in all the same makes
// the rows fail.
func (s *Survey) Stow() error {
	if err := s.sound(); err != nil || s.stowed() {
		return err
	}
	s.sections.fill(&s.tailnets)
	s.shelf.fill(&s.tailnets, &s.sections)
	s.hits.seal()
	s.owners.seal()
	s.owners.parts = make([]part, ownerParts) // sound has asked for them
	s.tailnets, s.sections.known = newRoster(s.seed), nil
	s.filling, s.full = batch{}, batch{}
	return s.sound()
}

func (s *Survey) stowed() bool { return s.shelf.counts != nil }

// fill takes in all tailnets.
func (f *shelf) fill(tailnets *roster, by *sections) {
	f.counts = make([]int, len(f.parts))
	to := f.pen()
	for number := range tailnets.len() {
		section, m := by.of(number), tailnets.member(number)
		f.counts[section]++
		open := to.space(section, binary.MaxVarintLen64+spaceFor(string(m.id), string(m.packed)))
		*open = appendTexts(binary.AppendUvarint(*open, uint64(number)), string(m.id), string(m.packed))
	}
	f.seal()
}

// members are the tailnets of a section, in no order.
func (f *shelf) members(section int) ([]member, error) {
	records, err := f.read(section, nil)
	if err != nil {
		return nil, err
	}
	all := make([]member, 0, f.counts[section])
	for len(records) > 0 {
		number, size := binary.Uvarint(records)
		id, rest := cut(records[size:])
		m := member{id: tailnet.ID(id), number: int(number)}
		m.packed, records = cut(rest)
		all = append(all, m)
	}
	if len(all) != f.counts[section] {
		return nil, errMixed
	}
	return all, nil
}

// len is how many tailnets there are.
func (f *shelf) len() (all int) {
	for _, count := range f.counts {
		all += count
	}
	return all
}

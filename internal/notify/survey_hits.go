package notify

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"tocsin/internal/affected"
	"tocsin/internal/hugepages"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// hits keeps packed the nodes that are hit. What many have in common is packed as a
// number.
type hits struct {
	parted
	seed   maphash.Seed
	kinds  kinds
	counts []*counts // of each intake
}

// kinds numbers what many hits have in common.
type kinds struct {
	mutex  sync.Mutex
	number map[kind]uint32
	all    []kind // by number; the first stands for none
}

// kind is what many hits have in common.
type kind struct {
	Product, OS, Version string
	Row                  int
	Affected             verdict.Truth
	Evidence, Plain      string
	Found                tailnet.FindingStatus
	Others               string // packed, so that kinds can be compared
}

// mostKinds is how many are numbered: should every node have a version of its own, the
// others are packed in full.
const mostKinds = 1 << 16

// state is what a tailnet's hits come to: how many they are, and of what kinds of them
// there is one.
type state uint32

const (
	stateShift       = 30
	surelyHit  state = 2 << stateShift
	perhapsHit state = 1 << stateShift
	hitCount         = perhapsHit - 1
)

// counts are what the hits of tailnets come to, by their numbers, as one intake took them in.
// Each has its own: two processors that write to one place wait for each other.
type counts []state

// count is one more, for so many tailnets.
func (h *hits) count(tailnets int) *counts {
	one := counts(hugepages.Make[state](tailnets))
	h.counts = append(h.counts, &one)
	return &one
}

// grow makes room for so many tailnets.
func (c *counts) grow(tailnets int) {
	if missing := tailnets - len(*c); missing > 0 {
		*c = append(*c, make(counts, missing)...)
	}
}

// outline is hits of a tailnet that come to the same, as few as there may be.
func (s state) outline(of tailnet.ID) (some []affected.Hit) {
	for sort, truth := range map[state]verdict.Truth{surelyHit: verdict.Yes, perhapsHit: verdict.Unknown} {
		if s&sort != 0 {
			some = append(some, affected.Hit{Node: tailnet.Node{Tailnet: of}, Affected: truth})
		}
	}
	return some
}

// packHit appends the record of a node that is hit, with its kind where that has no number.
// A record begins with its size, the tailnet's number, which is not known yet, and what ties
// the node to the tailnet.
func packHit(to []byte, n *tailnet.Node, w *arrival, full *kind) []byte {
	begins := len(to)
	to = append(to, 0, 0, 0, 0, 0, 0, 0, 0)
	to = binary.LittleEndian.AppendUint64(to, bond(w.of, w.node))
	to = binary.AppendUvarint(to, uint64(w.kind))
	to = appendTexts(to, n.ID, n.Name, n.User, n.LastSeen)
	if full != nil {
		to = full.pack(to)
	}
	binary.LittleEndian.PutUint32(to[begins:], uint32(len(to)-begins))
	return to
}

// keep keeps the record of a hit, now that the number of its tailnet is known.
func (w *pen) keep(part, of int, record []byte) {
	binary.LittleEndian.PutUint32(record[4:], uint32(of))
	open := w.space(part, len(record))
	*open = append(*open, record...)
}

// note counts a hit of a tailnet.
func (c counts) note(of int, affected verdict.Truth) {
	sort := perhapsHit
	if affected == verdict.Yes {
		sort = surelyHit
	}
	c[of] = (c[of] + 1) | sort
}

// of is what the hits of a tailnet come to.
func (h *hits) of(number int) (all state) {
	for _, one := range h.counts {
		if number >= 0 && number < len(*one) {
			all = (all + (*one)[number]&hitCount) | (*one)[number]&^hitCount
		}
	}
	return all
}

// bond ties a node to its tailnet by the hashes of their IDs: a record that is read under
// another tailnet is noticed (F20).
func bond(of, node uint64) uint64 { return bits.RotateLeft64(of, 1) ^ node }

// of is the number of a kind; 0 where there are too many.
func (all *kinds) of(k kind) uint32 {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	number, known := all.number[k]
	if known || len(all.all) > mostKinds {
		return number
	}
	for _, text := range []*string{&k.Product, &k.OS, &k.Version, &k.Evidence, &k.Plain, (*string)(&k.Found)} {
		*text = strings.Clone(*text) // which may be part of a whole table
	}
	number = uint32(len(all.all))
	all.number[k], all.all = number, append(all.all, k)
	return number
}

// packed is a record of a part that was read.
type packed struct {
	of     uint32
	record []byte // without its size and its tailnet's number
}

// read reads the records of a part, those of each tailnet together.
func (h *hits) read(part int) ([]packed, error) {
	records, err := h.parted.read(part, nil)
	if err != nil {
		return nil, err
	}
	var all []packed
	for rest := records; len(rest) > 0; {
		size := binary.LittleEndian.Uint32(rest)
		all = append(all, packed{binary.LittleEndian.Uint32(rest[4:]), rest[8:size]})
		rest = rest[size:]
	}
	slices.SortFunc(all, func(a, b packed) int { return int(a.of) - int(b.of) })
	return all, nil
}

var errMixed = errors.New("what was kept of a tailnet's nodes did not come back as it was: nobody is told anything")

// unpack takes the hits of one tailnet out of a part, in the order of a letter.
func (h *hits) unpack(part []packed, m member) ([]affected.Hit, error) {
	first, _ := slices.BinarySearchFunc(part, m.number, func(p packed, of int) int { return int(p.of) - of })
	of := maphash.String(h.seed, string(m.id))
	var out []affected.Hit
	for _, p := range part[first:] {
		if int(p.of) != m.number {
			break
		}
		tie, hit := h.one(p.record)
		if tie != bond(of, maphash.String(h.seed, hit.Node.ID)) {
			return nil, errMixed
		}
		hit.Node.Tailnet = m.id
		out = append(out, hit)
	}
	if state(len(out)) != h.of(m.number)&hitCount {
		return nil, errMixed
	}
	slices.SortFunc(out, byName)
	return out, nil
}

// one unpacks a record and its bond.
func (h *hits) one(record []byte) (bond uint64, hit affected.Hit) {
	u := unpack(record)
	bond = u.uint64()
	number, n := u.number(), &hit.Node
	n.ID, n.Name, n.User, n.LastSeen = u.text(), u.text(), u.text(), u.text()
	k := h.kinds.all[number]
	if number == 0 {
		k = u.kind()
	}
	n.Product, n.OS, n.Version = k.Product, k.OS, k.Version
	hit.Row, hit.Affected, hit.Evidence, hit.Plain, hit.Found = k.Row, k.Affected, k.Evidence, k.Plain, k.Found
	hit.Others = unpackRows(k.Others)
	return bond, hit
}

func (k kind) pack(record []byte) []byte {
	record = binary.AppendUvarint(binary.AppendUvarint(record, uint64(k.Row)), uint64(k.Affected))
	return appendTexts(record, k.Product, k.OS, k.Version, k.Evidence, k.Plain, string(k.Found), k.Others)
}

func (u *unpacking) kind() kind {
	return kind{
		Row: u.number(), Affected: verdict.Truth(u.number()),
		Product: u.text(), OS: u.text(), Version: u.text(), Evidence: u.text(), Plain: u.text(), Found: tailnet.FindingStatus(u.text()), Others: u.text(),
	}
}

// packRows packs indices of rows; empty where there are none.
func packRows(rows []int) string {
	var packed []byte
	for _, row := range rows {
		packed = binary.AppendUvarint(packed, uint64(row))
	}
	return string(packed)
}

func unpackRows(packed string) (rows []int) {
	for u := unpack([]byte(packed)); len(u.all) > 0; {
		rows = append(rows, u.number())
	}
	return rows
}

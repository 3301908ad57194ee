package notify

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"strings"

	"tocsin/internal/hugepages"
	"tocsin/internal/tailnet"
)

// roster keeps tailnets packed, since an inventory may have a million: octets in an
// arena, and an index of their IDs. What comes out shares nothing with what went in.
type roster struct {
	seed    maphash.Seed
	ids     arena    // number and ID of each; apart, since every node asks for its tailnet's
	rest    arena    // the other columns
	named   []place  // by number: where the ID stands
	said    []place  // by number: where the rest stands
	slots   []slot   // open addressing; a power of two
	record  []byte   // that is being packed
	fetched slot     // keeps looking ahead from being thought useless
	latest  struct { // what was found last: a node's tailnet is asked for twice in a row
		id   string
		seat seat
	}
}

// seat is a tailnet by its number, counted from 0, with the hash of its ID.
type seat struct {
	number int
	hash   uint64
}

// slot is half of an ID's hash above the place of the ID; 0 is free.
type slot uint64

const placeBits = 32

func slotOf(hash uint64, at place) slot { return slot(hash>>placeBits<<placeBits | uint64(at)) }

func (s slot) place() place { return place(s & (1<<placeBits - 1)) }

// is reports whether an ID of a hash may stand there.
func (s slot) is(hash uint64) bool { return s != 0 && s>>placeBits == slot(hash>>placeBits) }

func newRoster(seed maphash.Seed) roster {
	r := roster{seed: seed, slots: make([]slot, 1<<10), ids: arena{scattered: true}}
	r.latest.seat.number = -1
	r.ids.add(nil) // so that there is a first chunk
	return r
}

// len is how many tailnets there are.
func (r *roster) len() int { return len(r.named) }

// full reports whether some tailnet had no place.
func (r *roster) full() bool { return r.ids.full || r.rest.full }

// find looks a tailnet up.
func (r *roster) find(id tailnet.ID) (s seat, known bool) {
	if r.latest.seat.number >= 0 && r.latest.id == string(id) {
		return r.latest.seat, true
	}
	hash := maphash.String(r.seed, string(id))
	_, number := r.seek(hash, []byte(id))
	if number < 0 {
		return seat{}, false
	}
	r.latest.id, r.latest.seat = strings.Clone(string(id)), seat{number, hash}
	return r.latest.seat, true
}

// findAll looks up the tailnets of nodes, whose IDs stand in the texts. What it reads of each
// lies anywhere in memory, and all of it is asked for before any of it is needed; what was
// fetched so comes back for nobody to think it useless.
func (r *roster) findAll(nodes []arrival, texts []byte) (fetched uint64) {
	var places [walkSize]place
	for i := range nodes {
		fetched += uint64(r.slots[r.first(nodes[i].of)])
	}
	for i := range nodes {
		at := r.first(nodes[i].of)
		for r.slots[at] != 0 && !r.slots[at].is(nodes[i].of) {
			at = r.next(at)
		}
		places[i] = r.slots[at].place() // that of an ID, or 0
	}
	for i := range nodes {
		fetched += uint64(r.ids.at(places[i])[0])
	}
	for i := range nodes {
		n := &nodes[i]
		id, record := texts[n.begins:n.record], r.ids.at(places[i])
		if text, _ := cut(record[4:]); places[i] != 0 && bytes.Equal(text, id) {
			n.number = int(binary.LittleEndian.Uint32(record))
			continue
		}
		_, n.number = r.seek(n.of, id)
	}
	return fetched
}

// seek is the slot in which an ID stands, with its number; else the one in which it
// belongs, with -1.
func (r *roster) seek(hash uint64, id []byte) (at, number int) {
	for at = r.first(hash); r.slots[at] != 0; at = r.next(at) {
		if !r.slots[at].is(hash) {
			continue
		}
		record := r.ids.at(r.slots[at].place())
		if text, _ := cut(record[4:]); bytes.Equal(text, id) {
			return at, int(binary.LittleEndian.Uint32(record))
		}
	}
	return at, -1
}

// first is the slot at which looking for a hash begins, by the half of it that slots keep: an
// index that grows asks for no ID.
func (r *roster) first(hash uint64) int { return int(hash>>placeBits) & (len(r.slots) - 1) }

func (r *roster) next(at int) int { return (at + 1) & (len(r.slots) - 1) }

// putAll takes in a batch. It looks into the index for all of them before any of it is
// needed.
func (r *roster) putAll(b *batch) {
	var hashes [batchSize]uint64
	for i, n := range b.all {
		hashes[i] = maphash.Bytes(r.seed, b.texts[n.id:n.record])
	}
	for _, hash := range hashes[:len(b.all)] {
		r.fetched += r.slots[r.first(hash)]
	}
	for i, n := range b.all {
		r.put(hashes[i], b.texts[n.id:n.record], b.texts[n.record:n.end])
	}
}

// put takes in a tailnet by its ID, with the hash of that, and what else is packed of it; one
// that bears the ID of another takes its place.
func (r *roster) put(hash uint64, id, packed []byte) {
	at, number := r.seek(hash, id)
	rest := r.rest.add(packed)
	if number >= 0 {
		r.said[number] = rest
		return
	}
	r.record = binary.LittleEndian.AppendUint32(r.record[:0], uint32(len(r.named)))
	r.record = append(binary.AppendUvarint(r.record, uint64(len(id))), id...)
	place := r.ids.addNear(r.record)
	r.named, r.said = append(r.named, place), append(r.said, rest)
	r.slots[at] = slotOf(hash, place)
	if len(r.named) > len(r.slots)/4*3 {
		r.grow()
	}
}

// grow makes the index twice as large.
func (r *roster) grow() {
	before := r.slots
	r.slots = hugepages.Make[slot](2 * len(before))
	for _, s := range before {
		if s == 0 {
			continue
		}
		at := r.first(uint64(s))
		for r.slots[at] != 0 {
			at = r.next(at)
		}
		r.slots[at] = s
	}
}

// id is the ID of a tailnet by its number.
func (r *roster) id(number int) tailnet.ID {
	text, _ := cut(r.ids.at(r.named[number])[4:])
	return tailnet.ID(text)
}

// member is all of a tailnet by its number.
func (r *roster) member(number int) member {
	record := r.rest.at(r.said[number])
	rest := record[1:]
	for range packedTexts {
		_, rest = cut(rest)
	}
	return member{r.id(number), number, record[:len(record)-len(rest)]}
}

// reached reports whether a tailnet has an address of its own that can be used.
func (r *roster) reached(number int) bool { return r.rest.at(r.said[number])[0]&reachable != 0 }

// Bits of a packed tailnet's first octet.
const (
	verified = 1 << iota
	ownerEndsInID
	securityEndsInID
	reachable // by an address of its own
)

// packedTexts are how many texts follow the first octet.
const packedTexts = 4

// packTailnet packs all but the ID. Addresses often end in it, as it is often a domain.
func packTailnet(record []byte, t *tailnet.Tailnet) []byte {
	var bits byte
	if t.SecurityVerified {
		bits |= verified
	}
	if t.Reached() {
		bits |= reachable
	}
	owner, ends := strings.CutSuffix(t.OwnerEmail, string(t.ID))
	if ends {
		bits |= ownerEndsInID
	}
	security, ends := strings.CutSuffix(t.SecurityEmail, string(t.ID))
	if ends {
		bits |= securityEndsInID
	}
	return appendTexts(append(record, bits), t.DisplayName, owner, security, t.Language)
}

func unpackTailnet(id tailnet.ID, record []byte) tailnet.Tailnet {
	bits, rest := record[0], record[1:]
	next := func(ending byte) string {
		var text []byte
		if text, rest = cut(rest); bits&ending != 0 {
			return string(text) + string(id)
		}
		return string(text)
	}
	return tailnet.Tailnet{
		ID: id, SecurityVerified: bits&verified != 0,
		DisplayName: next(0), OwnerEmail: next(ownerEndsInID), SecurityEmail: next(securityEndsInID), Language: next(0),
	}
}

// arena keeps records in chunks that never move. Place 0 is never given out, but to what
// there is no place for.
type arena struct {
	chunks [][]byte
	full   bool // something had no place

	scattered bool   // what is asked for one after the other lies here and there
	slab      []byte // that its chunks are cut from, but for the first
}

// place is a chunk and the octet in it at which a record begins.
type place uint32

const (
	chunkBits = 20 // 1 MiB; a longer record has a chunk of its own
	mostChunk = 1<<(placeBits-chunkBits) - 1
	noRecord  = 16 // octets at the beginning of a chunk: what is read there for want of a place means nothing
)

func (a *arena) add(record []byte) place {
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last])+len(record) > cap(a.chunks[last]) {
		if last == mostChunk {
			a.full = true
			return 0
		}
		last++
		a.chunks = append(a.chunks, a.chunk(noRecord+len(record)))
	}
	at := place(last)<<chunkBits | place(len(a.chunks[last]))
	a.chunks[last] = append(a.chunks[last], record...)
	return at
}

// chunk is room for so many octets at least.
func (a *arena) chunk(octets int) []byte {
	if octets > 1<<chunkBits || !a.scattered || len(a.chunks) == 0 {
		return make([]byte, noRecord, max(1<<chunkBits, octets))
	}
	if len(a.slab) == 0 {
		const chunks = 8
		a.slab = hugepages.Make[byte](chunks << chunkBits)
	}
	one := a.slab[: noRecord : 1<<chunkBits]
	a.slab = a.slab[1<<chunkBits:]
	return one
}

// addNear adds a record so that it stands in one line of a processor's cache where it can.
func (a *arena) addNear(record []byte) place {
	const line = 64
	if last := a.chunks[len(a.chunks)-1]; len(last)%line+len(record) > line {
		a.chunks[len(a.chunks)-1] = last[:min(cap(last), (len(last)+line-1)/line*line)]
	}
	return a.add(record)
}

// at is what begins at a place.
func (a *arena) at(p place) []byte { return a.chunks[p>>chunkBits][p&(1<<chunkBits-1):] }

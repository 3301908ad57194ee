package inventory

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// twice finds out which of the things that it is shown it is shown again. It keeps a
// hash of each, at 6 octets, and looks for equal ones only at the end: to look each up
// as it comes would wait for the memory every time.
//
// Should two things ever share a hash, an inventory is refused, not a row forgotten; as
// every table has a seed of its own, it is read without complaint the next time.
type twice struct {
	seed    maphash.Seed
	first   string        // of the last pair: mostly that of the next one too
	hashed  uint64        // of it
	waiting []uint64      // until they are worth a walk over all parts
	parts   [256][]*chunk // by the first octet of the hash: each fits in a processor's cache
}

// hashBits is how many bits of a hash count. Among ten million things, the chance that
// two share one is less than one in a thousand.
const hashBits = 56

// chunk is the rest of some hashes. Where there are more, a chunk is added, and nothing
// is copied.
type chunk struct {
	used int
	high [chunkSize]uint16
	low  [chunkSize]uint32
}

const chunkSize, waitingSize = 680, 4096

func newTwice() *twice {
	t := &twice{seed: maphash.MakeSeed()}
	t.hashed = t.alone("")
	return t
}

// alone is the hash of the first text of a pair.
func (t *twice) alone(first string) uint64 {
	return bits.RotateLeft64(maphash.String(t.seed, first), 1)
}

// hash is that of a pair of texts; ab, c is another pair than a, bc.
func (t *twice) hash(first, second string) uint64 {
	if first != t.first {
		t.first, t.hashed = strings.Clone(first), t.alone(first)
	}
	return max((t.hashed^maphash.String(t.seed, second))>>(64-hashBits), 1) // 0 is an empty slot
}

// add remembers a hash.
func (t *twice) add(h uint64) {
	if t.waiting = append(t.waiting, h); len(t.waiting) == waitingSize {
		t.deal()
	}
}

// deal gives each part what is waiting for it.
func (t *twice) deal() {
	for _, h := range t.waiting {
		part := &t.parts[h>>(hashBits-8)]
		last := len(*part) - 1
		if last < 0 || (*part)[last].used == chunkSize {
			*part = append(*part, new(chunk))
			last++
		}
		c := (*part)[last]
		c.high[c.used], c.low[c.used] = uint16(h>>32), uint32(h)
		c.used++
	}
	t.waiting = t.waiting[:0]
}

// repeated lists the hashes that were added more than once, in their order.
func (t *twice) repeated() []uint64 {
	t.deal()
	var found, slots []uint64
	for first, part := range t.parts {
		size := 1 << bits.Len(uint(2*len(part)*chunkSize))
		slots = slices.Grow(slots[:0], size)[:size]
		clear(slots)
		for _, c := range part {
			for i, low := range c.low[:c.used] {
				h := uint64(first)<<(hashBits-8) | uint64(c.high[i])<<32 | uint64(low)
				if !insert(slots, h) {
					found = append(found, h)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// insert puts a hash into a table with open addressing; false where it is there.
func insert(slots []uint64, h uint64) bool {
	mask := uint64(len(slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch slots[i] {
		case 0:
			slots[i] = h
			return true
		case h:
			return false
		}
	}
}

// again reports whether an earlier row is about what this row is about, the pair of
// texts. Only a second reading knows: it reports the cell, and true of every row.
func (r *row) again(column int, what, first, second string) bool {
	hash := r.reading.keys.hash(first, second)
	if r.reading.repeated == nil {
		r.reading.keys.add(hash)
		return false
	}
	if r.reading.repeated.again(hash) {
		r.reading.report(column, what)
	}
	return true
}

// findAgain reads the table a second time, for the places of rows that are about what an
// earlier row is about.
func (r *reading) findAgain(hashes []uint64, visits []func(*row)) error {
	second := &reading{Table: r.Table, asked: r.asked, keys: r.keys, repeated: &repeated{hashes, make([]bool, len(hashes))}}
	second.Sum = false
	if err := second.all(visits); err != nil {
		return err
	}
	if second.problems.count == 0 {
		second.file = r.file
		second.list(faultAt(0, 0, "bad-row", "rows stand twice in this table, and are not there when it is read again: it changes while it is read"))
	}
	r.problems.merge(second.problems)
	return nil
}

// repeated are the hashes of what several rows are about, in order.
type repeated struct {
	hashes []uint64
	seen   []bool
}

// again reports whether the hash is one of them, and was seen before.
func (p *repeated) again(h uint64) bool {
	i, is := slices.BinarySearch(p.hashes, h)
	if !is {
		return false
	}
	seen := p.seen[i]
	p.seen[i] = true
	return seen
}

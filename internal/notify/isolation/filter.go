package isolation

import (
	"math/bits"

	"tocsin/internal/hugepages"
)

// block is one cache line of a Bloom filter. A key has one bit in each of its words, so
// asking for it costs one look into memory (Putze, Sanders, Singler 2007). An identifier
// has two keys in one block: its text, and its text as somebody's own.
type block [8]uint64

// bitsEach is what an identifier takes. With so many, a layer calls what stands in no
// table somebody's twice in ten thousand times, which costs a second letter; and what is
// another's, one's own as seldom.
const bitsEach, blockBits = 44, 512

// layer holds so many identifiers and no more: then the next is begun.
type layer struct {
	blocks  []block
	room    int
	fetched uint64 // keeps the first look at blocks from being thought useless
}

// Identifiers that layers have room for. Each has twice as much as the one before, up to
// a size of which an empty one is no waste.
const firstLayer, lastLayer = 1 << 15, 1 << 20

func newLayer(room int) layer {
	return layer{blocks: hugepages.Make[block](room * bitsEach / blockBits), room: room}
}

// identifier is one on its way into the filter.
type identifier struct{ text, theirs uint64 }

// batch is how many identifiers wait for each other: their places in memory are far
// apart, and a processor fetches many at a time where it is asked for nothing else.
const batch = 512

// put notes that a text is somebody's, and whose.
func (n *Notes) put(text, theirs uint64) {
	n.waiting = append(n.waiting, identifier{text, theirs})
	if len(n.waiting) >= batch && n.turn() {
		n.walk()
		n.of.mutex.Unlock()
	}
}

// turn waits for the filter, where another has it and too much is waiting already.
func (n *Notes) turn() bool {
	if len(n.waiting) >= 4*batch {
		n.of.mutex.Lock()
		return true
	}
	return len(n.waiting)%(batch/8) == 0 && n.of.mutex.TryLock()
}

// walk brings what waits into the filter, which nobody else may be using.
func (n *Notes) walk() {
	i := n.of
	last := &i.layers[len(i.layers)-1]
	if last.room <= 0 {
		i.layers = append(i.layers, newLayer(min(lastLayer, firstLayer<<len(i.layers))))
		last = &i.layers[len(i.layers)-1]
	}
	last.take(n.waiting)
	i.lengths |= n.lengths
	n.waiting = n.waiting[:0]
}

// take asks for all the blocks before it needs one.
func (l *layer) take(some []identifier) {
	var fetched uint64
	for i := range some {
		fetched += l.at(some[i].text)[0]
	}
	added := 0
	for i := range some {
		added += l.at(some[i].text).set(some[i].text, some[i].theirs)
	}
	l.fetched, l.room = fetched, l.room-added
}

// any reports whether a text is somebody's.
func (i *Identifiers) any(text uint64) bool {
	for n := range i.layers {
		if i.layers[n].at(text).has(text) {
			return true
		}
	}
	return false
}

// owned reports whether a text is the tailnet's own of which theirs is made.
func (i *Identifiers) owned(text, theirs uint64) bool {
	for n := range i.layers {
		if i.layers[n].at(text).has(theirs) {
			return true
		}
	}
	return false
}

// at is the block of a text, by the high bits of its hash; the low ones say which bits of
// the block.
func (l *layer) at(text uint64) *block {
	n, _ := bits.Mul64(text, uint64(len(l.blocks)))
	return &l.blocks[n]
}

// set notes both keys, and returns 1 where they were not there before, else 0.
func (b *block) set(text, theirs uint64) int {
	missing := set(&b[0], text, theirs) | set(&b[1], text>>6, theirs>>6)
	missing |= set(&b[2], text>>12, theirs>>12) | set(&b[3], text>>18, theirs>>18)
	missing |= set(&b[4], text>>24, theirs>>24) | set(&b[5], text>>30, theirs>>30)
	missing |= set(&b[6], text>>36, theirs>>36) | set(&b[7], text>>42, theirs>>42)
	return int((missing | -missing) >> 63)
}

// set sets a bit for each key, and returns those that were not set before.
func set(word *uint64, text, theirs uint64) (missing uint64) {
	was := *word
	*word = was | 1<<(text&63) | 1<<(theirs&63)
	return *word &^ was
}

// has reports whether a key may have been set; that it was not is certain.
func (b *block) has(key uint64) bool {
	missing := uint64(0)
	for word := range b {
		missing |= uint64(1) << (key & 63) &^ b[word]
		key >>= 6
	}
	return missing == 0
}

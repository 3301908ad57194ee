package check

import (
	"iter"
	"strings"
	"unicode/utf8"

	"tocsin/internal/bulletin"
)

// index finds cards by their ID in whatever case, which is also how the addresses of their pages
// and rows are written.
type index struct {
	cards []*card
	first map[string]int32  // by the folded ID, the first card that has it
	more  map[int32][]int32 // the others by the first; of a sound site there are none
}

// byID is the index of all bulletins, once all are there.
func (c *Checker) byID() *index {
	if c.index == nil {
		c.index = newIndex(c.cards)
	}
	return c.index
}

func newIndex(cards []*card) *index {
	x := &index{cards: cards, first: make(map[string]int32, len(cards)), more: make(map[int32][]int32)}
	var buffer [64]byte
	for i, k := range cards {
		key := string(k.id)
		if folded := appendFolded(buffer[:0], key); string(folded) != key {
			key = string(folded)
		}
		if first, taken := x.first[key]; taken {
			x.more[first] = append(x.more[first], int32(i))
		} else {
			x.first[key] = int32(i)
		}
	}
	return x
}

// appendFolded appends a text as all texts have it that are one in small letters: in capitals,
// which IDs are written in.
func appendFolded(to []byte, text string) []byte {
	for i := range len(text) {
		octet := text[i]
		if octet >= utf8.RuneSelf {
			return append(to[:0], strings.ToUpper(strings.ToLower(text))...)
		}
		if 'a' <= octet && octet <= 'z' {
			octet -= 'a' - 'A'
		}
		to = append(to, octet)
	}
	return to
}

// alike yields the cards whose IDs are a text but for their case, in the order of their files,
// and maybe some that are not.
func (x *index) alike(id string) iter.Seq[*card] {
	return func(yield func(*card) bool) {
		var buffer [64]byte
		first, found := x.first[string(appendFolded(buffer[:0], id))]
		if !found || !yield(x.cards[first]) {
			return
		}
		for _, i := range x.more[first] {
			if !yield(x.cards[i]) {
				return
			}
		}
	}
}

// owner is the file that owns an ID: the one that bears the name, else the first that claims it;
// nil where none does.
func (x *index) owner(id bulletin.ID) *card {
	var owner *card
	for k := range x.alike(string(id)) {
		if k.id == id && (owner == nil || k.owner && !owner.owner) {
			owner = k
		}
	}
	return owner
}

// hides reports whether a bulletin with such a row, in small letters, is one of which readers may
// not know yet.
func (x *index) hides(anchor string) bool {
	for k := range x.alike(anchor) {
		if k.hidden() && k.anchored(anchor) {
			return true
		}
	}
	return false
}

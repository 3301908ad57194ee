package history

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// Token is something that must not stand in the history: a single word counts where
// it stands as a whole word (TS-2026-004 is not in TS-2026-0041), several words
// wherever they stand in a row. The case of ASCII letters and the kind and amount of
// white space make no difference.
type Token struct {
	Of   string // what it would give away, such as a bulletin's ID
	Text string
}

// word is a token, folded.
type word struct {
	text  []byte
	whole bool
}

// words looks for many words in one pass: the first bytes of all of them are in a
// small table, which most places of a text are not in.
type words struct {
	all    []word
	begin  map[uint32][]int // by the first four bytes
	likely [64]uint64       // bits of hashes of the keys of begin
	short  []int            // of fewer than four bytes
	buffer []byte
}

const keySize = 4

func newWords(tokens []Token) (*words, error) {
	w := &words{begin: make(map[uint32][]int)}
	for i, token := range tokens {
		text := bytes.Trim(fold(nil, []byte(token.Text)), " ")
		if len(text) == 0 {
			return nil, fmt.Errorf("there is nothing to look for in a token of %s", token.Of)
		}
		w.all = append(w.all, word{text, !bytes.Contains(text, []byte(" "))})
		if len(text) < keySize {
			w.short = append(w.short, i)
			continue
		}
		key := binary.LittleEndian.Uint32(text)
		w.begin[key] = append(w.begin[key], i)
		w.likely[hash(key)>>6] |= 1 << (hash(key) & 63)
	}
	return w, nil
}

// hash mixes a key into 12 bits (multiplicative hashing, Knuth).
func hash(key uint32) uint32 { return key * 2654435761 >> 20 }

// in lists the words that a text holds, each once, by their numbers in order.
func (w *words) in(text []byte) []int {
	w.buffer = fold(w.buffer[:0], text)
	var found []int
	note := func(i, at int) {
		if w.all[i].stands(w.buffer, at) && !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	for at := range max(0, len(w.buffer)-keySize+1) {
		key := binary.LittleEndian.Uint32(w.buffer[at:])
		if w.likely[hash(key)>>6]&(1<<(hash(key)&63)) == 0 {
			continue
		}
		for _, i := range w.begin[key] {
			note(i, at)
		}
	}
	for _, i := range w.short {
		for at := range w.buffer {
			note(i, at)
		}
	}
	slices.Sort(found)
	return found
}

// stands reports whether a word stands in a folded text at a place.
func (w word) stands(text []byte, at int) bool {
	if !bytes.HasPrefix(text[at:], w.text) {
		return false
	}
	end := at + len(w.text)
	return !w.whole || !(at > 0 && joins(text[at-1], w.text[0])) && !(end < len(text) && joins(w.text[len(w.text)-1], text[end]))
}

// joins reports whether two bytes side by side belong to one word: letters and
// digits of ASCII. Whatever else is beside a word leaves it one.
func joins(a, b byte) bool { return isAlphanumeric(a) && isAlphanumeric(b) }

func isAlphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9'
}

// fold appends a text with ASCII letters small and each run of white space one space.
func fold(to, text []byte) []byte {
	space := false
	for _, b := range text {
		switch {
		case b == ' ' || b >= '\t' && b <= '\r':
			if !space {
				to = append(to, ' ')
			}
			space = true
			continue
		case b >= 'A' && b <= 'Z':
			b += 'a' - 'A'
		}
		to = append(to, b)
		space = false
	}
	return to
}

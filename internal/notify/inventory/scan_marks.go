package inventory

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// findMarks lists the offsets of all commas and line ends of a text, and last its length,
// and says whether the text is ASCII. It looks at 64 octets at once, for it looks at every
// octet of an inventory. The list that it is given is written over.
func findMarks(text string, marks []uint32) (_ []uint32, ascii bool) {
	var seen uint64
	marks = marks[:cap(marks)]
	at, n := 0, 0
	for ; at+64 <= len(text); at += 64 {
		found, octets := marksOf((*[64]byte)([]byte(text[at : at+64])))
		seen |= octets
		if n+64+atOnce > len(marks) {
			marks = slices.Grow(marks[:n], len(text)/12+64+atOnce)
			marks = marks[:cap(marks)]
		}
		n = list(marks, n, at, found)
	}
	marks = marks[:n]
	for ; at < len(text); at++ {
		seen |= uint64(text[at])
		if text[at] == ',' || text[at] == '\n' {
			marks = append(marks, uint32(at))
		}
	}
	return append(marks, uint32(len(text))), seen&highest == 0
}

// atOnce is how many marks of a block are listed without asking whether there are so many:
// few have more, and a processor that guesses how many there are is wrong at every other.
const atOnce = 6

// list writes the offsets of the marks of a block behind the first n of a list, which has
// room for more than there are, and returns how many it has now.
func list(marks []uint32, n, at int, found uint64) int {
	end := n + bits.OnesCount64(found)
	for ; n < end; n += atOnce {
		to := (*[atOnce]uint32)(marks[n:])
		to[0], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
		to[1], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
		to[2], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
		to[3], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
		to[4], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
		to[5], found = uint32(at+bits.TrailingZeros64(found)), found&(found-1)
	}
	return end
}

// marksOf has a bit for each octet of a block, that of the first lowest, which is 1 where
// that is a comma or a line end; and all the octets' bits, one over the other.
func marksOf(block *[64]byte) (found, octets uint64) {
	a, b := binary.LittleEndian.Uint64(block[0:]), binary.LittleEndian.Uint64(block[8:])
	c, d := binary.LittleEndian.Uint64(block[16:]), binary.LittleEndian.Uint64(block[24:])
	e, f := binary.LittleEndian.Uint64(block[32:]), binary.LittleEndian.Uint64(block[40:])
	g, h := binary.LittleEndian.Uint64(block[48:]), binary.LittleEndian.Uint64(block[56:])
	found = inWord(a)>>56 | inWord(b)>>48 | inWord(c)>>40 | inWord(d)>>32 | inWord(e)>>24 | inWord(f)>>16 | inWord(g)>>8 | inWord(h)
	return found, a | b | c | d | e | f | g | h
}

const highest = 0x80808080_80808080 // bits of each octet

// inWord has a bit for each octet of a word, in its highest octet.
func inWord(word uint64) uint64 {
	low := word &^ highest
	marked := (low ^ 0x2c2c2c2c_2c2c2c2c) + ^uint64(highest)
	marked &= (low ^ 0x0a0a0a0a_0a0a0a0a) + ^uint64(highest)
	// Now the highest bit of an octet is 0 where its lower ones are those of a comma or a
	// line end. The factor puts the highest bits of all octets beside each other.
	return (^(marked | word) & highest) * 0x00020408_10204081 &^ (1<<56 - 1)
}

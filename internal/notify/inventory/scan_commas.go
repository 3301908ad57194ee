package inventory

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// findCommas lists the offsets of all commas of a text, and last its length, and says
// whether the text is ASCII. It looks at 64 octets at once, for it looks at every octet
// of an inventory. The list that it is given is written over.
func findCommas(text string, commas []uint32) (_ []uint32, ascii bool) {
	all := strings.Count(text, ",") + 1
	commas = slices.Grow(commas[:0], all)[:all]
	var seen uint64
	at, n := 0, 0
	for ; at+64 <= len(text); at += 64 {
		var found uint64
		for part := at; part < at+64; part += 8 {
			word := binary.LittleEndian.Uint64([]byte(text[part : part+8]))
			seen |= word
			found = found>>8 | commasOf(word)
		}
		for ; found != 0; found &= found - 1 {
			commas[n] = uint32(at + bits.TrailingZeros64(found))
			n++
		}
	}
	for ; at < len(text); at++ {
		seen |= uint64(text[at])
		if text[at] == ',' {
			commas[n] = uint32(at)
			n++
		}
	}
	commas[n] = uint32(len(text))
	return commas, seen&highest == 0
}

const highest = 0x80808080_80808080 // bits of each octet

// commasOf has a bit for each octet of a word, which is 1 where that is a comma. The
// bits stand in its highest octet, that of the first octet lowest.
func commasOf(word uint64) uint64 {
	differ := word ^ 0x2c2c2c2c_2c2c2c2c
	differ |= differ&^highest + ^uint64(highest)
	// Now the highest bit of an octet is 0 where that was a comma. The factor puts the
	// highest bits of all octets beside each other.
	return (^differ & highest) * 0x00020408_10204081 &^ (1<<56 - 1)
}

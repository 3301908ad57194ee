package isolation

import (
	"hash/maphash"
	"unicode"
	"unicode/utf8"
)

// atom is the least part of a text that can be somebody's name: what stands between
// white space, without the punctuation around it, which is an atom a character. So
// "db-1" is one and holds no "db", and the name in "(bakery.example.com)," is found.
type atom struct {
	hash  uint64
	apart bool // white space stands before it
}

// longestRun is of how many atoms a text is looked for; a longer one is by its beginning.
const longestRun = 16

// joined is the hash of a run of atoms with one more, the nth.
func (i *Identifiers) joined(run uint64, next atom, n int) uint64 {
	switch {
	case n == 0:
		return next.hash
	case next.apart:
		return mix(run+1, next.hash^i.join)
	}
	return mix(run, next.hash^i.join)
}

// cut appends the atoms of a text.
func (i *Identifiers) cut(atoms []atom, text string) []atom {
	apart := false
	for at := 0; at < len(text); {
		class, size := classAt(text, at)
		switch class {
		case space:
			apart, at = true, at+size
			continue
		case mark:
			atoms = append(atoms, atom{maphash.String(i.seed, text[at:at+size]), apart})
			at += size
		default:
			end := core(text, at)
			atoms = append(atoms, atom{maphash.String(i.seed, text[at:end]), apart})
			at = end
		}
		apart = false
	}
	return atoms
}

// core is where the atom ends that begins at a letter: after the last letter before the
// next white space. Punctuation between letters belongs to it.
func core(text string, at int) int {
	end := at
	for at < len(text) {
		class, size := classAt(text, at)
		at += size
		switch class {
		case space:
			return end
		case letter:
			end = at
		}
	}
	return end
}

// classAt is what the character at an offset is to a name, and how many octets it has.
func classAt(text string, at int) (class, size int) {
	if c := text[at]; c < utf8.RuneSelf {
		return int(classes[c]), 1
	}
	return classBeyond(text, at)
}

func classBeyond(text string, at int) (class, size int) {
	r, size := utf8.DecodeRuneInString(text[at:])
	return classOf(r), size
}

// What a character is to a name.
const (
	letter = iota // and whatever else is neither of the others: digits, accents
	mark          // punctuation and symbols
	space
)

func class(r rune) int {
	if r < utf8.RuneSelf {
		return int(classes[r])
	}
	return classOf(r)
}

// classes are those of ASCII.
var classes = asciiClasses()

func asciiClasses() (table [utf8.RuneSelf]uint8) {
	for c := range table {
		table[c] = uint8(classOf(rune(c)))
	}
	return table
}

func classOf(r rune) int {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
		return letter
	case unicode.IsSpace(r):
		return space
	case r < utf8.RuneSelf && r > ' ' && r < 0x7F, unicode.IsPunct(r), unicode.IsSymbol(r):
		return mark
	}
	return letter
}

// Shapes of a text: nothing to add, one atom that needs no other spelling, or neither.
const (
	several = iota
	oneAtom
	blank
)

// shape tells most identifiers, which are one atom of plain characters, by one look.
func shape(text string) int {
	if text == "" {
		return blank
	}
	if class(rune(text[0])) != letter || class(rune(text[len(text)-1])) != letter {
		return several
	}
	if !visible(text) {
		return several
	}
	return oneAtom
}

package check

import "bytes"

// kinds are some of the kinds of leftovers: one bit for each index of that table.
type kinds uint8

func (k kinds) has(kind int) bool { return k&(1<<kind) != 0 }

// suspect is a line of a text in which signs of leftovers stand, so that the expressions have to
// look at it. Nearly no line is one, and to find those takes less than a hundredth of the expressions' time.
type suspect struct {
	start, end int // offsets of the line, its line end included
	line       int // its number, counted from 1
	kinds      kinds
}

// suspects are the lines of a text with a sign of any leftover, in order.
func suspects(text []byte) []suspect {
	s := scan{text: text, line: 1}
	one, two, three := signs(0), signs(0), signs(0) // those that may begin with the last octet, with the last two, three
	for i, octet := range text {
		four := three & fourths[octet]
		one, two, three = firsts[octet], one&seconds[octet], two&thirds[octet]
		if four != 0 {
			s.look(i - 3)
		}
	}
	for at := max(0, len(text)-3); at < len(text); at++ {
		s.look(at) // no fourth octet follows, but a sign may be shorter
	}
	return s.found
}

// scan is a search for the lines with signs, from the first to the last.
type scan struct {
	text             []byte
	found            []suspect
	line, start, end int // of the last line found; before that, of an empty one
}

// look notes the signs at an offset, which is behind those it was asked for before.
func (s *scan) look(at int) {
	kinds := kindsAt(s.text[at:])
	if kinds == 0 {
		return
	}
	if at >= s.end {
		next := bytes.LastIndexByte(s.text[:at], '\n') + 1
		s.line += bytes.Count(s.text[s.start:next], newline)
		s.start, s.end = next, endOfLine(s.text, at)
		s.found = append(s.found, suspect{s.start, s.end, s.line, 0})
	}
	s.found[len(s.found)-1].kinds |= kinds
}

var newline = []byte("\n")

// endOfLine is where the line of an offset ends, behind its line end.
func endOfLine(text []byte, offset int) int {
	if n := bytes.IndexByte(text[offset:], '\n'); n >= 0 {
		return offset + n + 1
	}
	return len(text)
}

// kindsIn are the kinds of all signs in a text, whatever its lines.
func kindsIn(text []byte) kinds {
	var all kinds
	for _, s := range suspects(text) {
		all |= s.kinds
	}
	return all
}

// kindsAt are the kinds of the signs that a text begins with.
func kindsAt(text []byte) kinds {
	var found kinds
	for _, s := range signsBy[small[text[0]]] {
		if s.stands(text) {
			found |= 1 << s.kind
		}
	}
	return found
}

// sign is one word of a kind of leftover.
type sign struct {
	kind int // the index in leftovers
	text string
}

// stands reports whether a text begins with the sign, in whatever case.
func (s sign) stands(text []byte) bool {
	if len(text) < len(s.text) {
		return false
	}
	for i := range len(s.text) {
		if small[text[i]] != s.text[i] {
			return false
		}
	}
	return s.text != "cve-" || awaited(text[len(s.text):])
}

// awaited reports whether something else than a number may follow "CVE-": most bulletins name one
// that was assigned.
func awaited(rest []byte) bool {
	rest = bytes.TrimLeft(rest, "0123456789")
	rest = bytes.TrimPrefix(rest, []byte("-"))
	return len(rest) > 0 && bytes.IndexByte([]byte("xyn#?"), small[rest[0]]) >= 0
}

// signs is a set of signs: a bit for all that have the same first two octets. Should there be more
// than 64 such pairs, some share a bit, and more offsets are looked at than need be.
type signs uint64

// Tables over octets, since every one of every bulletin is looked at: small letters; all signs by
// the octet that they begin with; and for each octet the signs of which it can be the first to the
// fourth, in whatever case. Behind a sign of fewer octets any may follow, or none.
var (
	small                            = smallLetters()
	signsBy                          = signsByOctet()
	firsts, seconds, thirds, fourths = octetsOfSigns()
)

func smallLetters() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}

func signsByOctet() (by [256][]sign) {
	for kind, l := range leftovers {
		for _, text := range l.signs {
			by[text[0]] = append(by[text[0]], sign{kind, text})
		}
	}
	return by
}

func octetsOfSigns() (first, second, third, fourth [256]signs) {
	bits := make(map[string]signs)
	for _, l := range leftovers {
		for _, text := range l.signs {
			begin := text[:min(2, len(text))]
			if bits[begin] == 0 {
				bits[begin] = 1 << (len(bits) % 64)
			}
			for octet := range 256 {
				for i, table := range []*[256]signs{&first, &second, &third, &fourth} {
					if i >= len(text) || small[octet] == text[i] {
						table[octet] |= bits[begin]
					}
				}
			}
		}
	}
	return first, second, third, fourth
}

package inventory

// twice remembers pairs of texts by their hashes, at 9 to 19 octets each, so that a
// table of millions fits where a map would take twice the room. Should two pairs ever
// share a hash, an inventory is refused, not a row forgotten.
type twice struct {
	parts [256]slots // each grows on its own: never is the whole there two times
}

// slots is a hash table with open addressing; 0 is a free slot.
type slots struct {
	hashes []uint64
	used   int
}

// before reports whether the pair was seen before, and remembers it.
func (t *twice) before(first, second string) bool {
	// The step between the two keeps ab, c from a, bc.
	h := max(hashed(hashed(fnvOffset, first)*fnvPrime, second), 1)
	return t.parts[h>>56].before(h)
}

func (s *slots) before(h uint64) bool {
	if s.used >= len(s.hashes)/8*7 {
		s.grow()
	}
	i := s.find(h)
	if s.hashes[i] == h {
		return true
	}
	s.hashes[i] = h
	s.used++
	return false
}

// find is where the hash is, or belongs.
func (s *slots) find(h uint64) int {
	mask := len(s.hashes) - 1
	for i := int(h>>24) & mask; ; i = (i + 1) & mask {
		if s.hashes[i] == h || s.hashes[i] == 0 {
			return i
		}
	}
}

func (s *slots) grow() {
	larger := slots{hashes: make([]uint64, max(2*len(s.hashes), 16)), used: s.used}
	for _, h := range s.hashes {
		if h != 0 {
			larger.hashes[larger.find(h)] = h
		}
	}
	*s = larger
}

// FNV-1a, 64 bits.
const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

func hashed(h uint64, text string) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return h
}

package notify

import (
	"strconv"
)

// SaltOctets is how long the salt of a [Commitment] is: as long as the hash, so that
// nobody tries them all.
const SaltOctets = 32

// Commitment is the hex SHA-256 of a salt and of what an entry says about people: name,
// address, why that address, and the letter's Message-ID and digest. Who has the salt can
// show what was frozen. Once it is destroyed, nobody can so much as confirm a guess: the
// key that Message-IDs are made with would do for that, so they are not left outside.
func Commitment(salt []byte, e Entry) string {
	digester := NewDigester()
	_, _ = digester.h.Write(salt) // a hash never fails to write
	digester.Add(e.Name, string(e.Address), string(e.Reason))
	digester.list(e.Trace)
	digester.Add(e.MessageID, e.Digest)
	return digester.Sum()
}

// Committed adds one row with what it says about people under its [Commitment], so that
// the digest can be computed when they are forgotten. Its kind the ledger adds: there were
// digests before there were kinds.
func (s Digester) Committed(e Entry, commitment string) {
	s.Add(string(e.Tailnet), string(e.Standing))
	s.list(e.Clauses)
	s.list(e.Missing)
	s.Add(strconv.Itoa(e.Nodes), commitment)
}

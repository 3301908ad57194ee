// Package genuine answers "is this letter really yours?". Each letter bears a [Code]; the
// bulletin's page carries a [List] in which anybody can look whether a code is one of the
// letters'.
//
// A code is 95 bits of an HMAC over plan, tailnet and address, written as four groups of
// five characters, the last of which catches mistakes of typing. Without the plan's key
// nobody can make one, or learn from one whom it was made for.
//
// The list holds no code but of each the first 112 bits of a SHA-256, in order, padded
// with decoys to a power of two. What an attacker learns from it:
//
//   - Nothing about a tailnet. To test whether one was told he would have to make its
//     code, for which he lacks the key.
//   - That a plan wrote to at most as many as its share of the list has entries, and no
//     more: decoys look like the rest. Each plan of a bulletin is padded by itself. If a
//     second plan's codes took the place of decoys, who kept the older list could count them.
//   - No code that passes. He would have to find a text that hashes to one of n entries:
//     2¹¹² / n attempts, 2⁹² at a million letters. A code that he draws at random passes
//     with a probability of n / 2¹¹².
//
// What a code does not prove: who has seen a genuine letter can copy its code into a
// forged one. So the page says what the letters say, and a reader types the site's address
// instead of following a link. A code that does not pass proves a forgery, or a mistake of
// typing; one that passes only that such a letter was sent.
package genuine

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// Letter is what makes a code its own: a row of a plan, and where the letter goes.
type Letter struct {
	Plan    Plan
	Tailnet tailnet.ID
	Address tailnet.Address
}

// Plan is one plan of a bulletin, TS-2026-004/1.
type Plan struct {
	Bulletin bulletin.ID
	Number   int
}

// keyed is the HMAC-SHA-256 of some texts, each preceded by its length, so that no two
// sequences agree. The first says what it is for: the key serves other ends too.
func keyed(key []byte, texts ...string) [sha256.Size]byte {
	h := hmac.New(sha256.New, key)
	for _, text := range texts {
		var octets [8]byte
		binary.BigEndian.PutUint64(octets[:], uint64(len(text)))
		_, _ = h.Write(octets[:]) // a hash never fails to write
		_, _ = io.WriteString(h, text)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

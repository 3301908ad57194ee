// Package isolation proves of every letter, as its finished bytes, that it holds the
// data of its own tailnet alone.
//
// It trusts nobody: what belongs to whom it learns from the rows of the inventory as
// they are read, beside the survey; a letter it reads as a mail program does, with no
// code of those who wrote it. So a mistake anywhere between the tables and the bytes
// stops the plan before a letter is frozen.
package isolation

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"unicode"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// Identifiers is what names a tailnet, its nodes, its users and its contacts, and whose
// each is. It holds no text: 5.5 octets an identifier, of which it can say "this is
// somebody's" and "this is theirs", each wrongly a few times in ten thousand and never
// the other way round. Fill it from one goroutine; then any number may ask.
//
// A nil one takes in nothing.
type Identifiers struct {
	seed    maphash.Seed // of this process, so that nobody can choose names that meet
	join    uint64       // keys the hash of several atoms
	layers  []layer
	lengths uint32       // a bit for every number of atoms that some identifier has
	waiting []identifier // until they are worth a walk through memory
	fetched uint64       // keeps the walk from being thought useless
	atoms   []atom       // of the text that is being added
}

// New begins with nothing, and makes room for as many identifiers as are expected. More
// than those, or where nobody knows, make it grow, and be wrong a little more often.
func New(expected int) *Identifiers {
	seed := maphash.MakeSeed()
	return &Identifiers{seed: seed, join: maphash.String(seed, "join") | 1, layers: []layer{newLayer(max(expected, firstLayer))}}
}

// Tailnet takes in what names a tailnet and whom it is reached by.
func (i *Identifiers) Tailnet(t tailnet.Tailnet) {
	if i == nil {
		return
	}
	of := i.owner(t.ID)
	i.add(of, string(t.ID))
	i.add(of, t.DisplayName)
	i.address(of, t.OwnerEmail)
	i.address(of, t.SecurityEmail)
}

// Node takes in what names a node. Whose it is, the table of users and findings name:
// no letter does otherwise.
func (i *Identifiers) Node(n tailnet.Node) {
	if i == nil {
		return
	}
	of := i.owner(n.Tailnet)
	i.add(of, n.ID)
	i.add(of, n.Name)
}

// User takes in what names a user.
func (i *Identifiers) User(u tailnet.User) {
	if i == nil {
		return
	}
	of := i.owner(u.Tailnet)
	i.add(of, u.ID)
	i.add(of, u.Login)
}

// Supplement takes in an address on file.
func (i *Identifiers) Supplement(s tailnet.Supplement) {
	if i == nil {
		return
	}
	i.address(i.owner(s.Tailnet), s.Email)
}

// Finding takes in whom a finding names, and what it tells: that is for one tailnet too.
func (i *Identifiers) Finding(f tailnet.Finding) {
	if i == nil {
		return
	}
	of := i.owner(f.Tailnet)
	i.add(of, string(f.Tailnet)) // a former tailnet stands in no other table
	i.add(of, f.Node)
	i.add(of, f.User)
	i.add(of, prose(f.Tell))
	i.add(of, prose(f.Done))
	i.address(of, f.Email)
}

// address takes in an address as it stands in the table, and as letters are sent to it.
func (i *Identifiers) address(of uint64, text string) {
	i.add(of, text)
	if parsed, err := tailnet.ParseAddress(text); err == nil && string(parsed) != text {
		i.add(of, string(parsed))
	}
}

// Add takes in any other text that belongs to one tailnet.
func (i *Identifiers) Add(owner tailnet.ID, text string) {
	if i != nil {
		i.add(i.owner(owner), text)
	}
}

// owner is the hash of a tailnet, with which the hashes of its identifiers are joined.
func (i *Identifiers) owner(id tailnet.ID) uint64 {
	return mix(maphash.String(i.seed, string(id)), i.join)
}

func (i *Identifiers) add(of uint64, text string) {
	switch shape(text) {
	case blank:
	case oneAtom:
		i.lengths |= 1
		h := maphash.String(i.seed, text)
		i.put(h, i.theirs(of, h))
	default:
		i.addRun(of, text)
	}
}

// addRun takes in a text of several atoms, or of odd characters. Of a long one its
// beginning says that it is somebody's, and the whole whose.
func (i *Identifiers) addRun(of uint64, text string) {
	i.atoms = i.cut(i.atoms[:0], source.Visible(text))
	var begins, whole uint64
	for n, a := range i.atoms {
		if whole = i.joined(whole, a, n); n < longestRun {
			begins = whole
		}
	}
	if n := min(longestRun, len(i.atoms)); n > 0 {
		i.lengths |= 1 << (n - 1)
		i.put(begins, i.theirs(of, whole))
	}
}

// theirs is the hash of a text as one tailnet's own.
func (i *Identifiers) theirs(of, text uint64) uint64 { return mix(of^text, i.join) }

// mix makes 64 bits of which each depends on all of both.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x9E3779B97F4A7C15, b)
	return high ^ low
}

// prose is a text as one line, as letters print what an author wrote.
func prose(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return strings.Join(parts, " ")
}

// Package isolation proves of every letter, as its finished bytes, that it holds the
// data of its own tailnet alone.
//
// It trusts nobody: what belongs to whom it learns from the rows of the inventory as
// they are read, beside the survey; a letter it reads as a mail program does, with no
// code of those who wrote it. So a mistake anywhere between the tables and the bytes
// stops the plan before a letter is frozen.
package isolation

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// Identifiers is what names a tailnet, its nodes, its users and its contacts, and whose
// each is. It holds no text: 5.5 octets an identifier, of which it can say "this is
// somebody's" and "this is theirs", each wrongly a few times in ten thousand and never
// the other way round. Fill it from one goroutine, and with [Notes] from several; then any
// number may ask.
//
// A nil one takes in nothing.
type Identifiers struct {
	seed    maphash.Seed // of this process, so that nobody can choose names that meet
	join    uint64       // keys the hash of several atoms
	filling handful
	full    handful        // which busy takes in
	busy    sync.WaitGroup // one goroutine at most, and only while there is something full
	notes   []*Notes       // the first is that of busy
	mutex   sync.Mutex
	layers  []layer
	lengths uint32 // a bit for every number of atoms that some identifier has
}

// Notes are identifiers on their way in, from one goroutine of several.
type Notes struct {
	of      *Identifiers
	waiting []identifier // until they are worth a walk through memory
	lengths uint32
	atoms   []atom // of the text that is being added
}

// New begins with nothing, and makes room for as many identifiers as are expected. More
// than those, or where nobody knows, make it grow, and be wrong a little more often.
func New(expected int) *Identifiers {
	seed := maphash.MakeSeed()
	i := &Identifiers{seed: seed, join: maphash.String(seed, "join") | 1, layers: []layer{newLayer(max(expected, firstLayer))}}
	i.Notes()
	return i
}

// Notes begins with nothing. All are begun before any of them is filled; those of nil take in
// nothing.
func (i *Identifiers) Notes() *Notes {
	if i == nil {
		return nil
	}
	i.busy.Wait() // who takes in what was added looks at them
	n := &Notes{of: i, waiting: make([]identifier, 0, batch)}
	i.notes = append(i.notes, n)
	return n
}

// Node takes in what names a node, as [Identifiers.Node] does. Nothing of it is kept, nor of
// its texts.
func (n *Notes) Node(one *tailnet.Node) {
	if n != nil {
		owner := n.of.owner(one.Tailnet)
		n.add(owner, one.ID)
		n.add(owner, one.Name)
	}
}

// Tailnet takes in what names a tailnet and whom it is reached by.
func (i *Identifiers) Tailnet(t tailnet.Tailnet) {
	i.add(t.ID, string(t.ID), t.DisplayName, t.OwnerEmail, t.SecurityEmail)
}

// Node takes in what names a node. Whose it is, the table of users and findings name:
// no letter does otherwise.
func (i *Identifiers) Node(n tailnet.Node) { i.add(n.Tailnet, n.ID, n.Name) }

// User takes in what names a user.
func (i *Identifiers) User(u tailnet.User) { i.add(u.Tailnet, u.ID, u.Login) }

// Supplement takes in an address on file.
func (i *Identifiers) Supplement(s tailnet.Supplement) { i.add(s.Tailnet, s.Email) }

// Finding takes in whom a finding names, and what it tells: that is for one tailnet too. Whom
// that names is not looked at here: no letter without names has it as well.
func (i *Identifiers) Finding(f tailnet.Finding) {
	// A former tailnet stands in no other table.
	i.add(f.Tailnet, string(f.Tailnet), f.Node, f.User, prose(f.Tell), prose(f.Done), f.Email)
}

// Add takes in any other text that belongs to one tailnet.
func (i *Identifiers) Add(owner tailnet.ID, text string) { i.add(owner, text) }

// handful is texts that are handed over together, one after the other. It holds no text
// that it was given.
type handful struct {
	octets []byte
	texts  []handed
}

// handed is where a text ends, and whether it is the ID of the tailnet whose the next ones are.
type handed struct {
	end   int
	owner bool
}

// How many texts a handful has at least before it is handed over, and how many octets.
const (
	fullOfTexts  = 8192
	fullOfOctets = 256 << 10
)

func (h *handful) full() bool { return len(h.texts) >= fullOfTexts || len(h.octets) >= fullOfOctets }

func (h *handful) add(text string, owner bool) {
	h.octets = append(h.octets, text...)
	h.texts = append(h.texts, handed{len(h.octets), owner})
}

func (i *Identifiers) add(owner tailnet.ID, texts ...string) {
	if i == nil {
		return
	}
	i.filling.add(string(owner), true)
	for _, text := range texts {
		if text != "" {
			i.filling.add(text, false)
		}
	}
	if i.filling.full() {
		i.hand()
	}
}

// hand hands what was added to a goroutine, once it has taken in what came before.
func (i *Identifiers) hand() {
	i.busy.Wait()
	i.filling, i.full = handful{i.full.octets[:0], i.full.texts[:0]}, i.filling
	i.busy.Go(i.take)
}

// settle waits until every text is taken in.
func (i *Identifiers) settle() {
	i.hand()
	i.busy.Wait()
	for _, n := range i.notes {
		n.walk()
	}
}

// take takes in the texts that were handed over.
func (i *Identifiers) take() {
	octets := i.full.octets
	all, begins, owner := unsafe.String(unsafe.SliceData(octets), len(octets)), 0, uint64(0) // of which nothing is kept
	for _, one := range i.full.texts {
		text := all[begins:one.end]
		if begins = one.end; one.owner {
			owner = i.owner(tailnet.ID(text))
			continue
		}
		i.notes[0].add(owner, text)
	}
}

// owner is the hash of a tailnet, with which the hashes of its identifiers are joined.
func (i *Identifiers) owner(id tailnet.ID) uint64 {
	return mix(maphash.String(i.seed, string(id)), i.join)
}

// add takes in a text that belongs to a tailnet, by the hash of that.
func (n *Notes) add(owner uint64, text string) {
	switch shape(text) {
	case blank:
	case oneAtom:
		n.lengths |= 1
		h := maphash.String(n.of.seed, text)
		n.put(h, n.of.theirs(owner, h))
	default:
		n.addRun(owner, text)
	}
}

// addRun takes in a text of several atoms, or of odd characters. Of a long one its
// beginning says that it is somebody's, and the whole whose.
func (n *Notes) addRun(owner uint64, text string) {
	if !within(text, ' ') && strings.ContainsFunc(text, odd) {
		text = source.Visible(text)
	}
	n.atoms = n.of.cut(n.atoms[:0], text)
	var begins, whole uint64
	for at, a := range n.atoms {
		if whole = n.of.joined(whole, a, at); at < longestRun {
			begins = whole
		}
	}
	if length := min(longestRun, len(n.atoms)); length > 0 {
		n.lengths |= 1 << (length - 1)
		n.put(begins, n.of.theirs(owner, whole))
	}
}

// odd reports a character that may be shown otherwise than it is spelt. Latin letters, of
// which nearly all names are, need no look at a table.
func odd(r rune) bool {
	switch {
	case r < ' ', r == 0x7F, r == utf8.RuneError:
		return true
	case r < 0x7F, r >= 0xC0 && r <= 0x17F:
		return false
	}
	return source.Hidden(r)
}

// visible reports whether a text is visible characters of ASCII alone.
func visible(text string) bool { return within(text, ' '+1) }

// within reports whether all octets of a text are between the lowest, which is at least ' ',
// and 0x7E. It looks at eight octets at once, for it looks at every name of an inventory.
func within(text string, lowest byte) bool {
	add := uint64(0x80 - lowest)
	for at := 0; at+8 < len(text); at += 8 {
		if !wordWithin(binary.LittleEndian.Uint64([]byte(text[at:at+8])), add) {
			return false
		}
	}
	if last := len(text) - 8; last >= 0 { // some of them once more
		return wordWithin(binary.LittleEndian.Uint64([]byte(text[last:last+8])), add)
	}
	if last := len(text) - 4; last >= 0 {
		first, last := []byte(text[:4]), []byte(text[last:])
		return wordWithin(uint64(binary.LittleEndian.Uint32(first))<<32|uint64(binary.LittleEndian.Uint32(last)), add)
	}
	for at := range len(text) {
		if text[at] < lowest || text[at] >= 0x7F {
			return false
		}
	}
	return true
}

// wordWithin reports whether eight octets are all below 0x7F and reach 0x80 with so much
// added: only those stay below 0x80 with one added.
func wordWithin(octets, add uint64) bool {
	const each = 0x01010101_01010101
	return octets&(each<<7) == 0 && (octets+each)&(each<<7) == 0 && (octets+add*each)&(each<<7) == each<<7
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

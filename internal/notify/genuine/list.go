package genuine

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/bits"
	"slices"
	"strconv"

	"tocsin/internal/bulletin"
)

// entryOctets is how much of a hash an entry keeps.
const entryOctets = 14

// Entry is what a list holds of a code.
type Entry [entryOctets]byte

// EntryOf is the entry of a bulletin's code. Anybody can make it, without this program:
//
//	printf 'TS-2026-004 FZ3X9-07KQT-M1V8A-RJ2DH' | sha256sum | cut -c 1-28
func EntryOf(b bulletin.ID, c Code) Entry {
	sum := sha256.Sum256([]byte(string(b) + " " + string(c)))
	return Entry(sum[:entryOctets])
}

// String is the entry in hexadecimal, as the list writes it.
func (e Entry) String() string { return hex.EncodeToString(e[:]) }

// compare looks at the first eight octets, which tell almost any two apart.
func compare(a, b Entry) int {
	if c := cmp.Compare(binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:])); c != 0 {
		return c
	}
	return bytes.Compare(a[:], b[:])
}

// List holds the entries of a bulletin's codes and decoys, in ascending order, none twice.
// A million letters are 2²⁰ entries, 14 octets each in memory and 29 as text: 30 MB.
type List []Entry

// least is how long a list is at least, so that few letters look like none.
const least = 256

// NewList makes the list of one plan's codes: with decoys, drawn with the key, as long as
// the next power of two. The same key, plan and codes make the same list, in whatever
// order the codes come.
func NewList(key []byte, p Plan, codes iter.Seq[Code]) List {
	var l List
	for c := range codes {
		l = append(l, EntryOf(p.Bulletin, c))
	}
	l = l.tidy()
	for size, n := padded(len(l)), 0; len(l) < size; l = l.tidy() {
		for len(l) < size {
			l, n = append(l, decoy(key, p, n)), n+1
		}
	}
	return l
}

// padded is how long a list of n letters becomes.
func padded(n int) int {
	if n <= least {
		return least
	}
	return 1 << bits.Len(uint(n-1))
}

func decoy(key []byte, p Plan, n int) Entry {
	sum := keyed(key, "tocsin letter decoy", string(p.Bulletin), strconv.Itoa(p.Number), strconv.Itoa(n))
	return Entry(sum[:entryOctets])
}

func (l List) tidy() List {
	slices.SortFunc(l, compare)
	return slices.Compact(l)
}

// Join makes one list of those of a bulletin's plans.
func Join(lists ...List) List { return List(slices.Concat(lists...)).tidy() }

// Check reports whether a code is of one of the bulletin's letters. It says yes to another
// one with a probability of len(l) / 2¹¹².
func (l List) Check(b bulletin.ID, c Code) bool {
	_, found := slices.BinarySearchFunc(l, EntryOf(b, c), compare)
	return found
}

// lineOctets is an entry as text, with its line end.
const lineOctets = 2*entryOctets + 1

// WriteTo writes an entry a line.
func (l List) WriteTo(w io.Writer) (n int64, err error) {
	var line [lineOctets]byte
	line[lineOctets-1] = '\n'
	out := bufio.NewWriter(w)
	for _, e := range l {
		hex.Encode(line[:], e[:])
		m, err := out.Write(line[:])
		if n += int64(m); err != nil {
			return n, err
		}
	}
	return n, out.Flush()
}

// mostEntries is where reading a list ends: sixteen million.
const mostEntries = 1 << 24

// ReadList reads what [List.WriteTo] wrote, and nothing else: entries out of order could
// not be found.
func ReadList(r io.Reader) (List, error) {
	var l List
	in := bufio.NewReader(r)
	for {
		var line [lineOctets]byte
		if _, err := io.ReadFull(in, line[:]); errors.Is(err, io.EOF) {
			return l, nil
		} else if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		var e Entry
		if _, err := hex.Decode(e[:], line[:lineOctets-1]); err != nil || line[lineOctets-1] != '\n' || bytes.ContainsAny(line[:], "ABCDEF") {
			return nil, fmt.Errorf("line %d is not an entry of a list of letter codes", len(l)+1)
		}
		if len(l) > 0 && compare(l[len(l)-1], e) >= 0 {
			return nil, fmt.Errorf("line %d is not greater than the line before", len(l)+1)
		}
		if l = append(l, e); len(l) > mostEntries {
			return nil, fmt.Errorf("the list is longer than %d entries", mostEntries)
		}
	}
}

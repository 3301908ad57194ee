package ledger

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/klauspost/compress/s2"

	"tocsin/internal/notify"
)

// aLetter is a letter of about n octets, of which the most part stands in every letter.
func aLetter(n, number int) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "To: <owner%d@t.example>\r\n\r\n", number)
	for i := 0; out.Len() < n; i++ {
		fmt.Fprintf(&out, "%x says what every letter says\r\n", sha256.Sum256([]byte{byte(i)}))
		if i%20 == 0 {
			fmt.Fprintf(&out, "node %x\r\n", sha256.Sum256([]byte{byte(i), byte(number), byte(number >> 8)}))
		}
	}
	return out.Bytes()
}

// packings pack a letter in each way in which the ledger has ones.
var packings = map[packing]func(t testing.TB, pattern, letter []byte) []byte{
	blocks: func(t testing.TB, pattern, letter []byte) []byte {
		t.Helper()
		packed, err := newPacker(pattern).pack(letter)
		if err != nil {
			t.Fatal(err)
		}
		return packed
	},
	deflated: func(t testing.TB, pattern, letter []byte) []byte { // as the first four schemas' tocsin did
		t.Helper()
		var out bytes.Buffer
		w, err := flate.NewWriterDict(&out, 3, pattern)
		if err == nil {
			_, err = w.Write(letter)
		}
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if out.Len() >= len(letter) {
			return letter
		}
		return out.Bytes()
	},
}

// TestPackedComesBack: letters of every size, with patterns of every size and without, come
// back as they were; with one they take a tenth. They do where letters of other plans, in
// other packings, came before them.
func TestPackedComesBack(t *testing.T) {
	var u unpacker
	for _, like := range [][]byte{nil, []byte("To: <"), aLetter(8000, 0), aLetter(100_000, 0)} {
		for how, pack := range packings {
			for number, n := range []int{0, 1, 50, 8000, 300_000} {
				in := aLetter(n, number+1)
				if n <= 1 {
					in = in[:n]
				}
				packed := pack(t, like, in)
				if n == 8000 && len(like) == len(in) && len(packed)*10 > len(in) {
					t.Errorf("%s: a letter of %d octets takes %d", how, len(in), len(packed))
				}
				u.turn(Stored{packing: how, pattern: like})
				out, err := u.unpack(bytes.Clone(packed), len(in))
				if err != nil || !bytes.Equal(in, out) {
					t.Errorf("%s, %d octets: %v", how, len(in), err)
				}
			}
		}
	}
}

// TestNothingIsFrozenThatDoesNotComeBack: a letter that does not come back from how it is
// packed is kept as it is.
func TestNothingIsFrozenThatDoesNotComeBack(t *testing.T) {
	p, in := newPacker(aLetter(2000, 0)), aLetter(2000, 1)
	for what, back := range map[string][]byte{"another letter": bytes.ToUpper(aLetter(2000, 0)), "an error": nil} {
		p.unpacks = dictionary(back)
		if got, err := p.pack(in); err != nil || !bytes.Equal(got, in) {
			t.Errorf("%s comes back: %d octets are kept, %v", what, len(got), err)
		}
	}
}

// TestPackIsABomb: whatever stands in the ledger, unpacking takes no more room than the
// letter was said to have, nor than any letter may have.
func TestPackIsABomb(t *testing.T) {
	for how, pack := range packings {
		bomb := pack(t, nil, make([]byte, 16<<20))
		for _, octets := range []int{len(bomb) + 1, 1 << 20, mostOctets + 1, 1 << 40, -1, 0} {
			wantRoom(t, unpacker{packing: how}, bomb, octets)
		}
	}
	for _, claims := range []int{mostOctets, mostOctets + 1, math.MaxInt32, math.MaxUint32} {
		bomb := binary.AppendUvarint(nil, uint64(claims)) // and nothing after it
		for _, octets := range []int{len(bomb) + 1, 1 << 20, claims} {
			wantRoom(t, unpacker{packing: blocks}, bomb, octets)
		}
	}
	if _, err := newPacker(nil).pack(make([]byte, mostOctets+1)); err == nil {
		t.Error("a letter was packed that cannot be unpacked")
	}
}

// wantRoom wants a letter refused that is said to have so many octets, and no more room taken.
func wantRoom(t *testing.T, u unpacker, packed []byte, octets int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if letter, err := u.unpack(packed, octets); !errors.Is(err, errPacked) || letter != nil {
		t.Errorf("%s, %d octets: %d, %v", u.packing, octets, len(letter), err)
	}
	runtime.ReadMemStats(&after)
	room := uint64(1 << 20)
	if u.packing == deflated && octets > 0 && octets <= mostOctets {
		room += 4 * uint64(octets) // a buffer that doubles has taken as much by then, at most
	}
	if own, err := s2.DecodedLen(packed); u.packing == blocks && err == nil && own == octets && own <= mostOctets {
		room += uint64(own)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > room {
		t.Errorf("%s, %d octets took %d", u.packing, octets, got)
	}
}

// TestPackIsNothingElse: octets that are cut off, prolonged, or of another pattern are no
// letter.
func TestPackIsNothingElse(t *testing.T) {
	like, in := aLetter(2000, 0), aLetter(2000, 1)
	for how, pack := range packings {
		packed := pack(t, like, in)
		for what, c := range map[string]struct {
			packed []byte
			octets int
			how    packing
		}{
			"cut off":                       {packed[:len(packed)-9], len(in), how},
			"prolonged":                     {append(bytes.Clone(packed), 0), len(in), how},
			"prolonged by a letter":         {append(bytes.Clone(packed), packed...), len(in), how},
			"nothing":                       {nil, len(in), how},
			"more":                          {packed, len(in) + 1, how},
			"fewer":                         {packed, len(in) - 1, how},
			"packed as nothing is":          {packed, len(in), "zip"},
			"packed nobody knows how":       {packed, len(in), ""},
			"packed in another way":         {packed, len(in), map[packing]packing{blocks: deflated, deflated: blocks}[how]},
			"of as many octets as it takes": {packed[:1], 2, how},
		} {
			u := unpacker{packing: c.how, pattern: like}
			if letter, err := u.unpack(c.packed, c.octets); !errors.Is(err, errPacked) || letter != nil {
				t.Errorf("%s, %s: %d octets, %v", how, what, len(letter), err)
			}
		}
		u := unpacker{packing: how, pattern: aLetter(2000, 2)[100:]}
		if letter, err := u.unpack(packed, len(in)); err == nil && bytes.Equal(letter, in) {
			t.Errorf("%s: another pattern does as well", how)
		}
	}
}

// FuzzUnpack: whatever stands in the ledger, a letter has as many octets as it was said to
// have, or there is none; and it does not matter what the room held before.
func FuzzUnpack(f *testing.F) {
	like, in := aLetter(2000, 0), aLetter(2000, 1)
	for how, pack := range packings {
		f.Add(string(how), like, pack(f, like, in), len(in))
		f.Add(string(how), []byte{}, pack(f, nil, in), len(in))
	}
	f.Add(string(blocks), like, []byte{0xff, 0xff, 0xff, 0xff, 0x0f, 0}, math.MaxUint32)
	f.Fuzz(func(t *testing.T, how string, like, packed []byte, octets int) {
		if octets > 1<<20 {
			octets %= 1 << 20 // larger ones take long, and are TestPackIsABomb's
		}
		u := unpacker{packing: packing(how), pattern: like}
		letter, err := u.unpack(packed, octets)
		if err != nil && (letter != nil || !errors.Is(err, errPacked)) || err == nil && len(letter) != octets {
			t.Fatalf("%d octets of %d, %v", len(letter), octets, err)
		}
		u.room = bytes.Repeat([]byte("x"), 4096)
		again, err2 := u.unpack(packed, octets)
		if !bytes.Equal(again, letter) || (err2 == nil) != (err == nil) {
			t.Fatalf("%d octets, %v; and then %d, %v", len(letter), err, len(again), err2)
		}
	})
}

// FuzzPack: every letter comes back, against any pattern.
func FuzzPack(f *testing.F) {
	f.Add(aLetter(2000, 0), aLetter(2000, 1))
	f.Add([]byte{}, []byte("To: o@t.example"))
	f.Fuzz(func(t *testing.T, like, in []byte) {
		p := newPacker(like)
		packed := p.pattern.Encode(nil, in) // the packer's own look would hide it
		out, err := dictionary(like).Decode(nil, packed)
		if err != nil || !bytes.Equal(in, out) {
			t.Fatalf("%d octets came back as %d, %v", len(in), len(out), err)
		}
		kept, err := p.pack(in)
		u := unpacker{packing: blocks, pattern: like}
		if out, err2 := u.unpack(kept, len(in)); err != nil || err2 != nil || !bytes.Equal(in, out) {
			t.Fatalf("%d octets came back as %d, %v, %v", len(in), len(out), err, err2)
		}
	})
}

// TestChangedPackIsNotHandedOut is F51: a letter is what was frozen, or none.
func TestChangedPackIsNotHandedOut(t *testing.T) {
	for what, query := range map[string]string{
		"the pattern":   "UPDATE plans SET pattern = CAST(substr(pattern, 1, length(pattern) - 1) AS BLOB)",
		"the octets":    "UPDATE letters SET octets = octets - 1",
		"many octets":   "UPDATE letters SET octets = 1 << 40",
		"no octets":     "UPDATE letters SET octets = -1",
		"the letter":    "UPDATE letters SET message = CAST(substr(message, 2) AS BLOB)",
		"said as it is": "UPDATE letters SET octets = length(message)",
		"the packing":   "UPDATE plans SET packing = 'deflate'",
		"no packing":    "UPDATE plans SET packing = ''",
	} {
		l := newLedger(t)
		all := entries(4)
		all[0].Message = aLetter(3000, 1)
		all[0].Digest = notify.Digest(all[0].Message)
		if _, err := l.Freeze(ctx, aPlan(1), aLetter(3000, 0), seq(all)); err != nil {
			t.Fatal(err)
		}
		exec_(t, l, query)
		p, err := l.Plan(ctx, aPlan(1).ID)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := l.Message(ctx, p, rows(t, l, p)[0]); !errors.Is(err, ErrChanged) || m != nil {
			t.Errorf("%s: %d octets, %v", what, len(m), err)
		}
		if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

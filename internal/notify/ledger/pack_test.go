package ledger

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"testing"

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

// TestPackedComesBack: letters of every size, with a pattern and without, come back as
// they were; with one they take a tenth.
func TestPackedComesBack(t *testing.T) {
	for _, like := range [][]byte{nil, aLetter(8000, 0)} {
		p, err := newPacker(like)
		if err != nil {
			t.Fatal(err)
		}
		u := unpacker{pattern: like}
		for number, n := range []int{0, 1, 50, 8000, 300_000} {
			in := aLetter(n, number+1)
			if n <= 1 {
				in = in[:n]
			}
			packed, err := p.pack(in)
			if err != nil {
				t.Fatal(err)
			}
			if n == 8000 && like != nil && len(packed)*10 > len(in) {
				t.Errorf("a letter of %d octets takes %d", len(in), len(packed))
			}
			out, err := u.unpack(bytes.Clone(packed), len(in))
			if err != nil || !bytes.Equal(in, out) {
				t.Errorf("%d octets: %v", len(in), err)
			}
		}
	}
}

// TestPackIsABomb: whatever stands in the ledger, unpacking takes no more room than the
// letter was said to have, nor than any letter may have.
func TestPackIsABomb(t *testing.T) {
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, 9)
	if err != nil {
		t.Fatal(err)
	}
	for range 16 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, octets := range []int{bomb.Len() + 1, 1 << 20, mostOctets + 1, 1 << 40, -1, 0} {
		var u unpacker
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if letter, err := u.unpack(bomb.Bytes(), octets); !errors.Is(err, errPacked) || letter != nil {
			t.Errorf("%d octets: %d, %v", octets, len(letter), err)
		}
		runtime.ReadMemStats(&after)
		room := uint64(1 << 20)
		if octets > 0 && octets <= mostOctets {
			room += 4 * uint64(octets) // a buffer that doubles has taken as much by then, at most
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > room {
			t.Errorf("%d octets took %d", octets, got)
		}
	}
	p, err := newPacker(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.pack(make([]byte, mostOctets+1)); err == nil {
		t.Error("a letter was packed that cannot be unpacked")
	}
}

// TestPackIsNothingElse: octets that are cut off, prolonged, or of another pattern are no
// letter.
func TestPackIsNothingElse(t *testing.T) {
	like, in := aLetter(2000, 0), aLetter(2000, 1)
	p, err := newPacker(like)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := p.pack(in)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		packed []byte
		octets int
	}{
		"cut off":   {packed[:len(packed)-9], len(in)},
		"prolonged": {append(bytes.Clone(packed), 0), len(in)},
		"nothing":   {nil, len(in)},
		"more":      {packed, len(in) + 1},
		"fewer":     {packed, len(in) - 1},
	} {
		u := unpacker{pattern: like}
		if letter, err := u.unpack(c.packed, c.octets); err == nil {
			t.Errorf("%s: %d octets", what, len(letter))
		}
	}
	u := unpacker{pattern: aLetter(2000, 2)[100:]}
	if letter, err := u.unpack(packed, len(in)); err == nil && bytes.Equal(letter, in) {
		t.Error("another pattern does as well")
	}
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

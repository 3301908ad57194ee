// Package tape turns plain values into bytes and back.
//
// One function names the fields of a type, for both directions, so that what is written and what
// is read cannot come apart:
//
//	func (c *Card) Tape(t *tape.Tape) {
//		t.String(&c.Title)
//		t.Time(&c.Published)
//		tape.List(t, &c.Names, (*tape.Tape).String)
//	}
//
// Reading writes to a value and never looks at what it was: of fresh memory that the system gives
// a page for at the first touch, a look first costs a second page and a halt of every core.
//
// It is for what a program tells itself: there are no names, no versions and no types on a tape.
// Whoever keeps one puts a version before it and a checksum behind it: see [Seal].
package tape

import (
	"encoding/binary"
	"errors"
	"time"
)

// ErrShort says that a tape ended before its values did, or holds what none of its values is.
var ErrShort = errors.New("the tape does not hold what was asked of it")

// Tape is being written, or being read.
type Tape struct {
	written []byte
	left    string
	reading bool
	err     error
}

// Write begins an empty tape.
func Write() *Tape { return &Tape{} }

// WriteInto begins to write behind what stands in a text, and where its room lasts does so there.
func WriteInto(b []byte) *Tape { return &Tape{written: b} }

// Read begins to read what was written. The texts that are read share the memory of data.
func Read(data string) *Tape { return &Tape{left: data, reading: true} }

// Bytes is what was written so far, or since the last Reset.
func (t *Tape) Bytes() []byte { return t.written }

// Reset forgets what was written: whoever writes much takes it away piece by piece.
func (t *Tape) Reset() { t.written = t.written[:0] }

// Reading reports the direction.
func (t *Tape) Reading() bool { return t.reading }

// End is the first error of reading: [ErrShort], also where something is left.
func (t *Tape) End() error {
	if t.err == nil && t.reading && t.left != "" {
		t.err = ErrShort
	}
	return t.err
}

// fail ends the reading: what is asked for from now on means nothing.
func (t *Tape) fail() { t.err, t.left = ErrShort, "" }

// Int is a whole number.
func (t *Tape) Int(n *int64) {
	if !t.reading {
		t.written = binary.AppendVarint(t.written, *n)
		return
	}
	if t.left != "" && t.left[0] < 0x80 { // one octet, as nearly all are: see binary.Varint
		*n, t.left = int64(t.left[0]>>1)^-int64(t.left[0]&1), t.left[1:]
		return
	}
	head := t.left[:min(len(t.left), binary.MaxVarintLen64)]
	value, size := binary.Varint([]byte(head))
	if size <= 0 {
		t.fail()
		return
	}
	*n, t.left = value, t.left[size:]
}

// String is a text.
func (t *Tape) String(s *string) {
	var size int64
	if !t.reading {
		size = int64(len(*s))
	}
	t.Int(&size)
	switch {
	case !t.reading:
		t.written = append(t.written, *s...)
	case size < 0 || size > int64(len(t.left)):
		t.fail()
	default:
		*s, t.left = t.left[:size], t.left[size:]
	}
}

// Bool is a yes or no.
func (t *Tape) Bool(b *bool) {
	var n int64
	if !t.reading && *b {
		n = 1
	}
	t.Int(&n)
	if n != 0 && n != 1 {
		t.fail()
	}
	*b = n == 1
}

// Time is an instant, read back in UTC.
func (t *Tape) Time(at *time.Time) {
	var seconds, nanos int64
	if !t.reading {
		seconds, nanos = at.Unix(), int64(at.Nanosecond())
	}
	t.Int(&seconds)
	t.Int(&nanos)
	if t.reading {
		*at = time.Unix(seconds, nanos).UTC()
	}
}

// Sum is a digest of 32 octets.
func (t *Tape) Sum(sum *[32]byte) {
	switch {
	case !t.reading:
		t.written = append(t.written, sum[:]...)
	case len(t.left) < len(sum):
		t.fail()
	default:
		copy(sum[:], t.left)
		t.left = t.left[len(sum):]
	}
}

// Number is a whole number of any type.
func Number[N ~int | ~int8 | ~int32](t *Tape, n *N) {
	var wide int64
	if !t.reading {
		wide = int64(*n)
	}
	t.Int(&wide)
	if narrow := N(wide); int64(narrow) != wide {
		t.fail()
	} else if t.reading {
		*n = narrow
	}
}

// Text is a text of any type.
func Text[S ~string](t *Tape, s *S) {
	if !t.reading {
		text := string(*s)
		t.String(&text)
		return
	}
	var text string
	t.String(&text)
	*s = S(text)
}

// List is any number of values.
func List[T any](t *Tape, list *[]T, each func(*Tape, *T)) {
	var size int64
	if !t.reading {
		size = int64(len(*list))
	}
	t.Int(&size)
	if t.reading {
		if size < 0 || size > int64(len(t.left)) { // every value takes an octet at least
			t.fail()
			return
		}
		*list = nil
		if size > 0 {
			*list = make([]T, size)
		}
	}
	for i := range *list {
		each(t, &(*list)[i])
	}
}

package ledger

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
)

// mostOctets is how large a letter may be that is kept: several times what mail servers
// take ([notify.MostOctets]), since plans of the first schema were frozen without that
// limit. Reading never takes more room than that, whatever a changed ledger asks for.
const mostOctets = 64 << 20

// packing is how the letters of a plan are packed against its pattern, as the ledger says
// it. It needs no place in the plan's digest: under another word a letter is not what was
// frozen, and by its own digest that shows.
type packing string

const (
	deflated packing = "deflate" // plans of the first four schemas (RFC 1951)
	blocks   packing = "s2"      // plans since: an extension of the Snappy format
)

// packer compresses letters, each on its own, so that one can be forgotten without the
// others. The pattern is a letter like them that is nobody's: what a letter shares with it,
// and that is most of it, takes no room.
//
// S2's fastest level takes a letter of 8.7 KB to an eighth in 8 µs, and back in 3 µs, which
// is what counts while letters go out. Deflate took it to a tenth in 115 µs and back in 21.
type packer struct {
	pattern   *s2.Dict
	unpacks   *s2.Dict // the same, for a look at what comes back
	out, back []byte
}

func newPacker(pattern []byte) *packer {
	d := dictionary(pattern)
	return &packer{pattern: d, unpacks: d}
}

// dictionary is a pattern as S2 takes it: 64 KB at most, of which the last count, and 16
// octets at least, for which a shorter one has zeros before it. What it comes to is part of
// the format: a letter is unpacked against the same.
func dictionary(pattern []byte) *s2.Dict {
	pattern = pattern[max(0, len(pattern)-s2.MaxDictSize):]
	if lacks := s2.MinDictSize - len(pattern); lacks > 0 {
		pattern = append(make([]byte, lacks), pattern...)
	}
	return s2.MakeDictManual(pattern, 0)
}

// pack returns the letter's packed octets, which are good until the next; the letter's
// own where packing saves nothing. What cannot be unpacked is noticed only when the letter
// is to go out, and so each is unpacked at once.
func (p *packer) pack(letter []byte) ([]byte, error) {
	if len(letter) > mostOctets {
		return nil, fmt.Errorf("a letter of %d octets is larger than the ledger keeps, which is %d", len(letter), mostOctets)
	}
	p.out = p.pattern.Encode(p.out, letter)
	if len(p.out) >= len(letter) {
		return letter, nil
	}
	var err error
	if p.back, err = p.unpacks.Decode(p.back, p.out); err != nil || !bytes.Equal(p.back, letter) {
		return letter, nil
	}
	return p.out, nil
}

// unpacker is the way back, for the letters of one plan.
type unpacker struct {
	packing  packing
	pattern  []byte
	blocks   *s2.Dict      // the pattern, nil before a block is asked for
	deflated io.ReadCloser // has large tables, which are kept; nil before the first
	room     []byte        // for a letter that is good until the next; nil where letters are kept
}

var errPacked = errors.New("a letter is not packed as it was")

// turn turns an unpacker to the letters of a plan.
func (u *unpacker) turn(p Stored) {
	if !bytes.Equal(u.pattern, p.pattern) {
		u.blocks = nil
	}
	u.packing, u.pattern = p.packing, p.pattern
}

// unpack returns the letter, which has a known number of octets, and never takes room for
// more than that. It may be the packed octets themselves.
func (u *unpacker) unpack(packed []byte, octets int) ([]byte, error) {
	switch {
	case octets < len(packed) || octets > mostOctets:
		return nil, errPacked
	case octets == len(packed):
		return packed, nil
	}
	switch u.packing {
	case blocks:
		return u.block(packed, octets)
	case deflated:
		return u.inflate(packed, octets)
	}
	return nil, errPacked
}

// block unpacks a block of S2. The number of octets that it gives itself is no better than
// the rest of it: no room is made before that is the known one.
func (u *unpacker) block(packed []byte, octets int) ([]byte, error) {
	if own, err := s2.DecodedLen(packed); err != nil || own != octets {
		return nil, errPacked
	}
	if u.blocks == nil {
		u.blocks = dictionary(u.pattern)
	}
	letter, err := u.blocks.Decode(u.room, packed)
	if err != nil {
		return nil, errPacked
	}
	return letter, nil
}

// inflate unpacks what was deflated.
func (u *unpacker) inflate(packed []byte, octets int) ([]byte, error) {
	in := bytes.NewReader(packed)
	if err := u.reset(in); err != nil {
		return nil, err
	}
	const usual = 64 << 10 // more room it gets only as octets come: a changed ledger may ask for any
	letter := bytes.NewBuffer(make([]byte, 0, min(octets, usual)+bytes.MinRead))
	_, err := letter.ReadFrom(io.LimitReader(u.deflated, int64(octets)+1))
	if err != nil || letter.Len() != octets || in.Len() > 0 {
		return nil, errPacked
	}
	return letter.Bytes(), nil
}

// reset begins with other deflated octets.
func (u *unpacker) reset(in io.Reader) error {
	if again, is := u.deflated.(flate.Resetter); is {
		return again.Reset(in, u.pattern)
	}
	u.deflated = flate.NewReaderDict(in, u.pattern)
	return nil
}

// unpack unpacks one letter of a plan, into room of its own: it is the caller's to keep.
func (l *Ledger) unpack(p Stored, stored letter) ([]byte, error) {
	u, again := l.unpackers.Get().(*unpacker)
	if !again {
		u = new(unpacker)
	}
	defer l.unpackers.Put(u)
	u.turn(p)
	return u.unpack(stored.message, int(stored.octets.Int64))
}

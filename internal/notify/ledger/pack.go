package ledger

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
)

// mostOctets is how large a letter may be that is kept: several times what mail servers
// take ([notify.MostOctets]), since plans of the first schema were frozen without that
// limit. Reading never takes more room than that, whatever a changed ledger asks for.
const mostOctets = 64 << 20

// squeeze is the level of compression. Against a pattern it takes a letter of 10 KB to
// an eighth in 110 µs, and without one to a third in 120 µs. The higher levels take a
// fifth longer for a fifteenth less.
const squeeze = 3

// packer compresses letters, each on its own, so that one can be forgotten without the
// others (RFC 1951). The pattern is a letter like them that is nobody's: what a letter
// shares with it, and that is most of it, takes no room.
type packer struct {
	out bytes.Buffer
	to  *flate.Writer
}

func newPacker(pattern []byte) (*packer, error) {
	p := new(packer)
	var err error
	p.to, err = flate.NewWriterDict(&p.out, squeeze, pattern)
	return p, err
}

// pack returns the letter's packed octets, which are good until the next; the letter's
// own where packing saves nothing.
func (p *packer) pack(letter []byte) ([]byte, error) {
	if len(letter) > mostOctets {
		return nil, fmt.Errorf("a letter of %d octets is larger than the ledger keeps, which is %d", len(letter), mostOctets)
	}
	p.out.Reset()
	p.to.Reset(&p.out)
	if _, err := p.to.Write(letter); err != nil {
		return nil, err
	}
	if err := p.to.Close(); err != nil {
		return nil, err
	}
	if p.out.Len() >= len(letter) {
		return letter, nil
	}
	return p.out.Bytes(), nil
}

// unpacker is the way back.
type unpacker struct {
	pattern []byte
	from    io.ReadCloser
}

var errPacked = errors.New("a letter is not packed as it was")

// unpack returns the letter, which has a known number of octets, and never reads more
// than that.
func (u *unpacker) unpack(packed []byte, octets int) ([]byte, error) {
	switch {
	case octets < len(packed) || octets > mostOctets:
		return nil, errPacked
	case octets == len(packed):
		return packed, nil
	}
	in := bytes.NewReader(packed)
	if err := u.reset(in); err != nil {
		return nil, err
	}
	const usual = 64 << 10 // more room it gets only as octets come: a changed ledger may ask for any
	letter := bytes.NewBuffer(make([]byte, 0, min(octets, usual)+bytes.MinRead))
	_, err := letter.ReadFrom(io.LimitReader(u.from, int64(octets)+1))
	if err != nil || letter.Len() != octets || in.Len() > 0 {
		return nil, errPacked
	}
	return letter.Bytes(), nil
}

// unpack unpacks one letter of a plan; an unpacker has large tables, and is used again.
func (l *Ledger) unpack(p Stored, stored letter) ([]byte, error) {
	u, again := l.unpackers.Get().(*unpacker)
	if !again {
		u = new(unpacker)
	}
	defer l.unpackers.Put(u)
	u.pattern = p.pattern
	return u.unpack(stored.message, int(stored.octets.Int64))
}

// reset begins with other octets. A reader has large tables: they are kept.
func (u *unpacker) reset(in io.Reader) error {
	if again, is := u.from.(flate.Resetter); is {
		return again.Reset(in, u.pattern)
	}
	u.from = flate.NewReaderDict(in, u.pattern)
	return nil
}

package notify

import (
	"encoding/binary"
	"errors"
	"io"
)

// Scratch is a file that nobody else knows of, for what a survey has no room for.
type Scratch interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// spill is the end of a scratch file, which is opened when the first block goes there.
type spill struct {
	open func() (Scratch, error) // nil: everything stays in memory
	file Scratch
	end  int64
}

// put appends a block and says where it begins.
func (s *spill) put(block []byte) (at int64, err error) {
	if s.file == nil {
		if s.file, err = s.open(); err != nil {
			return 0, err
		}
	}
	at = s.end
	s.end += int64(len(block))
	_, err = s.file.WriteAt(block, at)
	return at, err
}

func (s *spill) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// parted keeps packed records in parts, each of which can be read on its own. Full
// blocks of records stay in memory while there is room, and the others are spilled.
type parted struct {
	spill *spill
	room  int // octets of full blocks that may still stay in memory
	block int // octets of a block
	parts []part
	err   error // a block could not be spilled: nothing can be told any more
}

// part is the records of one part, in blocks.
type part struct {
	open    []byte   // the block that is being filled
	kept    [][]byte // full ones in memory
	spilled []extent
}

// extent is where a block lies in the scratch file.
type extent struct {
	at   int64
	size int
}

// space is the open block of a part, with space for a record of at most so many octets,
// which belongs at its end.
func (p *parted) space(to, record int) *[]byte {
	one := &p.parts[to]
	if len(one.open)+record > cap(one.open) {
		p.flush(one, record)
	}
	return &one.open
}

// flush puts the full block away and begins one that has room for a record.
func (p *parted) flush(one *part, record int) {
	full := one.open
	switch {
	case len(full) == 0:
	case p.spill.open == nil || len(full) <= p.room:
		p.room -= len(full)
		one.kept = append(one.kept, full)
		full = nil
	default:
		at, err := p.spill.put(full)
		p.err = errors.Join(p.err, err)
		one.spilled = append(one.spilled, extent{at, len(full)})
	}
	if one.open = full[:0]; cap(full) < max(record, p.block) {
		one.open = make([]byte, 0, max(record, p.block))
	}
}

// read returns all records of a part, one after the other, in a buffer that may be used
// again.
func (p *parted) read(from int, buffer []byte) ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	one, all := &p.parts[from], buffer[:0]
	for _, e := range one.spilled {
		begin := len(all)
		all = append(all, make([]byte, e.size)...)
		if _, err := p.spill.file.ReadAt(all[begin:], e.at); err != nil {
			return nil, err
		}
	}
	for _, block := range one.kept {
		all = append(all, block...)
	}
	return append(all, one.open...), nil
}

// spaceFor is how many octets texts take at most, each after its length.
func spaceFor(texts ...string) (octets int) {
	for _, text := range texts {
		octets += binary.MaxVarintLen64 + len(text)
	}
	return octets
}

// appendTexts appends texts, each after its length.
func appendTexts(record []byte, texts ...string) []byte {
	for _, text := range texts {
		record = append(binary.AppendUvarint(record, uint64(len(text))), text...)
	}
	return record
}

// cut takes the first text off a record.
func cut(record []byte) (text, rest []byte) {
	size, begin := binary.Uvarint(record)
	end := begin + int(size)
	return record[begin:end], record[end:]
}

// unpacking reads a record from its front. Its texts share one string, which is the
// record's own.
type unpacking struct {
	octets []byte
	all    string
}

func unpack(record []byte) unpacking { return unpacking{record, string(record)} }

func (u *unpacking) uint64() uint64 {
	n := binary.LittleEndian.Uint64(u.octets)
	u.skip(8)
	return n
}

func (u *unpacking) number() int {
	n, size := binary.Uvarint(u.octets)
	u.skip(size)
	return int(n)
}

func (u *unpacking) text() string {
	size := u.number()
	text := u.all[:size]
	u.skip(size)
	return text
}

func (u *unpacking) skip(n int) { u.octets, u.all = u.octets[n:], u.all[n:] }

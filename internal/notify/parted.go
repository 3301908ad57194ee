package notify

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"sync"

	"tocsin/internal/hugepages"
)

// Scratch is a file that nobody else knows of, for what a survey has no room for.
type Scratch interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// spill is the end of a scratch file, which is opened when the first block goes there.
type spill struct {
	mutex sync.Mutex
	open  func() (Scratch, error) // nil: everything stays in memory
	file  Scratch
	end   int64
}

// put appends a block and says where it begins.
func (s *spill) put(block []byte) (at int64, err error) {
	file, at, err := s.space(int64(len(block)))
	if err == nil {
		_, err = file.WriteAt(block, at)
	}
	return at, err
}

// space is where so many octets belong.
func (s *spill) space(octets int64) (file Scratch, at int64, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.file == nil {
		if s.file, err = s.open(); err != nil {
			return nil, 0, err
		}
	}
	at = s.end
	s.end += octets
	return s.file, at, nil
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
	block int // octets of a block
	pens  []*pen
	mutex sync.Mutex
	room  int // octets of full blocks that may still stay in memory
	parts []part
	err   error // a block could not be spilled: nothing can be told any more
}

// part is the full blocks of one part.
type part struct {
	kept    [][]byte
	spilled []extent
}

// extent is where a block lies in the scratch file.
type extent struct {
	at   int64
	size int
}

// pen writes records, beside others. A part has a block of each that is being filled.
type pen struct {
	to   *parted
	open [][]byte
	slab []byte // a block of each part, once one was full: what comes next goes into any of them
}

// pen is one more. No other may be writing yet.
func (p *parted) pen() *pen {
	p.pens = append(p.pens, &pen{to: p, open: make([][]byte, len(p.parts))})
	return p.pens[len(p.pens)-1]
}

// space is the open block of a part, with space for a record of at most so many octets,
// which belongs at its end.
func (w *pen) space(part, record int) *[]byte {
	open := &w.open[part]
	if len(*open)+record > cap(*open) {
		w.to.away(part, *open)
		*open = w.empty(part, record)
	}
	return open
}

// empty is an empty block for a part, with room for a record.
func (w *pen) empty(part, record int) []byte {
	size := w.to.block
	if record > size || w.open[part] == nil {
		return make([]byte, 0, max(record, size))
	}
	if w.slab == nil {
		w.slab = hugepages.Make[byte](len(w.open) * size)
	}
	return w.slab[part*size : part*size : (part+1)*size]
}

// away puts a block away, which may then be written over.
func (p *parted) away(to int, block []byte) {
	if len(block) == 0 || p.keeps(to, block) {
		return
	}
	at, err := p.spill.put(block)
	p.note(to, extent{at, len(block)}, err)
}

// seal puts away the blocks that are being filled: nothing more is written.
func (p *parted) seal() {
	for _, w := range p.pens {
		for to, block := range w.open {
			p.away(to, block)
		}
		clear(w.open)
		w.slab = nil
	}
	p.pens = nil
}

// keeps keeps a copy of a block in memory, where there is room.
func (p *parted) keeps(to int, full []byte) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.spill.open != nil && len(full) > p.room {
		return false
	}
	p.room -= len(full)
	p.parts[to].kept = append(p.parts[to].kept, bytes.Clone(full))
	return true
}

// note notes where a block was spilled to.
func (p *parted) note(to int, e extent, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.err = cmp.Or(p.err, err) // what fails after the first fails for the same reason
	p.parts[to].spilled = append(p.parts[to].spilled, e)
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
	for _, w := range p.pens {
		all = append(all, w.open[from]...)
	}
	return all, nil
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

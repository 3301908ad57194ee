package inventory

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// splitter cuts CSV into rows and cells, as [encoding/csv] does where it allows nothing
// (RFC 4180, with line ends of either kind; blank lines are no rows).
type splitter struct {
	names  []string // the header row; none before it is read
	mutex  sync.Mutex
	blocks *blocks
	text   string // what was read and nobody has taken yet
	lent   []byte // under it
	line   int    // on which it begins
	after  error  // what follows it; nil where a block does
}

// batch is rows that were cut from one text. Of most of them only commas and ends are
// known: their cells are made when somebody looks at them.
type batch struct {
	text   string
	lent   []byte // under it, until the batch is filled again
	line   int    // on which it begins
	legal  bool   // it is UTF-8
	commas []uint32
	rows   []cutRow
	odd    []oddRow
	cells  []string // of the odd rows
	after  error    // what follows the last row; nil where another batch does
}

// cutRow is where a row begins and ends in its text, and which its first comma is; or
// which of the odd rows it is, counted from 1.
type cutRow struct{ begins, ends, comma, odd uint32 }

// oddRow is a row that has quotes, or that is no good.
type oddRow struct {
	cells, ends int // among those of the batch
	wrong       error
}

// fill cuts the rows of the next text; of the first text only the header, as the number
// of its cells is not known before. Any number may fill batches at a time: each row goes
// into one of them.
func (s *splitter) fill(b *batch) {
	if whole := s.take(b); whole {
		s.cut(b)
	}
}

// take takes the next text. Where it has quotes its rows are cut at once, since only that
// shows where the last of them ends. Else it is whole lines, which are still to be cut.
func (s *splitter) take(b *batch) (whole bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for s.text == "" && s.after == nil {
		s.read()
	}
	s.blocks.giveBack(b.lent)
	*b = batch{text: s.text, lent: s.lent, line: s.line, commas: b.commas, rows: b.rows[:0], odd: b.odd[:0], cells: b.cells[:0]}
	at, open := len(s.text), false
	if whole = len(s.names) > 0 && strings.IndexByte(s.text, '"') < 0; !whole {
		at, open = s.cut(b)
	}
	s.line += strings.Count(s.text[:at], "\n")
	s.keep(s.text[at:])
	switch {
	case open && len(s.text) > maxRow:
		b.after = tooLong(s.line)
	case open && s.after == nil:
		s.read()
	case open && s.after == io.EOF:
		b.add(at, len(b.cells), notCSV(s.line, s.text, errQuote))
		b.after = s.after
	case (open || s.text == "") && s.after != nil:
		b.after = ending(s.after, s.line)
	}
	if b.after != nil {
		s.text, s.after = "", io.EOF // it is told once
	}
	return whole
}

// keep keeps what a batch leaves of the text. What is under that goes with the batch.
func (s *splitter) keep(rest string) {
	if s.lent != nil {
		rest = strings.Clone(rest)
	}
	s.text, s.lent = rest, nil
}

// read puts the next block after what is left of the text.
func (s *splitter) read() {
	next := s.blocks.next()
	s.after = next.err
	if s.text == "" {
		s.text, s.lent = next.text, next.lent
		return
	}
	s.text += next.text
	s.blocks.giveBack(next.lent)
}

// cut cuts rows up to an offset: that of the text's end, or of a row that is open there.
func (s *splitter) cut(b *batch) (at int, open bool) {
	var ascii bool
	b.commas, ascii = findCommas(b.text, b.commas)
	b.legal = ascii || utf8.ValidString(b.text)
	plain := b.legal && len(s.names) > 0 // else every row is looked at closely
	comma, quote := 0, nextQuote(b.text, 0)
	for at < len(b.text) && (len(s.names) > 0 || len(b.rows) == 0) {
		ends, next := line(b.text, at)
		switch last := comma + len(s.names) - 1; {
		case ends == at: // a blank line
		case plain && quote >= next && b.between(comma, last, ends):
			b.rows = append(b.rows, cutRow{uint32(at), uint32(ends), uint32(comma), 0})
			comma = last
		default:
			if next, open = s.closely(b, at); open {
				return at, true
			}
			for int(b.commas[comma]) < next {
				comma++
			}
			quote = nextQuote(b.text, next)
		}
		at = next
	}
	return at, false
}

// between reports whether a line that ends at an offset has the commas from the first up
// to the last, which is already after it.
func (b *batch) between(first, last, ends int) bool {
	return last < len(b.commas) && int(b.commas[last]) >= ends && (first == last || int(b.commas[last-1]) < ends)
}

// line is where the line at an offset ends, and where the next one begins.
func line(text string, at int) (ends, next int) {
	ends, next = len(text), len(text)
	if length := strings.IndexByte(text[at:], '\n'); length >= 0 {
		ends, next = at+length, at+length+1
	}
	if ends > at && text[ends-1] == '\r' {
		ends--
	}
	return ends, next
}

// nextQuote is the offset of the next quote; where there is none, that of the end.
func nextQuote(text string, at int) int {
	if length := strings.IndexByte(text[at:], '"'); length >= 0 {
		return at + length
	}
	return len(text)
}

// closely cuts the row at an offset, whatever there is. It is open where the text ends in
// it. A row that is no CSV ends with the line where that shows: what follows it may be a
// row again.
func (s *splitter) closely(b *batch, begins int) (next int, open bool) {
	first := len(b.cells)
	for at := begins; ; {
		content, ends, err := cell(b.text, at)
		if err == errOpen {
			return begins, true
		}
		b.cells = append(b.cells, content)
		if at = ends + 1; err != nil || ends == len(b.text) || b.text[ends] == '\n' {
			_, next = line(b.text, ends)
			b.add(begins, first, s.wrong(b, begins, next, b.cells[first:], err))
			return next, false
		}
	}
}

// add adds a row that is odd, with the cells from the first on.
func (b *batch) add(begins, first int, wrong error) {
	b.odd = append(b.odd, oddRow{first, len(b.cells), wrong})
	b.rows = append(b.rows, cutRow{begins: uint32(begins), odd: uint32(len(b.odd))})
}

// wrong says what is wrong with a row: it is no CSV, or its cells are not as many as the
// header's, or one of them, in any column, is not UTF-8.
func (s *splitter) wrong(b *batch, begins, next int, cells []string, err error) error {
	broken := -1
	if !b.legal {
		broken = slices.IndexFunc(cells, func(cell string) bool { return !utf8.ValidString(cell) })
	}
	header := len(s.names) == 0
	if next-begins <= maxRow && err == nil && (header || len(cells) == len(s.names) && broken < 0) {
		return nil
	}
	row := written{b.text[begins:next], b.line + strings.Count(b.text[:begins], "\n")}
	switch {
	case len(row.text) > maxRow:
		return tooLong(row.line)
	case err != nil:
		return notCSV(row.line, row.text, err)
	case len(cells) != len(s.names):
		return faultAt(row.line, 0, "bad-row", fmt.Sprintf("%d columns where the header has %d", len(cells), len(s.names)))
	}
	line, at := row.position(broken)
	return faultAt(line, at, "bad-row", s.names[broken]+": not UTF-8")
}

// cell is a cell of a row that is not odd.
func (b *batch) cell(row cutRow, index, columns int) string {
	begins, ends := row.begins, row.ends
	if index > 0 {
		begins = b.commas[int(row.comma)+index-1] + 1
	}
	if index < columns-1 {
		ends = b.commas[int(row.comma)+index]
	}
	return b.text[begins:ends]
}

// written is the row as it stands in the file.
func (b *batch) written(row cutRow) written {
	return written{b.text[row.begins:], b.line + strings.Count(b.text[:row.begins], "\n")}
}

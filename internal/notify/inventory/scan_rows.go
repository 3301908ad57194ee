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

// batch is rows that were cut from one text. Of most of them only the marks between their
// cells are known: the cells are made when somebody looks at them.
type batch struct {
	text  string
	lent  []byte   // under it, until the batch is filled again
	line  int      // on which it begins
	legal bool     // it is UTF-8
	marks []uint32 // where commas and line ends are, and last the text's end
	rows  []cutRow
	odd   []oddRow
	cells []string // of the odd rows
	after error    // what follows the last row; nil where another batch does
}

// cutRow is where a row begins and ends in its text, and which its first mark is; or which
// of the odd rows it is, counted from 1.
type cutRow struct{ begins, ends, mark, odd uint32 }

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
	*b = batch{text: s.text, lent: s.lent, line: s.line, marks: b.marks, rows: b.rows[:0], odd: b.odd[:0], cells: b.cells[:0]}
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
	b.marks, ascii = findMarks(b.text, b.marks)
	b.legal = ascii || utf8.ValidString(b.text)
	cells, quote := len(s.names), nextQuote(b.text, 0)
	if !b.legal {
		cells = 0 // every row is looked at closely
	}
	for mark := 0; at < len(b.text) && (len(s.names) > 0 || len(b.rows) == 0); {
		if ends, next := b.plain(at, mark, cells); ends > at && next <= quote {
			b.rows = append(b.rows, cutRow{uint32(at), uint32(ends), uint32(mark), 0})
			at, mark = next, mark+cells
			continue
		}
		ends, next := line(b.text, at)
		if ends > at { // else it is a blank line
			if next, open = s.closely(b, at); open {
				return at, true
			}
			quote = nextQuote(b.text, next)
		}
		for at = next; int(b.marks[mark]) < next; {
			mark++
		}
	}
	return at, false
}

// plain is where a row ends that begins at an offset and a mark, and where the next one
// begins, if the line has just the commas of so many cells; else 0.
func (b *batch) plain(begins, first, cells int) (ends, next int) {
	last := first + cells - 1
	if cells == 0 || last >= len(b.marks) {
		return 0, 0
	}
	for _, at := range b.marks[first:last] {
		if b.text[at] != ',' {
			return 0, 0
		}
	}
	if ends, next = int(b.marks[last]), int(b.marks[last])+1; ends == len(b.text) {
		next = ends
	} else if b.text[ends] != '\n' {
		return 0, 0
	}
	if ends > begins && b.text[ends-1] == '\r' {
		ends--
	}
	return ends, next
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

// cut cuts the cells that stand at some indices out of a row that is not odd; -1 stands for
// none.
func (b *batch) cut(row cutRow, at []int, cells []string) {
	marks := b.marks[row.mark:]
	cells = cells[:len(at)]
	for i, index := range at {
		switch {
		case index > 0:
			cells[i] = b.text[marks[index-1]+1 : min(marks[index], row.ends)]
		case index == 0:
			cells[i] = b.text[row.begins:min(marks[0], row.ends)]
		}
	}
}

// written is the row as it stands in the file.
func (b *batch) written(row cutRow) written {
	return written{b.text[row.begins:], b.line + strings.Count(b.text[:row.begins], "\n")}
}

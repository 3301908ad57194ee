package inventory

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvFile reads a file with a header row.
type csvFile struct {
	csv    *csv.Reader
	source *measured
	names  []string // the header row
	at     []int    // for each column asked for its index in the header; -1 where it has none
	record []string // the row that was read last
	ended  int      // the line on which it ended
}

func newCSV(text *bufio.Reader) *csvFile {
	f := &csvFile{source: &measured{in: text}}
	f.csv = csv.NewReader(bufio.NewReaderSize(f.source, 32<<10))
	f.csv.ReuseRecord = true
	return f
}

// measured breaks off where a row grows too long: [csv.Reader] would keep all of it.
type measured struct {
	in           *bufio.Reader
	given, limit int64
	ended        bool // csv.Reader asks again after a row that it could not parse
}

var errTooLong = errors.New("a row is too long")

// Read reads no further than a row may reach.
func (m *measured) Read(b []byte) (int, error) {
	if m.ended = m.ended || m.given >= m.limit; m.ended {
		return 0, errTooLong
	}
	n, err := m.in.Read(b[:min(int64(len(b)), m.limit-m.given)])
	m.given += int64(n)
	return n, err
}

// header reads the header row and checks that the columns that must be there are.
func (f *csvFile) header(asked *columns) ([]bool, []fault, error) {
	header, err := f.scan()
	parse, malformed := errors.AsType[*csv.ParseError](err)
	switch {
	case err == io.EOF:
		return nil, []fault{faultAt(1, 0, "empty-table", "the file is empty: it needs a header row")}, nil
	case malformed:
		return nil, []fault{f.unparsed(parse)}, nil
	case err != nil:
		return nil, nil, err
	}
	f.names = slices.Clone(header)
	if faults := f.check(asked); len(faults) > 0 {
		return nil, faults, nil
	}
	there := make([]bool, len(asked.list))
	for i, c := range asked.list {
		at := slices.Index(f.names, c.theirs)
		f.at = append(f.at, at)
		there[i] = at >= 0
	}
	return there, nil, nil
}

func (f *csvFile) check(asked *columns) (faults []fault) {
	line, _ := f.csv.FieldPos(0)
	if !utf8.ValidString(strings.Join(f.names, "")) {
		return []fault{faultAt(line, 0, "bad-row", "the header row is not UTF-8")}
	}
	// The header is not printed: a table without one has a customer in its place.
	if first := f.names[0]; len(f.names) == 1 && strings.HasPrefix(first, "[") {
		return []fault{faultAt(line, 0, "one-column", "this looks like a JSON array: write one object a line here, or CSV")}
	} else if len(f.names) == 1 && strings.ContainsAny(first, ";\t") {
		return []fault{faultAt(line, 0, "one-column", "the header row has one cell: cells are separated by commas here")}
	}
	for _, c := range asked.list {
		if c.needed && !slices.Contains(f.names, c.theirs) {
			faults = append(faults, faultAt(line, 0, "missing-column", c.missing()))
		}
	}
	if len(faults) > 0 {
		return faults // it may be a customer's row: then no cell of it is printed
	}
	seen := make(map[string]bool, len(f.names))
	for i, name := range f.names {
		if seen[name] {
			line, at := f.csv.FieldPos(i)
			faults = append(faults, faultAt(line, at, "duplicate-column", fmt.Sprintf("the column %q stands twice", name)))
		}
		seen[name] = true
	}
	if len(faults) == 0 && slices.ContainsFunc(f.names, asked.strange) {
		return []fault{faultAt(line, 0, "bad-row", "a column that this table does not have: a finding without its node_id or user_id speaks for the whole tailnet")}
	}
	return faults
}

// next reads a row that is CSV and UTF-8, in every column.
func (f *csvFile) next(r *row) error {
	var err error
	f.record, err = f.scan()
	if parse, malformed := errors.AsType[*csv.ParseError](err); malformed {
		return f.unparsed(parse)
	}
	if err != nil {
		return err
	}
	for i, cell := range f.record {
		if !utf8.ValidString(cell) {
			line, at := f.position(i)
			return faultAt(line, at, "bad-row", f.names[i]+": not UTF-8")
		}
	}
	for i, at := range f.at {
		if at >= 0 {
			r.cells[i] = f.record[at]
		}
	}
	return nil
}

// scan reads a row and keeps count of the lines, for the one after it.
func (f *csvFile) scan() ([]string, error) {
	f.source.limit = f.csv.InputOffset() + maxRow
	record, err := f.csv.Read()
	if parse, malformed := errors.AsType[*csv.ParseError](err); malformed {
		f.ended = parse.Line
		return record, err
	}
	last, broken := errors.AsType[fault](err)
	switch {
	case err == errTooLong:
		return nil, tooLong(f.ended + 1)
	case broken:
		last.problem.Position.Line = f.ended + 1
		return nil, last
	case err == nil:
		line, _ := f.csv.FieldPos(len(record) - 1)
		f.ended = line + strings.Count(record[len(record)-1], "\n")
	}
	return record, err
}

// unparsed is a row that is no CSV, at the line on which the row begins: a quote that
// nobody closes swallows the lines after it.
func (f *csvFile) unparsed(err *csv.ParseError) fault {
	message := err.Err.Error()
	switch {
	case errors.Is(err.Err, csv.ErrFieldCount):
		message = fmt.Sprintf("%d columns where the header has %d", len(f.record), len(f.names))
	case errors.Is(err.Err, csv.ErrBareQuote):
		message = "a quote in the middle of a cell that does not begin with one"
	case errors.Is(err.Err, csv.ErrQuote):
		message = "a quoted cell is not closed, or goes on after its closing quote"
	}
	if err.Line > err.StartLine {
		message += fmt.Sprintf(" (found on line %d; the row begins here)", err.Line)
	}
	return faultAt(err.StartLine, 0, "bad-row", message)
}

// place says where the row's cell in a column stands.
func (f *csvFile) place(column int) (line, at int) {
	if f.at[column] < 0 {
		line, _ = f.csv.FieldPos(0)
		return line, 0
	}
	return f.position(f.at[column])
}

// position counts a cell's column in characters, where [csv.Reader] counts octets.
func (f *csvFile) position(index int) (line, at int) {
	line, at = f.csv.FieldPos(index)
	for i, cell := range f.record[:index] {
		begins, _ := f.csv.FieldPos(i)
		if begins+strings.Count(cell, "\n") == line {
			cell = cell[strings.LastIndexByte(cell, '\n')+1:]
			at -= len(cell) - utf8.RuneCountInString(cell)
		}
	}
	return line, at
}

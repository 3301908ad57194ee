package inventory

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvFile reads a file with a header row. Several may read one file beside each other:
// each takes the next piece of its text when it is done with the one before.
type csvFile struct {
	*splitter
	at    []int  // for each column asked for its index in the header; -1 where it has none
	batch *batch // whose rows are looked at
	turn  int    // the row of it that comes next
}

func newCSV(text *blocks) *csvFile {
	return &csvFile{splitter: &splitter{blocks: text, line: 1}, batch: new(batch)}
}

// beside reads the same file; only what the header says is known of it.
func (f *csvFile) beside() scanner {
	return &csvFile{splitter: f.splitter, at: f.at, batch: new(batch)}
}

// header reads the header row and checks that the columns that must be there are.
func (f *csvFile) header(asked *columns) ([]bool, []fault, error) {
	for len(f.batch.rows) == 0 && f.batch.after == nil {
		f.fill(f.batch)
	}
	if len(f.batch.rows) == 0 {
		if f.batch.after == io.EOF {
			return nil, []fault{faultAt(1, 0, "empty-table", "the file is empty: it needs a header row")}, nil
		}
		return nil, nil, f.batch.after
	}
	header := f.batch.odd[0]
	if bad, is := header.wrong.(fault); is && !bad.last {
		return nil, []fault{bad}, nil
	} else if header.wrong != nil {
		return nil, nil, header.wrong
	}
	names := slices.Clone(f.batch.cells[:header.ends])
	for i := range names {
		names[i] = strings.Clone(names[i]) // the batch is filled again
	}
	if faults := f.check(asked, names, f.batch.written(f.batch.rows[0])); len(faults) > 0 {
		return nil, faults, nil
	}
	f.names = names
	there := make([]bool, len(asked.list))
	for i, c := range asked.list {
		at := slices.Index(f.names, c.theirs)
		f.at = append(f.at, at)
		there[i] = at >= 0
	}
	f.turn = len(f.batch.rows)
	return there, nil, nil
}

// check finds what is wrong with a header.
func (f *csvFile) check(asked *columns, names []string, row written) (faults []fault) {
	if slices.ContainsFunc(names, func(name string) bool { return !utf8.ValidString(name) }) {
		return []fault{faultAt(row.line, 0, "bad-row", "the header row is not UTF-8")}
	}
	// The header is not printed: a table without one has a customer in its place.
	if first := names[0]; len(names) == 1 && strings.HasPrefix(first, "[") {
		return []fault{faultAt(row.line, 0, "one-column", "this looks like a JSON array: write one object a line here, or CSV")}
	} else if len(names) == 1 && strings.ContainsAny(first, ";\t") {
		return []fault{faultAt(row.line, 0, "one-column", "the header row has one cell: cells are separated by commas here")}
	}
	for _, c := range asked.list {
		if c.needed && !slices.Contains(names, c.theirs) {
			faults = append(faults, faultAt(row.line, 0, "missing-column", c.missing()))
		}
	}
	if len(faults) > 0 {
		return faults // it may be a customer's row: then no cell of it is printed
	}
	for _, said := range asked.misspelt(names) {
		faults = append(faults, faultAt(row.line, 0, "missing-column", said))
	}
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			line, at := row.position(i)
			faults = append(faults, faultAt(line, at, "duplicate-column", fmt.Sprintf("the column %q stands twice", name)))
		}
		seen[name] = true
	}
	if len(faults) == 0 && slices.ContainsFunc(names, asked.strange) {
		return []fault{faultAt(row.line, 0, "bad-row", "a column that this table does not have: a finding without its node_id or user_id speaks for the whole tailnet")}
	}
	return faults
}

// next hands out a row that is CSV and UTF-8, in every column.
func (f *csvFile) next(r *row) error {
	for f.turn == len(f.batch.rows) {
		if f.batch.after != nil {
			return f.batch.after
		}
		f.fill(f.batch)
		f.turn = 0
	}
	row := f.batch.rows[f.turn]
	f.turn++
	if row.odd > 0 {
		return f.pick(r, f.batch.odd[row.odd-1])
	}
	f.batch.cut(row, f.at, r.cells)
	return nil
}

// pick takes the cells of an odd row, where it is sound.
func (f *csvFile) pick(r *row, odd oddRow) error {
	cells := f.batch.cells[odd.cells:odd.ends]
	for i, at := range f.at {
		if at >= 0 && odd.wrong == nil {
			r.cells[i] = cells[at]
		}
	}
	return odd.wrong
}

// place says where the row's cell in a column stands.
func (f *csvFile) place(column int) (line, at int) {
	row := f.batch.written(f.batch.rows[f.turn-1])
	if f.at[column] < 0 {
		return row.line, 0
	}
	return row.position(f.at[column])
}

// close ends reading.
func (f *csvFile) close() { f.blocks.close() }

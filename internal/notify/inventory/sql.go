package inventory

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"tocsin/internal/notify/database"
	"tocsin/internal/source"
)

// Query is a table that a database is asked for.
type Query struct {
	Name string // as a person would look for it: inventory.nodes
	Open func() (database.Rows, error)
}

// queried reads the rows of a query, which have numbers in place of lines.
type queried struct {
	rows   database.Rows
	names  []string // of the columns
	at     []int    // for each column asked for its index in the names; -1 where it has none
	cells  []string // of the row that was read last
	number int      // of that row
}

// query reads the table's query as if it were a file.
func (r *reading) query(visits []func(*row)) (err error) {
	r.file = r.Query.Name
	rows, err := r.Query.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names := rows.Columns()
	r.scanner = &queried{rows: rows, names: names, cells: make([]string, len(names))}
	err = r.scanned(visits)
	if last, bad := errors.AsType[fault](err); bad {
		r.add(last)
		err = nil
	}
	return err
}

// header finds the columns by the names that the query gives them.
func (f *queried) header(asked *columns) ([]bool, []fault, error) {
	there := make([]bool, len(asked.list))
	var faults []fault
	for i, c := range asked.list {
		at := slices.Index(f.names, c.theirs)
		f.at = append(f.at, at)
		if there[i] = at >= 0; c.needed && !there[i] {
			faults = append(faults, faultAt(0, 0, "missing-column", c.missing()))
		}
	}
	for _, said := range asked.misspelt(f.names) {
		faults = append(faults, faultAt(0, 0, "missing-column", said))
	}
	for i, name := range f.names {
		switch {
		case slices.Contains(f.names[:i], name):
			faults = append(faults, faultAt(0, 0, "duplicate-column", fmt.Sprintf("the column %q stands twice", name)))
		case asked.strange(name):
			faults = append(faults, faultAt(0, 0, "bad-row", fmt.Sprintf("the column %q is none that this table has", name)))
		}
	}
	return there, faults, nil
}

// next reads a row that is UTF-8, in every column.
func (f *queried) next(r *row) error {
	err := f.rows.Next(f.cells)
	if err == io.EOF {
		return err
	}
	f.number++
	if cell, is := errors.AsType[*database.CellError](err); is {
		return faultAt(f.number, 0, "bad-row", f.names[cell.Column]+": "+cell.Why)
	}
	if err == database.ErrTooLong {
		last := faultAt(f.number, 0, "bad-row", "the row is longer than 16 MiB: the rows after it cannot be read")
		last.last = true
		return last
	}
	if err != nil {
		return err
	}
	octets := 0
	for i, cell := range f.cells {
		if !utf8.ValidString(cell) {
			return faultAt(f.number, 0, "bad-row", f.names[i]+": not UTF-8")
		}
		octets += len(cell)
	}
	if octets > maxRow {
		return faultAt(f.number, 0, "bad-row", "the row is longer than 1 MiB")
	}
	for i, at := range f.at {
		if at >= 0 {
			r.cells[i] = f.cells[at]
		}
	}
	return nil
}

// placed says of a problem which row it is about, and where rows of queries are mended.
func (q *Query) placed(p source.Problem) source.Problem {
	if row := p.Position.Line; row > 0 {
		p.Position = source.Position{File: fmt.Sprintf("%s: row %d", q.Name, row)}
	}
	p.Hint = "mend it in the database, or in the query: no row is left out in silence. With ORDER BY, rows keep their numbers"
	return p
}

// place numbers the row, and the column as it was asked for.
func (f *queried) place(column int) (line, at int) { return f.number, column + 1 }

// beside is nobody: a database answers one.
func (f *queried) beside() scanner { return nil }

// close has nothing to end: the rows are read where they are asked for.
func (f *queried) close() {}

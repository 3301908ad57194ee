// Package inventory reads the private tables of tailnets and nodes.
//
// A table is read as a stream and in any row order. A row that cannot be read is a
// problem with its line, never skipped: a plan made without it would leave out a
// customer in silence. Problems name columns and lines, not what stands in them,
// because they reach terminals and logs.
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

	"tocsin/internal/source"
)

// mostProblems is how many bad rows of one table are listed; the rest are counted.
const mostProblems = 20

// table is one CSV file with a header row (RFC 4180).
type table struct {
	name     string
	csv      *csv.Reader
	header   []string
	row      []string
	problems source.Problems
	more     int
	broken   error // the file stopped being readable at its header
}

// open reads the header row and checks that the columns that must be there are.
func open(name string, r io.Reader, required ...string) *table {
	t := &table{name: name, csv: csv.NewReader(withoutMark(r))}
	t.csv.ReuseRecord = true
	header, err := t.csv.Read()
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		t.add(1, 0, "empty-table", "the file is empty: it needs a header row")
	case errors.As(err, &parse):
		t.parseProblem(parse, 0)
	case err != nil:
		t.broken = err
	default:
		t.header = slices.Clone(header)
		t.checkHeader(required)
	}
	return t
}

// byteOrderMark is what spreadsheets put before a table that they save as UTF-8.
const byteOrderMark = "\uFEFF"

// withoutMark leaves out a byte order mark at the start: it would become part of
// the first column's name.
func withoutMark(r io.Reader) io.Reader {
	in := bufio.NewReader(r)
	if start, err := in.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
		_, _ = in.Discard(len(byteOrderMark)) // what was peeked at is there
	}
	return in
}

func (t *table) checkHeader(required []string) {
	line, _ := t.csv.FieldPos(0)
	if !utf8.ValidString(strings.Join(t.header, "")) {
		t.add(line, 0, "bad-row", "the header row is not UTF-8")
		return
	}
	// The header is not printed: a table without one has a customer in its place.
	if len(t.header) == 1 && len(required) > 1 && strings.ContainsAny(t.header[0], ";\t") {
		t.add(line, 0, "one-column", "the header row has one cell: cells are separated by commas here")
		return
	}
	for _, column := range required {
		if !slices.Contains(t.header, column) {
			t.add(line, 0, "missing-column", fmt.Sprintf("the column %q is missing", column))
		}
	}
	if len(t.problems) > 0 {
		return // it may be a customer's row: then no cell of it is printed
	}
	for i, column := range t.header {
		if slices.Contains(t.header[:i], column) {
			line, at := t.csv.FieldPos(i)
			t.add(line, at, "duplicate-column", fmt.Sprintf("the column %q stands twice", column))
		}
	}
}

// each calls visit for every readable row and reports the others. The error is a
// file that stops being readable.
func (t *table) each(visit func()) error {
	if t.broken != nil {
		return fmt.Errorf("%s: %w", t.name, t.broken)
	}
	if len(t.problems) > 0 {
		return nil // without its columns a table means nothing
	}
	var parse *csv.ParseError
	for {
		row, err := t.csv.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &parse):
			t.parseProblem(parse, len(row))
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", t.name, err)
		}
		t.row = row
		if t.legible() {
			visit()
		}
	}
}

// parseProblem reports a row that is no CSV, at the line on which the row begins: a
// quote that nobody closes swallows the lines after it.
func (t *table) parseProblem(err *csv.ParseError, got int) {
	message := err.Err.Error()
	switch {
	case errors.Is(err.Err, csv.ErrFieldCount):
		message = fmt.Sprintf("%d columns where the header has %d", got, len(t.header))
	case errors.Is(err.Err, csv.ErrBareQuote):
		message = "a quote in the middle of a cell that does not begin with one"
	case errors.Is(err.Err, csv.ErrQuote):
		message = "a quoted cell is not closed, or goes on after its closing quote"
	}
	if err.Line > err.StartLine {
		message += fmt.Sprintf(" (found on line %d; the row begins here)", err.Line)
	}
	t.add(err.StartLine, 0, "bad-row", message)
}

// legible reports cells that are not UTF-8.
func (t *table) legible() bool {
	for i, cell := range t.row {
		if !utf8.ValidString(cell) {
			t.bad(i, "not UTF-8")
			return false
		}
	}
	return true
}

// column finds a column of the header; -1 where the table has none of that name.
func (t *table) column(name string) int { return slices.Index(t.header, name) }

// cell is the current row's text in a column; empty where the table has no such column.
func (t *table) cell(column int) string {
	if column < 0 {
		return ""
	}
	return t.row[column]
}

// bad reports the current row's cell.
func (t *table) bad(column int, what string) {
	line, at := t.csv.FieldPos(column)
	t.add(line, at, "bad-row", fmt.Sprintf("%s: %s", t.header[column], what))
}

// add lists a problem, or counts it where enough are listed.
func (t *table) add(line, column int, code, message string) {
	if len(t.problems) == mostProblems {
		t.more++
		return
	}
	t.problems = append(t.problems, source.Problem{
		Position: source.Position{File: t.name, Line: line, Column: column},
		Code:     code,
		Message:  message,
		Hint:     "export the table again, or mend the row: no row is left out in silence",
	})
}

// found returns the problems, the last of them counting those that are not listed.
func (t *table) found() source.Problems {
	if t.more > 0 {
		t.problems = append(t.problems, source.Problem{
			Position: source.Position{File: t.name}, Code: "bad-row",
			Message: fmt.Sprintf("%d more bad rows", t.more),
		})
	}
	return t.problems
}

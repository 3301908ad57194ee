package inventory

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// jsonLines reads a file that has one object on each line (jsonlines.org). A key is a
// column: its value is text, a number or true or false; null is an empty cell.
type jsonLines struct {
	lines  *bufio.Scanner
	failed *failure
	asked  []column
	number int    // of the line that was read last
	line   string // its text
	starts []int  // for each column asked for the offset of its value in the line; -1 where it has none
	keys   []string
}

// failure keeps a reader's error apart from the last line before it: a [bufio.Scanner]
// hands that line out although nobody knows whether it is whole.
type failure struct {
	in  io.Reader
	err error
}

func (f *failure) Read(b []byte) (int, error) {
	n, err := f.in.Read(b)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

func newJSONLines(text *bufio.Reader) *jsonLines {
	failed := &failure{in: text}
	lines := bufio.NewScanner(failed)
	lines.Buffer(make([]byte, 0, 64<<10), maxRow)
	return &jsonLines{lines: lines, failed: failed}
}

// header only takes note of the columns: every line names its own.
func (f *jsonLines) header(asked *columns) ([]bool, []fault, error) {
	f.asked, f.starts = asked.list, make([]int, len(asked.list))
	return nil, nil, nil
}

// next reads the next line that is not blank.
func (f *jsonLines) next(r *row) error {
	for f.lines.Scan() {
		f.number++
		if len(bytes.TrimSpace(f.lines.Bytes())) == 0 {
			continue
		}
		if f.failed.err != nil {
			break
		}
		return f.object(r)
	}
	last, broken := errors.AsType[fault](f.failed.err)
	switch {
	case broken:
		last.problem.Position.Line = f.number + 1
		return last
	case f.failed.err != nil:
		return f.failed.err
	case errors.Is(f.lines.Err(), bufio.ErrTooLong):
		return tooLong(f.number + 1)
	}
	return io.EOF
}

// object reads the line's object into the row.
func (f *jsonLines) object(r *row) error {
	for i := range f.asked {
		r.cells[i], r.there[i], f.starts[i] = "", false, -1
	}
	f.keys = f.keys[:0]
	if err := f.wellFormed(f.lines.Bytes()); err != nil {
		return err
	}
	w := walker{text: f.line}
	w.past('{')
	for !w.past('}') {
		if err := f.member(&w, r); err != nil {
			return err
		}
		w.past(',')
	}
	for i, c := range f.asked {
		if c.needed && !r.there[i] {
			return faultAt(f.number, 0, "bad-row", c.missing())
		}
	}
	return nil
}

// wellFormed checks that the line is UTF-8 and one whole object, so that walking
// through it cannot fail.
func (f *jsonLines) wellFormed(line []byte) error {
	f.line = string(line)
	if !utf8.Valid(line) {
		return faultAt(f.number, 0, "bad-row", "not UTF-8")
	}
	if !json.Valid(line) {
		var value json.RawMessage
		at := 0
		if syntax, is := errors.AsType[*json.SyntaxError](json.Unmarshal(line, &value)); is {
			at = f.column(int(syntax.Offset) - 1)
		}
		return faultAt(f.number, at, "bad-row", "not JSON: JSON Lines have one whole object on each line")
	}
	if !strings.HasPrefix(strings.TrimLeft(f.line, " \t\r"), "{") {
		return faultAt(f.number, 0, "bad-row", "not an object: JSON Lines have one whole object on each line")
	}
	return nil
}

// member reads a key and its value; the value counts where the key is asked for.
func (f *jsonLines) member(w *walker, r *row) error {
	begins := w.space()
	key, whole := w.str()
	if !whole {
		return faultAt(f.number, f.column(begins), "bad-row", "half of a surrogate pair is no character")
	}
	if slices.Contains(f.keys, key) {
		return faultAt(f.number, f.column(begins), "bad-row", "the column stands twice in this row")
	}
	f.keys = append(f.keys, key)
	if r.reading.asked.strange(key) {
		return faultAt(f.number, f.column(begins), "bad-row", "a column that this table does not have")
	}
	w.past(':')
	begins = w.space()
	text, what := w.value()
	for i, c := range f.asked {
		if c.theirs != key {
			continue
		}
		if what != "" {
			return faultAt(f.number, f.column(begins), "bad-row", fmt.Sprintf("%s: %s", key, what))
		}
		r.cells[i], r.there[i], f.starts[i] = text, true, begins
	}
	return nil
}

// place says where the row's value in a column stands.
func (f *jsonLines) place(column int) (line, at int) {
	if f.starts[column] < 0 {
		return f.number, 0
	}
	return f.number, f.column(f.starts[column])
}

// column counts an offset of the line in characters, from 1.
func (f *jsonLines) column(offset int) int {
	offset = min(max(offset, 0), len(f.line))
	return utf8.RuneCountInString(f.line[:offset]) + 1
}

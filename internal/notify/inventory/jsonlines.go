package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// jsonLines reads a file that has one object on each line (jsonlines.org). A key is a
// column: its value is text, a number or true or false; null is an empty cell.
type jsonLines struct {
	shared *sharedLines
	text   string // lines that were not looked at
	after  error  // what follows them; nil where others do
	asked  []column
	number int    // of the line that was read last
	line   string // its text
	octets []byte // the same, for encoding/json
	starts []int  // for each column asked for the offset of its value in the line; -1 where it has none
	keys   []string
	meant  []int          // columns that keys of the line mean, and do not name
	near   map[string]int // which column a key means, as [columns.near] has it
}

// sharedLines is a text of which several read: each line goes to one of them.
type sharedLines struct {
	mutex  sync.Mutex
	blocks *blocks
	number int   // of the last line that was taken
	after  error // nothing is left
}

func newJSONLines(text *blocks) *jsonLines { return &jsonLines{shared: &sharedLines{blocks: text}} }

// beside reads the same file.
func (f *jsonLines) beside() scanner {
	other := &jsonLines{shared: f.shared}
	other.ask(f.asked)
	return other
}

// take takes the next lines, and the number of the line before them.
func (s *sharedLines) take() (text string, number int, after error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.after != nil {
		return "", s.number, s.after
	}
	next := s.blocks.next()
	number = s.number
	s.number += strings.Count(next.text, "\n")
	if next.err != nil {
		last := s.number + 1
		if next.text != "" && !strings.HasSuffix(next.text, "\n") {
			last++
		}
		after, s.after = ending(next.err, last), io.EOF // it is told once
	}
	return next.text, number, after
}

// header only takes note of the columns: every line names its own.
func (f *jsonLines) header(asked *columns) ([]bool, []fault, error) {
	f.ask(asked.list)
	return nil, nil, nil
}

func (f *jsonLines) ask(columns []column) {
	f.asked, f.starts, f.near = columns, make([]int, len(columns)), make(map[string]int)
}

// next reads the next line that is not blank.
func (f *jsonLines) next(r *row) error {
	for {
		for f.text != "" {
			f.line, f.text, _ = strings.Cut(f.text, "\n")
			f.number++
			if strings.TrimSpace(f.line) != "" {
				return f.object(r)
			}
		}
		if f.after != nil {
			return f.after
		}
		f.text, f.number, f.after = f.shared.take()
	}
}

// object reads the line's object into the row.
func (f *jsonLines) object(r *row) error {
	for i := range f.asked {
		r.cells[i], r.there[i], f.starts[i] = "", false, -1
	}
	f.keys, f.meant = f.keys[:0], f.meant[:0]
	if err := f.wellFormed(); err != nil {
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
	for _, i := range f.meant {
		if !r.there[i] {
			return faultAt(f.number, 0, "missing-column", f.asked[i].misspelt())
		}
	}
	return nil
}

// wellFormed checks that the line is UTF-8 and one whole object, so that walking
// through it cannot fail.
func (f *jsonLines) wellFormed() error {
	if !utf8.ValidString(f.line) {
		return faultAt(f.number, 0, "bad-row", "not UTF-8")
	}
	f.octets = append(f.octets[:0], f.line...)
	if !json.Valid(f.octets) {
		var value json.RawMessage
		at := 0
		if syntax, is := errors.AsType[*json.SyntaxError](json.Unmarshal(f.octets, &value)); is {
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
	if at := f.means(r.reading.asked, key); at >= 0 {
		f.meant = append(f.meant, at)
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

// mostKeys is how many keys are remembered: a line may hold as many as it likes.
const mostKeys = 1 << 10

// means is the index of the column that a key means, and does not name; -1 where there is none.
func (f *jsonLines) means(asked *columns, key string) int {
	at, known := f.near[key]
	if !known {
		if at = asked.near(key); len(f.near) < mostKeys {
			f.near[strings.Clone(key)] = at
		}
	}
	return at
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

// close ends reading.
func (f *jsonLines) close() { f.shared.blocks.close() }

package build

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/publish/feed"
	"tocsin/internal/tape"
)

// Memory is what a walk leaves for the next one: of each bulletin what check found, what lists
// need, and the digest of its page.
//
// It is a hint and no truth. What it says of a bulletin holds only while
//
//   - everything that bulletins have in common is the same: the Key, which its user makes of
//     tocsin itself, the settings, the templates, the policies and their rules;
//   - the files of the bulletin are those that were read: see [content.Identity];
//   - no date in the bulletin has come since, by which it could be judged otherwise.
//
// Everything else is read again, and so is all of it where the memory is damaged or gone. Whether
// public/ still holds what the memory says, package publish finds out for itself.
type Memory struct {
	Key     string
	checked time.Time             // by the clock that decides what is due
	records map[string]*record    // by the identity of a bulletin's files
	shared  map[string]sharedFile // files that show several bulletins, by path
	kept    bool                  // it stands in its file
}

// record is what is remembered of one bulletin file.
type record struct {
	until  time.Time // from when on it does not hold; zero: it holds for ever
	look   check.Look
	public bool
	shown  *shown // of what readers may see
}

// recall finds what holds of a bulletin's files at an instant; nil where nothing does.
func (m *Memory) recall(id content.Identity, now time.Time) *record {
	if m == nil || id.Is == "" || now.Before(m.checked) {
		return nil
	}
	r := m.records[id.Is]
	if r == nil || !r.until.IsZero() && !now.Before(r.until) {
		return nil
	}
	return r
}

// of is what is remembered of the files of some steps; all of it where it is of no others.
func (m *Memory) of(steps []*step) *Memory {
	some := &Memory{Key: m.Key, checked: m.checked, shared: m.shared, records: make(map[string]*record, len(m.records))}
	for _, s := range steps {
		if r := m.records[s.identity.Is]; r != nil {
			some.records[s.identity.Is] = r
		}
	}
	if len(some.records) == len(m.records) {
		return m
	}
	return some
}

// coarse is how far behind the clock of a file system can be: a file that is younger than that,
// against the beginning of the walk, may yet change without its times changing.
const coarse = 100 * time.Millisecond

// memory is what this walk leaves: the last walk's own where nothing is new.
func (p *pass) memory() *Memory {
	if p.Last != nil && p.sameAsLast() {
		return p.Last
	}
	m := &Memory{checked: p.Now, records: make(map[string]*record, len(p.steps)), shared: p.shared}
	for _, s := range p.steps {
		if s.identity.Is == "" || !s.identity.Youngest.Before(p.Began.Add(-coarse)) {
			continue
		}
		m.records[s.identity.Is] = s.record
	}
	return m
}

// sameAsLast reports whether everything that this walk knows the last one knew.
func (p *pass) sameAsLast() bool {
	return len(p.steps) == len(p.Last.records) && maps.Equal(p.shared, p.Last.shared) &&
		!slices.ContainsFunc(p.steps, func(s *step) bool { return !s.old })
}

// head begins the file of a memory, with the version of what follows.
const head = "tocsin memory 1\n"

// ReadMemory reads the memory of a walk from a file. One that is not there, is damaged, or has
// another key is no memory: nil. The error is what the system refused.
func ReadMemory(file, key string) (*Memory, error) {
	text, err := readAll(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the last build left: %w", err)
	}
	text, sound := strings.CutPrefix(text, head)
	end := len(text) - sha256.Size
	if !sound || end < 0 || !sumOf(text[:end], text[end:]) {
		return nil, nil
	}
	m := &Memory{shared: make(map[string]sharedFile), kept: true}
	t := tape.Read(text[:end])
	count := m.heading(t)
	if m.Key != key {
		return nil, nil
	}
	m.records = make(map[string]*record, min(count, int64(len(text))))
	for range count {
		var e entry
		e.tape(t)
		m.records[e.name] = &e.record
	}
	if t.End() != nil {
		return nil, nil
	}
	return m, nil
}

// readAll reads a file into one text, which everything that is read from it shares.
func readAll(file string) (text string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var b strings.Builder
	if info, err := f.Stat(); err == nil {
		b.Grow(int(info.Size()))
	}
	_, err = io.Copy(&b, f)
	return b.String(), err
}

// sumOf reports whether a text has a SHA-256.
func sumOf(text, sum string) bool {
	h := sha256.New()
	_, _ = io.WriteString(h, text) // a hash takes everything
	return string(h.Sum(nil)) == sum
}

// Keep writes the memory to a file that only its owner can read, since drafts are in it; one that
// was read from the file and is as it was need not be written. A file that is cut off by a power
// cut has another sum, and is no memory.
func (m *Memory) Keep(file string) (err error) {
	if m.kept {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep what the build knows: %w", err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(m.writeTo(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (m *Memory) writeTo(f io.Writer) error {
	h := sha256.New()
	out := bufio.NewWriterSize(f, 1<<20)
	both := io.MultiWriter(out, h)
	if _, err := io.WriteString(out, head); err != nil {
		return err
	}
	t := tape.Write()
	m.heading(t)
	for name, r := range m.records {
		e := entry{name, *r}
		e.tape(t)
		if _, err := both.Write(t.Bytes()); err != nil {
			return err
		}
		t.Reset()
	}
	if _, err := both.Write(t.Bytes()); err != nil { // the heading, where there are no records
		return err
	}
	if _, err := out.Write(h.Sum(nil)); err != nil {
		return err
	}
	return out.Flush()
}

// heading is what stands before the records, and how many those are.
func (m *Memory) heading(t *tape.Tape) (count int64) {
	count = int64(len(m.records))
	t.String(&m.Key)
	t.Time(&m.checked)
	t.Int(&count)
	var files []named
	for path, f := range m.shared {
		files = append(files, named{path, f})
	}
	tape.List(t, &files, func(t *tape.Tape, f *named) {
		t.String(&f.path)
		f.tape(t)
	})
	for _, f := range files {
		m.shared[strings.Clone(f.path)] = f.sharedFile // else the path holds the whole text
	}
	return count
}

// named is a shared file with its path, as it stands on a tape.
type named struct {
	path string
	sharedFile
}

// entry is a record under its name, as it stands on a tape.
type entry struct {
	name string
	record
}

func (e *entry) tape(t *tape.Tape) {
	t.String(&e.name)
	t.Time(&e.until)
	e.look.Tape(t)
	t.Bool(&e.public)
	if !e.public {
		return
	}
	if t.Reading() {
		e.shown = new(shown)
	}
	e.shown.tape(t)
}

func (s *shown) tape(t *tape.Tape) {
	c := &s.card
	tape.Text(t, &c.ID)
	t.String(&c.Title)
	t.Time(&c.Published)
	t.Time(&c.Announced)
	t.Time(&c.Modified)
	tape.Text(t, &c.Severity)
	tape.Number(t, &c.Action)
	tape.List(t, &c.Products, (*tape.Tape).String)
	t.Bool(&c.Withdrawn)
	tape.List(t, &c.Cites, (*tape.Tape).String)
	tape.Text(t, &c.Entry)
	t.Sum(&c.Mark)
	t.String(&s.path)
	t.Sum(&s.sum)
	t.String(&s.sight)
	there := s.item != nil
	t.Bool(&there)
	if there && t.Reading() {
		s.item = new(item)
	}
	if there {
		itemTape(t, &s.item.Item)
		t.Sum(&s.item.sum)
	}
}

func itemTape(t *tape.Tape, i *feed.Item) {
	for _, text := range []*string{&i.ID, &i.GUID, (*string)(&i.State), &i.Title, &i.Change, &i.Summary, &i.URL, &i.Content, &i.Severity, &i.Action} {
		t.String(text)
	}
	t.Time(&i.Announced)
	t.Time(&i.Updated)
	tape.List(t, &i.Products, (*tape.Tape).String)
}

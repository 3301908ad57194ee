package build

import (
	"bufio"
	"bytes"
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

	"tocsin/internal/content"
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

// For is the memory where it has this key, else none.
func (m *Memory) For(key string) *Memory {
	if m == nil || m.Key != key {
		return nil
	}
	return m
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

// holds reports whether anything that is remembered is of the files of some steps.
func (m *Memory) holds(steps []*step) bool {
	return slices.ContainsFunc(steps, func(s *step) bool { return m.records[s.identity.Is] != nil })
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
const head = "tocsin memory 4\n"

// ReadMemory reads the memory of a walk from a file. One that is not there or is damaged is no
// memory: nil. The error is what the system refused.
func ReadMemory(file string) (*Memory, error) {
	text, sound, err := readSummed(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the last build left: %w", err)
	}
	text, known := strings.CutPrefix(text, head)
	if !known || !sound {
		return nil, nil
	}
	m := &Memory{shared: make(map[string]sharedFile), kept: true}
	t := tape.Read(text)
	count := m.heading(t)
	if count < 0 || count > int64(len(text)) { // a record takes an octet at least
		return nil, nil
	}
	m.records = make(map[string]*record, count)
	all := make([]record, count)
	for i := range all {
		var name string
		t.String(&name)
		all[i].heading(t)
		m.records[name] = &all[i]
	}
	if t.End() != nil {
		return nil, nil
	}
	return m, nil
}

// readSummed reads a file that ends with the SHA-256 of what stands before it, into one text,
// which everything that is read from it shares; sound is whether the digest holds.
func readSummed(file string) (text string, sound bool, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil || info.Size() < sha256.Size {
		return "", false, err
	}
	var b strings.Builder
	b.Grow(int(info.Size()))
	h := sha256.New()
	sum := make([]byte, sha256.Size)
	_, err = io.CopyN(io.MultiWriter(&b, h), f, info.Size()-sha256.Size)
	if err == nil {
		_, err = io.ReadFull(f, sum)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // cut off meanwhile
		return "", false, nil
	}
	return b.String(), bytes.Equal(sum, h.Sum(nil)), err
}

// Keep writes the memory to a file that only its owner can read, since drafts are in it; one that
// was read from the file and is as it was need not be written. A file that is cut off by a power
// cut has another sum, and is no memory.
func (m *Memory) Keep(file string) (err error) {
	if m.kept {
		return nil
	}
	if err = m.writeFile(file + ".new"); err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep what the build knows: %w", err), removeIfThere(file+".new"))
	}
	return nil
}

func removeIfThere(file string) error {
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (m *Memory) writeFile(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(m.writeTo(f), f.Close())
}

func (m *Memory) writeTo(f io.Writer) error {
	h := sha256.New()
	out := bufio.NewWriterSize(f, 1<<20)
	both := io.MultiWriter(out, h)
	if _, err := io.WriteString(both, head); err != nil {
		return err
	}
	t, scratch := tape.Write(), tape.Write()
	m.heading(t)
	for name, r := range m.records {
		r.write(scratch)
		t.String(&name)
		r.heading(t)
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
	if t.Reading() {
		for _, f := range files {
			m.shared[f.path] = f.sharedFile
		}
	}
	return count
}

// named is a shared file with its path, as it stands on a tape.
type named struct {
	path string
	sharedFile
}

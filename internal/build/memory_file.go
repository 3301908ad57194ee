package build

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"tocsin/internal/durable"
	"tocsin/internal/tape"
)

// The file of a memory is its version and then sections: first all that one walk knew, then what
// each later one knew besides. A section is
//
//	its length      8 octets, of the tape that follows
//	a tape          the key, when it was checked, how many records, the shared files, the records
//	its checksum    4 octets: the CRC-32C of the tape and the length
//
// numbers with the least octet first. Sections are only ever added at the end, and one that a dying
// machine left half written has another checksum: what stands before it holds all the same, as
// every record says which files it is about.
const memoryVersion = "tocsin memory 5\n"

const (
	lengthSize = 8
	frameSize  = lengthSize + tape.SumSize
)

// memoryFile is a file of sound sections that was read.
type memoryFile struct {
	info   fs.FileInfo
	length int64 // of the sound sections with what stands before them
	first  int64 // of the first section
}

// is reports whether nothing was put in the place of the file, and nothing behind its sections.
func (f *memoryFile) is(info fs.FileInfo) bool {
	return os.SameFile(info, f.info) && info.ModTime().Equal(f.info.ModTime()) && info.Size() == f.length
}

// full reports whether more was added than is worth reading every time.
func (f *memoryFile) full() bool { return f.length > 2*f.first+1<<20 }

// ReadMemory reads the memory of a walk from a file. One that is not there or is damaged is no
// memory: nil. The error is what the system refused.
func ReadMemory(file string) (*Memory, error) {
	text, info, err := readText(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the last build left: %w", err)
	}
	left, known := strings.CutPrefix(text, memoryVersion)
	if !known {
		return nil, nil
	}
	m, left := readSections(left)
	if m != nil {
		m.file.info, m.file.length = info, int64(len(text)-len(left))
	}
	return m, nil
}

// readSections reads as many as are sound; left is what stands behind them. It is nil where the
// first is not.
func readSections(text string) (m *Memory, left string) {
	section, left, sound := cutSection(text)
	if !sound {
		return nil, text
	}
	if m = readSection(section); m == nil {
		return nil, text
	}
	m.file, m.later = &memoryFile{first: int64(len(section))}, make(map[string]*record)
	for {
		section, rest, sound := cutSection(left)
		if !sound {
			return m, left
		}
		next := readSection(section)
		if next == nil || next.Key != m.Key || next.checked.Before(m.checked) {
			return m, left
		}
		m.checked, left = next.checked, rest
		maps.Copy(m.later, next.records)
		maps.Copy(m.shared, next.shared)
	}
}

// readText reads a file into one text, which everything that is read from it shares.
func readText(file string) (text string, info fs.FileInfo, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err = f.Stat(); err != nil {
		return "", nil, err
	}
	data := make([]byte, info.Size())
	inLargePages(data)
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // cut off meanwhile
		err = nil
	}
	return unsafe.String(unsafe.SliceData(data), n), info, err // nobody else has the data
}

// cutSection takes the first section from a text.
func cutSection(text string) (section, rest string, sound bool) {
	if len(text) < frameSize {
		return "", "", false
	}
	length := binary.LittleEndian.Uint64([]byte(text[:lengthSize]))
	if length > uint64(len(text)-frameSize) {
		return "", "", false
	}
	end := lengthSize + int(length)
	if sum := tape.ChecksumText(tape.ChecksumText(0, text[lengthSize:end]), text[:lengthSize]); !tape.HasSum(text[end:], sum) {
		return "", "", false
	}
	return text[lengthSize:end], text[end+tape.SumSize:], true
}

// leastRecord is how many octets a record takes at least: one for each of its five values.
const leastRecord = 5

// readSection is nil for what is no section.
func readSection(text string) *Memory {
	m := &Memory{shared: make(map[string]sharedFile)}
	t := tape.Read(text)
	count := m.heading(t)
	if count < 0 || count > int64(len(text))/leastRecord {
		return nil
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
		return nil
	}
	return m
}

// Keep writes the memory to a file that only its owner can read, since drafts are in it. One that
// was read from that file has only what is new written behind it.
func (m *Memory) Keep(file string) (err error) {
	if m.file != nil && len(m.unkept.records) == 0 && len(m.unkept.shared) == 0 {
		return nil
	}
	added, err := m.addTo(file)
	if !added && err == nil {
		err = m.writeAnew(file)
	}
	if err != nil {
		return fmt.Errorf("keep what the build knows: %w", err)
	}
	m.unkept = news{}
	return nil
}

// addTo writes what is new behind what stands in the file, if that is still the file that was
// read. It is one write: whatever becomes of the machine, the sections before it stay as they are.
func (m *Memory) addTo(file string) (added bool, err error) {
	if m.file == nil || m.file.full() {
		return false, nil
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil || !m.file.is(info) {
		return false, err
	}
	n := &Memory{Key: m.Key, checked: m.checked, records: m.unkept.records, shared: m.unkept.shared}
	var b bytes.Buffer
	b.Write(make([]byte, lengthSize))
	out := &section{to: &b}
	if err := n.write(out); err != nil {
		return false, err
	}
	copy(b.Bytes(), out.head())
	b.Write(out.tail())
	_, err = f.Write(b.Bytes())
	return err == nil, err
}

// writeAnew writes everything, and then puts it in the place of what stands there.
func (m *Memory) writeAnew(file string) error {
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err != nil {
		return err
	}
	next := file + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(m.writeFile(f), f.Close())
	if err == nil {
		err = os.Rename(next, file)
	}
	if err != nil {
		return errors.Join(err, durable.RemoveIfThere(next))
	}
	return nil
}

func (m *Memory) writeFile(f *os.File) error {
	buffered := bufio.NewWriterSize(f, 1<<20)
	out := &section{to: buffered}
	_, _ = buffered.WriteString(memoryVersion) // its errors come again with the last
	_, _ = buffered.Write(make([]byte, lengthSize))
	all := &Memory{Key: m.Key, checked: m.checked, records: union(m.records, m.later), shared: m.shared}
	if err := all.write(out); err != nil {
		return err
	}
	_, _ = buffered.Write(out.tail())
	if err := buffered.Flush(); err != nil {
		return err
	}
	_, err := f.WriteAt(out.head(), int64(len(memoryVersion)))
	return err
}

// section is a tape on its way, which is measured and summed up.
type section struct {
	to     io.Writer
	length uint64
	sum    uint32
}

func (s *section) Write(b []byte) (int, error) {
	s.length += uint64(len(b))
	s.sum = tape.Checksum(s.sum, b)
	return s.to.Write(b)
}

func (s *section) head() []byte { return binary.LittleEndian.AppendUint64(nil, s.length) }

func (s *section) tail() []byte { return tape.AppendSum(nil, tape.Checksum(s.sum, s.head())) }

// write puts the memory on a tape, piece by piece.
func (m *Memory) write(out io.Writer) error {
	t, scratch := tape.Write(), tape.Write()
	m.heading(t)
	for name, r := range m.records {
		r.write(scratch)
		t.String(&name)
		r.heading(t)
		if _, err := out.Write(t.Bytes()); err != nil {
			return err
		}
		t.Reset()
	}
	_, err := out.Write(t.Bytes()) // the heading, where there are no records
	return err
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

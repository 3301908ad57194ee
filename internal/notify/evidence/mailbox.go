package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Folder reads the messages of a Maildir, new ones and seen ones, in the order of their
// names, and changes nothing in it. visit is called with each; its error ends the reading.
func (r Reader) Folder(path string, visit func(Report) error) error {
	var names []string
	for _, part := range [...]string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(path, part))
		if errors.Is(err, os.ErrNotExist) {
			return &NotMaildirError{path, part}
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Type().IsRegular() && e.Name()[0] != '.' {
				names = append(names, filepath.Join(part, e.Name()))
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int { return bytes.Compare([]byte(filepath.Base(a)), []byte(filepath.Base(b))) })
	for _, name := range names {
		if err := r.file(filepath.Join(path, name), name, visit); err != nil {
			return err
		}
	}
	return nil
}

// NotMaildirError is a folder that is no Maildir.
type NotMaildirError struct {
	Path    string
	Missing string // the folder that it does not have
}

// Error says which folder it does not have.
func (e *NotMaildirError) Error() string {
	return fmt.Sprintf("%s is not a Maildir: it has no folder %s", e.Path, e.Missing)
}

// file reads a message; one that somebody has filed elsewhere meanwhile is passed over. One
// that the disk does not give is a report of that: the others are read all the same. Programs
// that file mail may begin it with a line From, or add to it: it is read as from a stream.
func (r Reader) file(path, name string, visit func(Report) error) error {
	n, stopped := 0, error(nil)
	err := r.contents(path, func(report Report) error {
		report.Source = name
		if n++; n > 1 {
			report.Source = fmt.Sprintf("%s, message %d", name, n)
		}
		stopped = visit(report)
		return stopped
	})
	switch {
	case stopped != nil:
		return stopped
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err == nil && n == 0: // an empty file, and somebody has sent something
		err = reason(io.EOF)
	}
	if err == nil {
		return nil
	}
	report := unreadable(err)
	report.Source = name
	return visit(report)
}

func (r Reader) contents(path string, visit func(Report) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return r.Stream(f, visit)
}

// message reads all there is as one message.
func (r Reader) message(in io.Reader, name string, visit func(Report) error) error {
	data, err := io.ReadAll(io.LimitReader(in, r.Limits.Message+1))
	if err != nil {
		return err
	}
	report := r.Read(data)
	report.Source = name
	return visit(report)
}

// Stream reads a mailbox file, or one message: mbox where it begins with a line From
// (RFC 4155), in which a quoted line >From loses one >, as both mboxrd and mboxo want.
func (r Reader) Stream(in io.Reader, visit func(Report) error) error {
	buffered := bufio.NewReaderSize(in, 64<<10)
	start, err := buffered.Peek(len(fromLine))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case len(start) == 0:
		return nil
	case string(start) != fromLine:
		return r.message(buffered, "1", visit)
	}
	box := mbox{reader: r, visit: visit}
	return box.read(buffered)
}

const fromLine = "From "

var (
	separator = regexp.MustCompile(`^From .*[0-9]:[0-9][0-9].* [0-9]{4}`)
	quoted    = regexp.MustCompile(`^>+From `)
	leading   = regexp.MustCompile(`^(>*From [^:\n]*[^ :\n][^\n]*\n)+`) // "From :" is a field
)

// withoutFrom takes off the lines From, quoted ones too, that programs put before a message.
func withoutFrom(message []byte) []byte { return message[len(leading.Find(message)):] }

// mbox is a mailbox file that is being read.
type mbox struct {
	reader  Reader
	visit   func(Report) error
	message bytes.Buffer // to one octet more than the limit
	number  int
}

// read reads line by line; of a line that is longer than the buffer it gets one piece
// after the other.
func (b *mbox) read(in *bufio.Reader) error {
	begins, empty := true, true // a line, and after an empty one
	for {
		piece, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return err
		}
		if begins && empty && (b.number == 0 || separator.Match(piece)) { // the first has the form that its writer liked
			if err := b.end(); err != nil {
				return err
			}
			b.number++
		} else {
			b.add(piece, begins)
		}
		if errors.Is(err, io.EOF) {
			return b.end()
		}
		empty = begins && len(bytes.TrimRight(piece, "\r\n")) == 0
		begins = err == nil
	}
}

func (b *mbox) add(piece []byte, begins bool) {
	if begins && quoted.Match(piece) {
		piece = piece[1:]
	}
	if room := b.reader.Limits.Message + 1 - int64(b.message.Len()); int64(len(piece)) > room {
		piece = piece[:room]
	}
	b.message.Write(piece)
}

// end reads the message up to here; there is none before the first line.
func (b *mbox) end() error {
	defer b.message.Reset()
	if b.number == 0 {
		return nil
	}
	report := b.reader.Read(b.message.Bytes())
	report.Source = strconv.Itoa(b.number)
	return b.visit(report)
}

package evidence

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// longestLine is how much of a line of a log is looked at.
const longestLine = 64 << 10

// Read reads a log, gzip or not, whose lines stand in the order of time.
func (l *Log) Read(r io.Reader) error {
	return eachLine(r, func(line []byte) bool { l.take(line); return true })
}

// ReadFiles reads a log that was cut into files, as mail.log, mail.log.1 and mail.log.2.gz,
// in the order of the times in them, however they are called.
func (l *Log) ReadFiles(paths []string) error {
	type part struct {
		path  string
		first time.Time
	}
	var parts []part
	for _, path := range paths {
		first, err := l.first(path)
		if err != nil {
			return err
		}
		parts = append(parts, part{path, first})
	}
	slices.SortStableFunc(parts, func(a, b part) int { return a.first.Compare(b.first) })
	for _, p := range parts {
		if err := readFile(p.path, l.Read); err != nil {
			return err
		}
	}
	return nil
}

// first is the first stamp of a file.
func (l *Log) first(path string) (at time.Time, err error) {
	s := stamper{zone: l.stamps.zone, until: l.stamps.until}
	err = readFile(path, func(r io.Reader) error {
		return eachLine(r, func(line []byte) bool {
			e, ok := s.line(line)
			at = e.at
			return !ok
		})
	})
	return at, err
}

func readFile(path string, read func(io.Reader) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := read(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// packed are the beginnings of files that other programs unpack.
var packed = map[string]string{"\xfd7zXZ\x00": "xz", "\x28\xb5\x2f\xfd": "zstd", "BZh": "bzip2"}

// eachLine calls visit with every line, until it says no. Of a line that is too long it
// sees the beginning.
func eachLine(r io.Reader, visit func([]byte) bool) error {
	in := bufio.NewReaderSize(r, longestLine)
	start, _ := in.Peek(6)
	for magic, program := range packed {
		if bytes.HasPrefix(start, []byte(magic)) {
			return fmt.Errorf(`packed with %[1]s; "%[1]s -dk FILE" unpacks it`, program)
		}
	}
	if bytes.HasPrefix(start, []byte("\x1f\x8b")) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = bufio.NewReaderSize(unpacked, longestLine)
	}
	for begins := true; ; {
		line, err := in.ReadSlice('\n')
		if begins && len(line) > 0 && !visit(line) {
			return nil
		}
		begins = err == nil
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

package inventory

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// maxRow is the longest row that is read, in octets. A quote that nobody closes, and a
// compressed file made to fill the memory, end here.
const maxRow = 1 << 20

// input is a file as it lies there, its sum so far, and its text.
type input struct {
	file io.ReadCloser
	raw  io.Reader // the file, on its way past the sum
	hash hash.Hash // nil where no sum is wanted
}

func open(f File, sum bool) (*input, error) {
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	in := &input{file: file, raw: &lasting{in: file}}
	if sum {
		in.hash = sha256.New()
		in.raw = io.TeeReader(in.raw, in.hash)
	}
	return in, nil
}

// lasting fails for ever once it failed: who looks ahead, or reads on after a row that
// makes no sense, would lose the error of a disk.
type lasting struct {
	in  io.Reader
	err error
}

// Read reads until it fails.
func (l *lasting) Read(b []byte) (n int, err error) {
	if l.err == nil {
		n, l.err = l.in.Read(b)
	}
	return n, l.err
}

func (in *input) close() error { return in.file.Close() }

// sum is the SHA-256 of the whole file, in hex.
func (in *input) sum() (string, error) {
	if _, err := io.Copy(io.Discard, in.raw); err != nil {
		return "", err
	}
	return hex.EncodeToString(in.hash.Sum(nil)), nil
}

// byteOrderMark is what spreadsheets put before a table that they save as UTF-8. It
// would become part of the first column's name.
const byteOrderMark = "\uFEFF"

// scanner finds out by its first octets what the file is. Where only one reads it, it is
// read ahead. The texts of brief rows are good until the next row is asked for.
func (in *input) scanner(readers int, brief bool) (scanner, error) {
	text, err := in.text()
	if err != nil {
		return nil, err
	}
	if start, err := text.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
		_, _ = text.Discard(len(byteOrderMark)) // what was peeked at is there
	}
	json, blocks := firstOctet(text) == '{', newBlocks(text, blockSize)
	if brief && !json { // keys of JSON are remembered
		blocks.lend()
	}
	if readers == 1 {
		blocks.ahead()
	}
	if json {
		return newJSONLines(blocks), nil
	}
	return newCSV(blocks), nil
}

// gzipMagic begins every gzip file (RFC 1952 §2.3.1).
const gzipMagic = "\x1f\x8b"

// text is what the file holds, decompressed where it has to be.
func (in *input) text() (*bufio.Reader, error) {
	raw := bufio.NewReaderSize(in.raw, 64<<10)
	if start, err := raw.Peek(len(gzipMagic)); err != nil || string(start) != gzipMagic {
		return raw, nil // an error comes back at the next read
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		return nil, damaged(err)
	}
	return bufio.NewReaderSize(decompressed{z}, 64<<10), nil
}

// decompressed tells damage to a compressed file from a disk that fails.
type decompressed struct{ z *gzip.Reader }

func (d decompressed) Read(b []byte) (int, error) {
	n, err := d.z.Read(b)
	return n, damaged(err)
}

// damaged turns what gzip says about its data into a fault, after which no more is
// known of the file.
func damaged(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &corrupt):
		f := faultAt(0, 0, "bad-row", "the compressed file is damaged or cut off here: the rows after it cannot be read")
		f.last = true
		return f
	}
	return err
}

// tooLong is the fault of a row beyond maxRow.
func tooLong(line int) fault {
	f := faultAt(line, 0, "bad-row", "the row is longer than 1 MiB, often for a quote that nobody closes: the rows after it cannot be read")
	f.last = true
	return f
}

// firstOctet is the first one that is no white space, as far as the buffer reaches; 0
// where there is none.
func firstOctet(text *bufio.Reader) byte {
	for n := 512; ; n *= 2 {
		start, err := text.Peek(min(n, text.Size()))
		if rest := bytes.TrimLeft(start, " \t\r\n"); len(rest) > 0 {
			return rest[0]
		}
		if err != nil || n >= text.Size() {
			return 0
		}
	}
}

package inventory

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// blockSize is how much of a text is read at once, in octets: little enough to stay in
// a processor's cache from one goroutine to the next.
const blockSize = 128 << 10

// blocks reads a text, and decompresses it, block by block. A block ends where a line
// does, unless the text ends there.
type blocks struct {
	in     io.Reader
	buffer []byte // filled again and again
	held   int    // octets of it that no block has yet
	ready  chan block
	stop   chan struct{}
	busy   sync.WaitGroup
}

// block is a piece of a text that never changes: whoever keeps a part of it keeps all.
type block struct {
	text string
	err  error // why nothing comes after it; nil where something does
}

var (
	errTooLong = errors.New("a line is longer than a row may be")
	errStopped = errors.New("nobody reads on")
)

// newBlocks reads blocks of a size when they are asked for.
func newBlocks(in io.Reader, size int) *blocks { return &blocks{in: in, buffer: make([]byte, size)} }

// ahead reads in a goroutine of its own from now on, until the text ends or close is called.
func (b *blocks) ahead() *blocks {
	b.ready, b.stop = make(chan block, 2), make(chan struct{})
	b.busy.Go(func() {
		defer close(b.ready)
		for next := (block{}); next.err == nil; {
			next = b.read()
			select {
			case b.ready <- next:
			case <-b.stop:
				return
			}
		}
	})
	return b
}

// next is the next block. There is none after one with an error.
func (b *blocks) next() block {
	if b.ready == nil {
		return b.read()
	}
	next, more := <-b.ready
	if !more {
		next.err = errStopped
	}
	return next
}

// close ends reading, and returns when nothing of it is left.
func (b *blocks) close() {
	if b.stop != nil {
		close(b.stop)
	}
	b.busy.Wait()
}

// read fills the buffer. What follows its last line end goes to the next block; where the
// text breaks off there, nobody knows the rest of the line.
func (b *blocks) read() block {
	for {
		n, err := fill(b.in, b.buffer[b.held:])
		b.held += n
		cut := bytes.LastIndexByte(b.buffer[:b.held], '\n') + 1
		switch {
		case err == io.EOF:
			cut = b.held
		case err == nil && cut == 0 && len(b.buffer) < maxRow:
			b.buffer = append(b.buffer, make([]byte, min(len(b.buffer), maxRow-len(b.buffer)))...)
			continue
		case err == nil && cut == 0:
			err = errTooLong
		}
		text := string(b.buffer[:cut])
		b.held = copy(b.buffer, b.buffer[cut:b.held])
		return block{text, err}
	}
}

// fill reads until the buffer is full or nothing more comes.
func fill(in io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var more int
		more, err = in.Read(buffer[n:])
		n += more
	}
	return n, err
}

// ending turns the error of a block into what is said of the line that would come next.
func ending(err error, line int) error {
	if err == errTooLong {
		return tooLong(line)
	}
	if damage, is := err.(fault); is {
		damage.problem.Position.Line = line
		return damage
	}
	return err
}

package inventory

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"unsafe"
)

// blockSize is how much of a text is read at once, in octets: little enough to stay in
// a processor's cache from one goroutine to the next.
const blockSize = 128 << 10

// blocks reads a text, and decompresses it, block by block. A block ends where a line
// does, unless the text ends there.
type blocks struct {
	in    io.Reader
	size  int
	lends bool
	free  chan []byte // buffers to be filled again
	begun []byte      // the line that no block has yet, as far as it was read
	ready chan block
	stop  chan struct{}
	busy  sync.WaitGroup
}

// block is a piece of a text that never changes: whoever keeps a part of it keeps all. Where
// it is lent, it is good until the buffer under it is given back.
type block struct {
	text string
	lent []byte
	err  error // why nothing comes after it; nil where something does
}

var (
	errTooLong = errors.New("a line is longer than a row may be")
	errStopped = errors.New("nobody reads on")
)

// newBlocks reads blocks of a size when they are asked for.
func newBlocks(in io.Reader, size int) *blocks {
	return &blocks{in: in, size: size, free: make(chan []byte, mostFree)}
}

// mostFree is how many buffers wait to be filled again: more are garbage.
const mostFree = 8

// lend lends the blocks from now on: a table of half a gigabyte is read through a handful of
// buffers, and leaves no garbage.
func (b *blocks) lend() { b.lends = true }

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

// read fills a buffer. What follows its last line end goes to the next block; where the
// text breaks off there, nobody knows the rest of the line.
func (b *blocks) read() block {
	buffer := b.buffer()
	held := copy(buffer, b.begun)
	for {
		n, err := fill(b.in, buffer[held:])
		held += n
		cut := bytes.LastIndexByte(buffer[:held], '\n') + 1
		switch {
		case err == io.EOF:
			cut = held
		case err == nil && cut == 0 && len(buffer) < maxRow:
			buffer = append(buffer, make([]byte, min(len(buffer), maxRow-len(buffer)))...)
			continue
		case err == nil && cut == 0:
			err = errTooLong
		}
		b.begun = append(b.begun[:0], buffer[cut:held]...)
		return b.block(buffer, cut, err)
	}
}

// buffer is one that has room for what was begun.
func (b *blocks) buffer() (buffer []byte) {
	select {
	case buffer = <-b.free:
	default:
		buffer = make([]byte, b.size)
	}
	if missing := len(b.begun) - len(buffer); missing > 0 {
		buffer = append(buffer, make([]byte, missing)...)
	}
	return buffer
}

// block is the beginning of a buffer, as it is where that is lent.
func (b *blocks) block(buffer []byte, size int, err error) block {
	if b.lends {
		return block{unsafe.String(unsafe.SliceData(buffer), size), buffer, err}
	}
	text := string(buffer[:size])
	b.giveBack(buffer)
	return block{text, nil, err}
}

// giveBack says that nobody has any text of a buffer any more.
func (b *blocks) giveBack(buffer []byte) {
	if buffer == nil {
		return
	}
	select {
	case b.free <- buffer:
	default:
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

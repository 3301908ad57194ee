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

// blocks reads a text ahead, and decompresses it, in a goroutine of its own. A block
// ends where a line does, unless the text ends there.
type blocks struct {
	ready chan block
	stop  chan struct{}
	busy  sync.WaitGroup
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

// readBlocks begins to read blocks of a size.
func readBlocks(in io.Reader, size int) *blocks {
	b := &blocks{ready: make(chan block, 2), stop: make(chan struct{})}
	b.busy.Go(func() { b.read(in, make([]byte, size)) })
	return b
}

// next waits for the next block. There is none after one with an error.
func (b *blocks) next() block {
	next, more := <-b.ready
	if !more {
		next.err = errStopped
	}
	return next
}

// close ends reading, and returns when nothing of it is left.
func (b *blocks) close() {
	close(b.stop)
	b.busy.Wait()
}

// read fills one buffer again and again. What follows its last line end goes to the
// next block; where the text breaks off there, nobody knows the rest of the line.
func (b *blocks) read(in io.Reader, buffer []byte) {
	defer close(b.ready)
	for held := 0; ; {
		n, err := fill(in, buffer[held:])
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
		select {
		case b.ready <- block{string(buffer[:cut]), err}:
		case <-b.stop:
			return
		}
		if err != nil {
			return
		}
		held = copy(buffer, buffer[cut:held])
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

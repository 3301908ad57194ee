package markdown

import (
	"bytes"
	"fmt"
)

// limited is a buffer that takes up to limit bytes. It remembers that it was
// full, because goldmark's renderers drop the errors of single writes: what
// comes after is thrown away, and Flush tells.
type limited struct {
	bytes.Buffer
	limit int
	full  bool
}

func (l *limited) room(n int) error {
	if l.full || l.Len()+n > l.limit {
		l.full = true
		return fmt.Errorf("the HTML has more than %d bytes", l.limit)
	}
	return nil
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if err := l.room(len(p)); err != nil {
		return 0, err
	}
	return l.Buffer.Write(p)
}

// WriteString implements io.StringWriter.
func (l *limited) WriteString(s string) (int, error) {
	if err := l.room(len(s)); err != nil {
		return 0, err
	}
	return l.Buffer.WriteString(s)
}

// WriteByte implements io.ByteWriter.
func (l *limited) WriteByte(c byte) error {
	if err := l.room(1); err != nil {
		return err
	}
	return l.Buffer.WriteByte(c)
}

// WriteRune completes goldmark's idea of a buffered writer.
func (l *limited) WriteRune(r rune) (int, error) { return l.WriteString(string(r)) }

// Available is the room left.
func (l *limited) Available() int { return l.limit - l.Len() }

// Buffered is how much is held.
func (l *limited) Buffered() int { return l.Len() }

// Flush fails if anything had to be thrown away.
func (l *limited) Flush() error { return l.room(0) }

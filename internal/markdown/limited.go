package markdown

import (
	"fmt"
	"unicode/utf8"
)

// limited is HTML of up to limit bytes. It remembers that it was full: what comes
// after is thrown away, and Flush tells. So nobody has to look at the errors of single
// writes, which goldmark's writer of words drops too.
type limited struct {
	html  []byte
	limit int
	full  bool
}

func add[T string | []byte](l *limited, html T) {
	if l.full || len(l.html)+len(html) > l.limit {
		l.full = true
		return
	}
	l.html = append(l.html, html...)
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	add(l, p)
	return len(p), l.Flush()
}

// WriteString implements io.StringWriter.
func (l *limited) WriteString(s string) (int, error) {
	add(l, s)
	return len(s), l.Flush()
}

// WriteByte implements io.ByteWriter.
func (l *limited) WriteByte(c byte) error {
	add(l, []byte{c})
	return l.Flush()
}

// WriteRune completes goldmark's idea of a buffered writer.
func (l *limited) WriteRune(r rune) (int, error) {
	add(l, string(r))
	return utf8.RuneLen(r), l.Flush()
}

// Available is the room left.
func (l *limited) Available() int { return l.limit - len(l.html) }

// Buffered is how much is held.
func (l *limited) Buffered() int { return len(l.html) }

// Flush fails if anything had to be thrown away.
func (l *limited) Flush() error {
	if l.full {
		return fmt.Errorf("the HTML has more than %d bytes", l.limit)
	}
	return nil
}

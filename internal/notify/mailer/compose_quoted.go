package mailer

import (
	"bytes"
	"strings"
)

// quoting is a text on its way into quoted-printable (RFC 2045 §6.7), octet by octet as
// mime/quotedprintable writes it, and in a third of the time: what a letter mostly is,
// stretches of plain characters, it copies whole.
type quoting struct {
	out  *bytes.Buffer
	line int // octets on the line so far
}

// writeQuoted encodes a text. A line end of any kind becomes CRLF.
func writeQuoted(out *bytes.Buffer, text string) {
	q := quoting{out: out}
	for {
		end := strings.IndexAny(text, "\r\n")
		if end < 0 {
			q.rest(text)
			return
		}
		q.rest(text[:end])
		out.WriteString("\r\n")
		q.line = 0
		if end++; strings.HasPrefix(text[end-1:], "\r\n") {
			end++
		}
		text = text[end:]
	}
}

// rest encodes a whole line. White space at its end would be taken away on the way.
func (q *quoting) rest(line string) {
	last := len(line) - 1
	if last < 0 || line[last] != ' ' && line[last] != '\t' {
		q.stretches(line)
		return
	}
	q.stretches(line[:last])
	q.octet(line[last])
}

func (q *quoting) stretches(text string) {
	for text != "" {
		n := 0
		for n < len(text) && (text[n] >= ' ' && text[n] <= '~' && text[n] != '=' || text[n] == '\t') {
			n++
		}
		q.plain(text[:n])
		if text = text[n:]; text != "" {
			q.octet(text[0])
			text = text[1:]
		}
	}
}

// plain writes characters that stand for themselves, on as many lines as they need. Each
// but the last has an equals sign at its end.
func (q *quoting) plain(text string) {
	for text != "" {
		if q.line == lineOctets-1 {
			q.soft()
		}
		n := min(len(text), lineOctets-1-q.line)
		q.out.WriteString(text[:n])
		q.line += n
		text = text[n:]
	}
}

// octet writes any other.
func (q *quoting) octet(c byte) {
	const hex = "0123456789ABCDEF"
	if lineOctets-1-q.line < len("=00") {
		q.soft()
	}
	q.out.WriteByte('=')
	q.out.WriteByte(hex[c>>4])
	q.out.WriteByte(hex[c&0xF])
	q.line += len("=00")
}

// soft breaks a line where the text goes on.
func (q *quoting) soft() {
	q.out.WriteString("=\r\n")
	q.line = 0
}

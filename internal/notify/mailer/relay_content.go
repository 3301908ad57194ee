package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// contentBlock is how many octets of a message are written under one deadline
// (RFC 5321 §4.5.3.2.5).
const contentBlock = 256 << 10

// maxLine is the longest line without its end (RFC 5321 §4.5.3.1.6).
const maxLine = 998

var (
	errLineEnd  = errors.New("a line of the message does not end with CR LF alone")
	errLongLine = errors.New("a line of the message is longer than 998 octets")
	errNUL      = errors.New("the message has a NUL")
	errASCII    = errors.New("the message is not plain ASCII, and its envelope did not say so")
)

// checkContent refuses what relays have read in different ways, and tells whether a line
// begins with a dot.
func checkContent(message []byte, eightBit bool) (dots bool, err error) {
	if bytes.IndexByte(message, 0) >= 0 {
		return false, errNUL
	}
	if !eightBit && !isASCII(message) {
		return false, errASCII
	}
	for rest := message; ; {
		end := bytes.IndexByte(rest, '\n')
		switch {
		case end < 0 && len(rest) == 0 && len(message) > 0:
			return dots, nil
		case end < 1 || bytes.IndexByte(rest[:end], '\r') != end-1:
			return false, errLineEnd
		case end-1 > maxLine:
			return false, errLongLine
		}
		dots = dots || rest[0] == '.'
		rest = rest[end+1:]
	}
}

// isASCII looks at eight octets at a time.
func isASCII(text []byte) bool {
	var seen uint64
	for ; len(text) >= 8; text = text[8:] {
		seen |= binary.LittleEndian.Uint64(text)
	}
	for _, c := range text {
		seen |= uint64(c)
	}
	return seen&0x8080_8080_8080_8080 == 0
}

// stuff appends a message with a second dot before every dot that begins a line
// (RFC 5321 §4.5.2).
func stuff(out, message []byte) []byte {
	for len(message) > 0 {
		if message[0] == '.' {
			out = append(out, '.')
		}
		end := bytes.Index(message, []byte("\n."))
		if end < 0 {
			return append(out, message...)
		}
		out = append(out, message[:end+1]...)
		message = message[end+1:]
	}
	return out
}

package dkim

import "bytes"

// canonicalField appends a header field in relaxed form: its name in lower case, unfolded,
// every run of white space one space, none at the ends (RFC 6376 §3.4.2).
func canonicalField(to, text []byte) []byte {
	name, value, _ := bytes.Cut(text, []byte(":"))
	to = append(to, bytes.ToLower(bytes.TrimRight(name, " \t"))...)
	to = append(to, ':')
	return append(squeeze(to, bytes.TrimLeft(value, white)), crlf...)
}

// white is white space as it is within a field; line ends come there by folding only.
const white = " \t\r\n"

// canonicalBody is a body in relaxed form: within a line every run of white space is one
// space, at the end of a line and after the last line nothing (RFC 6376 §3.4.4).
func canonicalBody(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(crlf))
	text := 0 // end of the last line that is not empty
	for len(body) > 0 {
		var line []byte
		line, body, _ = bytes.Cut(body, crlf)
		start := len(out)
		if out = squeeze(out, line); len(out) > start {
			text = len(out) + len(crlf)
		}
		out = append(out, crlf...)
	}
	return out[:text]
}

// squeeze appends a text with each run of white space as one space, and none at its end.
func squeeze(out, text []byte) []byte {
	space := false
	for _, c := range text {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			space = true
			continue
		}
		if space {
			out, space = append(out, ' '), false
		}
		out = append(out, c)
	}
	return out
}

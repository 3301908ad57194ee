package isolation

import (
	"encoding/base64"
	"io"
	"mime"
	"net/textproto"
	"strings"
)

// message is a letter as a mail program reads it.
type message struct {
	fields []field // of the message and of its parts
	text   string
	html   string
	csv    string // attached; empty where nothing is
	json   string

	quiet   bool     // the page is known to be made of quiet lines
	foreign []string // links of the page that lead elsewhere, as far as it is quiet

	rows    [][]string // of the CSV
	strings []stringOf // of the JSON
}

// field is one header field, decoded (RFC 2047).
type field struct{ name, value string }

var (
	errOutside = &RefusedError{"it has text outside of its parts"}
	errTwice   = &RefusedError{"it has two parts of one kind"}
	errPart    = &RefusedError{"it has a part that cannot be read"}
	errList    = &RefusedError{"it has an attached list that cannot be read"}
)

// read takes a letter apart (RFC 5322, RFC 2045), with no code of those who put it together
// and more strictly than a mail program does. What it cannot read, would pass over, or what
// programs may read in two ways, is an error: nothing in a letter goes unseen.
func read(octets []byte) (message, error) {
	var m message
	if err := m.entity(string(octets)); err != nil {
		return m, err
	}
	return m, m.readLists()
}

// entity adds a header and what stands below it: those of the message, or of one part.
func (m *message) entity(octets string) error {
	head, body, found := strings.Cut(octets, "\r\n\r\n")
	if !found {
		return errPart
	}
	first := len(m.fields)
	if err := m.header(head); err != nil {
		return err
	}
	var contentType, encoding string
	for _, f := range m.fields[first:] {
		var of *string
		switch f.name {
		case "Content-Type":
			of = &contentType
		case "Content-Transfer-Encoding":
			of = &encoding
		default:
			continue
		}
		if *of != "" {
			return errPart // each program takes another
		}
		*of = f.value
	}
	return m.part(contentType, encoding, body)
}

// words decodes header fields that are in no charset but those that need no table.
var words = mime.WordDecoder{CharsetReader: func(string, io.Reader) (io.Reader, error) { return nil, errPart }}

// header adds the fields of a header. A line that begins with white space goes on with the
// one before it (RFC 5322 §2.2.3).
func (m *message) header(head string) error {
	for head != "" {
		var line, more string
		line, head, _ = strings.Cut(head, "\r\n")
		for strings.HasPrefix(head, " ") || strings.HasPrefix(head, "\t") {
			more, head, _ = strings.Cut(head, "\r\n")
			line = strings.TrimRight(line, " \t") + " " + strings.Trim(more, " \t")
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") || strings.ContainsAny(line, "\r\n\x00") {
			return errPart
		}
		value = strings.Trim(value, " \t")
		decoded, err := words.DecodeHeader(value)
		if err != nil || !wellEncoded(value) {
			return errPart
		}
		m.fields = append(m.fields, field{textproto.CanonicalMIMEHeaderKey(name), decoded})
	}
	return nil
}

// wellEncoded reports whether a field has no beginning of an encoded word but of those that
// the decoder takes: others it leaves as they are, and lenient programs decode some of them.
func wellEncoded(value string) bool {
	for {
		_, word, found := strings.Cut(value, "=?")
		if !found {
			return true
		}
		pieces := strings.SplitN(word, "?", 4) // charset, encoding, text, and what follows
		if len(pieces) < 4 || !strings.HasPrefix(pieces[3], "=") {
			return false
		}
		if _, err := words.Decode("=?" + strings.Join(pieces[:3], "?") + "?="); err != nil {
			return false
		}
		value = pieces[3][1:]
	}
}

// part adds the content of one part, or the parts that it is made of.
func (m *message) part(contentType, encoding, body string) error {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return errPart
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.parts(parameters["boundary"], body)
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return errPart
	}
	content, err := decoded(encoding, body)
	if err != nil {
		return errPart
	}
	return m.put(kind, content)
}

// parts adds what lies between the boundaries. Outside of them there must be nothing: most
// programs do not show it, and some do (RFC 2046 §5.1.1). Nor may a boundary stand where it
// is none to this reader and one to another.
func (m *message) parts(boundary, body string) error {
	mark := "--" + boundary
	rest, found := strings.CutPrefix(body, mark)
	if boundary == "" || !found {
		return errOutside
	}
	all := strings.Split(rest, "\r\n"+mark)
	last := len(all) - 1
	if after, ends := strings.CutPrefix(all[last], "--"); !ends || strings.TrimSpace(after) != "" || strings.Count(body, mark) != len(all) {
		return errOutside
	}
	for _, one := range all[:last] {
		octets, found := strings.CutPrefix(one, "\r\n")
		if !found {
			return errOutside
		}
		if err := m.entity(octets); err != nil {
			return err
		}
	}
	return nil
}

func decoded(encoding, body string) (string, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return unquotedPrintable(body)
	case "base64":
		content, err := base64.StdEncoding.DecodeString(body) // it passes over line ends
		return string(content), err
	case "", "7bit", "8bit":
		return body, nil
	}
	return "", errPart
}

// unquotedPrintable decodes a text (RFC 2045 §6.7). White space before a line end, which
// programs take away, stays.
func unquotedPrintable(body string) (string, error) {
	var out strings.Builder
	out.Grow(len(body))
	for {
		plain, rest, found := strings.Cut(body, "=")
		out.WriteString(plain)
		if !found {
			return out.String(), nil
		}
		if len(rest) < 2 {
			return "", errPart
		}
		octet := rest[:2]
		if body = rest[2:]; octet == "\r\n" {
			continue
		}
		high, low := digit(octet[0]), digit(octet[1])
		if high|low > 0xF {
			return "", errPart
		}
		out.WriteByte(high<<4 | low)
	}
}

// digit is the value of a hexadecimal digit; of anything else 0xFF.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 0xFF
}

// put keeps a part by its kind, of which a letter has one each at most.
func (m *message) put(kind, content string) error {
	var at *string
	switch kind {
	case "text/plain":
		at = &m.text
	case "text/html":
		at = &m.html
	case "text/csv":
		at = &m.csv
	case "application/json":
		at = &m.json
	default:
		return errPart
	}
	if *at != "" {
		return errTwice
	}
	*at = content
	return nil
}

package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the charsets of strangers
)

// parts are those of a message that say what it is.
type parts struct {
	limits   Limits
	header   message.Header
	root     string // media type of the whole, in lower case
	status   []byte // the delivery status
	statuses int
	returned fields          // header of the letter that came back
	kinds    map[string]bool // media types of all parts
	text     []byte          // the first text for people
	count    int
}

// mostText is how much of the text for people is looked at.
const mostText = 64 << 10

// open takes a message apart.
func (r Reader) open(data []byte) (*parts, error) {
	e, err := message.ReadWithOptions(bytes.NewReader(data), &message.ReadOptions{MaxHeaderBytes: r.Limits.Header})
	if e == nil {
		return nil, fmt.Errorf("its header is out of form: %w", reason(err))
	}
	m := &parts{limits: r.Limits, header: e.Header, kinds: make(map[string]bool)}
	m.root, _, _ = e.Header.ContentType()
	return m, m.walk(e, 0)
}

// reason is an error of the library without the octets of the message that it quotes.
func reason(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends early")
	}
	return errors.New("a line is not a field, or it is too long")
}

// walk looks at an entity and what is in it. It does not go into the letter that came
// back, which is not a part of the report.
func (m *parts) walk(e *message.Entity, depth int) error {
	if m.count++; m.count > m.limits.Parts {
		return &TooLargeError{"the number of its parts", int64(m.limits.Parts)}
	}
	kind, _, _ := e.Header.ContentType()
	m.kinds[kind] = true
	multipart := e.MultipartReader()
	if multipart == nil {
		return m.take(kind, e.Body)
	}
	if depth == m.limits.Depth {
		return &TooLargeError{"the depth of its parts", int64(m.limits.Depth)}
	}
	for {
		part, err := multipart.NextPart()
		if part == nil {
			return nil // at the end, or where the rest cannot be read
		}
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return nil
		}
		if err := m.walk(part, depth+1); err != nil {
			return err
		}
	}
}

// take keeps what a part of a kind is wanted for. A part whose octets cannot be decoded
// is as good as what of it could be.
func (m *parts) take(kind string, body io.Reader) (err error) {
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		m.statuses++
		m.status, err = limited(body, m.limits.Status, "its delivery status")
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
		if m.returned == nil {
			m.returned, err = readFields(body, m.limits.Header)
		}
	default:
		if m.text == nil && (kind == "" || kind == "text/plain") {
			m.text, _ = io.ReadAll(io.LimitReader(body, mostText))
		}
	}
	return err
}

// limited reads to the end, or refuses.
func limited(r io.Reader, most int64, what string) ([]byte, error) {
	data, _ := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(data)) > most {
		return nil, &TooLargeError{what, most}
	}
	return data, nil
}

// fields are header fields in order, names in lower case, values unfolded.
type fields []struct{ name, value string }

// all are the values of one name.
func (f fields) all(name string) (values []string) {
	for _, one := range f {
		if one.name == name {
			values = append(values, one.value)
		}
	}
	return values
}

// one is the value of a name that stands once, or always with the same value.
func (f fields) one(name string) (string, error) {
	values := f.all(name)
	for _, v := range values {
		if v != values[0] {
			return "", fmt.Errorf("its delivery status has two fields %q that differ", name)
		}
	}
	if len(values) == 0 {
		return "", nil
	}
	return values[0], nil
}

// readFields reads up to the first empty line, as servers write it: lines that are no
// fields are passed over.
func readFields(r io.Reader, most int64) (fields, error) {
	in := bufio.NewReader(io.LimitReader(r, most+1))
	var header bytes.Buffer
	for {
		line, err := in.ReadBytes('\n')
		header.Write(line)
		if int64(header.Len()) > most {
			return nil, &TooLargeError{"the header of what it returns", most}
		}
		if err != nil || len(bytes.TrimSpace(line)) == 0 && header.Len() > len(line) {
			return parseFields(header.String()), nil
		}
	}
}

// parseFields parses lines as header fields (RFC 5322 §2.2, §2.2.3).
func parseFields(text string) fields {
	f := fields{}
	for line := range strings.SplitSeq(unfold(text), "\n") {
		if name, value, found := strings.Cut(line, ":"); found {
			f = append(f, struct{ name, value string }{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
		}
	}
	return f
}

// unfold puts lines that begin with white space behind those that they continue.
func unfold(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] != ' ' && line[0] != '\t' {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

package evidence

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the charsets of strangers
)

// parts are those of a message that say what it is.
type parts struct {
	limits   Limits
	header   message.Header
	root     string // media type of the whole, in lower case
	status   []byte // the delivery statuses, one behind the other
	statuses int
	returned fields          // header of the letter that came back
	kinds    map[string]bool // media types of all parts
	text     []byte          // the first text for people
	count    int
}

// mostText is how much of the text for people is looked at.
const mostText = 64 << 10

// open takes a message apart. With an error it gives what could be read: whose letter it is
// about may stand in there all the same.
func (r Reader) open(data []byte) (*parts, error) {
	var tooLarge error
	if int64(len(data)) > r.Limits.Message {
		data, tooLarge = data[:r.Limits.Message], &TooLargeError{"the message", r.Limits.Message}
	}
	m := &parts{limits: r.Limits, kinds: make(map[string]bool)}
	e, err := message.ReadWithOptions(bytes.NewReader(data), &message.ReadOptions{MaxHeaderBytes: r.Limits.Header})
	if e == nil {
		m.header = r.legible(data)
		return m, cmp.Or(tooLarge, fmt.Errorf("its header is out of form: %w", reason(err)))
	}
	m.header = e.Header
	m.root, _, _ = e.Header.ContentType()
	return m, cmp.Or(tooLarge, m.walk(e, 0))
}

// legible are the fields of a header that is out of form: of its first octets, up to the
// limit, the lines that are fields.
func (r Reader) legible(data []byte) (header message.Header) {
	found, _ := readFields(bytes.NewReader(data), r.Limits.Header) // what is beyond the limit is left out
	for _, f := range found {
		header.Add(f.name, f.value)
	}
	return header
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
		err = m.addStatus(body)
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

// addStatus reads a delivery status to its end. Some servers put their own before that of
// the next one: both are about the letter.
func (m *parts) addStatus(body io.Reader) error {
	if len(m.status) > 0 {
		m.status = append(m.status, "\n\n"...)
	}
	data, _ := io.ReadAll(io.LimitReader(body, m.limits.Status+1))
	if m.status = append(m.status, data...); int64(len(m.status)) > m.limits.Status {
		return &TooLargeError{"its delivery status", m.limits.Status}
	}
	return nil
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

// gravest is, of the values of one name, the first that says the gravest: fields that
// contradict each other are no reason to hear none of them.
func (f fields) gravest(name string, action func(value string) Action) string {
	values := f.all(name)
	if len(values) == 0 {
		return ""
	}
	return slices.MinFunc(values, func(a, b string) int { return cmp.Compare(action(a).rank(), action(b).rank()) })
}

// readFields reads up to the first empty line, as servers write it: lines that are no
// fields are passed over. With the error that there are more it gives those up to the limit.
func readFields(r io.Reader, most int64) (fields, error) {
	in := bufio.NewReader(io.LimitReader(r, most+1))
	var header bytes.Buffer
	for {
		line, err := in.ReadBytes('\n')
		header.Write(line)
		if int64(header.Len()) > most {
			return parseFields(header.String()), &TooLargeError{"the header of what it returns", most}
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

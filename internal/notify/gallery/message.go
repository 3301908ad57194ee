package gallery

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// message is a letter as a mail program takes it apart. It is read from the stored
// bytes by none of the code that composed them, so that a reviewer sees what they say.
type message struct {
	fields     string // the header as it is sent, line for line
	from, to   string // decoded, as are the next two
	subject    string
	date       string
	text, html string // the first part of either kind that is no attachment
	attached   []attachment
}

// attachment is a part that goes with the letter.
type attachment struct {
	name string // as the message gives it: nobody opens a file by it
	kind string // media type
	data []byte
}

// deepest is how many parts may stand inside one another. A letter has two.
const deepest = 8

var errDeep = errors.New("parts stand inside parts without end")

// read takes a message apart (RFC 5322, RFC 2045, RFC 2046).
func read(raw []byte) (message, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return message{}, err
	}
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m := message{fields: strings.ReplaceAll(string(header), "\r\n", "\n")}
	words := new(mime.WordDecoder)
	for name, value := range map[string]*string{"From": &m.from, "To": &m.to, "Subject": &m.subject, "Date": &m.date} {
		if *value, err = words.DecodeHeader(parsed.Header.Get(name)); err != nil {
			return m, fmt.Errorf("%s: %w", name, err)
		}
	}
	return m, m.part(textproto.MIMEHeader(parsed.Header), parsed.Body, 0)
}

// part takes in one part, or those that it holds.
func (m *message) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.parts(body, parameters["boundary"], depth)
	}
	data, err := io.ReadAll(decoded(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	disposition, named, _ := mime.ParseMediaType(header.Get("Content-Disposition")) // what cannot be read is no attachment
	switch text := strings.ReplaceAll(string(data), "\r\n", "\n"); {
	case disposition != "attachment" && kind == "text/plain" && m.text == "":
		m.text = text
	case disposition != "attachment" && kind == "text/html" && m.html == "":
		m.html = text
	default:
		m.attached = append(m.attached, attachment{named["filename"], kind, data})
	}
	return nil
}

func (m *message) parts(body io.Reader, boundary string, depth int) error {
	if depth == deepest {
		return errDeep
	}
	for parts := multipart.NewReader(body, boundary); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.part(p.Header, p, depth+1); err != nil {
			return err
		}
	}
}

// decoded undoes a transfer encoding (RFC 2045 §6).
func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}

// root is the opening tag of a page; attribute, one that it has.
var (
	root      = regexp.MustCompile(`(?i)<html\b[^>]*>`)
	attribute = regexp.MustCompile(`(?i)\s(lang|dir)="([a-z0-9-]{1,35})"`)
)

// language is the language that the HTML part says it is in, a BCP 47 tag, and its
// direction; empty where it says nothing.
func (m message) language() (tag, direction string) {
	for _, found := range attribute.FindAllStringSubmatch(root.FindString(m.html), -1) {
		if strings.EqualFold(found[1], "dir") {
			direction = strings.ToLower(found[2])
		} else {
			tag = found[2]
		}
	}
	return tag, direction
}

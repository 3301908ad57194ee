package mailer

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
	"strings"
)

// Message is a letter as a mail program takes it apart. It is read from the stored bytes by
// none of the code that composes them, so that a reviewer sees what they say.
type Message struct {
	Fields     string // the header as it is sent, line for line
	From       string // decoded, as are the next four; empty where there is no such field
	ReplyTo    string
	To         string
	Subject    string
	Date       string
	Text, HTML string // the first part of either kind that is no attachment, with LF
	Attached   []Attached
}

// Attached is a part that goes with a letter.
type Attached struct {
	Name string // as the message gives it: nobody opens a file by it
	Type string // media type, without parameters
	Data []byte
}

// deepest is how many parts may stand inside one another. A letter has two.
const deepest = 8

var errDeep = errors.New("parts stand inside parts without end")

// Read takes a message apart (RFC 5322, RFC 2045, RFC 2046).
func Read(raw []byte) (Message, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, err
	}
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m := Message{Fields: strings.ReplaceAll(string(header), "\r\n", "\n")}
	words := new(mime.WordDecoder)
	for name, value := range map[string]*string{"From": &m.From, "Reply-To": &m.ReplyTo, "To": &m.To, "Subject": &m.Subject, "Date": &m.Date} {
		if *value, err = words.DecodeHeader(parsed.Header.Get(name)); err != nil {
			return m, fmt.Errorf("%s: %w", name, err)
		}
	}
	return m, m.part(textproto.MIMEHeader(parsed.Header), parsed.Body, 0)
}

// part takes in one part, or those that it holds.
func (m *Message) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.parts(body, parameters["boundary"], depth)
	}
	data, err := io.ReadAll(untransferred(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	disposition, named, _ := mime.ParseMediaType(header.Get("Content-Disposition")) // what cannot be read is no attachment
	switch text := strings.ReplaceAll(string(data), "\r\n", "\n"); {
	case disposition != "attachment" && kind == "text/plain" && m.Text == "":
		m.Text = text
	case disposition != "attachment" && kind == "text/html" && m.HTML == "":
		m.HTML = text
	default:
		m.Attached = append(m.Attached, Attached{named["filename"], kind, data})
	}
	return nil
}

func (m *Message) parts(body io.Reader, boundary string, depth int) error {
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

// untransferred undoes a transfer encoding (RFC 2045 §6).
func untransferred(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}

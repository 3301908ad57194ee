package mailcheck

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// reading is what a program makes of a message. Line ends are \n in it, for a mailbox has
// its own; those of attachments are part of what is attached.
type reading struct {
	Subject  string
	From     string // name and address
	To       []string
	ReplyTo  []string
	Date     string
	Text     string
	HTML     string
	Attached map[string][]byte
	Refused  string // why there is no reading
}

// read reads a message with the standard library, and does not forgive.
func read(t *testing.T, message []byte) reading {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	date, err := m.Header.Date()
	if err != nil {
		t.Fatal(err)
	}
	from := addresses(t, m.Header, "From")[0]
	r := reading{Subject: subject, Date: date.UTC().Format(time.RFC3339), From: from.Name + " " + from.Address, Attached: make(map[string][]byte)}
	for _, a := range addresses(t, m.Header, "To") {
		r.To = append(r.To, a.Address)
	}
	for _, a := range addresses(t, m.Header, "Reply-To") {
		r.ReplyTo = append(r.ReplyTo, a.Address)
	}
	r.readParts(t, m.Header.Get("Content-Type"), m.Body)
	return r
}

func addresses(t *testing.T, h mail.Header, field string) []*mail.Address {
	t.Helper()
	list, err := h.AddressList(field)
	if err != nil {
		t.Fatalf("%s: %v", field, err)
	}
	return list
}

func (r *reading) readParts(t *testing.T, contentType string, body io.Reader) {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(body, parameters["boundary"]); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch kind := p.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "multipart/"):
			r.readParts(t, kind, p)
		case p.FileName() != "":
			r.Attached[p.FileName()] = drain(t, base64.NewDecoder(base64.StdEncoding, p))
		case strings.HasPrefix(kind, "text/plain"):
			r.Text = text(string(drain(t, quotedprintable.NewReader(p))))
		default:
			r.HTML = text(string(drain(t, quotedprintable.NewReader(p))))
		}
	}
}

func drain(t *testing.T, r io.Reader) []byte {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func lines(message string) string { return strings.ReplaceAll(message, "\r\n", "\n") }

// text is a part as it is compared: to some programs the line end before a boundary is the
// part's, to others the boundary's (RFC 2046 §5.1.1).
func text(part string) string { return strings.TrimRight(lines(part), "\n") }

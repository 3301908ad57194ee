package isolation

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
)

// message is a letter as a mail program reads it.
type message struct {
	fields []field // of the message and of its parts
	text   string
	html   string
	csv    string // attached; empty where nothing is
	json   string

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

// read takes a letter apart with the standard library alone (RFC 5322, RFC 2045). What
// it cannot read, or would pass over, is an error: nothing in a letter goes unseen.
func read(octets []byte) (message, error) {
	var m message
	parsed, err := mail.ReadMessage(bytes.NewReader(octets))
	if err != nil {
		return m, errPart // theirs quotes the line
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		return m, errPart
	}
	if err := m.header(parsed.Header); err != nil {
		return m, err
	}
	if err := m.part(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), body); err != nil {
		return m, err
	}
	return m, m.readLists()
}

// header adds the fields of the message or of one part.
func (m *message) header(h map[string][]string) error {
	words := mime.WordDecoder{CharsetReader: func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, errPart
	}}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			decoded, err := words.DecodeHeader(value)
			if err != nil {
				return errPart
			}
			m.fields = append(m.fields, field{name, decoded})
		}
	}
	return nil
}

// part adds the content of one part, or the parts that it is made of.
func (m *message) part(contentType, encoding string, body []byte) error {
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

// parts adds what lies between the boundaries. Outside of them there must be nothing:
// most programs do not show it, and some do (RFC 2046 §5.1.1).
func (m *message) parts(boundary string, body []byte) error {
	mark := []byte("--" + boundary)
	before, _, _ := bytes.Cut(body, mark)
	end := bytes.LastIndex(body, mark)
	if boundary == "" || end < 0 || len(bytes.TrimSpace(before)) > 0 || string(bytes.TrimSpace(body[end:])) != string(mark)+"--" {
		return errOutside
	}
	for r := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errPart
		}
		if err := m.header(p.Header); err != nil {
			return err
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return errPart
		}
		if err := m.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), content); err != nil {
			return err
		}
	}
}

func decoded(encoding string, body []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		plain := bytes.NewBuffer(make([]byte, 0, len(body)))
		_, err := plain.ReadFrom(quotedprintable.NewReader(bytes.NewReader(body)))
		return plain.Bytes(), err
	case "base64":
		return base64.StdEncoding.AppendDecode(nil, body) // it passes over line ends
	case "", "7bit", "8bit":
		return body, nil
	}
	return nil, errPart
}

// put keeps a part by its kind, of which a letter has one each at most.
func (m *message) put(kind string, content []byte) error {
	at, known := map[string]*string{"text/plain": &m.text, "text/html": &m.html, "text/csv": &m.csv, "application/json": &m.json}[kind]
	switch {
	case !known:
		return errPart
	case *at != "":
		return errTwice
	}
	*at = string(content)
	return nil
}

package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
)

// shownHeaders are the header fields that a reader sees.
var shownHeaders = [...]string{"From", "Reply-To", "To", "Subject", "Date"}

// Plain shows a composed message as a reader sees its plain part: the header
// fields that mail programs show, then the text.
func Plain(message []byte) (string, error) {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	decoder := new(mime.WordDecoder)
	for _, name := range shownHeaders {
		value, err := decoder.DecodeHeader(m.Header.Get(name))
		if err != nil {
			return "", err
		}
		if value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	text, err := plainPart(m.Header.Get("Content-Type"), m.Body)
	if err != nil {
		return "", err
	}
	out.WriteString("\n" + strings.ReplaceAll(text, "\r\n", "\n"))
	return out.String(), nil
}

var errNoPlain = errors.New("the message has no plain part")

// plainPart finds the first plain part that is no attachment, in parts of parts too. What
// has no parts has none.
func plainPart(contentType string, body io.Reader) (string, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return "", errNoPlain
	}
	parts := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := parts.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return "", errNoPlain
		}
		if err != nil {
			return "", err
		}
		kind := part.Header.Get("Content-Type")
		if strings.HasPrefix(kind, "text/plain") {
			text, err := io.ReadAll(part)
			return string(text), err
		}
		if text, err := plainPart(kind, part); !errors.Is(err, errNoPlain) {
			return text, err
		}
	}
}

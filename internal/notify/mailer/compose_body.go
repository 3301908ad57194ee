package mailer

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"

	"tocsin/internal/notify"
)

// writeBody writes Content-Type and the body. The library would give nested parts one
// boundary, or random ones; so the standard library writes them.
func writeBody(out *bytes.Buffer, l notify.Letter, messageID string) error {
	var alternatives, mixed bytes.Buffer
	inner := boundary("alternative", messageID)
	if err := writeAlternatives(&alternatives, inner, l); err != nil {
		return err
	}
	inside := "multipart/alternative;\r\n boundary=" + inner
	if len(l.Attachments) == 0 {
		return finish(out, inside, alternatives.Bytes())
	}
	outer := boundary("mixed", messageID)
	if err := writeMixed(&mixed, outer, inside, alternatives.Bytes(), l.Attachments); err != nil {
		return err
	}
	return finish(out, "multipart/mixed;\r\n boundary="+outer, mixed.Bytes())
}

func finish(out *bytes.Buffer, contentType string, body []byte) error {
	_, err := out.WriteString("Content-Type: " + contentType + "\r\n\r\n")
	out.Write(body)
	return err
}

// writeAlternatives writes both readings of a letter, the plainest first (RFC 2046 §5.1.4).
func writeAlternatives(out io.Writer, boundary string, l notify.Letter) error {
	w := multipart.NewWriter(out)
	if err := w.SetBoundary(boundary); err != nil {
		return err
	}
	for _, p := range []struct{ kind, text string }{{"text/plain; charset=UTF-8", l.Text}, {"text/html; charset=UTF-8", l.HTML}} {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return err
		}
		quoted := quotedprintable.NewWriter(part)
		if _, err := io.WriteString(quoted, p.text); err != nil {
			return err
		}
		if err := quoted.Close(); err != nil {
			return err
		}
	}
	return w.Close()
}

// writeMixed writes the letter and what is attached to it (RFC 2046 §5.1.3, RFC 2183).
func writeMixed(out io.Writer, boundary, inside string, letter []byte, attached []notify.Attachment) error {
	w := multipart.NewWriter(out)
	if err := w.SetBoundary(boundary); err != nil {
		return err
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {inside}})
	if err != nil {
		return err
	}
	if _, err := part.Write(letter); err != nil {
		return err
	}
	for _, a := range attached {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {a.Type},
			"Content-Disposition":       {mime.FormatMediaType("attachment", map[string]string{"filename": a.Name})},
			"Content-Transfer-Encoding": {"base64"},
		})
		if err != nil {
			return err
		}
		if _, err := part.Write(base64Lines(a.Data)); err != nil {
			return err
		}
	}
	return w.Close()
}

// lineOctets is the length of a line of base64 (RFC 2045 §6.8).
const lineOctets = 76

// base64Lines keeps every octet as it is: a list's line ends are part of it.
func base64Lines(data []byte) []byte {
	var out bytes.Buffer
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) > lineOctets {
		out.WriteString(text[:lineOctets] + "\r\n")
		text = text[lineOctets:]
	}
	out.WriteString(text)
	return out.Bytes()
}

// boundary is a text that no body holds: part of a keyed hash, hashed once more
// because Message-IDs are quoted in replies. It is a token, so it needs no quotes
// (RFC 2045 §5.1), and none begins with another.
func boundary(of, messageID string) string {
	return "tocsin_" + notify.Digest([]byte("boundary " + of + " " + messageID))[:32]
}

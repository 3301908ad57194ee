package mailer

import (
	"bytes"
	"encoding/base64"
	"mime"

	"tocsin/internal/notify"
)

// writeBody writes Content-Type and the body. The library would give nested parts one
// boundary, or random ones; so they are written here.
func writeBody(out *bytes.Buffer, l notify.Letter, messageID string) {
	inner, outer := boundary("alternative", messageID), boundary("mixed", messageID)
	if len(l.Attachments) == 0 {
		begin(out, "Content-Type: "+alternatives+inner)
		writeAlternatives(out, inner, l)
		return
	}
	begin(out, "Content-Type: multipart/mixed;\r\n boundary="+outer)
	delimit(out, outer)
	begin(out, "Content-Type: "+alternatives+inner)
	writeAlternatives(out, inner, l)
	for _, a := range l.Attachments {
		out.WriteString("\r\n")
		delimit(out, outer)
		begin(out, "Content-Disposition: "+mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}),
			"Content-Transfer-Encoding: base64", "Content-Type: "+a.Type)
		writeBase64(out, a.Data)
	}
	end(out, outer)
}

const alternatives = "multipart/alternative;\r\n boundary="

// writeAlternatives writes both readings of a letter, the plainest first (RFC 2046 §5.1.4).
func writeAlternatives(out *bytes.Buffer, boundary string, l notify.Letter) {
	delimit(out, boundary)
	begin(out, "Content-Transfer-Encoding: quoted-printable", "Content-Type: text/plain; charset=UTF-8")
	writeQuoted(out, l.Text)
	out.WriteString("\r\n")
	delimit(out, boundary)
	begin(out, "Content-Transfer-Encoding: quoted-printable", "Content-Type: text/html; charset=UTF-8")
	writeQuoted(out, l.HTML)
	end(out, boundary)
}

// begin writes the header of a part, and the line that ends it.
func begin(out *bytes.Buffer, fields ...string) {
	for _, f := range fields {
		out.WriteString(f)
		out.WriteString("\r\n")
	}
	out.WriteString("\r\n")
}

// delimit and end write a boundary before a part, and after the last (RFC 2046 §5.1.1).
func delimit(out *bytes.Buffer, boundary string) { out.WriteString("--" + boundary + "\r\n") }

func end(out *bytes.Buffer, boundary string) { out.WriteString("\r\n--" + boundary + "--\r\n") }

// lineOctets is the length of a line of base64 and of quoted-printable (RFC 2045 §6.7, §6.8).
const lineOctets = 76

// writeBase64 keeps every octet as it is: a list's line ends are part of it.
func writeBase64(out *bytes.Buffer, data []byte) {
	const octets = lineOctets / 4 * 3
	for len(data) > octets {
		out.Write(base64.StdEncoding.AppendEncode(out.AvailableBuffer(), data[:octets]))
		out.WriteString("\r\n")
		data = data[octets:]
	}
	out.Write(base64.StdEncoding.AppendEncode(out.AvailableBuffer(), data))
}

// boundary is a text that no body holds: part of a keyed hash, hashed once more
// because Message-IDs are quoted in replies. It is a token, so it needs no quotes
// (RFC 2045 §5.1), and none begins with another.
func boundary(of, messageID string) string {
	return "tocsin_" + notify.Digest([]byte("boundary " + of + " " + messageID))[:32]
}

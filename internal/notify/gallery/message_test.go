package gallery

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
)

// The pages show what the bytes say: whatever was put into a letter comes out of it.
func TestRead(t *testing.T) {
	l := notify.Letter{
		To: "owner@example.com", Subject: "ünïcode 日本", Date: planned,
		Text: "line = one\n\n    deep\n-- \nend\n" + strings.Repeat("long ", 200) + "\n", HTML: "<!DOCTYPE html>\n<html dir=\"rtl\" lang='x' lang=\"de-CH\"><p>=3D &amp;</p>\n",
		Attachments: []notify.Attachment{{Name: "a.csv", Type: "text/csv; charset=utf-8", Data: []byte("\uFEFFa\r\nb\r\n")}, {Name: "b.bin", Type: "application/json", Data: []byte{0, 0xFF}}},
	}
	e := framed(t, notify.Entry{MessageID: "x@example.com"}, l)
	m, err := read(e.Message)
	if err != nil {
		t.Fatal(err)
	}
	if m.text != l.Text || m.html != l.HTML || m.subject != l.Subject || m.to != "<owner@example.com>" || m.date != "Mon, 04 May 2026 09:00:00 +0000" {
		t.Errorf("%+v", m)
	}
	want := []attachment{{"a.csv", "text/csv", l.Attachments[0].Data}, {"b.bin", "application/json", l.Attachments[1].Data}}
	if diff := cmp.Diff(want, m.attached, cmp.AllowUnexported(attachment{})); diff != "" {
		t.Error(diff)
	}
	if tag, direction := m.language(); tag != "de-CH" || direction != "rtl" {
		t.Errorf("in %q, %q", tag, direction)
	}
	if header, _, _ := strings.Cut(string(e.Message), "\r\n\r\n"); strings.ReplaceAll(header, "\r\n", "\n") != m.fields {
		t.Errorf("header %q", m.fields)
	}
}

func TestLanguage(t *testing.T) {
	for page, want := range map[string]string{
		`<html lang="en" dir="ltr">`:                                "en ltr",
		"<!DOCTYPE html>\n<HTML dir=\"RTL\"\n class=x lang=\"he\">": "he rtl",
		`<html>`:        " ",
		`<p lang="de">`: " ",
		`<html lang="` + strings.Repeat("x", 36) + `">`: " ",
		`<html lang="<script>">`:                        " ",
		`<htmlx lang="de">`:                             " ",
		`<html data-lang="de">`:                         " ",
		`<html lang="">`:                                " ",
		`<html><p lang="de"></html>`:                    " ",
	} {
		if tag, direction := (message{html: page}).language(); tag+" "+direction != want {
			t.Errorf("%s: %q %q, want %q", page, tag, direction, want)
		}
	}
}

// Parts inside parts end, and what is no message is an error, never an empty letter.
func TestReadRefuses(t *testing.T) {
	deep := "Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
	for i := range 20 {
		deep += "--b" + string(rune('0'+i)) + "\r\nContent-Type: multipart/mixed; boundary=b" + string(rune('1'+i)) + "\r\n\r\n"
	}
	if _, err := read([]byte(deep)); !errors.Is(err, errDeep) {
		t.Errorf("deep: %v", err)
	}
	for name, text := range map[string]string{
		"nothing":         "",
		"no header":       "letter",
		"no type":         "To: a@example.com\r\n\r\nletter",
		"no such charset": "Subject: =?klingon?q?a?=\r\nContent-Type: text/plain\r\n\r\nletter",
		"cut off":         "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhalf",
		"no base64":       "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!",
	} {
		if m, err := read([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// FuzzRead: a message of any bytes is read or refused, without end or panic.
func FuzzRead(f *testing.F) {
	for _, e := range several(f) {
		f.Add(e.Message)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := read(raw)
		if err != nil {
			return
		}
		if octets := len(m.text) + len(m.html); octets > 3*len(raw) { // a byte that is not UTF-8 never becomes more than three
			t.Errorf("%d octets were read of %d", octets, len(raw))
		}
		m.language()
	})
}

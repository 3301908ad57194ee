package gallery

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
	"tocsin/internal/notify/mailer"
)

// The pages show what the bytes say: whatever was put into a letter comes out of it.
func TestRead(t *testing.T) {
	l := notify.Letter{
		To: "owner@example.com", Subject: "ünïcode 日本", Date: planned,
		Text: "line = one\n\n    deep\n-- \nend\n" + strings.Repeat("long ", 200) + "\n", HTML: "<!DOCTYPE html>\n<html dir=\"rtl\" lang='x' lang=\"de-CH\"><p>=3D &amp;</p>\n",
		Attachments: []notify.Attachment{{Name: "a.csv", Type: "text/csv; charset=utf-8", Data: []byte("\uFEFFa\r\nb\r\n")}, {Name: "b.bin", Type: "application/json", Data: []byte{0, 0xFF}}},
	}
	e := framed(t, notify.Entry{MessageID: "x@example.com"}, l)
	m, err := mailer.Read(e.Message)
	if err != nil {
		t.Fatal(err)
	}
	if m.Text != l.Text || m.HTML != l.HTML || m.Subject != l.Subject || m.To != "<owner@example.com>" || m.Date != "Mon, 04 May 2026 09:00:00 +0000" {
		t.Errorf("%+v", m)
	}
	want := []mailer.Attached{{Name: "a.csv", Type: "text/csv", Data: l.Attachments[0].Data}, {Name: "b.bin", Type: "application/json", Data: l.Attachments[1].Data}}
	if diff := cmp.Diff(want, m.Attached); diff != "" {
		t.Error(diff)
	}
	if tag, direction := language(m.HTML); tag != "de-CH" || direction != "rtl" {
		t.Errorf("in %q, %q", tag, direction)
	}
	if header, _, _ := strings.Cut(string(e.Message), "\r\n\r\n"); strings.ReplaceAll(header, "\r\n", "\n") != m.Fields {
		t.Errorf("header %q", m.Fields)
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
		if tag, direction := language(page); tag+" "+direction != want {
			t.Errorf("%s: %q %q, want %q", page, tag, direction, want)
		}
	}
}

package mailer

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
)

// FuzzQuoted: a text is encoded octet by octet as the standard library does it, which after a
// CR alone may lose a line end.
func FuzzQuoted(f *testing.F) {
	for _, text := range append(trickies, "a \r\nb\t\n\r \n\n \r", strings.Repeat("=", 30)+"\n "+strings.Repeat("x", 75)+"\n"+strings.Repeat("x", 76)+" \n"+strings.Repeat("y", 73)+"ä", strings.Repeat("x", 74)+" ") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			t.Skip()
		}
		var got, want bytes.Buffer
		writeQuoted(&got, text)
		w := quotedprintable.NewWriter(&want)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%q is written as\n%q\nwant\n%q", text, got.Bytes(), want.Bytes())
		}
	})
}

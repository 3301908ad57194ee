package mailer

import (
	"errors"
	"strings"
	"testing"
)

// Parts inside parts end, and what is no message is an error, never an empty letter.
func TestReadRefuses(t *testing.T) {
	deep := "Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
	for i := range 20 {
		deep += "--b" + string(rune('0'+i)) + "\r\nContent-Type: multipart/mixed; boundary=b" + string(rune('1'+i)) + "\r\n\r\n"
	}
	if _, err := Read([]byte(deep)); !errors.Is(err, errDeep) {
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
		if m, err := Read([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// FuzzRead: a message of any bytes is read or refused, without end or panic.
func FuzzRead(f *testing.F) {
	for _, subject := range trickies[:20] {
		l := withList([]byte("a,b\r\n"))
		l.Subject = subject
		f.Add(compose(f, sender, l))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Read(raw)
		if err != nil {
			return
		}
		if octets := len(m.Text) + len(m.HTML); octets > 3*len(raw) { // a byte that is not UTF-8 never becomes more than three
			t.Errorf("%d octets were read of %d", octets, len(raw))
		}
		if text, err := Plain(raw); (err == nil) != (m.Text != "") || !strings.HasSuffix(text, m.Text) {
			t.Errorf("%q is shown as %q, %v", m.Text, text, err)
		}
	})
}

package mailer

import (
	"bytes"
	"testing"
	"time"

	"tocsin/internal/notify"
)

// A message to another recipient differs in two fields, whatever else it holds (F21, F23).
func TestReaddressed(t *testing.T) {
	letter := notify.Letter{To: "exampl@mask.example", Subject: "To: nobody", Date: time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC), Text: "To: x\n", HTML: "<p>To: x</p>"}
	sender := Sender{Name: "Example Security", Address: "security@example.com"}
	old, err := sender.Compose(letter, "one@example.com")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Readdressed(old, "team@example.com", "two@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.ReplaceAll(bytes.ReplaceAll(old, []byte("<exampl@mask.example>"), []byte("<team@example.com>")), []byte("Message-ID: <one@example.com>"), []byte("Message-ID: <two@example.com>"))
	if !bytes.Equal(got, want) || bytes.Equal(got, old) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, bad := range [][]byte{nil, []byte("To: <a@b.example>\r\n\r\n"), bytes.Replace(old, []byte("To: <"), []byte("To: <a@b.example>\r\nTo: <"), 1)} {
		if got, err := Readdressed(bad, "team@example.com", "two@example.com"); err == nil {
			t.Errorf("%q", got)
		}
	}
	if _, err := Readdressed(old, "team@example.com\r\nBcc: x@y.example", "two@example.com"); err == nil {
		t.Error("an address with a second field")
	}
}

package mailer

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

// withList is a letter with some octets for both its attachments.
func withList(data []byte) notify.Letter {
	l := aLetter
	l.Attachments = []notify.Attachment{
		{Name: "TS-2026-004-nodes.csv", Type: "text/csv; charset=utf-8; header=present", Data: data},
		{Name: "TS-2026-004-nodes.json", Type: "application/json", Data: data},
	}
	return l
}

// TestAttachmentsComeBack is F22 and F24: whatever octets are attached come back as they
// were, beside the same letter, and no line of the message is out of form.
func TestAttachmentsComeBack(t *testing.T) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i))
	}
	octets := [][]byte{nil, {0}, every, []byte("\r\n.\r\n"), []byte("\n\r\n\n"), bytes.Repeat([]byte("x"), 57), bytes.Repeat([]byte("x"), 58), bytes.Repeat([]byte("x"), 1<<20),
		[]byte("--" + boundary("mixed", anID) + "--\r\n"), []byte("--" + boundary("alternative", anID)), []byte("\r\nBcc: x@y.example\r\n\r\n")}
	for _, text := range trickies {
		octets = append(octets, []byte(text))
	}
	for _, data := range octets {
		l := withList(data)
		message := compose(t, sender, l)
		wantLines(t, fmt.Sprintf("%.30q", data), message)
		h, parts := receive(t, message)
		if len(h) != 9 || len(parts) != 4 || parts[0].text != l.Text || parts[1].text != l.HTML {
			t.Fatalf("%.30q: %d header fields, parts %.80q", data, len(h), parts)
		}
		for i, kind := range []string{"text/csv; charset=utf-8; header=present attachment; filename=TS-2026-004-nodes.csv", "application/json attachment; filename=TS-2026-004-nodes.json"} {
			if got := parts[2+i]; got.mediaType != kind || got.text != string(data) {
				t.Errorf("%.30q came back as %.80q, %q", data, got.text, got.mediaType)
			}
		}
		if !bytes.Equal(message, compose(t, sender, l)) {
			t.Errorf("%.30q: the same letter gave other bytes", data)
		}
	}
}

// TestBoundariesAreApart: one of a message's two is not the beginning of the other, which
// would end the outer part with the inner (RFC 2046 §5.1.2).
func TestBoundariesAreApart(t *testing.T) {
	outer, inner := boundary("mixed", anID), boundary("alternative", anID)
	if strings.HasPrefix(outer, inner) || strings.HasPrefix(inner, outer) {
		t.Errorf("%q and %q", outer, inner)
	}
	message := string(compose(t, sender, withList([]byte("x"))))
	if strings.Count(message, outer) != 5 || strings.Count(message, inner) != 4 {
		t.Errorf("the boundaries stand in\n%s", message)
	}
}

func TestPlainPassesOverAttachments(t *testing.T) {
	alone, err := Plain(compose(t, sender, aLetter))
	if err != nil {
		t.Fatal(err)
	}
	l := withList([]byte("a,b\r\n"))
	l.Attachments[0].Type = "text/csv"
	if got, err := Plain(compose(t, sender, l)); err != nil || got != alone {
		t.Errorf("%q, %v; want %q", got, err, alone)
	}
}

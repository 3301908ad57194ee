package mailer

import (
	"strings"
	"testing"
)

func TestTransport(t *testing.T) {
	for _, folder := range []string{"var/outbox", "/srv/mail box", "maildir:x", "a:b"} {
		transport, err := ParseTransport("maildir:" + folder)
		if err != nil || transport != IntoMaildir(folder) || transport.Folder() != folder || transport.String() != "maildir:"+folder || !transport.Rehearsal() {
			t.Errorf("%q: %v, %v", folder, transport, err)
		}
	}
	for _, text := range []string{"", "maildir", "maildir:", "Maildir:x", "smtp://relay.example.com", " maildir:x", "var/outbox"} {
		if transport, err := ParseTransport(text); err == nil || !strings.Contains(err.Error(), "maildir:PATH") {
			t.Errorf("%q became %v, %v", text, transport, err)
		}
	}
}

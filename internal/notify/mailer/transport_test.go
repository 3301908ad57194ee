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
		if _, ok := transport.Relay(); ok {
			t.Errorf("%q has a relay", folder)
		}
	}
	for _, text := range []string{"", "maildir", "maildir:", "Maildir:x", " maildir:x", "var/outbox",
		"smtp:", "smtp://", "smtp://:25", "smtp:relay.example.com", "SMTP://relay.example.com", "smtp://relay.example.com/", "smtp://relay.example.com:0",
		"smtp://relay.example.com:65536", "smtp://relay.example.com:+25", "smtp://relay.example.com:", "smtp://user@relay.example.com", "smtp://user:secret@relay.example.com",
		"smtp://relay.example.com?x", "smtp://relay.example.com#x", "smtp://relay example.com", "smtp://Relay.example.com", "smtp://relay..example.com",
		"smtp://-relay.example.com", "smtp://relay.example.com.", "smtp://[::1", "smtp://[fe80::1%25eth0]:25", "smtp://rel%61y.example.com", "https://relay.example.com", "smtp://relay_1.example.com"} {
		if transport, err := ParseTransport(text); err == nil || !strings.Contains(err.Error(), "maildir:PATH") {
			t.Errorf("%q became %v, %v", text, transport, err)
		}
	}
}

// F39: in clear to this machine only, and to no other by whatever name.
func TestTransportToARelay(t *testing.T) {
	for _, c := range []struct {
		text, name string
		security   Security
		host       string
		port       uint16
	}{
		{"smtp://relay.example.com", "smtp://relay.example.com:587", StartTLS, "relay.example.com", 587},
		{"smtp://relay.example.com:25", "smtp://relay.example.com:25", StartTLS, "relay.example.com", 25},
		{"smtps://relay.example.com", "smtps://relay.example.com:465", ImplicitTLS, "relay.example.com", 465},
		{"smtps://localhost:1465", "smtps://localhost:1465", ImplicitTLS, "localhost", 1465},
		{"smtp://localhost:25", "smtp://localhost:25", Loopback, "localhost", 25},
		{"smtp://127.0.0.1:25", "smtp://127.0.0.1:25", Loopback, "127.0.0.1", 25},
		{"smtp://[::1]:25", "smtp://[::1]:25", Loopback, "::1", 25},
		{"smtp://192.0.2.1:25", "smtp://192.0.2.1:25", StartTLS, "192.0.2.1", 25},
		{"smtp://localhost.example.com:25", "smtp://localhost.example.com:25", StartTLS, "localhost.example.com", 25},
		{"smtp://127.0.0.1.example.com:25", "smtp://127.0.0.1.example.com:25", StartTLS, "127.0.0.1.example.com", 25},
	} {
		transport, err := ParseTransport(c.text)
		relay, ok := transport.Relay()
		if err != nil || !ok || transport.String() != c.name || transport.Rehearsal() || transport.Folder() != "" {
			t.Errorf("%s: %v, %v", c.text, transport, err)
		}
		if relay.Host != c.host || relay.Port != c.port || relay.Security != c.security || relay.Timeouts[Dot].Minutes() != 10 {
			t.Errorf("%s: %+v", c.text, relay)
		}
		if again, err := ParseTransport(transport.String()); again != transport || err != nil {
			t.Errorf("%s: %v, %v", transport, again, err)
		}
	}
}

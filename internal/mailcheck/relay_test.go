package mailcheck

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// A real Postfix takes letters over STARTTLS, several on one session with the next
// envelope in the dot's packet, and refuses a recipient without spoiling the session.
func TestPostfixTakesLetters(t *testing.T) {
	r, mx := startRelay(t)
	letters := make([]letter, 20)
	for i := range letters {
		to, id := fmt.Sprintf("admin%d@customer%d.example.com", i, i), fmt.Sprintf("<relay-%d@example.com>", i)
		message := fmt.Sprintf("From: security@example.com\r\nTo: %s\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: %s\r\nSubject: letter\r\n\r\n.\r\n..dots\r\n%s\r\n", to, id, strings.Repeat("x", 998))
		letters[i] = letter{to: to, id: id, frozen: []byte(message)}
	}
	queued := passOver(t, r, letters)
	mx.collect(t, letters)
	for i, l := range letters {
		data, err := os.ReadFile(l.stored)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(l.frozen), "\r\n\r\n")
		if text := strings.ReplaceAll(string(data), "\r\n", "\n"); !strings.HasSuffix(text, "\n\n"+strings.ReplaceAll(body, "\r\n", "\n")) || !strings.Contains(text, queued[i]) || !strings.Contains(text, "TLS") {
			t.Errorf("letter %d, queued as %q, came as %q", i, queued[i], text)
		}
	}
}

// passOver sends the letters over one session, with a recipient between that Postfix
// refuses, and returns the queue ids that it told.
func passOver(t *testing.T, r mailer.Relay, letters []letter) (queued []string) {
	t.Helper()
	s := dial(t, r)
	if err := s.Begin(mailer.Envelope{From: "bounces@example.com", To: "refused@customer.example.com"}); mailer.ClassOf(err) != mailer.Rejected || !s.Open() {
		t.Fatalf("%v, open %v", err, s.Open())
	}
	envelope := func(l letter) mailer.Envelope {
		return mailer.Envelope{From: "bounces@example.com", To: tailnet.Address(l.to), Octets: len(l.frozen)}
	}
	err := s.Begin(envelope(letters[0]))
	for i, l := range letters {
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Content(l.frozen); err != nil {
			t.Fatal(err)
		}
		var next *mailer.Envelope
		if i+1 < len(letters) {
			e := envelope(letters[i+1])
			next = &e
		}
		reply, failure := s.End(next)
		if failure != nil || reply.Class() != mailer.Accepted || reply.QueueID() == "" {
			t.Fatalf("%v, %v", reply, failure)
		}
		queued = append(queued, reply.QueueID())
		if next != nil {
			err = s.Begun()
		}
	}
	if err := s.Quit(); err != nil {
		t.Error(err)
	}
	return queued
}

// startRelay starts a Postfix that takes mail over STARTTLS alone.
func startRelay(t *testing.T) (mailer.Relay, postfix) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a Postfix; make test runs it")
	}
	postconf, err := administrators("postconf")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v; .ci/prepare installs it", err)
		}
		t.Skipf("NOT CHECKED: %v; .ci/prepare installs it, or says how", err)
	}
	mx := startPostfix(t, programs{postconf: postconf})
	certificate, key, roots := smtptest.PEM(t)
	conf := filepath.Join(mx.folder, "conf")
	for name, data := range map[string][]byte{"relay.pem": append(key, certificate...)} {
		if err := os.WriteFile(filepath.Join(conf, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	more(t, filepath.Join(conf, "main.cf"), fmt.Sprintf("smtpd_tls_security_level = encrypt\nsmtpd_tls_chain_files = %[1]s/relay.pem\nsmtpd_tls_received_header = yes\nsmtpd_recipient_restrictions = check_recipient_access inline:{{refused@customer.example.com = REJECT}}\n", conf))
	return relayAt(t, mx.address, roots), mx
}

// more appends settings. Postfix's smtpd reads them when it starts, at the first call.
func more(t *testing.T, file, settings string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(settings)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func relayAt(t *testing.T, address string, roots *x509.CertPool) mailer.Relay {
	t.Helper()
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return mailer.Relay{Host: at.Addr().String(), Port: at.Port(), Security: mailer.StartTLS, Roots: roots, Hello: "client.example.com", Timeouts: mailer.StandardTimeouts(), Now: time.Now}
}

// dial waits until the relay answers.
func dial(t *testing.T, r mailer.Relay) *mailer.Session {
	t.Helper()
	var s *mailer.Session
	var err error
	if !within(patience, func() bool { s, err = r.Dial(t.Context()); return err == nil }) {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

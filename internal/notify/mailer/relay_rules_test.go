package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

func readReply(text string) (int, string, error) {
	code, said, err := replyLines(bufio.NewReader(strings.NewReader(text)), nil)
	return code, string(said), err
}

func TestReplyLines(t *testing.T) {
	for text, want := range map[string]struct {
		code int
		said string
	}{
		"250 ok\r\n":                  {250, "ok"},
		"250\r\n":                     {250, ""},
		"250 \r\n":                    {250, ""},
		"250-a\r\n250-b\r\n250 c\r\n": {250, "a\nb\nc"},
		"250-a\r\n250\r\n":            {250, "a\n"},
		"554 5.7.1 no\r\n250 x":       {554, "5.7.1 no"},
		"250 \xff\t\r\n":              {250, "\xff\t"},
	} {
		if code, said, err := readReply(text); err != nil || code != want.code || said != want.said {
			t.Errorf("%q: %d %q, %v", text, code, said, err)
		}
	}
	for _, text := range []string{"250 ok\n", "250ok\r\n", "25 ok\r\n", " 250 ok\r\n", "150 ok\r\n", "650 ok\r\n", "2x0 ok\r\n", "\r\n", "ok\r\n", "250-a\r\n251 b\r\n", "250-a\r\nb\r\n", "-250 ok\r\n", "250_ok\r\n",
		"250 " + strings.Repeat("x", 4096) + "\r\n"} {
		var unclean *UncleanError
		if code, said, err := readReply(text); !errors.As(err, &unclean) {
			t.Errorf("%q: %d %q, %v", text, code, said, err)
		}
	}
	for _, text := range []string{"", "250", "250 ok", "250-a\r\n", "250 ok\r"} {
		if _, _, err := readReply(text); err == nil {
			t.Errorf("%q is whole", text)
		}
	}
}

func FuzzReplyLines(f *testing.F) {
	for _, text := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 <a@b>\r\n", "354\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, said, err := readReply(text)
		if err != nil {
			return
		}
		r := newReply(code, []byte(said))
		if code < 200 || code > 599 || len(r.Text) > maxText || strings.Contains(r.Text, "@") || strings.ContainsFunc(r.String(), func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q became %+v", text, r)
		}
		if r.Enhanced != "" && r.Enhanced[0] != text[0] {
			t.Errorf("%q: enhanced code of another class: %+v", text, r)
		}
	})
}

// F53: what the relay quotes of a customer stays with the relay.
func TestReplyIsShown(t *testing.T) {
	for text, want := range map[string]Reply{
		"5.1.1 <admin@customer.example.com>: no such user": {550, "5.1.1", "<(address)>: no such user"},
		"5.1.1 admin@customer.example.com\nunknown":        {550, "5.1.1", "(address) unknown"},
		"5.1.1":                                {550, "5.1.1", ""},
		"5.1.1\nno":                            {550, "5.1.1", "no"},
		"5.1.1.1 no":                           {550, "", "5.1.1.1 no"},
		"5.1 no":                               {550, "", "5.1 no"},
		"2.1.5 no":                             {550, "", "2.1.5 no"},
		"5.1234567890.1 no":                    {550, "", "5.1234567890.1 no"},
		"55.1.1 no":                            {550, "", "55.1.1 no"},
		"no\x1b[31m \u202e\x00way":             {550, "", "no?[31m ????way"},
		"  spaces  ":                           {550, "", "spaces"},
		"for x'admin@customer.example.com' ok": {550, "", "for (address) ok"},
		strings.Repeat("a@b", 1000):            {550, "", "(address)"},
	} {
		if got := newReply(550, []byte(text)); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	if got := newReply(250, []byte(strings.Repeat("x", 2000))); len(got.Text) != maxText {
		t.Errorf("%d octets", len(got.Text))
	}
}

func TestQueueID(t *testing.T) {
	for text, want := range map[string]string{
		"2.0.0 Ok: queued as 4XyZ1a2b3c":                                         "4XyZ1a2b3c",
		"2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 0A1B2C": "0A1B2C",
		"OK id=1tAbCd-000000001-ABcd":                                            "1tAbCd-000000001-ABcd",
		"2.0.0 4AMBDq0n1 Message accepted for delivery":                          "4AMBDq0n1",
		"2.0.0 Ok":                             "",
		"":                                     "",
		"queued as":                            "",
		"queued as ../../x":                    "",
		"queued as " + strings.Repeat("x", 65): "",
	} {
		if got := newReply(250, []byte(text)).QueueID(); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestContentIsChecked(t *testing.T) {
	for _, text := range []string{"", "a", "a\n", "a\r", "\n", "\r", "a\r\n\n", "a\rb\r\n", "a\r\r\n", "a\r\nb", "a\x00\r\n", "\xc3\xa4\r\n", strings.Repeat("x", 999) + "\r\n", "a\n.\nb\r\n", "a\r\n.\n", "\r\n.\r"} {
		if _, err := checkContent([]byte(text), false); err == nil {
			t.Errorf("%.20q passes", text)
		}
	}
	for text, dotted := range map[string]bool{"\r\n": false, ".\r\n": true, "a\r\n.\r\n": true, "a.\r\n": false, "a\r\n\r\n..\r\n": true, strings.Repeat("x", 998) + "\r\n": false} {
		if dots, err := checkContent([]byte(text), false); err != nil || dots != dotted {
			t.Errorf("%.20q: %v, %v", text, dots, err)
		}
	}
	if _, err := checkContent([]byte("\xc3\xa4\r\n"), true); err != nil {
		t.Error(err)
	}
}

// What a relay takes the stuffing off is what we meant, and has no dot alone.
func FuzzStuff(f *testing.F) {
	for _, text := range []string{".", "..", "a\r\n.\r\nb\r\n", ".\r\n", "\r\n..x\r\n.", "a\n.b"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		stuffed := stuff(nil, text)
		var back []byte
		for line := range bytes.Lines(stuffed) {
			if string(line) == ".\r\n" {
				t.Fatalf("%q ends early as %q", text, stuffed)
			}
			back = append(back, bytes.TrimPrefix(line, []byte("."))...)
		}
		if !bytes.Equal(back, text) {
			t.Errorf("%q, stuffed %q, became %q", text, stuffed, back)
		}
	})
}

// Bad content is stopped after DATA; the relay gets none of it.
func TestBadContentIsNotSent(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{})
	letters := postedLetters(3)
	letters[1].message = []byte("Subject: x\r\n\r\nbare\n.\nMAIL FROM:<x@example.com>\r\n")
	classes, errs := walk(t.Context(), relayTo(server, Loopback), letters)
	seen := server.Settled()
	clean(t, seen)
	if got := server.Accepted(); classes[1] != Refused || classes[0] != Accepted || classes[2] != Accepted || len(got) != 2 {
		t.Errorf("%v, %v, %d accepted", classes, errs, len(got))
	}
}

// F23: whatever is not a plain mailbox does not get onto the wire.
func TestEnvelopeIsStrict(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{Extensions: []string{"PIPELINING", "SIZE 1000"}})
	s, err := relayTo(server, Loopback).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const good = tailnet.Address("admin@customer.example.com")
	for _, bad := range []tailnet.Address{"", "admin", "a@b", "a@example.com>\r\nRCPT TO:<b@example.com", "a@example.com\n", "a@example.com,b@example.com", "<a@example.com>", "\"a b\"@example.com",
		"a b@example.com", "ä@example.com", "a@exämple.com", "a@[192.0.2.1]", "a@example.com NOTIFY=NEVER", "a\x00@example.com", "a@example.com\u2028", "a@b@example.com", tailnet.Address(strings.Repeat("x", 65) + "@example.com")} {
		for _, e := range []Envelope{{From: bad, To: good}, {From: good, To: bad}} {
			if err := s.Begin(e); ClassOf(err) != Refused || bad != "" && strings.Contains(err.Error(), string(bad)) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
	for _, e := range []Envelope{{From: good, To: good, Octets: 1001}, {From: good, To: good, EightBit: true}} {
		if err := s.Begin(e); ClassOf(err) != Refused {
			t.Errorf("%+v: %v", e, err)
		}
	}
	if class := sendOne(s, posted{Envelope{From: good, To: good, Octets: 1000}, []byte("x\r\n")}); class != Accepted {
		t.Errorf("the session does not go on: %v", class)
	}
	if seen := server.Seen(); seen.Letters != 1 || seen.Recipients != 1 {
		t.Errorf("%+v", seen)
	}
}

// What is asked of a relay is asked where it offers it.
func TestMailParameters(t *testing.T) {
	for _, c := range []struct {
		extensions []string
		envelope   Envelope
		want       string
	}{
		{nil, Envelope{Octets: 7}, "MAIL FROM:<a@example.com>\r\n"},
		{[]string{"SIZE"}, Envelope{Octets: 7}, "MAIL FROM:<a@example.com> SIZE=7\r\n"},
		{[]string{"SIZE 0"}, Envelope{Octets: 7}, "MAIL FROM:<a@example.com> SIZE=7\r\n"},
		{[]string{"SIZE 100", "SMTPUTF8", "8BITMIME", "DSN"}, Envelope{}, "MAIL FROM:<a@example.com>\r\n"},
		{[]string{"SIZE 100", "SMTPUTF8", "8BITMIME"}, Envelope{EightBit: true, Octets: 100}, "MAIL FROM:<a@example.com> SIZE=100 BODY=8BITMIME\r\n"},
	} {
		server := smtptest.Start(t, smtptest.Options{Extensions: append([]string{}, c.extensions...)})
		s, err := relayTo(server, Loopback).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.envelope.From, c.envelope.To = "a@example.com", "b@example.com"
		if got := string(s.command(nil, Mail, c.envelope)); got != c.want || s.admits(c.envelope) != nil {
			t.Errorf("%q, want %q; %v", got, c.want, s.admits(c.envelope))
		}
		s.Close()
	}
}

// A session called out of turn sends nothing.
func TestSessionOutOfTurn(t *testing.T) {
	letter := postedTo(0)
	for name, call := range map[string]func(*Session) error{
		"content": func(s *Session) error { return s.Content(letter.message) },
		"end":     func(s *Session) error { _, err := s.End(nil); return err },
		"begun":   (*Session).Begun,
		"twice":   func(s *Session) error { return errors.Join(s.Begin(letter.envelope), s.Begin(letter.envelope)) },
	} {
		server := smtptest.Start(t, smtptest.Options{})
		s, err := relayTo(server, Loopback).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := call(s); ClassOf(err) != Refused || s.Open() {
			t.Errorf("%s: %v", name, err)
		}
		server.Settled()
		if n := len(server.Accepted()); n != 0 {
			t.Errorf("%s: %d letters", name, n)
		}
	}
}

func TestParseCredentials(t *testing.T) {
	for text, want := range map[string]Credentials{
		"user: u\npassword: p: w # x \n":    {User: "u", Password: "p: w # x "},
		"# c\r\n\r\nuser:u\r\ntoken: t\r\n": {User: "u", Token: "t"},
		"password:  p\nuser: a@b":           {User: "a@b", Password: " p"},
	} {
		if got, err := ParseCredentials(text, ""); got != want || err != nil {
			t.Errorf("%q: %v %v, %v", text, got.User, got == want, err)
		}
	}
	if got, err := ParseCredentials("user: u\npassword: old\n", "new"); err != nil || got.Password != "new" {
		t.Error(err)
	}
	if got, err := ParseCredentials("user: u\n", "new"); err != nil || got.Password != "new" {
		t.Error(err)
	}
	for _, text := range []string{"", "user: u", "password: hidden", "user: u\npassword: hidden\ntoken: hidden", "user: u\nuser: hidden\npassword: x", "user: u\npass: hidden", "hidden", "user: u\npassword: hid\x00den", "user: \npassword: hidden", "user: u\n password: hidden"} {
		if _, err := ParseCredentials(text, ""); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// With PIPELINING, a letter is two writes and one round trip.
func TestWritesALetter(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{})
	s, err := relayTo(server, Loopback).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	counter := &counting{Conn: s.wire.Conn}
	s.wire.Conn = counter
	letter := posted{Envelope{From: "a@example.com", To: "b@example.com"}, sized(6000)}
	if err := s.Begin(letter.envelope); err != nil {
		t.Fatal(err)
	}
	const letters = 100
	for range letters {
		if err := s.Content(letter.message); err != nil {
			t.Fatal(err)
		}
		if reply, err := s.End(&letter.envelope); err != nil || reply.Class() != Accepted || reply.QueueID() == "" {
			t.Fatal(reply, err)
		}
		if err := s.Begun(); err != nil {
			t.Fatal(err)
		}
	}
	if counter.writes != 1+2*letters {
		t.Errorf("%d writes for %d letters", counter.writes, letters)
	}
	if got := server.Accepted(); len(got) != letters || got[0].Digest != notify.Digest(letter.message) {
		t.Errorf("%d letters", len(got))
	}
}

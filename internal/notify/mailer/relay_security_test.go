package mailer

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// F39: nothing of a letter goes out in clear, or to a relay that is not who it should be.
func TestRelayIsVerified(t *testing.T) {
	for _, c := range []struct {
		name     string
		security Security
		options  smtptest.Options
		class    Class
	}{
		{"STARTTLS", StartTLS, smtptest.Options{StartTLS: true}, Accepted},
		{"TLS from the start", ImplicitTLS, smtptest.Options{Implicit: true}, Accepted},
		{"stripped", StartTLS, smtptest.Options{}, Refused},
		{"HELO only", StartTLS, smtptest.Options{StartTLS: true, Script: noEHLO}, Refused},
		{"expired", StartTLS, smtptest.Options{StartTLS: true, Certificate: smtptest.Expired}, Refused},
		{"wrong host", StartTLS, smtptest.Options{StartTLS: true, Certificate: smtptest.WrongHost}, Refused},
		{"self-signed", StartTLS, smtptest.Options{StartTLS: true, Certificate: smtptest.SelfSigned}, Refused},
		{"expired from the start", ImplicitTLS, smtptest.Options{Implicit: true, Certificate: smtptest.Expired}, Refused},
		{"wrong host from the start", ImplicitTLS, smtptest.Options{Implicit: true, Certificate: smtptest.WrongHost}, Refused},
		{"self-signed from the start", ImplicitTLS, smtptest.Options{Implicit: true, Certificate: smtptest.SelfSigned}, Refused},
		{"in clear where TLS is due", ImplicitTLS, smtptest.Options{}, Refused},
		{"454 to STARTTLS", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.StartTLS, smtptest.Reply("454 4.7.0 not now"))}, Deferred},
		{"502 to STARTTLS", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.StartTLS, smtptest.Reply("502 5.5.1 no"))}, Refused},
		{"drop at STARTTLS", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.StartTLS, smtptest.Drop)}, Deferred},
		{"no TLS after 220", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.StartTLS, smtptest.Then(smtptest.Reply("220 go on", "250-mx.example.net", "250 STARTTLS"), smtptest.Stall))}, Deferred},
		// Whoever sits in between adds replies that would pass for encrypted ones (CVE-2011-0411).
		{"a reply too many at STARTTLS", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.StartTLS, smtptest.AtOnce("250 AUTH PLAIN"))}, Deferred},
		{"a reply too many at EHLO", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.Hello, smtptest.AtOnce("220 go on"))}, Deferred},
		{"a greeting too many", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.Greeting, smtptest.AtOnce("250 mx.example.net"))}, Deferred},
		{"554 as greeting", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.Greeting, smtptest.Reply("554 5.7.1 not you"))}, Refused},
		{"421 as greeting", StartTLS, smtptest.Options{StartTLS: true, Script: smtptest.At(smtptest.Greeting, smtptest.Reply("421 4.3.2 busy"))}, Deferred},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, c.options)
			letters := postedLetters(2)
			r := relayTo(server, c.security)
			if c.name == "no TLS after 220" {
				r = patient(r, 300*time.Millisecond, Securing)
			}
			if r.Roots == nil && c.security != Loopback {
				r.Roots = smtptest.Start(t, smtptest.Options{Implicit: true}).Roots()
			}
			classes, errs := walk(t.Context(), r, letters)
			seen := server.Settled()
			if c.security != ImplicitTLS || c.options.Implicit {
				clean(t, seen)
			}
			held := hold(t, server, letters)
			for i := range letters {
				if classes[i] != c.class || (held[i] == 1) != (c.class == Accepted) {
					t.Errorf("%v (%v), the server has %v", classes, errs, held)
				}
			}
			if seen.Clear != 0 || c.class != Accepted && seen.Letters+seen.Recipients != 0 {
				t.Errorf("%d octets in clear, %d letters begun", seen.Clear, seen.Letters)
			}
			for _, got := range server.Accepted() {
				if !got.Encrypted {
					t.Error("a letter came in clear")
				}
			}
		})
	}
}

// noEHLO is a relay of before 1995: it knows HELO alone.
func noEHLO(m smtptest.Moment, n int) smtptest.Action {
	if m == smtptest.Hello && n%2 == 0 {
		return smtptest.Reply("502 5.5.1 what?")
	}
	return nil
}

// A certificate counts at the caller's clock.
func TestCertificateOutlived(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{Implicit: true})
	r := relayTo(server, ImplicitTLS)
	r.Now = func() time.Time { return time.Date(2100, 2, 1, 0, 0, 0, 0, time.UTC) }
	_, err := r.Dial(t.Context())
	var verification *tls.CertificateVerificationError
	if ClassOf(err) != Refused || !errors.As(err, &verification) {
		t.Errorf("%v", err)
	}
}

// F39: in clear to this machine only, wherever the name leads.
func TestLoopbackIsThisMachine(t *testing.T) {
	for address, loopback := range map[string]bool{"127.0.0.1:25": true, "127.9.9.9:25": true, "[::1]:25": true, "192.0.2.1:25": false, "10.0.0.1:25": false, "[2001:db8::1]:25": false} {
		to := net.TCPAddrFromAddrPort(mustParse(t, address))
		if onLoopback(elsewhere{to: to}) != loopback {
			t.Errorf("%s: %v", address, !loopback)
		}
	}
}

// F53: AUTH, and what is shown where it fails.
func TestRelayAuthentication(t *testing.T) {
	const user, secret = "mailer@example.com", "correct: horse battery"
	for _, c := range []struct {
		name, mechanisms string
		credentials      Credentials
		script           smtptest.Script
		class            Class
	}{
		{"PLAIN", "PLAIN LOGIN", Credentials{User: user, Password: secret}, nil, Accepted},
		{"LOGIN", "LOGIN", Credentials{User: user, Password: secret}, nil, Accepted},
		{"XOAUTH2", "LOGIN XOAUTH2", Credentials{User: user, Token: secret}, nil, Accepted},
		{"wrong password by PLAIN", "PLAIN", Credentials{User: user, Password: "wrong-" + secret}, nil, Refused},
		{"wrong password by LOGIN", "LOGIN", Credentials{User: user, Password: "wrong-" + secret}, nil, Refused},
		{"wrong token", "XOAUTH2", Credentials{User: user, Token: "wrong-" + secret}, nil, Refused},
		{"no mechanism for a password", "XOAUTH2 CRAM-MD5", Credentials{User: user, Password: secret}, nil, Refused},
		{"no mechanism for a token", "PLAIN LOGIN", Credentials{User: user, Token: secret}, nil, Refused},
		{"not now", "PLAIN", Credentials{User: user, Password: secret}, smtptest.At(smtptest.Auth, smtptest.Reply("454 4.7.0 later, "+user)), Deferred},
		{"dropped", "PLAIN", Credentials{User: user, Password: secret}, smtptest.At(smtptest.Auth, smtptest.Drop), Deferred},
		{"asks for more", "PLAIN", Credentials{User: user, Password: secret}, smtptest.Once(smtptest.Auth, 0, smtptest.Reply("334 YWdhaW4=")), Deferred},
		{"without", "PLAIN", Credentials{}, nil, Refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, smtptest.Options{StartTLS: true, User: user, Secret: secret, Mechanisms: c.mechanisms, Script: c.script})
			r := relayTo(server, StartTLS)
			r.Credentials = c.credentials
			letters := postedLetters(1)
			classes, errs := walk(t.Context(), r, letters)
			seen := server.Settled()
			if held := hold(t, server, letters); classes[0] != c.class || (held[0] == 1) != (c.class == Accepted) || seen.Clear != 0 {
				t.Errorf("%v (%v), the server has %v, %d octets in clear", classes, errs, held, seen.Clear)
			}
			shown := fmt.Sprintf("%v %+v %#v %v", errs, errs, r, c.credentials)
			for _, hidden := range []string{secret, "mailer@", "AG1haWxlc"} {
				if strings.Contains(shown, hidden) {
					t.Errorf("%q is shown: %s", hidden, shown)
				}
			}
		})
	}
}

// F40: a relay that does not come to an end is left at the limit, one that is slow at
// its phase's deadline; whatever the other phases may take.
func TestRelayWithoutEnd(t *testing.T) {
	const octets = 300 << 20
	if testing.Short() {
		t.Skip("300 MiB")
	}
	for _, c := range []struct {
		when  smtptest.Moment
		phase Phase
		class Class
	}{
		{smtptest.Greeting, Greeting, Deferred}, {smtptest.Hello, Hello, Deferred}, {smtptest.StartTLS, Securing, Deferred}, {smtptest.Auth, Authenticating, Deferred},
		{smtptest.Mail, Mail, Deferred}, {smtptest.Rcpt, Rcpt, Deferred}, {smtptest.Data, Data, Deferred}, {smtptest.Taken, Dot, Unknown}, {smtptest.Quit, Quit, Accepted},
	} {
		for name, do := range map[string]smtptest.Action{
			"a line":     smtptest.Endless("250 ", octets),
			"lines":      smtptest.EndlessLines("250-and so on", octets),
			"octets":     smtptest.Endless("", octets),
			"slow lines": smtptest.Drip("250-slow\r\n", 10*time.Millisecond, true),
			"silence":    smtptest.Stall,
		} {
			t.Run(fmt.Sprintf("%s at %s", name, c.phase), func(t *testing.T) {
				t.Parallel()
				server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(c.when, do), StartTLS: true, User: "u", Secret: "s"})
				r := relayTo(server, StartTLS)
				r.Credentials = Credentials{User: "u", Password: "s"}
				slow := name == "silence" || name == "slow lines"
				if slow {
					r = patient(r, 300*time.Millisecond, c.phase)
				}
				letters := postedLetters(1)
				classes, errs := walk(t.Context(), r, letters) // without a deadline it would not end in the hour that the test has
				seen := server.Settled()
				if classes[0] != c.class || c.class != Accepted && slow != errors.Is(errs[0], os.ErrDeadlineExceeded) {
					t.Errorf("%v, %v", classes, errs)
				}
				if seen.Sent > 32<<20 { // what the sockets between hold, and no more
					t.Errorf("%d octets were read or held", seen.Sent)
				}
			})
		}
	}
}

// F40: of one reply no more than 64 KiB is read, at any phase.
func TestReplyIsBounded(t *testing.T) {
	for _, c := range []struct {
		lines int
		ok    bool
	}{{1, true}, {3800, true}, {5000, false}} {
		var lines []string
		for range c.lines {
			lines = append(lines, "250-twelve more") // 17 octets with its end
		}
		server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Taken, smtptest.Reply(append(lines[1:], "250 2.0.0 end")...))})
		classes, errs := walk(t.Context(), relayTo(server, Loopback), postedLetters(1))
		if (classes[0] == Accepted) != c.ok || classes[0] != Accepted && (classes[0] != Unknown || !errors.Is(errs[0], errEndless)) {
			t.Errorf("%d lines: %v, %v", c.lines, classes, errs)
		}
	}
}

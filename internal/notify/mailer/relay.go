package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Security is how a connection to a relay is protected. There is no mode that takes
// what it gets: a relay whose offer of TLS was stripped on the way must not see a
// letter.
type Security int

const (
	StartTLS    Security = iota // begun in clear, then encrypted or given up (RFC 3207)
	ImplicitTLS                 // encrypted from the first octet (RFC 8314 §3.3)
	Loopback                    // in clear, and only to this machine
)

// Relay is the SMTP server that takes letters from us.
type Relay struct {
	Host        string // its certificate must be for this name
	Port        uint16
	Security    Security
	Roots       *x509.CertPool // who may sign its certificate; nil: whom this machine trusts
	Hello       string         // our own name, told in EHLO
	Credentials Credentials    // empty: the relay takes our letters without
	Timeouts    Timeouts
	Now         func() time.Time
}

// Timeouts are how long each phase may last. No sign of life prolongs a phase: a relay
// that sends an octet a minute has no more time than a silent one. The phase Content
// counts anew for every block, of [contentBlock] octets.
type Timeouts [phases]time.Duration

// StandardTimeouts are those of RFC 5321 §4.5.3.2 where it has one.
func StandardTimeouts() Timeouts {
	return Timeouts{
		Connecting:     time.Minute,
		Greeting:       5 * time.Minute,
		Hello:          5 * time.Minute,
		Securing:       2 * time.Minute,
		Authenticating: 2 * time.Minute,
		Mail:           5 * time.Minute,
		Rcpt:           5 * time.Minute,
		Data:           2 * time.Minute,
		Content:        3 * time.Minute,
		Dot:            10 * time.Minute,
		Quit:           10 * time.Second, // ours: nothing depends on the answer
	}
}

var (
	errLoopback = errors.New("letters travel in clear on this machine only, and the relay is elsewhere")
	errHello    = errors.New("our own name for EHLO is not a host name")
	errStripped = errors.New("the relay does not offer STARTTLS, so letters would travel in clear")
	errUnasked  = errors.New("the relay spoke before it was asked")
)

// Dial connects, encrypts and authenticates. The session ends with ctx: when ctx is
// done the connection is cut, whatever the session is doing.
//
// A relay that cannot be trusted fails with a [RefusedError], one that says no with a
// [ReplyError], one that cannot be reached or is lost with a [ConnError], one that talks
// nonsense with an [UncleanError].
func (r Relay) Dial(ctx context.Context) (*Session, error) {
	if r.Hello == "" || strings.ContainsFunc(r.Hello, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, &RefusedError{Hello, errHello}
	}
	dialer := net.Dialer{Timeout: r.Timeouts[Connecting]}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(r.Host, strconv.Itoa(int(r.Port))))
	if err != nil {
		return nil, &ConnError{Connecting, err}
	}
	if r.Security == Loopback && !onLoopback(conn) {
		return nil, errors.Join(&RefusedError{Connecting, errLoopback}, conn.Close())
	}
	s := &Session{wire: &wire{Conn: conn, timeouts: r.Timeouts, now: r.Now}, ctx: ctx}
	s.unwatch = context.AfterFunc(ctx, s.wire.cut)
	if err := s.open(r); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// onLoopback looks at the connection and not at the relay's name, which can lead
// anywhere.
func onLoopback(conn net.Conn) bool {
	to, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	return err == nil && to.Addr().IsLoopback()
}

// open leads a new connection to the point where letters may begin. go-mail's client
// speaks up to there, over a wire that bounds what it reads and how long.
func (s *Session) open(r Relay) error {
	client, err := s.greet(r)
	if err != nil {
		return err
	}
	steps := []struct {
		phase Phase
		take  func() error
	}{
		{Hello, func() error { return client.Hello(r.Hello) }},
		{Securing, func() error { return s.secure(client, r) }},
		{Authenticating, func() error { return r.Credentials.present(client, r.Host) }},
	}
	for _, step := range steps {
		if err := s.step(step.phase, step.take); err != nil {
			return err
		}
		s.text = client.Text // a new one once the connection is encrypted
		if s.text.R.Buffered() > 0 {
			return &UncleanError{step.phase, errUnasked, true}
		}
	}
	s.learn(client)
	return nil
}

// step runs one phase of the opening under its deadline.
func (s *Session) step(phase Phase, take func() error) error {
	if err := s.wire.enter(phase); err != nil {
		return s.fault(phase, err)
	}
	if err := take(); err != nil {
		return s.fault(phase, err)
	}
	return nil
}

// greet hears the greeting (RFC 5321 §4.3.1), encrypted already where that is implicit.
func (s *Session) greet(r Relay) (client *smtp.Client, err error) {
	conn := net.Conn(s.wire)
	if r.Security == ImplicitTLS {
		encrypted := tls.Client(s.wire, r.tls())
		if err := s.step(Securing, encrypted.Handshake); err != nil {
			return nil, err
		}
		conn = encrypted
	}
	err = s.step(Greeting, func() error {
		client, err = smtp.NewClient(conn, r.Host)
		return err
	})
	if err == nil && client.Text.R.Buffered() > 0 {
		err = &UncleanError{Greeting, errUnasked, true}
	}
	return client, err
}

// secure encrypts where STARTTLS is the way. What came in clear after the relay's
// consent is no part of the encrypted session: somebody in between may have put it
// there (CVE-2011-0411).
func (s *Session) secure(client *smtp.Client, r Relay) error {
	if r.Security != StartTLS {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return &RefusedError{Securing, errStripped}
	}
	inClear := client.Text.R
	err := client.StartTLS(r.tls())
	if inClear.Buffered() > 0 {
		return &UncleanError{Securing, errUnasked, true}
	}
	return err
}

// tls is what we ask of the relay's end. Small records at the beginning would cost a
// system call each and gain a mail nothing.
func (r Relay) tls() *tls.Config {
	return &tls.Config{
		ServerName:                  r.Host,
		RootCAs:                     r.Roots,
		MinVersion:                  tls.VersionTLS12,
		Time:                        r.Now,
		DynamicRecordSizingDisabled: true,
	}
}

// learn notes what the relay offers.
func (s *Session) learn(client *smtp.Client) {
	s.pipelining, _ = client.Extension("PIPELINING")
	s.eightBit, _ = client.Extension("8BITMIME")
	var most string
	s.sized, most = client.Extension("SIZE")
	s.most, _ = strconv.ParseInt(most, 10, 64) // 0, or nothing: no limit that it tells (RFC 1870 §3)
}

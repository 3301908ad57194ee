// Package smtptest gives tests an SMTP server of their own, which fails as it is told:
// any reply, at any moment of a session, or none. Nothing but tests imports it.
package smtptest

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"testing"
)

// Moment is where a script may interfere.
type Moment int

// The moments of a session, in their order.
const (
	Greeting Moment = iota
	Hello           // EHLO or HELO, in clear or encrypted
	StartTLS        // the reply to STARTTLS
	Auth            // each reply of AUTH
	Mail
	Rcpt
	Data
	Content // Options.After octets of a message have come
	Dot     // a message has come to its end; with an action it is not accepted
	Taken   // it is accepted and on record; the reply has not gone out
	Replied // the reply to it has gone out
	Reset   // RSET
	Quit
	moments
)

// Script says what to do at a moment, which has come n times before on this server; nil
// is the usual.
type Script func(m Moment, n int) Action

// At does one thing whenever a moment comes.
func At(when Moment, do Action) Script {
	return func(m Moment, _ int) Action {
		if m == when {
			return do
		}
		return nil
	}
}

// Once does one thing when a moment comes for the nth time, counted from 0.
func Once(when Moment, nth int, do Action) Script {
	return func(m Moment, n int) Action {
		if m == when && n == nth {
			return do
		}
		return nil
	}
}

// Certificate is which certificate the server shows.
type Certificate int

// The certificates. All but the first must be refused.
const (
	Good       Certificate = iota // for 127.0.0.1, by the server's authority
	Expired                       // no longer
	WrongHost                     // for somebody else
	SelfSigned                    // by nobody
)

// Options are how a server differs from a good relay in clear.
type Options struct {
	Script      Script
	After       int      // octets of a message after which Content comes
	Extensions  []string // nil: PIPELINING, 8BITMIME, ENHANCEDSTATUSCODES
	StartTLS    bool     // offer it
	Implicit    bool     // encrypted from the start
	Certificate Certificate
	User        string // with it, AUTH is offered and asked for
	Secret      string // the password, or the token
	Mechanisms  string // offered by AUTH; "": PLAIN
	Keep        bool   // keep the messages
}

// Transaction is a message that the server accepted.
type Transaction struct {
	From      string
	To        []string
	Octets    int    // without the stuffing and the last dot
	Digest    string // SHA-256 in hex
	Queue     string // the id that the reply told
	Encrypted bool
	Message   []byte // where Options.Keep
}

// Seen is what came to the server, accepted or not.
type Seen struct {
	Connections int
	Recipients  int      // RCPT commands
	Letters     int      // MAIL commands
	Clear       int      // octets of AUTH, MAIL, RCPT, DATA and messages that came unencrypted
	Sent        int64    // octets that the server wrote, under TLS before encryption
	Faults      []string // where the client did not keep to the protocol
}

// Server is an SMTP server on this machine, which ends with its test.
type Server struct {
	options  Options
	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool

	sync.Mutex
	came     [moments]int
	queued   int
	seen     Seen
	accepted []Transaction
	open     map[net.Conn]bool
	ended    *sync.Cond      // an open connection has
	probes   map[string]bool // own connections, by their address
	closed   bool
	talks    sync.WaitGroup
}

// Start starts a server on a port of its own.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{options: options, listener: listener, open: make(map[net.Conn]bool), probes: make(map[string]bool)}
	s.ended = sync.NewCond(s)
	if options.StartTLS || options.Implicit {
		if s.tls, s.roots, err = certify(options.Certificate); err != nil {
			t.Fatal(err)
		}
	}
	if s.options.Extensions == nil {
		s.options.Extensions = []string{"PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"}
	}
	s.talks.Add(1)
	go s.listen()
	t.Cleanup(s.stop)
	return s
}

func (s *Server) listen() {
	defer s.talks.Done()
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if s.probed(conn) {
			continue
		}
		if !s.enter(conn) {
			return
		}
		go func() {
			defer s.talks.Done()
			defer s.leave(conn)
			(&Conn{server: s, raw: conn, conn: conn}).talk()
		}()
	}
}

func (s *Server) enter(conn net.Conn) bool {
	s.Lock()
	defer s.Unlock()
	if s.closed {
		conn.Close()
		return false
	}
	s.open[conn] = true
	s.seen.Connections++
	s.talks.Add(1)
	return true
}

func (s *Server) leave(conn net.Conn) {
	conn.Close()
	s.Lock()
	defer s.Unlock()
	delete(s.open, conn)
	s.ended.Broadcast()
}

func (s *Server) stop() {
	s.Lock()
	s.closed = true
	s.listener.Close()
	for conn := range s.open {
		conn.Close()
	}
	s.Unlock()
	s.talks.Wait()
}

// Port is where the server listens, on 127.0.0.1.
func (s *Server) Port() uint16 { return uint16(s.listener.Addr().(*net.TCPAddr).Port) }

// Roots is the server's authority, made for it.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Expect changes the password, or the token, that AUTH wants from now on.
func (s *Server) Expect(secret string) {
	s.Lock()
	defer s.Unlock()
	s.options.Secret = secret
}

// secret is what AUTH wants now.
func (s *Server) secret() string {
	s.Lock()
	defer s.Unlock()
	return s.options.Secret
}

// Accepted are the messages that the server accepted, in their order.
func (s *Server) Accepted() []Transaction {
	s.Lock()
	defer s.Unlock()
	return slices.Clone(s.accepted)
}

// Seen is what has come so far.
func (s *Server) Seen() Seen {
	s.Lock()
	defer s.Unlock()
	seen := s.seen
	seen.Faults = slices.Clone(seen.Faults)
	return seen
}

// Settled waits until every connection has ended, and is what came.
func (s *Server) Settled() Seen {
	s.listener.Close()
	s.talks.Wait()
	return s.Seen()
}

// Idle waits until every connection that has been made has ended, and is what came. The
// server goes on.
func (s *Server) Idle(t testing.TB) Seen {
	t.Helper()
	s.Lock()
	probe, err := net.Dial("tcp", s.listener.Addr().String()) // taken in after all others
	if err != nil {
		s.Unlock()
		t.Fatal(err)
	}
	defer probe.Close()
	s.probes[probe.LocalAddr().String()] = true
	for len(s.probes)+len(s.open) > 0 {
		s.ended.Wait()
	}
	s.Unlock()
	return s.Seen()
}

// probed reports whether a connection is the server's own, and closes it then.
func (s *Server) probed(conn net.Conn) bool {
	s.Lock()
	defer s.Unlock()
	from := conn.RemoteAddr().String()
	if !s.probes[from] {
		return false
	}
	delete(s.probes, from)
	s.ended.Broadcast()
	conn.Close()
	return true
}

// action asks the script.
func (s *Server) action(m Moment) Action {
	s.Lock()
	defer s.Unlock()
	n := s.came[m]
	s.came[m]++
	if s.options.Script == nil {
		return nil
	}
	return s.options.Script(m, n)
}

// note changes what the server has seen.
func (s *Server) note(change func(*Seen)) {
	s.Lock()
	defer s.Unlock()
	change(&s.seen)
}

package mailer

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// ample is how long a phase may last where a relay means to answer. A slow machine takes seconds.
const ample = 5 * time.Minute

// relayTo is a relay with deadlines that none meets but by hanging.
func relayTo(server *smtptest.Server, security Security) Relay {
	r := Relay{Host: "127.0.0.1", Port: server.Port(), Security: security, Roots: server.Roots(), Hello: "client.example.com", Now: time.Now}
	for phase := range r.Timeouts {
		r.Timeouts[phase] = ample
	}
	return r
}

// posted is a letter with its envelope.
type posted struct {
	envelope Envelope
	message  []byte
}

func postedTo(n int) posted {
	to := fmt.Sprintf("admin%d@customer%d.example.com", n, n)
	message := fmt.Sprintf("From: security@example.com\r\nTo: %s\r\nSubject: letter %d\r\n\r\n.\r\n..\r\n.hidden\r\nNode %d.\r\n", to, n, n)
	return posted{Envelope{From: "bounces@example.com", To: tailnet.Address(to)}, []byte(message)}
}

func postedLetters(n int) []posted {
	letters := make([]posted, n)
	for i := range letters {
		letters[i] = postedTo(i)
	}
	return letters
}

// walk sends each letter once, as an engine will: over one session where it lasts, over
// a new one where not, each letter's envelope with the dot of the one before.
func walk(ctx context.Context, r Relay, letters []posted) (classes []Class, errs []error) {
	w := &walker{relay: r}
	return w.walk(ctx, letters)
}

func (w *walker) walk(ctx context.Context, letters []posted) (classes []Class, errs []error) {
	w.last, w.classes, w.errs = -1, make([]Class, len(letters)), make([]error, len(letters))
	for i, letter := range letters {
		if w.before != nil && w.session != nil {
			w.before(i, w.session)
		}
		err := w.begin(ctx, letter)
		if w.beforeDot != nil && err == nil {
			w.beforeDot(i, w.session)
		}
		if err != nil {
			w.outcome(i, ClassOf(err), err)
			continue
		}
		var next *Envelope
		if i+1 < len(letters) {
			next = &letters[i+1].envelope
		}
		reply, err := w.session.End(next)
		w.chased = next != nil
		if err != nil {
			w.outcome(i, ClassOf(err), err)
			continue
		}
		w.outcome(i, reply.Class(), nil)
		w.last = i
	}
	if w.session != nil {
		w.doubt(w.session.Quit())
	}
	return w.classes, w.errs
}

type walker struct {
	relay Relay
	// before comes ahead of a letter, where there is a session already.
	before func(letter int, s *Session)
	// beforeDot takes the place of the ledger's write.
	beforeDot func(letter int, s *Session)
	session   *Session
	chased    bool
	last      int // the letter whose reply came last on this session, or -1
	classes   []Class
	errs      []error
}

func (w *walker) outcome(i int, class Class, err error) {
	w.classes[i], w.errs[i] = class, err
	w.last = -1
}

// doubt takes back the outcome of the letter before.
func (w *walker) doubt(err error) {
	if Contradicts(err) && w.last >= 0 {
		w.classes[w.last], w.errs[w.last] = Unknown, err
	}
	w.last = -1
}

// begin brings a letter up to its dot.
func (w *walker) begin(ctx context.Context, letter posted) (err error) {
	switch {
	case w.session == nil || !w.session.Open():
		w.last = -1
		if w.session, err = w.relay.Dial(ctx); err == nil {
			err = w.session.Begin(letter.envelope)
		}
	case w.chased:
		err = w.session.Begun()
	default:
		err = w.session.Begin(letter.envelope)
	}
	w.chased = false
	w.doubt(err)
	if err == nil {
		err = w.session.Content(letter.message)
	}
	return err
}

// hold counts how often the server has each letter, unchanged and to its one recipient.
func hold(t *testing.T, server *smtptest.Server, letters []posted) []int {
	t.Helper()
	byAddress := make(map[string]int)
	for i, letter := range letters {
		byAddress[string(letter.envelope.To)] = i
	}
	held := make([]int, len(letters))
	for _, got := range server.Accepted() {
		if len(got.To) != 1 {
			t.Fatalf("a message to %d recipients", len(got.To))
		}
		i, ours := byAddress[got.To[0]]
		if !ours || got.From != string(letters[i].envelope.From) || got.Digest != notify.Digest(letters[i].message) {
			t.Fatalf("the server has a message that nobody sent: to letter %d, known %v", i, ours)
		}
		held[i]++
	}
	return held
}

// clean fails where the client did not keep to the protocol.
func clean(t *testing.T, seen smtptest.Seen) {
	t.Helper()
	if len(seen.Faults) > 0 {
		t.Errorf("the server complains: %q", seen.Faults)
	}
}

// patient is for tests in which a relay says nothing in a phase: where it does mean to answer, a slow
// machine would not let it in time.
func patient(r Relay, patience time.Duration, in ...Phase) Relay {
	for _, phase := range in {
		r.Timeouts[phase] = patience
	}
	return r
}

var filler = bytes.Repeat([]byte("x"), 70)

// sized is a message of about n octets in lines.
func sized(n int) []byte {
	var out bytes.Buffer
	out.WriteString("Subject: sized\r\n\r\n")
	for out.Len() < n {
		out.Write(filler)
		out.WriteString("\r\n")
	}
	return out.Bytes()
}

// elsewhere is a connection that leads where it says.
type elsewhere struct {
	net.Conn
	to net.Addr
}

func (e elsewhere) RemoteAddr() net.Addr { return e.to }

func mustParse(t *testing.T, address string) netip.AddrPort {
	t.Helper()
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// counting counts writes.
type counting struct {
	net.Conn
	writes int
}

func (c *counting) Write(p []byte) (int, error) {
	c.writes++
	return c.Conn.Write(p)
}

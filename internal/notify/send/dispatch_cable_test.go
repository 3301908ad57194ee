package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
)

// cable leads to a relay. It breaks once, after so many octets, whichever way they go; who
// connects later finds it mended.
type cable struct {
	net.Listener
	to   string
	mu   sync.Mutex
	left int
	ends []*net.TCPConn
}

func newCable(t *testing.T, server *smtptest.Server, octets int) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c := &cable{Listener: listener, to: fmt.Sprintf("127.0.0.1:%d", server.Port()), left: octets}
	go c.lead()
	return c
}

func (c *cable) lead() {
	for {
		near, err := c.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", c.to)
		if err != nil {
			near.Close()
			continue
		}
		c.mu.Lock()
		c.ends = append(c.ends, near.(*net.TCPConn), far.(*net.TCPConn))
		c.mu.Unlock()
		go c.carry(near, far)
		go c.carry(far, near)
	}
}

// carry takes octets from one end to the other, as far as the cable does.
func (c *cable) carry(from, to net.Conn) {
	defer to.Close()
	octets := make([]byte, 512)
	for {
		n, err := from.Read(octets)
		passes, breaks := c.take(n)
		_, failed := to.Write(octets[:passes])
		if breaks {
			c.cut()
		}
		if err != nil || failed != nil || breaks {
			return
		}
	}
}

func (c *cable) take(n int) (passes int, breaks bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left < 0 || n < c.left {
		c.left -= min(n, max(0, c.left))
		return n, false
	}
	passes, c.left = c.left, -1
	return passes, true
}

// cut breaks every connection there is (RST).
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range c.ends {
		_ = end.SetLinger(0)
		end.Close()
	}
	c.ends = nil
}

// TestCableIsCut is F22, F35 and F36: the cable breaks after some octet of a run, on its way to
// the relay or from it. The ledger says what the relay has, and at most one letter a connection is
// unknown.
func TestCableIsCut(t *testing.T) {
	t.Parallel()
	const letters, connections = 12, 3
	dice := newChance(t)
	sums, most := make(map[ledger.State]int), 12<<10
	runs := dice.times(1000, 30)
	for range runs {
		octets := 1 + dice.IntN(most)
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
		c := newCable(t, server, octets)
		to := relay(server)
		to.Port = uint16(c.Addr().(*net.TCPAddr).Port)
		if _, err := h.dispatch(t, ctx, server, func(d *Dispatch) { d.Connections, d.Relay = connections, Dial(to) }); err != nil {
			t.Fatal(err)
		}
		c.cut() // what waits for no more letters
		states := h.wantAgreement(t, server)
		if states[ledger.Unknown] > connections || states[ledger.Unknown]+states[ledger.Accepted] != letters {
			t.Errorf("cut after %d octets: states are %v", octets, states)
		}
		for state, n := range states {
			sums[state] += n
		}
	}
	t.Logf("%d cables cut: %v", runs, sums)
}

// TestRelayWithoutEnd is F40 through the engine: a greeting or a reply of 300 MiB is left after its
// first octets, and no letter is taken for sent.
func TestRelayWithoutEnd(t *testing.T) {
	t.Parallel()
	const octets, room = 300 << 20, 16 << 20 // what lies in the buffers of a connection, at most
	for name, c := range map[string]struct {
		at     smtptest.Moment
		reply  smtptest.Action
		unsure int // letters that are unknown then
	}{
		"greeting":           {smtptest.Greeting, smtptest.Endless("220 ", octets), 0},
		"greeting, in lines": {smtptest.Greeting, smtptest.EndlessLines("220-and so on", octets), 0},
		"reply to EHLO":      {smtptest.Hello, smtptest.EndlessLines("250-AND SO ON", octets), 0},
		"reply to MAIL":      {smtptest.Mail, smtptest.Endless("250 ", octets), 0},
		"reply to RCPT":      {smtptest.Rcpt, smtptest.Endless("250 ", octets), 0},
		"reply to the dot":   {smtptest.Taken, smtptest.Endless("250 ", octets), 1},
	} {
		h, server := newHome(t, 1), smtptest.Start(t, smtptest.Options{Script: smtptest.At(c.at, c.reply)})
		_, err := h.dispatch(t, context.Background(), server, func(d *Dispatch) { d.Once, d.Connections = true, 1 })
		var relay *RelayError
		var broken *mailer.ConnError
		if err != nil && !errors.As(err, &relay) && !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
		states := h.wantAgreement(t, server)
		if sent := server.Seen().Sent; sent > room || states[ledger.Unknown] != c.unsure || states[ledger.Accepted] > 0 {
			t.Errorf("%s: of %d octets %d were taken; states are %v", name, octets, sent, states)
		}
	}
}

package smtptest

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// Action is what the server does at a moment in place of its usual reply. An error ends
// the connection.
type Action func(c *Conn) error

var errHangUp = errors.New("the script hangs up")

// Reply says lines in place of the usual reply; CR LF is added to each.
func Reply(lines ...string) Action {
	return func(c *Conn) error { return c.Say(strings.Join(lines, "\r\n") + "\r\n") }
}

// Raw says octets as they are.
func Raw(octets string) Action { return func(c *Conn) error { return c.Say(octets) } }

// Before says a line that nobody asked for, then the usual reply.
func Before(line string) Action { return Then(Reply(line), (*Conn).Usual) }

// After says the usual reply, then a line that nobody asked for.
func After(line string) Action { return Then((*Conn).Usual, Reply(line)) }

// AtOnce says the usual reply and a line that nobody asked for in one packet.
func AtOnce(line string) Action {
	return func(c *Conn) error {
		c.positive, c.answered = c.usual[0] < '4', true
		return c.Say(c.usual + line + "\r\n")
	}
}

// Then does one thing after the other.
func Then(first, second Action) Action {
	return func(c *Conn) error {
		if err := first(c); err != nil {
			return err
		}
		return second(c)
	}
}

// Swallow agrees, or not, as usual, and does not tell.
func Swallow(c *Conn) error {
	c.positive, c.answered = c.usual[0] < '4', true
	return nil
}

// Drop closes the connection in order (FIN).
func Drop(*Conn) error { return errHangUp }

// Cut breaks the connection (RST), at once.
func Cut(c *Conn) error {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return err
		}
	}
	return errors.Join(c.raw.Close(), errHangUp)
}

// Stall says nothing until the client gives up.
func Stall(c *Conn) error {
	_, err := io.Copy(io.Discard, c.conn)
	return errors.Join(err, errHangUp)
}

// Endless says one line of so many octets, which does not end.
func Endless(begin string, octets int) Action {
	return func(c *Conn) error { return c.pour(begin, strings.Repeat("x", 64<<10), octets) }
}

// EndlessLines says so many octets of lines that announce another.
func EndlessLines(line string, octets int) Action {
	return func(c *Conn) error { return c.pour("", strings.Repeat(line+"\r\n", 1024), octets) }
}

func (c *Conn) pour(begin, block string, octets int) error {
	if err := c.Say(begin); err != nil {
		return err
	}
	for sent := 0; sent < octets; sent += len(block) {
		if err := c.Say(block); err != nil {
			return err
		}
	}
	return errHangUp
}

// Drip says a text octet by octet, for ever if it is told to begin again.
func Drip(text string, pause time.Duration, again bool) Action {
	return func(c *Conn) error {
		for {
			for i := range len(text) {
				if err := c.Say(text[i : i+1]); err != nil {
					return err
				}
				time.Sleep(pause)
			}
			if !again {
				return nil
			}
		}
	}
}

// Split says the usual reply in packets of one octet.
func Split(c *Conn) error {
	c.positive, c.answered = c.usual[0] < '4', true
	for i := range len(c.usual) {
		if err := c.Say(c.usual[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

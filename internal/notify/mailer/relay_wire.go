package mailer

import (
	"errors"
	"net"
	"syscall"
	"time"
)

// maxReply is how many octets of one reply are read. RFC 5321 §4.5.3.1.5 gives a line
// 512; nothing bounds the lines.
const maxReply = 64 << 10

var errEndless = errors.New("the relay's reply is longer than 64 KiB")

// wire is the connection as TLS and SMTP use it: it bounds what is read until the next
// call of enter, and how long that may take. A relay's greeting of 300 MiB would be
// read whole otherwise.
type wire struct {
	net.Conn
	timeouts Timeouts
	now      func() time.Time
	left     int // octets that may be read yet
	peek     syscall.RawConn
}

// enter begins a phase: its deadline, and room for one reply.
func (w *wire) enter(phase Phase) error {
	w.left = maxReply
	return w.Conn.SetDeadline(w.now().Add(w.timeouts[phase]))
}

// Read reads within the bound.
func (w *wire) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, errEndless
	}
	n, err := w.Conn.Read(p[:min(len(p), w.left)])
	w.left -= n
	return n, err
}

// cut closes the connection under TLS, which would wait to say goodbye. Without its
// end, what the relay has of a letter is no letter.
func (w *wire) cut() {
	_ = w.Conn.Close() // that it is gone is all we want
}

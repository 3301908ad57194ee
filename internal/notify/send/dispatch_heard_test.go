package send

import (
	"context"
	"time"

	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
)

// heardInTime has a relay hang up in the content of a letter, counted from 0, and lets that arrive
// before its dot: what the relay has not taken is surely not delivered only where it is known to be
// gone. There is one connection, so that letters come in their order.
func heardInTime(nth int) (smtptest.Action, func(*Dispatch)) {
	gone, contents := make(chan struct{}), 0
	hangUp := func(c *smtptest.Conn) error {
		defer close(gone)
		return smtptest.Cut(c)
	}
	return hangUp, func(d *Dispatch) {
		dial := d.Relay
		d.Connections, d.Relay = 1, func(ctx context.Context) (Session, error) {
			s, err := dial(ctx)
			if err != nil {
				return nil, err
			}
			return patient{s, func() {
				if contents++; contents == nth+1 {
					<-gone
					time.Sleep(20 * time.Millisecond) // from one socket of this machine to the other
				}
			}}, nil
		}
	}
}

// patient is a session that waits for something before each dot.
type patient struct {
	Session
	wait func()
}

func (p patient) End(next *mailer.Envelope) (mailer.Reply, error) {
	p.wait()
	return p.Session.End(next)
}

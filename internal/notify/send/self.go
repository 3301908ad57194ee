package send

import (
	"context"
	"fmt"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
)

// Self is a letter to ourselves. It goes before the first letter of a plan does, the same
// way as those: by the same relay, from the same sender, under the same keys. So somebody
// sees it arrive, and how it looks, before anybody else gets one.
//
// It is no row of the plan and nobody's letter, and the ledger does not know of it: a crash
// leaves nothing of it to settle, and the next run begins with another one, which does no
// harm.
type Self struct {
	From    tailnet.Address // return path, of the kind that the plan's letters have
	To      tailnet.Address
	Message []byte // before it is sealed
	// Out is told that the relay has it. An error ends the run before anybody else is
	// written to.
	Out func(context.Context, mailer.Reply) error
}

// SelfError ends a run whose letter to ourselves did not go: nobody else's has.
type SelfError struct {
	To  tailnet.Address
	Err error
}

// Error says what the relay did.
func (e *SelfError) Error() string {
	return fmt.Sprintf("the letter to ourselves, to %s, did not go as far as we know: %v; nobody else was written to", e.To, e.Err)
}

// Unwrap is what the relay did.
func (e *SelfError) Unwrap() error { return e.Err }

// toSelf sends the letter to ourselves where the plan has not begun: while no letter was
// taken, or put off. Those that were refused do not count: what was mended since shows in it.
func (d Dispatch) toSelf(ctx, hard context.Context) error {
	if d.Self == nil || ctx.Err() != nil || !d.open() {
		return nil
	}
	states, err := d.Ledger.States(ctx, d.Plan)
	if err != nil || states[ledger.Planned] == 0 || states[ledger.Accepted]+states[ledger.Bounced]+states[ledger.Deferred] > 0 {
		return err
	}
	message := d.Self.Message
	if d.Seal != nil {
		if message, err = d.Seal(message); err != nil {
			return err
		}
	}
	reply, err := d.post(ctx, hard, mailer.Envelope{From: d.Self.From, To: d.Self.To, Octets: len(message)}, message)
	switch {
	case err == nil:
		return d.Self.Out(ctx, reply)
	case ctx.Err() != nil && mailer.ClassOf(err) == mailer.Deferred: // nobody waits for the relay any more
		return ctx.Err()
	case mailer.ClassOf(err) == mailer.Refused && !mailer.TooLarge(err):
		return &RelayError{err}
	}
	return &SelfError{d.Self.To, err}
}

// post brings one message to the relay, over a connection of its own.
func (d Dispatch) post(ctx, hard context.Context, e mailer.Envelope, message []byte) (mailer.Reply, error) {
	hard, cut := context.WithCancel(hard)
	defer cut()
	session, err := d.dial(hard, cut, ctx)
	if err != nil {
		return mailer.Reply{}, err
	}
	defer session.Close()
	if err := session.Begin(e); err != nil {
		return mailer.Reply{}, err
	}
	if err := session.Content(message); err != nil {
		return mailer.Reply{}, err
	}
	reply, err := session.End(nil)
	if err == nil && reply.Class() != mailer.Accepted {
		err = &mailer.ReplyError{Phase: mailer.Dot, Reply: reply}
	}
	if err == nil {
		_ = session.Quit() // the relay has it, whatever it says now
	}
	return reply, err
}

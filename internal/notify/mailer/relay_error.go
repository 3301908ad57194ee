package mailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
)

// Phase is a step of a session, in the order of RFC 5321.
type Phase int

const (
	Connecting     Phase = iota // TCP
	Greeting                    // waiting for 220
	Hello                       // EHLO
	Securing                    // STARTTLS, or the handshake of implicit TLS
	Authenticating              // AUTH
	Mail                        // MAIL FROM
	Rcpt                        // RCPT TO
	Data                        // DATA
	Content                     // the message without its end
	Dot                         // the end of the message: from here the relay may have it
	Quit                        // QUIT
	phases
)

// String names the phase as a sentence about the relay goes on.
func (p Phase) String() string {
	names := [phases]string{"connecting", "greeting", "EHLO", "TLS", "AUTH", "MAIL", "RCPT", "DATA", "content", "end of data", "QUIT"}
	if p < 0 || p >= phases {
		return "phase " + fmt.Sprint(int(p))
	}
	return names[p]
}

// Class is what became of a letter.
type Class int

const (
	Accepted Class = iota // the relay has it
	Deferred              // the relay surely does not have it; a later attempt may succeed
	Rejected              // the relay will not have it: it said 5yz to the recipient or to the letter
	Unknown               // past the dot without a reply that can be trusted: the relay may have it
	Refused               // not sent and nothing to do with the letter's recipient: we do not trust the relay, or it does not take letters from us
)

// String names the class.
func (c Class) String() string {
	names := [...]string{"accepted", "deferred", "rejected", "unknown", "refused"}
	if c < 0 || int(c) >= len(names) {
		return "class " + fmt.Sprint(int(c))
	}
	return names[c]
}

// ReplyError is a reply that says no: 4yz or 5yz, cleanly parsed.
type ReplyError struct {
	Phase Phase
	Reply Reply
}

// Error quotes the relay.
func (e *ReplyError) Error() string {
	return fmt.Sprintf("the relay answers %s with %s", e.Phase, e.Reply)
}

// ConnError is a connection that could not be made, was lost, or ran out of time.
type ConnError struct {
	Phase Phase
	Err   error
}

// Error says when it was.
func (e *ConnError) Error() string {
	if e.Phase == Connecting {
		return fmt.Sprintf("there is no connection to the relay: %v", e.Err)
	}
	return fmt.Sprintf("the connection to the relay was lost at %s: %v", e.Phase, e.Err)
}

// Unwrap is the cause, such as [os.ErrDeadlineExceeded].
func (e *ConnError) Unwrap() error { return e.Err }

// UncleanError is a relay that does not keep to the protocol. Its connection is closed:
// a reply taken for another's would be an outcome on the wrong letter.
type UncleanError struct {
	Phase Phase
	Err   error
	// Displaced is set where the reply reads like one to another command.
	Displaced bool
}

// Error says what was odd.
func (e *UncleanError) Error() string {
	return fmt.Sprintf("out of step with the relay at %s: %v", e.Phase, e.Err)
}

// Unwrap is what was odd.
func (e *UncleanError) Unwrap() error { return e.Err }

// RefusedError is our own refusal, before a letter's first octet or without its end.
type RefusedError struct {
	Phase Phase
	Err   error
}

// Error gives the reason.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("nothing was sent (%s): %v", e.Phase, e.Err)
}

// Unwrap is the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// ClassOf says what became of the letter for which a [Session] gave an error. Only a
// parsed 5yz rejects; 5yz before the recipient was named is not the recipient's fault.
func ClassOf(err error) Class {
	var reply *ReplyError
	var lost *ConnError
	var unclean *UncleanError
	switch {
	case errors.As(err, &unclean):
		return before(unclean.Phase)
	case errors.As(err, &lost):
		return before(lost.Phase)
	case errors.As(err, &reply) && reply.Phase >= Rcpt:
		return reply.Reply.Class()
	case errors.As(err, &reply) && !reply.Reply.permanent():
		return Deferred
	}
	return Refused
}

// before is the class of a letter whose session broke at a phase. Nothing is delivered
// before the dot.
func before(phase Phase) Class {
	if phase == Dot {
		return Unknown
	}
	return Deferred
}

// Contradicts reports whether an error of [Session.Begun], [Session.Begin] or
// [Session.Quit] shows that a reply was missing, or one too many, on this connection:
// then the reply that [Session.End] gave just before may have been another's, and that
// letter is unknown.
func Contradicts(err error) bool {
	var unclean *UncleanError
	return errors.As(err, &unclean) && unclean.Displaced
}

// fault gives an error its phase and kind.
func (s *Session) fault(phase Phase, err error) error {
	var refused *RefusedError
	var unclean *UncleanError
	var reply *textproto.Error
	var odd textproto.ProtocolError
	var network net.Error
	switch {
	case errors.As(err, &refused), errors.As(err, &unclean):
		return err
	case errors.As(err, &reply):
		return &ReplyError{phase, newReply(reply.Code, []byte(reply.Msg))}
	case errors.Is(err, errEndless), errors.As(err, &odd):
		return &UncleanError{phase, err, false}
	case s.ctx.Err() != nil:
		return &ConnError{phase, context.Cause(s.ctx)}
	case phase == Securing && !errors.As(err, &network) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return &RefusedError{phase, err} // a certificate, a version, an alert
	}
	return &ConnError{phase, err}
}

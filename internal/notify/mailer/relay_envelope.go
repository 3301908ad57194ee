package mailer

import (
	"errors"
	"strconv"

	"tocsin/internal/tailnet"
)

// Envelope is who a letter is from and for, as the relay is told: exactly one recipient.
type Envelope struct {
	From tailnet.Address // the return path: bounces go there
	To   tailnet.Address
	// Octets is the length of the message, told to a relay that asks for it
	// (RFC 1870); 0: not told.
	Octets int
	// EightBit is set where the message has octets beyond ASCII: the relay must offer
	// 8BITMIME (RFC 6152).
	EightBit bool
}

var (
	errEightBit = errors.New("the message is not plain ASCII and the relay does not offer 8BITMIME")
	errTooLarge = errors.New("the message is larger than the relay takes")
)

// TooLarge reports whether a relay takes no letter of that size: it has announced so, and was
// not given it, or says so when it is told the size (RFC 1870 §6.1, §6.3).
func TooLarge(err error) bool {
	var said *ReplyError
	if errors.As(err, &said) && said.Phase == Mail {
		return said.Reply.Code == 552 || said.Reply.Enhanced == "5.3.4"
	}
	return errors.Is(err, errTooLarge)
}

// admits refuses an envelope that this relay cannot take, or nobody should.
func (s *Session) admits(e Envelope) error {
	err := errors.Join(bare("return path", e.From), bare("recipient", e.To))
	switch {
	case err != nil:
	case e.EightBit && !s.eightBit:
		err = errEightBit
	case s.most > 0 && int64(e.Octets) > s.most:
		err = errTooLarge
	default:
		return nil
	}
	return &RefusedError{Mail, err}
}

// command appends the command of a phase. Addresses are dot-strings at domains of
// letters, digits and hyphens, checked in admits: neither needs quoting, nor SMTPUTF8.
func (s *Session) command(out []byte, phase Phase, e Envelope) []byte {
	switch phase {
	case Mail:
		out = append(append(append(out, "MAIL FROM:<"...), e.From...), '>')
		if s.sized && e.Octets > 0 {
			out = strconv.AppendInt(append(out, " SIZE="...), int64(e.Octets), 10)
		}
		if e.EightBit {
			out = append(out, " BODY=8BITMIME"...)
		}
	case Rcpt:
		out = append(append(append(out, "RCPT TO:<"...), e.To...), '>')
	case Data:
		out = append(out, "DATA"...)
	case Quit:
		out = append(out, "QUIT"...)
	}
	return append(out, "\r\n"...)
}

// transaction are the phases that come before a letter's first octet.
var transaction = [...]Phase{Mail, Rcpt, Data}

// group appends the commands of a transaction, to be sent in one go (RFC 2920 §3.1:
// DATA may only be the last of a group).
func (s *Session) group(out []byte, e Envelope) []byte {
	for _, phase := range transaction {
		out = s.command(out, phase, e)
	}
	return out
}

// fits reports whether a relay that is in step can answer a phase with a code, where it
// has said no to an earlier phase of the same letter, or to none. A relay that takes
// MAIL and RCPT and then complains of their order has answered something else.
func fits(phase Phase, code int, no *ReplyError) bool {
	const closing, badSequence = 421, 503
	switch {
	case code == closing: // at any time (RFC 5321 §3.8)
		return true
	case code >= 400:
		return code != badSequence || no != nil || phase == Mail
	case phase == Mail, phase == Dot:
		return code == 250
	case phase == Rcpt:
		return no == nil && (code == 250 || code == 251)
	case phase == Data: // without a recipient too (RFC 2920 §3.1)
		return (no == nil || no.Phase != Mail) && code == 354
	}
	return phase == Quit && code == 221
}

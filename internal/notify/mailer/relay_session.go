package mailer

import (
	"cmp"
	"context"
	"errors"
	"net/textproto"
	"os"
)

// Session is one connection to a relay, on which letters follow one another. Each goes
//
//	Begin, Content, End
//
// and the moment before its dot is the caller's, to write down that from now on the
// relay may have it. Where another letter follows at once, End takes its envelope and
// Begun takes the place of Begin: then a letter costs one round trip.
//
// A session is used by one goroutine. After an error [Session.Open] tells whether it
// can take another letter.
type Session struct {
	wire    *wire
	ctx     context.Context
	unwatch func() bool
	text    *textproto.Conn

	pipelining, eightBit, sized bool
	most                        int64 // octets of a message; 0: unbounded

	state    state
	envelope Envelope // of the letter in hand, or of the next one once it is begun by End
	refusal  error    // why the next letter was not even begun
	out      []byte   // what is written, kept for its room
	reply    []byte   // what is read, likewise
}

// state is what may come next.
type state int

const (
	ready  state = iota // Begin, Quit
	begun               // Content
	filled              // End
	chased              // Begun
	closed
)

var (
	errMisuse = errors.New("the session is not at this point")
	errClosed = errors.New("the connection was closed before")
)

// Open reports whether the connection can take another letter.
func (s *Session) Open() bool { return s.state != closed }

// at refuses a call out of turn.
func (s *Session) at(want state, phase Phase) error {
	switch s.state {
	case want:
		return nil
	case closed:
		return &ConnError{phase, errClosed}
	}
	s.Close()
	return &RefusedError{phase, errMisuse}
}

// Begin names the sender and the recipient of a letter; nil once the relay waits for
// its content. A relay's refusal leaves the session open where the relay offers
// PIPELINING, and ends it where not.
func (s *Session) Begin(e Envelope) error {
	if err := s.at(ready, Mail); err != nil {
		return err
	}
	if err := s.admits(e); err != nil {
		return err
	}
	if err := s.quiet(Mail); err != nil {
		return err
	}
	s.envelope = e
	if !s.pipelining {
		return s.oneByOne()
	}
	s.out = s.group(s.out[:0], e)
	if err := s.write(Mail, s.out); err != nil {
		return err
	}
	return s.readGroup()
}

// readGroup reads the replies to the commands of a group. All are read, refused or not:
// only the last shows that each was a reply to its own command.
func (s *Session) readGroup() error {
	var no *ReplyError
	for _, phase := range transaction {
		code, err := s.read(phase)
		if no != nil && err != nil {
			return s.hungUp(no, phase, err)
		}
		if err != nil || !fits(phase, code, no) {
			return s.unclean(phase, err)
		}
		if no == nil && code >= 400 {
			no = &ReplyError{phase, newReply(code, s.reply)}
		}
		if code == 421 || code == 354 && no != nil {
			s.Close() // it goes, or it waits for content, and none must come
			return no
		}
	}
	if err := s.quiet(Data); err != nil {
		return err
	}
	if no != nil {
		return s.clear(no)
	}
	s.state = begun
	return nil
}

// hungUp is what a refusal is worth where not all replies came: a relay may hang up on
// what it refuses, but where it is silent a reply is missing.
func (s *Session) hungUp(no *ReplyError, phase Phase, err error) error {
	switch {
	case Contradicts(err):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &UncleanError{phase, errMissing, true}
	}
	return no
}

// oneByOne sends each command after the reply to the last.
func (s *Session) oneByOne() error {
	for _, phase := range transaction {
		s.out = s.command(s.out[:0], phase, s.envelope)
		if err := s.write(phase, s.out); err != nil {
			return err
		}
		code, err := s.read(phase)
		if err != nil || !fits(phase, code, nil) {
			return s.unclean(phase, err)
		}
		if err := s.quiet(phase); err != nil {
			return err
		}
		if code >= 400 {
			no := &ReplyError{phase, newReply(code, s.reply)}
			s.state = ready
			return cmp.Or(s.Quit(), error(no)) // its answer shows whether this was an answer to us
		}
	}
	s.state = begun
	return nil
}

// clear ends a transaction that the relay refused half way: it still holds the sender.
// The answer also shows whether the refusal was meant for this letter.
func (s *Session) clear(no *ReplyError) error {
	s.out = append(s.out[:0], "RSET\r\n"...)
	if s.write(Mail, s.out) != nil {
		return no
	}
	code, err := s.read(Mail)
	switch {
	case Contradicts(err):
		return err
	case err != nil:
		return no
	case code == 250:
		s.state = ready
		return no
	}
	s.Close()
	if code < 400 {
		return &UncleanError{Mail, errOrder, true}
	}
	return no
}

// Content writes the whole message but for the dot that ends it. Lines must end with
// CR LF, also the last. Whatever fails here, the relay does not have the letter.
func (s *Session) Content(message []byte) error {
	if err := s.at(begun, Content); err != nil {
		return err
	}
	dots, err := checkContent(message, s.envelope.EightBit)
	if err != nil {
		s.Close()
		return &RefusedError{Content, err}
	}
	if err := s.quiet(Content); err != nil {
		return err
	}
	if dots {
		s.out = stuff(s.out[:0], message)
		message = s.out
	}
	for len(message) > 0 {
		block := message[:min(len(message), contentBlock)]
		if err := s.write(Content, block); err != nil {
			return err
		}
		message = message[len(block):]
	}
	s.state = filled
	return nil
}

// End writes the dot, and in the same breath the next letter's envelope where there is
// one and the relay offers PIPELINING (RFC 2920 §3.1 lets the end of data begin a
// group). The reply is the relay's word on the letter: its Class is accepted, deferred
// or rejected. An error means that there was no such word: ask [ClassOf], which says
// unknown for everything from the dot's first octet on.
//
// After End with a next letter comes [Session.Begun], whatever the reply was.
func (s *Session) End(next *Envelope) (Reply, error) {
	if err := s.at(filled, Content); err != nil {
		return Reply{}, err
	}
	if err := s.listens(); err != nil {
		return Reply{}, err
	}
	s.out = append(s.out[:0], ".\r\n"...)
	grouped := s.follow(next)
	if err := s.write(Dot, s.out); err != nil {
		return Reply{}, err
	}
	code, err := s.read(Dot)
	if err != nil || !fits(Dot, code, nil) {
		return Reply{}, s.unclean(Dot, err)
	}
	reply := newReply(code, s.reply)
	switch {
	case code == 421:
		err = s.last()
	case !grouped:
		err = contradiction(s.quiet(Dot))
	}
	if err != nil {
		return Reply{}, err
	}
	return reply, nil
}

// last hears whether a relay that closes the connection has indeed said its last word. If
// not, that was no reply to the dot.
func (s *Session) last() error {
	_, err := s.read(Quit)
	s.Close()
	if err == nil {
		err = &UncleanError{Dot, errOrder, true}
	}
	return contradiction(err)
}

// follow takes the next letter's envelope, and adds its commands to what is written
// where the relay takes them before it has answered.
func (s *Session) follow(next *Envelope) (grouped bool) {
	s.state, s.refusal = ready, nil
	if next == nil {
		return false
	}
	s.state, s.envelope = chased, *next
	if s.refusal = s.admits(*next); s.refusal != nil || !s.pipelining {
		return false
	}
	s.out = s.group(s.out, *next)
	return true
}

// Begun is what became of the envelope that the last End took: as from [Session.Begin].
// An error that [Contradicts] puts the reply of that End in doubt too.
func (s *Session) Begun() error {
	if err := s.at(chased, Mail); err != nil {
		return err
	}
	switch {
	case s.refusal != nil:
		s.state = ready
		return s.refusal
	case s.pipelining:
		return s.readGroup()
	}
	return s.oneByOne()
}

// Quit ends a session in which no letter is open. Its error tells nothing but that the
// relay answered something else: see [Contradicts]. A relay that is gone already is no
// error: what it accepted it has.
func (s *Session) Quit() error {
	if s.state != ready {
		s.Close()
		return nil
	}
	defer s.Close()
	if err := s.quiet(Quit); err != nil {
		return contradiction(err)
	}
	s.out = s.command(s.out[:0], Quit, Envelope{})
	if s.write(Quit, s.out) != nil {
		return nil
	}
	code, err := s.read(Quit)
	displaced := !fits(Quit, code, nil)
	if err == nil && code >= 400 && code != 421 {
		// It may refuse to say goodbye. A reply after that is the one to QUIT.
		_, err = s.read(Quit)
		displaced = true
	}
	if err == nil && displaced {
		return &UncleanError{Quit, errOrder, true}
	}
	return contradiction(err)
}

// contradiction is the error if it is one.
func contradiction(err error) error {
	if Contradicts(err) {
		return err
	}
	return nil
}

// Close cuts the connection. It never writes a dot: a letter that is open is no letter.
func (s *Session) Close() {
	s.state = closed
	s.unwatch()
	s.wire.cut()
}

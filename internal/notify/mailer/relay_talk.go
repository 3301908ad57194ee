package mailer

import (
	"bytes"
	"errors"
	"os"
	"time"
)

// write sends octets under the deadline of a phase. Where it fails the session is over.
func (s *Session) write(phase Phase, octets []byte) error {
	err := s.wire.enter(phase)
	if err == nil {
		_, err = s.text.W.Write(octets)
	}
	if err == nil {
		err = s.text.W.Flush()
	}
	if err != nil {
		s.Close()
		return s.fault(phase, err)
	}
	return nil
}

// read reads one reply under the deadline of its phase; its text is in s.reply. Where it
// fails the session is over.
func (s *Session) read(phase Phase) (code int, err error) {
	if err = s.wire.enter(phase); err == nil {
		code, s.reply, err = replyLines(s.text.R, s.reply[:0])
	}
	if err != nil {
		s.Close()
		var unclean *UncleanError
		if errors.As(err, &unclean) {
			unclean.Phase = phase
		}
		return 0, s.fault(phase, err)
	}
	return code, nil
}

// unclean ends a session that is out of step; err is what reading met, or nil where it
// was the code.
func (s *Session) unclean(phase Phase, err error) error {
	s.Close()
	if err != nil {
		return err
	}
	return &UncleanError{phase, errOrder, true}
}

// quiet refuses to go on where the relay has said more than it was asked. That it closes
// the connection it may say at any time (421).
func (s *Session) quiet(phase Phase) error {
	unread := s.text.R.Buffered()
	if unread == 0 {
		return nil
	}
	said, _ := s.text.R.Peek(min(unread, 4))
	s.Close()
	if bytes.HasPrefix(said, []byte("421")) {
		return &ConnError{phase, errClosing}
	}
	return &UncleanError{phase, errUnasked, true}
}

// listens looks once more before a dot. A relay that hung up in the middle of a letter
// shows it now, and the letter is deferred; a moment later it would be unknown.
func (s *Session) listens() error {
	some, err := s.wire.pending()
	if err == nil && some {
		err = s.hear()
	}
	if err != nil {
		s.Close()
		return s.fault(Content, err)
	}
	return s.quiet(Content)
}

// hear reads what has come. Under TLS it may be no reply at all; then nothing more comes.
func (s *Session) hear() error {
	const moment = 20 * time.Millisecond
	err := s.wire.SetDeadline(s.wire.now().Add(moment))
	if err == nil {
		_, err = s.text.R.Peek(1)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

var errClosing = errors.New("the relay closes the connection (421)")

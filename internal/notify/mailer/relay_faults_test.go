package mailer

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// sequential is a relay that does not offer PIPELINING.
var sequential = []string{"8BITMIME"}

// FAULTS §E: what the relay does to the second of three letters, what we say became of
// it, and whether the relay has it. The letters around it arrive, whatever happens.
func TestRelayFaults(t *testing.T) {
	const short = 100 * time.Millisecond
	owed := map[smtptest.Moment]Phase{smtptest.Mail: Mail, smtptest.Rcpt: Rcpt, smtptest.Data: Data, smtptest.Taken: Dot}
	for _, c := range []struct {
		name   string
		when   smtptest.Moment
		do     smtptest.Action
		class  Class
		has    int
		permit error // what the error must be, where it says more than the class
	}{
		{"451 at MAIL", smtptest.Mail, smtptest.Reply("451 4.3.0 later"), Deferred, 0, nil},
		{"550 at MAIL", smtptest.Mail, smtptest.Reply("550 5.7.1 not you"), Refused, 0, nil},
		{"421 at MAIL", smtptest.Mail, smtptest.Then(smtptest.Reply("421 4.3.2 closing"), smtptest.Drop), Deferred, 0, nil},
		{"450 at RCPT", smtptest.Rcpt, smtptest.Reply("450 4.2.1 greylisted"), Deferred, 0, nil},
		{"550 at RCPT", smtptest.Rcpt, smtptest.Reply("550 5.1.1 unknown"), Rejected, 0, nil},
		{"550 at RCPT in lines", smtptest.Rcpt, smtptest.Reply("550-5.1.1 unknown,", "550 5.1.1 sorry"), Rejected, 0, nil},
		{"550 at RCPT, then drop", smtptest.Rcpt, smtptest.Then(smtptest.Reply("550 5.1.1 unknown"), smtptest.Drop), Rejected, 0, nil},
		{"421 at RCPT", smtptest.Rcpt, smtptest.Then(smtptest.Reply("421 4.3.2 closing"), smtptest.Drop), Deferred, 0, nil},
		{"drop at RCPT", smtptest.Rcpt, smtptest.Drop, Deferred, 0, nil},
		{"reset at RCPT", smtptest.Rcpt, smtptest.Cut, Deferred, 0, nil},
		{"451 at DATA", smtptest.Data, smtptest.Reply("451 4.3.0 later"), Deferred, 0, nil},
		{"554 at DATA", smtptest.Data, smtptest.Reply("554 5.6.0 no"), Rejected, 0, nil},
		{"drop at DATA", smtptest.Data, smtptest.Drop, Deferred, 0, nil},
		{"stall at MAIL", smtptest.Mail, smtptest.Stall, Deferred, 0, os.ErrDeadlineExceeded},
		{"stall at RCPT", smtptest.Rcpt, smtptest.Stall, Deferred, 0, os.ErrDeadlineExceeded},
		{"stall at DATA", smtptest.Data, smtptest.Stall, Deferred, 0, os.ErrDeadlineExceeded},
		{"drop in mid-data", smtptest.Content, smtptest.Drop, Deferred, 0, nil},
		{"reset in mid-data", smtptest.Content, smtptest.Cut, Deferred, 0, nil},
		{"552 in mid-data", smtptest.Content, smtptest.Then(smtptest.Reply("552 5.3.4 too large"), smtptest.Drop), Deferred, 0, nil},
		{"421 in mid-data", smtptest.Content, smtptest.Then(smtptest.Reply("421 4.3.2 closing"), smtptest.Drop), Deferred, 0, nil},
		{"drop at the dot", smtptest.Dot, smtptest.Drop, Unknown, 0, nil}, // nobody can tell it from the next
		{"drop after the dot", smtptest.Taken, smtptest.Drop, Unknown, 1, nil},
		{"reset after the dot", smtptest.Taken, smtptest.Cut, Unknown, 1, nil},
		{"stall after the dot", smtptest.Taken, smtptest.Stall, Unknown, 1, os.ErrDeadlineExceeded},
		{"half a reply after the dot", smtptest.Taken, smtptest.Then(smtptest.Raw("250 2.0.0 O"), smtptest.Drop), Unknown, 1, nil},
		{"nonsense after the dot", smtptest.Taken, smtptest.Reply("Ok"), Unknown, 1, nil},
		{"221 after the dot", smtptest.Taken, smtptest.Reply("221 2.0.0 bye"), Unknown, 1, nil},
		{"354 after the dot", smtptest.Taken, smtptest.Reply("354 go on"), Unknown, 1, nil},
		{"503 after the dot", smtptest.Taken, smtptest.Reply("503 5.5.1 what?"), Unknown, 1, nil},
		{"two codes after the dot", smtptest.Taken, smtptest.Reply("250-2.0.0 yes", "554 5.0.0 no"), Unknown, 1, nil},
		{"451 after the dot", smtptest.Dot, smtptest.Reply("451 4.3.0 later"), Deferred, 0, nil},
		{"421 after the dot", smtptest.Dot, smtptest.Then(smtptest.Reply("421 4.3.2 closing"), smtptest.Drop), Deferred, 0, nil},
		{"554 after the dot", smtptest.Dot, smtptest.Reply("554 5.7.1 spam"), Rejected, 0, nil},
		{"250 then drop", smtptest.Replied, smtptest.Drop, Accepted, 1, nil}, // F36
		{"250 then reset", smtptest.Replied, smtptest.Then(pause, smtptest.Cut), Accepted, 1, nil},
		{"250 then 421", smtptest.Replied, smtptest.Then(smtptest.Reply("421 4.3.2 closing"), smtptest.Drop), Accepted, 1, nil},
		{"250 in lines", smtptest.Taken, smtptest.Reply("250-2.0.0 thank", "250 2.0.0 you"), Accepted, 1, nil},
		{"250 without a word", smtptest.Taken, smtptest.Reply("250"), Accepted, 1, nil},
		{"250 in packets", smtptest.Taken, smtptest.Split, Accepted, 1, nil},
		{"354 in packets", smtptest.Data, smtptest.Split, Accepted, 1, nil},
		{"250 long after the dot", smtptest.Taken, smtptest.Drip("250 2.0.0 Ok: queued as A1B2\r\n", time.Millisecond, false), Accepted, 1, nil},
		{"251 at RCPT", smtptest.Rcpt, smtptest.Reply("251 2.1.5 will forward"), Accepted, 1, nil},
	} {
		for kind, extensions := range map[string][]string{"pipelined": nil, "one by one": sequential} {
			t.Run(c.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				server := smtptest.Start(t, smtptest.Options{Script: smtptest.Once(c.when, 1, c.do), After: 80, Extensions: extensions})
				letters := postedLetters(3)
				w := &walker{relay: relayTo(server, Loopback), before: func(letter int, s *Session) {
					if letter == 1 && c.permit != nil { // the relay never answers this one in this phase
						s.wire.timeouts[owed[c.when]] = short
					}
				}, beforeDot: func(letter int, s *Session) {
					if letter == 1 && c.when == smtptest.Content {
						awaitWord(s)
					}
				}}
				classes, errs := w.walk(t.Context(), letters)
				clean(t, server.Settled())
				held := hold(t, server, letters)
				if classes[1] != c.class || held[1] != c.has {
					t.Errorf("%v (%v), the server has %v", classes, errs, held)
				}
				lost := c.when == smtptest.Replied && classes[2] == Deferred && held[2] == 0 // the next went down with the connection
				if classes[0] != Accepted || held[0] != 1 || !lost && (classes[2] != Accepted || held[2] != 1) {
					t.Errorf("the letters around it are %v, held %v: %v", classes, held, errs)
				}
				if c.permit != nil && !errors.Is(errs[1], c.permit) {
					t.Errorf("%v, want %v", errs[1], c.permit)
				}
			})
		}
	}
}

// awaitWord waits until something has come that the relay was not asked for, or the end of the
// connection; where that cannot be seen, for a minute.
func awaitWord(s *Session) {
	for end := time.Now().Add(time.Minute); s.Open() && time.Now().Before(end); time.Sleep(time.Millisecond) {
		if some, err := s.wire.pending(); some || err != nil {
			return
		}
	}
}

// pause lets what was written arrive before the connection is reset, on systems that take it back
// then (Linux does not).
func pause(*smtptest.Conn) error {
	time.Sleep(20 * time.Millisecond)
	return nil
}

// F36: 250, then QUIT fails, or the RSET after another letter.
func TestRelayFailsAfterAccepting(t *testing.T) {
	for name, do := range map[string]smtptest.Action{
		"554": smtptest.Then(smtptest.Reply("554 5.0.0 no"), smtptest.Drop), "421": smtptest.Reply("421 4.3.2 closing"),
		"drop": smtptest.Drop, "reset": smtptest.Cut, "nonsense": smtptest.Reply("what?"),
	} {
		server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Quit, do)})
		letters := postedLetters(1)
		classes, errs := walk(t.Context(), relayTo(server, Loopback), letters)
		if held := hold(t, server, letters); classes[0] != Accepted || held[0] != 1 {
			t.Errorf("%s at QUIT: %v (%v), the server has %v", name, classes, errs, held)
		}
	}
	for _, reply := range []string{"451 4.3.0 no", "554 5.0.0 no", "421 4.3.2 closing"} {
		server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
			switch {
			case m == smtptest.Rcpt && n == 1:
				return smtptest.Reply("550 5.1.1 unknown")
			case m == smtptest.Reset:
				return smtptest.Reply(reply)
			}
			return nil
		}})
		letters := postedLetters(3)
		classes, errs := walk(t.Context(), relayTo(server, Loopback), letters)
		if held := hold(t, server, letters); !slices.Equal(classes, []Class{Accepted, Rejected, Accepted}) || !slices.Equal(held, []int{1, 0, 1}) {
			t.Errorf("%s at RSET: %v (%v), the server has %v", reply, classes, errs, held)
		}
	}
}

// A refused recipient leaves its connection in use where the relay groups commands.
func TestRefusalsKeepTheConnection(t *testing.T) {
	script := func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Rcpt && n%3 == 1 {
			return smtptest.Reply("550 5.1.1 unknown")
		}
		if m == smtptest.Mail && n%5 == 4 {
			return smtptest.Reply("452 4.3.1 full")
		}
		return nil
	}
	server := smtptest.Start(t, smtptest.Options{Script: script})
	letters := postedLetters(60)
	classes, errs := walk(t.Context(), relayTo(server, Loopback), letters)
	seen := server.Settled()
	clean(t, seen)
	held := hold(t, server, letters)
	for i, class := range classes {
		if (class == Accepted) != (held[i] == 1) || class == Unknown || class == Refused {
			t.Errorf("letter %d is %v (%v), held %d", i, class, errs[i], held[i])
		}
	}
	if seen.Connections != 1 || slices.Index(classes, Rejected) < 0 || slices.Index(classes, Deferred) < 0 {
		t.Errorf("%d connections, %v", seen.Connections, classes)
	}
}

// The second Ctrl-C: whatever the session is doing, it ends, and nobody is told that a
// letter was sent for sure or not for sure where it is not so.
func TestInterruptedSession(t *testing.T) {
	for _, c := range []struct {
		when  smtptest.Moment
		class Class
	}{
		{smtptest.Greeting, Deferred}, {smtptest.Hello, Deferred}, {smtptest.Mail, Deferred}, {smtptest.Rcpt, Deferred}, {smtptest.Data, Deferred}, {smtptest.Taken, Unknown},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		stall := func(conn *smtptest.Conn) error {
			cancel()
			return smtptest.Stall(conn)
		}
		server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(c.when, stall)})
		classes, errs := walk(ctx, relayTo(server, Loopback), postedLetters(1))
		server.Settled()
		if classes[0] != c.class || !errors.Is(errs[0], context.Canceled) {
			t.Errorf("interrupted at %d: %v, %v", c.when, classes, errs)
		}
		cancel()
	}
}

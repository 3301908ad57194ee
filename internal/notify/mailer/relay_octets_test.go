package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// dying is a connection whose owner dies when it has written so many octets: the last
// write arrives in part, then the end.
type dying struct {
	net.Conn
	left int
}

var errDead = errors.New("dead")

func (d *dying) Write(p []byte) (int, error) {
	if d.left >= len(p) {
		d.left -= len(p)
		return d.Conn.Write(p)
	}
	n, err := d.Conn.Write(p[:d.left])
	d.left = 0
	return n, errors.Join(err, d.Conn.Close(), errDead)
}

// F22, F35: the sender dies at every octet that it writes. Up to the dot the relay has
// nothing and we know it; from the dot's first octet on we do not know.
func TestSenderDiesAtEveryOctet(t *testing.T) {
	for name, extensions := range map[string][]string{"pipelined": nil, "one by one": sequential} {
		for _, security := range []Security{Loopback, ImplicitTLS} {
			t.Run(fmt.Sprintf("%s, security %d", name, security), func(t *testing.T) {
				t.Parallel()
				sums := dieAtEveryOctet(t, smtptest.Options{Extensions: extensions, Implicit: security == ImplicitTLS}, security)
				t.Logf("%v", sums)
				if sums[Deferred] < 150 || sums[Unknown] < 2 || sums[Accepted] != 1 {
					t.Errorf("%v", sums)
				}
			})
		}
	}
}

func dieAtEveryOctet(t *testing.T, options smtptest.Options, security Security) map[Class]int {
	t.Helper()
	letter, sums := postedTo(0), make(map[Class]int)
	for octets := 0; sums[Accepted] == 0 && octets < 2000; octets++ {
		server := smtptest.Start(t, options)
		s, err := relayTo(server, security).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.wire.Conn = &dying{s.wire.Conn, octets}
		class := sendOne(s, letter)
		s.Close()
		server.Settled()
		held := hold(t, server, []posted{letter})[0]
		sums[class]++
		if class == Deferred && held != 0 || class == Accepted && held != 1 || class == Refused || class == Rejected {
			t.Fatalf("after %d octets: %v, and the relay has %d", octets, class, held)
		}
		if class == Unknown && held != 0 && security == Loopback {
			t.Fatalf("after %d octets the relay has a letter without its end", octets)
		}
	}
	return sums
}

// sendOne sends a letter over a session and says what became of it.
func sendOne(s *Session, letter posted) Class {
	if err := s.Begin(letter.envelope); err != nil {
		return ClassOf(err)
	}
	if err := s.Content(letter.message); err != nil {
		return ClassOf(err)
	}
	reply, err := s.End(nil)
	if err != nil {
		return ClassOf(err)
	}
	return reply.Class()
}

// F22: the relay fails at every octet of a letter; it never has any of it. The sender
// looks before the dot, so that it is mostly sure of that too.
func TestRelayFailsAtEveryOctet(t *testing.T) {
	letter := postedTo(0)
	unknown := 0
	for octets := range len(letter.message) {
		do := []smtptest.Action{smtptest.Drop, smtptest.Cut}[octets%2]
		server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Content, do), After: octets})
		classes, errs := walk(t.Context(), relayTo(server, Loopback), []posted{letter})
		server.Settled()
		if held := hold(t, server, []posted{letter}); held[0] != 0 || classes[0] != Deferred && classes[0] != Unknown {
			t.Fatalf("at octet %d: %v (%v), the relay has %v", octets, classes, errs, held)
		}
		if classes[0] == Unknown {
			unknown++
		}
	}
	t.Logf("%d octets: accepted 0, of which unknown to us %d", len(letter.message), unknown)
}

// F22: a session that is closed, or told to stop, before the dot leaves nothing behind.
func TestNoDotUnlessTold(t *testing.T) {
	letter := postedTo(0)
	for name, end := range map[string]func(*Session) error{"closed": func(s *Session) error { s.Close(); return nil }, "quit": (*Session).Quit} {
		for _, filledUp := range []bool{false, true} {
			server := smtptest.Start(t, smtptest.Options{})
			s, err := relayTo(server, Loopback).Dial(t.Context())
			if err == nil {
				err = s.Begin(letter.envelope)
			}
			if err == nil && filledUp {
				err = s.Content(letter.message)
			}
			if err = errors.Join(err, end(s)); err != nil || s.Open() {
				t.Errorf("%s: %v", name, err)
			}
			server.Settled()
			if n := len(server.Accepted()); n != 0 {
				t.Errorf("%s: the relay has %d letters", name, n)
			}
			if _, err := s.End(nil); ClassOf(err) != Deferred {
				t.Errorf("%s: End afterwards: %v", name, err)
			}
		}
	}
}

// F21: the relay sees exactly one RCPT a letter, the one of the plan.
func TestOneRecipientALetter(t *testing.T) {
	const letters = 10_000
	for name, extensions := range map[string][]string{"pipelined": nil, "one by one": sequential} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, smtptest.Options{Extensions: extensions})
			all := postedLetters(letters)
			classes, errs := walk(t.Context(), relayTo(server, Loopback), all)
			seen := server.Settled()
			clean(t, seen)
			for i, n := range hold(t, server, all) {
				if n != 1 || classes[i] != Accepted {
					t.Fatalf("letter %d: %d times, %v, %v", i, n, classes[i], errs[i])
				}
			}
			if seen.Recipients != letters || seen.Letters != letters || seen.Connections != 1 {
				t.Errorf("%d RCPT, %d MAIL, %d connections", seen.Recipients, seen.Letters, seen.Connections)
			}
		})
	}
}

// odd are replies that come where nobody asked for them.
var odd = []string{"250 2.0.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok: queued as STRAY", "251 2.1.5 elsewhere", "354 go on", "221 2.0.0 bye", "421 4.3.2 closing", "450 4.2.1 later", "451 4.3.0 later", "503 5.5.1 order", "550 5.1.1 unknown", "554 5.0.0 no", "235 2.7.0 welcome", "250-more", "what?", ""}

// shuffled is a script that puts a reply too many somewhere, or swallows one, or cuts
// one into pieces; with refusals, some letters are refused in earnest too.
func shuffled(dice *rand.Rand, refusals bool) smtptest.Script {
	when := smtptest.Mail + smtptest.Moment(dice.IntN(int(smtptest.Quit-smtptest.Mail)+1))
	if when == smtptest.Dot {
		when = smtptest.Taken // before it is taken, a 250 would be a lie
	}
	line, nth := odd[dice.IntN(len(odd))], dice.IntN(3)
	do := []smtptest.Action{smtptest.Before(line), smtptest.After(line), smtptest.AtOnce(line), smtptest.Swallow, smtptest.Split, smtptest.Drop}[dice.IntN(6)]
	refused, no := smtptest.Rcpt, dice.IntN(3)
	if dice.IntN(2) == 0 {
		refused = smtptest.Dot
	}
	return func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case refusals && m == refused && n == no:
			return smtptest.Reply("550 5.7.1 no")
		case m == when && n == nth && m != smtptest.Content && (m != smtptest.Replied || line != ""):
			return do
		}
		return nil
	}
}

// F37: whatever the order of replies, no letter is said to be where it is not, nor not
// to be where it is; and none is rejected that was not refused.
func TestRepliesOutOfOrder(t *testing.T) {
	rounds := 2000
	if os.Getenv("TOCSIN_SOAK") != "" {
		rounds = 10_000
	}
	var sums [Refused + 1]int
	var lock sync.Mutex
	var all sync.WaitGroup
	room := make(chan bool, 64) // many wait for a reply that never comes
	for round := range rounds {
		all.Add(1)
		room <- true
		go func() {
			defer func() { <-room; all.Done() }()
			classes := outOfOrder(t, uint64(round))
			lock.Lock()
			defer lock.Unlock()
			for _, class := range classes {
				sums[class]++
			}
		}()
	}
	all.Wait()
	t.Logf("%d rounds of 3 letters: accepted %d, deferred %d, rejected %d, unknown %d, refused %d", rounds, sums[0], sums[1], sums[2], sums[3], sums[4])
	for class, n := range sums {
		if n == 0 && Class(class) != Refused {
			t.Errorf("nothing became %v: the test has lost its bite", Class(class))
		}
	}
}

// outOfOrder sends three letters to a relay whose replies are a seed's. Many of those relays fall
// silent, and are not waited for; but to a slow machine one seems silent that is about to take its
// word back. What is wrong counts where nobody ran out of time, or when all had plenty.
func outOfOrder(t *testing.T, seed uint64) []Class {
	const brief, plenty = 150 * time.Millisecond, 20 * time.Second
	began := time.Now()
	classes, wrong := replay(t, seed, brief)
	if len(wrong) > 0 && time.Since(began) >= brief {
		classes, wrong = replay(t, seed, plenty)
	}
	for _, w := range wrong {
		t.Errorf("seed %d: %s", seed, w)
	}
	return classes
}

// replay sends a seed's letters, waits for replies so long, and says what is wrong with the outcome.
func replay(t *testing.T, seed uint64, patience time.Duration) (classes []Class, wrong []string) {
	dice := rand.New(rand.NewPCG(seed, 37))
	refusals := dice.IntN(4) == 0
	options := smtptest.Options{Script: shuffled(dice, refusals), After: 80}
	if dice.IntN(3) == 0 {
		options.Extensions = sequential
	}
	server := smtptest.Start(t, options)
	letters := postedLetters(3)
	r := patient(relayTo(server, Loopback), patience, Mail, Rcpt, Data, Content, Dot, Quit)
	classes, errs := walk(t.Context(), r, letters)
	server.Settled()
	for i, n := range hold(t, server, letters) {
		lie := n > 1 || n == 1 && classes[i] != Accepted && classes[i] != Unknown || n == 0 && classes[i] == Accepted
		if lie || !refusals && (classes[i] == Rejected || classes[i] == Refused) {
			wrong = append(wrong, fmt.Sprintf("letter %d is %v (%v), and the relay has %d", i, classes[i], errs[i], n))
		}
	}
	return classes, wrong
}

// A letter that is larger than the sockets hold, to a relay that gives up half way.
func TestLargeLetterDropped(t *testing.T) {
	message := sized(24 << 20)
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.Once(smtptest.Content, 0, smtptest.Drop), After: 1 << 20})
	large := posted{Envelope{From: "bounces@example.com", To: "admin@customer.example.com", Octets: len(message)}, message}
	classes, errs := walk(t.Context(), relayTo(server, Loopback), []posted{large})
	if classes[0] != Deferred || len(server.Accepted()) != 0 {
		t.Errorf("%v, %v", classes, errs)
	}
	server = smtptest.Start(t, smtptest.Options{Keep: true})
	classes, errs = walk(t.Context(), relayTo(server, Loopback), []posted{large})
	if got := server.Accepted(); classes[0] != Accepted || len(got) != 1 || !bytes.Equal(got[0].Message, message) {
		t.Errorf("%v, %v", classes, errs)
	}
}

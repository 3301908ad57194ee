package mailer

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// parrot answers each line with the next of its replies, whatever the line is; after 354
// it takes what comes up to a dot for one line. It returns what it read. A reply of nothing says
// that it falls silent there.
func parrot(t *testing.T, replies ...string) (Relay, <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	go func() {
		defer listener.Close()
		conn, err := listener.Accept()
		if err != nil {
			heard <- err.Error()
			return
		}
		defer conn.Close()
		heard <- recite(conn, replies)
	}()
	r := Relay{Host: "127.0.0.1", Port: uint16(listener.Addr().(*net.TCPAddr).Port), Security: Loopback, Hello: "client.example.com", Now: time.Now}
	for phase := range r.Timeouts {
		r.Timeouts[phase] = ample
	}
	return r, heard
}

// waiting is how a relay is heard that falls silent in a phase: not for long. Wherever it has an
// answer, that is waited for.
func waiting(r Relay, replies []string, in Phase) Relay {
	if slices.Contains(replies, "") {
		return patient(r, 100*time.Millisecond, in)
	}
	return r
}

func recite(conn net.Conn, replies []string) string {
	var all strings.Builder
	lines, inContent := bufio.NewScanner(io.TeeReader(conn, &all)), false
	fmt.Fprint(conn, "220 mx.example.net\r\n")
	for lines.Scan() {
		if inContent && lines.Text() != "." {
			continue
		}
		inContent = false
		if len(replies) == 0 {
			continue
		}
		if replies[0] != "" {
			fmt.Fprint(conn, replies[0]+"\r\n")
		}
		inContent = strings.HasPrefix(replies[0], "354")
		replies = replies[1:]
	}
	return all.String()
}

// F37, rule by rule: what the replies to MAIL, RCPT and DATA together mean.
func TestReplySequences(t *testing.T) {
	const hello = "250-mx.example.net\r\n250 PIPELINING"
	for _, c := range []struct {
		name        string
		replies     []string // to MAIL, RCPT, DATA, then to what follows
		class       Class
		contradicts bool
		open        bool
	}{
		{"refused, the rest too", []string{"250 Ok", "550 5.1.1 no", "503 5.5.1 no", "250 Ok"}, Rejected, false, true},
		{"refused, and waits for content", []string{"250 Ok", "550 5.1.1 no", "354 go on"}, Rejected, false, false},
		{"refused, and RSET too", []string{"250 Ok", "550 5.1.1 no", "503 5.5.1 no", "451 4.3.0 no"}, Rejected, false, false},
		{"refused, and RSET closes", []string{"250 Ok", "450 4.2.0 later", "503 5.5.1 no", "421 4.3.2 bye"}, Deferred, false, false},
		{"refused, and RSET waits for content", []string{"250 Ok", "550 5.1.1 no", "554 5.5.1 no", "354 go on"}, Deferred, true, false},
		{"no sender, but a recipient", []string{"550 5.7.1 no", "250 Ok", "503 5.5.1 no"}, Deferred, true, false},
		{"no sender, but content", []string{"550 5.7.1 no", "503 5.5.1 no", "354 go on"}, Deferred, true, false},
		{"no recipient, but 250 to DATA", []string{"250 Ok", "550 5.1.1 no", "250 Ok"}, Deferred, true, false},
		{"all well, but out of sequence", []string{"250 Ok", "250 Ok", "503 5.5.1 no"}, Deferred, true, false},
		{"sender well, but out of sequence", []string{"250 Ok", "503 5.5.1 no", "503 5.5.1 no"}, Deferred, true, false},
		{"354 to RCPT", []string{"250 Ok", "354 go on", "354 go on"}, Deferred, true, false},
		{"354 to MAIL", []string{"354 go on"}, Deferred, true, false},
		{"250 to DATA", []string{"250 Ok", "250 Ok", "250 Ok"}, Deferred, true, false},
		{"252 to RCPT", []string{"250 Ok", "252 perhaps", "354 go on"}, Deferred, true, false},
		{"refused, then silence", []string{"550 5.7.1 no", "503 5.5.1 no", ""}, Deferred, true, false},
		{"refused, then nonsense", []string{"250 Ok", "550 5.1.1 no", "what?"}, Rejected, false, false},
		{"421 to RCPT", []string{"250 Ok", "421 4.3.2 bye"}, Deferred, false, false},
		{"a reply too many with 354", []string{"250 Ok", "250 Ok", "354 go on\r\n250 Ok"}, Deferred, true, false},
		{"421 with 354", []string{"250 Ok", "250 Ok", "354 go on\r\n421 4.3.2 bye"}, Deferred, false, false},
	} {
		r, heard := parrot(t, append([]string{hello}, c.replies...)...)
		s, err := waiting(r, c.replies, Data).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = s.Begin(postedTo(1).envelope)
		if err == nil || ClassOf(err) != c.class || Contradicts(err) != c.contradicts || s.Open() != c.open {
			t.Errorf("%s: %v (%v), contradicts %v, open %v", c.name, ClassOf(err), err, Contradicts(err), s.Open())
		}
		s.Close()
		if said := <-heard; strings.Contains(said, "\r\n.") || strings.Count(said, "MAIL") != 1 {
			t.Errorf("%s: it was told %q", c.name, said)
		}
	}
}

// F37, without groups: only the answer to QUIT shows that a refusal was meant for us.
func TestReplySequencesOneByOne(t *testing.T) {
	for _, c := range []struct {
		name        string
		replies     []string // to MAIL, RCPT, DATA and what follows
		class       Class
		contradicts bool
	}{
		{"recipient refused", []string{"250 Ok", "550 5.1.1 no", "221 bye"}, Rejected, false},
		{"recipient refused, and QUIT too", []string{"250 Ok", "550 5.1.1 no", "451 no", ""}, Rejected, false},
		{"recipient refused, and closes", []string{"250 Ok", "550 5.1.1 no", "421 bye"}, Rejected, false},
		{"a refusal too many", []string{"250 Ok", "550 5.1.1 no", "250 Ok"}, Deferred, true},
		{"a refusal too many, then a refusal", []string{"250 Ok", "550 5.1.1 no", "450 later\r\n221 bye"}, Deferred, true},
		{"two to RCPT", []string{"250 Ok", "250 Ok\r\n550 5.1.1 no"}, Deferred, true},
		{"all well, but out of sequence", []string{"250 Ok", "250 Ok", "503 no"}, Deferred, true},
		{"sender refused", []string{"550 5.7.1 no", "221 bye"}, Refused, false},
	} {
		r, heard := parrot(t, append([]string{"250 mx.example.net"}, c.replies...)...)
		s, err := waiting(r, c.replies, Quit).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err = s.Begin(postedTo(1).envelope); err == nil || ClassOf(err) != c.class || Contradicts(err) != c.contradicts || s.Open() {
			t.Errorf("%s: %v (%v), contradicts %v, open %v", c.name, ClassOf(err), err, Contradicts(err), s.Open())
		}
		s.Close()
		<-heard
	}
}

// F37: what the reply to a dot is worth when another follows it.
func TestWordAfterTheLast(t *testing.T) {
	const hello = "250-mx.example.net\r\n250 PIPELINING"
	for _, c := range []struct {
		name    string
		replies []string // to the dot, to QUIT
		class   Class
	}{
		{"250, and goodbye", []string{"250 Ok", "221 bye"}, Accepted},
		{"250, and QUIT fails", []string{"250 Ok", "554 no", ""}, Accepted}, // F36
		{"250, and QUIT fails and works", []string{"250 Ok", "554 no\r\n221 bye"}, Unknown},
		{"250, and 250 to QUIT", []string{"250 Ok", "250 Ok"}, Unknown},
		{"250 and 554 in one", []string{"250 Ok\r\n554 no"}, Unknown},
		{"250 and 421 in one", []string{"250 Ok\r\n421 bye"}, Accepted},
		{"554 and 250 in one", []string{"554 no\r\n250 Ok"}, Unknown},
		{"421 and 250 in one", []string{"421 bye\r\n250 Ok"}, Unknown},
	} {
		r, heard := parrot(t, append([]string{hello, "250 Ok", "250 Ok", "354 go on"}, c.replies...)...)
		classes, errs := walk(t.Context(), waiting(r, c.replies, Quit), postedLetters(1))
		if classes[0] != c.class {
			t.Errorf("%s: %v, %v", c.name, classes, errs)
		}
		<-heard
	}
}

// F37: without another letter and without QUIT, End itself looks.
func TestTwoWordsAtTheEnd(t *testing.T) {
	for reply, want := range map[string]Class{"250 Ok": Accepted, "250 Ok\r\n554 no": Unknown, "554 no\r\n250 Ok": Unknown, "250 Ok\r\n421 bye": Accepted, "554 no": Rejected} {
		r, heard := parrot(t, "250-mx.example.net\r\n250 PIPELINING", "250 Ok", "250 Ok", "354 go on", reply)
		s, err := r.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if class := sendOne(s, postedTo(0)); class != want {
			t.Errorf("%q: %v", reply, class)
		}
		s.Close()
		<-heard
	}
}

// F22: a reply too many that came with 354 is seen before the dot, which is not written.
func TestNoDotOutOfStep(t *testing.T) {
	for _, line := range []string{"250 2.0.0 Ok", "554 5.0.0 no", "421 4.3.2 closing"} {
		for kind, extensions := range map[string][]string{"pipelined": nil, "one by one": sequential} {
			server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Data, smtptest.AtOnce(line)), Extensions: extensions})
			letters := postedLetters(1)
			classes, errs := walk(t.Context(), relayTo(server, Loopback), letters)
			server.Settled()
			if held := hold(t, server, letters); classes[0] != Deferred || held[0] != 0 {
				t.Errorf("%s, %s: %v (%v), the relay has %v", line, kind, classes, errs, held)
			}
		}
	}
}

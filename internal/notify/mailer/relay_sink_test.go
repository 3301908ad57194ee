//go:build unix

package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// postfixProgram finds one of Postfix's test programs.
func postfixProgram(t testing.TB, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	t.Skip("NOT CHECKED: " + name + " of Postfix is not installed: .ci/prepare installs it")
	return ""
}

// freePort is one at which nobody listens on this machine. It is not of those that whoever asks for
// any port gets: meanwhile such a one may go to another test, of which thousands ask.
func freePort(t testing.TB) (port int) {
	t.Helper()
	var err error
	for range 100 {
		port = 10_000 + rand.IntN(20_000)
		var listener net.Listener
		if listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			err = listener.Close()
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// whileWatched runs a program until its own input ends, as it does when a test is killed.
const whileWatched = `"$@" </dev/null & pid=$!; cat; kill $pid; wait $pid || :`

// startSink starts Postfix's own sink in a folder, on this machine, until the test ends.
func startSink(t testing.TB, folder string, options ...string) Relay {
	t.Helper()
	if os.Getuid() == 0 { // as root it wants to be somebody else
		options = append(options, "-u", "nobody")
	}
	port := freePort(t)
	var said bytes.Buffer
	command := append([]string{"-c", whileWatched, "sh", postfixProgram(t, "smtp-sink")}, options...)
	c := exec.Command("sh", append(command, fmt.Sprintf("127.0.0.1:%d", port), "128")...)
	c.Dir, c.Stdout, c.Stderr = folder, &said, &said
	watched, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(watched.Close(), c.Wait()); err != nil {
			t.Errorf("smtp-sink: %v: %s", err, &said)
		}
	})
	r := Relay{Host: "127.0.0.1", Port: uint16(port), Security: Loopback, Hello: "client.example.com", Timeouts: StandardTimeouts(), Now: time.Now}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s, err := r.Dial(t.Context()); err == nil {
			s.Close()
			return r
		}
	}
	t.Fatalf("smtp-sink does not answer: %s", &said)
	return r
}

// F21: what Postfix's sink writes down of a session: one recipient a letter, its own.
func TestSinkHasEveryLetter(t *testing.T) {
	for name, options := range map[string][]string{"pipelined": nil, "one by one": {"-p"}} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.Chmod(folder, 0o777); err != nil { // the sink is somebody else
				t.Fatal(err)
			}
			r := startSink(t, folder, append([]string{"-d", "letter."}, options...)...)
			letters := postedLetters(200)
			classes, errs := walk(t.Context(), r, letters)
			if slices.ContainsFunc(classes, func(c Class) bool { return c != Accepted }) {
				t.Fatalf("%v, %v", classes, errs)
			}
			readSink(t, folder, letters)
		})
	}
}

// readSink compares what the sink has with what was sent.
func readSink(t *testing.T, folder string, letters []posted) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "letter.*"))
	if err != nil || len(files) != len(letters) {
		t.Fatalf("%d files for %d letters, %v", len(files), len(letters), err)
	}
	got := make(map[string]bool)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if to := m.Header["X-Rcpt-Args"]; len(to) != 1 || to[0] != "<"+m.Header.Get("To")+">" {
			t.Errorf("recipients %q, To %q", to, m.Header.Get("To"))
		}
		got[m.Header.Get("To")] = true
		i, _ := strconv.Atoi(strings.TrimPrefix(m.Header.Get("Subject"), "letter "))
		_, sent, _ := strings.Cut(string(letters[i].message), "\r\n\r\n")
		if !strings.HasSuffix(string(data), "\n\n"+strings.ReplaceAll(sent, "\r\n", "\n")+"\n") { // it adds an empty line
			t.Errorf("letter %d came as %q", i, data)
		}
	}
	if len(got) != len(letters) {
		t.Errorf("letters for %d addresses", len(got))
	}
}

// BenchmarkRelayBesideSmtpSource sends letters of 6 KiB to Postfix's sink over 10
// connections, without a ledger, and has Postfix's own load generator do the same, in
// turn. It reports the medians.
func BenchmarkRelayBesideSmtpSource(b *testing.B) {
	const letters, sessions, octets = 10_000, 10, 6 << 10
	source := postfixProgram(b, "smtp-source")
	r := startSink(b, b.TempDir())
	message := sized(octets)
	var ours, theirs, ourCPU, theirCPU []float64
	for b.Loop() {
		start, used := time.Now(), cpuTime(b)
		pour(b, r, message, sessions, letters)
		ours = append(ours, letters/time.Since(start).Seconds())
		ourCPU = append(ourCPU, float64((cpuTime(b)-used).Microseconds())/letters)

		start = time.Now()
		c := exec.Command(source, "-d", "-s", strconv.Itoa(sessions), "-l", strconv.Itoa(len(message)), "-m", strconv.Itoa(letters), "-f", "bounces@example.com", "-t", "admin@customer.example.com", fmt.Sprintf("127.0.0.1:%d", r.Port))
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		theirs = append(theirs, letters/time.Since(start).Seconds())
		theirCPU = append(theirCPU, float64((c.ProcessState.UserTime()+c.ProcessState.SystemTime()).Microseconds())/letters)
	}
	b.ReportMetric(median(ours), "letters/s")
	b.ReportMetric(median(theirs), "smtp-source/s")
	b.ReportMetric(median(ourCPU), "µs/letter")
	b.ReportMetric(median(theirCPU), "smtp-source-µs/letter")
	b.ReportMetric(median(ours)/median(theirs), "ratio")
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// pour sends letters over so many sessions at once.
func pour(b *testing.B, r Relay, message []byte, sessions, letters int) {
	var all sync.WaitGroup
	for range sessions {
		all.Go(func() {
			if err := pourOne(b.Context(), r, message, letters/sessions); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
}

func pourOne(ctx context.Context, r Relay, message []byte, letters int) error {
	s, err := r.Dial(ctx)
	if err != nil {
		return err
	}
	e := Envelope{From: "bounces@example.com", To: "admin@customer.example.com", Octets: len(message)}
	if err := s.Begin(e); err != nil {
		return err
	}
	for i := range letters {
		if err := s.Content(message); err != nil {
			return err
		}
		next := &e
		if i == letters-1 {
			next = nil
		}
		if reply, err := s.End(next); err != nil || reply.Class() != Accepted {
			return fmt.Errorf("%v: %w", reply, err)
		}
		if next != nil {
			if err := s.Begun(); err != nil {
				return err
			}
		}
	}
	return s.Quit()
}

// BenchmarkLetter is the cost of a letter of 6 KiB over one session to a server that
// answers from memory, and what it allocates.
func BenchmarkLetter(b *testing.B) {
	for name, security := range map[string]Security{"plain": Loopback} {
		b.Run(name, func(b *testing.B) {
			r := startSink(b, b.TempDir())
			r.Security = security
			b.ReportAllocs()
			message := sized(6 << 10)
			b.ResetTimer()
			if err := pourOne(b.Context(), r, message, b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}

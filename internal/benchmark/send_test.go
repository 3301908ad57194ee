package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// TestAway: what goes to a server that is far away arrives as it was, and so do its answer
// and the end of both.
func TestAway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.Copy(c, c) // and then hangs up
	}()
	d, err := away(listener.Addr().String(), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", d.address())
	if err != nil {
		t.Fatal(err)
	}
	said := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	go func() {
		_, _ = c.Write(said)
		_ = c.(*net.TCPConn).CloseWrite()
	}()
	heard, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(heard, said) {
		t.Errorf("%d octets came back of %d, %v", len(heard), len(said), err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
}

// TestCarry: what is measured is what was sent, all of a plan or the beginning of it.
func TestCarry(t *testing.T) {
	for most, want := range map[int]string{0: "40", 10: "some"} {
		server := smtptest.Start(t, smtptest.Options{})
		name := filepath.Join(t.TempDir(), "ledger.db")
		plannedLetters(t, name, 40)
		s := sending{ledger: name, server: fmt.Sprintf("127.0.0.1:%d", server.Port()), most: most}
		got, err := s.carry(t.Context())
		if err != nil || got.Wall <= 0 || got.Verified <= 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		if seen := server.Seen().Letters; seen != got.Letters || len(server.Seen().Faults) > 0 {
			t.Errorf("the server had %d letters, and %d were counted", seen, got.Letters)
		}
		if want == "40" && got.Letters != 40 || want == "some" && got.Letters < most {
			t.Errorf("at most %d: %d letters", most, got.Letters)
		}
	}
	// A server that takes nothing is no fast one.
	server := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Rcpt, smtptest.Reply("550 5.1.1 no"))})
	name := filepath.Join(t.TempDir(), "ledger.db")
	plannedLetters(t, name, 5)
	if got, err := (sending{ledger: name, server: fmt.Sprintf("127.0.0.1:%d", server.Port())}).carry(t.Context()); err == nil {
		t.Errorf("every letter was rejected, and that took %+v", got)
	}
}

// plannedLetters makes a ledger with a plan of so many short letters.
func plannedLetters(t *testing.T, name string, n int) {
	t.Helper()
	book, err := ledger.Open(t.Context(), name, "testing")
	if err != nil {
		t.Fatal(err)
	}
	created := time.Now().UTC().Truncate(time.Second)
	plan := notify.Plan{ID: notify.PlanID{Bulletin: planOf, Number: 1}, Created: created, Deadline: created.Add(notify.Lifetime), Transport: "smtp://127.0.0.1:25"}
	_, err = book.Freeze(t.Context(), plan, nil, func(yield func(notify.Entry, error) bool) {
		for i := range n {
			text := fmt.Appendf(nil, "Subject: letter %d\r\n\r\nText.\r\n", i)
			if !yield(notify.Entry{Tailnet: tailnet.ID(fmt.Sprintf("t%d", i)), Standing: notify.Mailed, Address: "admin@customer.example.com",
				MessageID: fmt.Sprintf("%032x@example.com", i), Digest: notify.Digest(text), Message: text}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSentGoals: what was not measured is not met.
func TestSentGoals(t *testing.T) {
	took := func(wall time.Duration) figures { return figures{Wall: wall, CPU: wall} }
	all := []carried{
		{What: ownProgram, Letters: 1000, figures: took(time.Second)},
		{What: otherProgram, Letters: 1000, figures: took(1100 * time.Millisecond)},
		{What: "tocsin, Ed25519", Letters: 1000, figures: took(1050 * time.Millisecond)},
	}
	var out bytes.Buffer
	if err := printSentGoals(&out, all); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"Ed25519: a signature adds 50 µs", "≥ 1 × 1.10 × met", "≥ 1.3 × 1.10 × not met", "≥ 4 × – not measured", "≤ 256 MB – not measured",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is missing in:\n%s", want, &out)
		}
	}
}

package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestStop: the end of the context ends the server and everything that it began, also
// the browsers that wait.
func TestStop(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	r := start(t, &folderSite{}, Options{}, func(s *Server) { s.lastWords = patience })
	var waiting []browser
	for range 5 {
		b := r.listen(t)
		b.event()
		waiting = append(waiting, b)
	}
	save(t, r.folder, "page.html", framed("Home", "other"))
	r.awaitRefresh(t)
	for _, b := range waiting {
		b.event()
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	for _, b := range waiting {
		if kind, _ := b.event(); kind != "end" {
			t.Errorf("a browser that waited got %s", kind)
		}
		b.close()
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://")); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
	mustEnd(t, before)
}

// TestStopSilent: nor does the server wait for a browser that never asked anything, as it would
// for its first request.
func TestStopSilent(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	r := start(t, &folderSite{}, Options{}, func(s *Server) { s.lastWords = time.Millisecond })
	silent, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	r.get(t, "/") // connections are accepted one after the other: the silent one was
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	silent.SetReadDeadline(time.Now().Add(patience)) // its headers may take longer
	if _, err := silent.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the silent connection is still open: %v", err)
	}
	mustEnd(t, before)
}

// mustEnd waits for the end of what a test began: the client's own comes a moment later.
func mustEnd(t *testing.T, before int) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	for began := time.Now(); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Since(began) > patience {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// slow reads until it is told to stop.
type slow struct {
	*folderSite
	began chan bool
}

func (s slow) Refresh(ctx context.Context, _ []string) (bool, error) {
	close(s.began)
	<-ctx.Done()
	return false, ctx.Err()
}

// TestStopWhileReading: nobody waits for the end of a long reading, and its being cut
// short is no failure.
func TestStopWhileReading(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	site := slow{&folderSite{}, make(chan bool)}
	ended := make(chan error)
	go func() {
		ended <- New(site, Options{Told: func([]string, error) { t.Error("told of a reading that was cut short") }}).Serve(ctx, l)
	}()
	<-site.began
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestServeRefuses: a listener that others can reach is closed again (F57, F64).
func TestServeRefuses(t *testing.T) {
	l := elsewhere{closed: make(chan bool, 1)}
	var outside *OutsideError
	if err := New(&folderSite{}, Options{}).Serve(t.Context(), l); !errors.As(err, &outside) {
		t.Errorf("%v", err)
	}
	if len(l.closed) != 1 {
		t.Error("it stays open")
	}
}

// elsewhere says that it is open to the network; nothing really is.
type elsewhere struct{ closed chan bool }

func (elsewhere) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (elsewhere) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }
func (e elsewhere) Close() error            { e.closed <- true; return nil }

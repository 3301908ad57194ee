// Package serve shows a site while it is being written: on this machine only, with
// drafts marked, problems and proofs on the page, and a reload when a file changes.
//
// It knows nothing of bulletins. A [Site] reads and renders; this package watches
// its folders ([watch]), holds strangers off ([guard]), completes its pages with what
// a reader never gets ([additions.complete]) and tells browsers of changes ([live]).
//
//	a file changes → watch → Site.Refresh → live → the browser asks again → Site.Open
//
// Nothing that is made here is ever written to a file.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"tocsin/internal/source"
)

// Site is a site as it is being edited. The server never calls Refresh while another
// of its methods runs; the others it calls side by side.
type Site interface {
	// Refresh reads again what changed, and reports whether anything that is shown is
	// different: pages, problems, proofs. The paths begin as the folders do that
	// Folders gave; one that is a folder stands for everything in it. Nil is everything.
	Refresh(ctx context.Context, changed []string) (bool, error)
	// Open makes the file of a path of the site as readers would get it, or the
	// preview of what they do not get. A page's path ends with a slash.
	Open(path string) (Answer, error)
	// Problems is what check says of the site, sorted.
	Problems() source.Problems
	// Proofs are the proofs of the verdicts of the bulletin that the page at path
	// shows; none elsewhere.
	Proofs(path string) []Proof
	// Unpublished are the bulletins that readers do not get, newest first.
	Unpublished() []Unpublished
	// Folders are what to watch. It is asked before the first Refresh, and after each.
	Folders() []Folder
}

// Answer is what a path of the site leads to.
type Answer struct {
	Status      int    // 200, 301, 404 or 410
	Location    string // of 301: where to
	ContentType string // empty: by the path
	Data        []byte
	Source      string // the file that the page is made of, as problems name it; empty for lists
	Draft       string // ID of the bulletin, where readers do not get this page
	State       string // of such a bulletin: draft, private; empty is draft
}

// Proof is why a verdict is what it is.
type Proof struct {
	Title string // one line, such as the ID
	Text  string // what explain prints: lines for a terminal
}

// Lines are the lines of the text.
func (p Proof) Lines() []string { return strings.Split(strings.TrimRight(p.Text, "\n"), "\n") }

// Unpublished is a bulletin that readers do not get.
type Unpublished struct {
	ID, Title string
	State     string // draft, private
	Path      string // of its preview; empty where it has none
	Source    string // its file
}

// Folder is a folder to watch. It need not exist yet, if the folder it is to lie in
// is watched.
type Folder struct {
	Path string
	Deep bool // with all the folders in it
}

// Link is a link of the overview.
type Link struct{ Text, Path string }

// Options are what else a server is told.
type Options struct {
	Home  string // path of the site's front page; empty is /
	Links []Link // shown in the overview
	// Run tells this run of the server from the one before, so that a browser that was
	// left open reloads: the instant it began, say.
	Run string
	// Told is called after each Refresh, with the paths that changed (nil: everything)
	// and what went wrong; never twice at once. It may be nil.
	Told func(changed []string, err error)
}

// Server shows one site.
type Server struct {
	site Site
	Options
	live live

	// reading keeps Refresh apart from everything that looks at the site.
	reading sync.RWMutex
	failure error // of the last Refresh

	// How long a request may take to come, and an answer that is on its way when the server
	// stops to arrive. Tests choose them, so that none hangs on how quick a machine is.
	headersIn, lastWords time.Duration
}

// New makes a server of a site; Serve runs it.
func New(site Site, o Options) *Server {
	if o.Home == "" {
		o.Home = "/"
	}
	if o.Told == nil {
		o.Told = func([]string, error) {}
	}
	return &Server{site: site, Options: o, live: newLive(o.Run), headersIn: headersIn, lastWords: lastWords}
}

// The server's patience. Browsers on the same machine are quick; answers wait for the
// first reading of a large site.
const (
	headersIn = 5 * time.Second
	answerOut = time.Minute
	idle      = 2 * time.Minute
	lastWords = time.Second
	maxHeader = 16 << 10 // bytes
)

// Serve answers requests at l, which Listen made, and watches the site, until ctx
// ends. Then it ends every connection, also those that wait for events, and returns
// nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if err := onLoopback(l.Addr()); err != nil {
		l.Close()
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler:           s.handler(l.Addr()),
		ReadHeaderTimeout: s.headersIn,
		ReadTimeout:       s.headersIn,
		WriteTimeout:      answerOut,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0), // what a browser does wrong is no news
	}
	ended := make(chan error, 2)
	s.reading.Lock() // until the site was read for the first time: see follow
	go func() { ended <- s.follow(ctx) }()
	go func() { ended <- server.Serve(l) }()
	first := <-ended
	stop()
	quit(server, s.lastWords)
	return worth(first, <-ended)
}

// quit lets answers that are on their way arrive, and then closes every connection: a
// browser keeps some that it never used.
func quit(server *http.Server, lastWords time.Duration) {
	soon, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	if server.Shutdown(soon) != nil {
		server.Close()
	}
}

// worth leaves out what every server ends with.
func worth(all ...error) error {
	for i, err := range all {
		if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			all[i] = nil
		}
	}
	return errors.Join(all...)
}

// follow reads the site, and again whatever changes, until ctx ends. It watches first:
// what changes during the first reading is not missed. Nobody can look at the site before
// that reading: Serve has taken the lock for it.
func (s *Server) follow(ctx context.Context) error {
	w, err := newWatch()
	if err != nil {
		s.reading.Unlock()
		return err
	}
	defer w.close()
	if _, err := w.follow(s.site.Folders()); err != nil {
		s.reading.Unlock()
		return err
	}
	s.refresh(ctx, changes{all: true})
	return s.keepUp(ctx, w)
}

// keepUp reads again whatever changes.
func (s *Server) keepUp(ctx context.Context, w *watch) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := w.follow(s.site.Folders())
		if err != nil {
			return err
		}
		c := changes{paths: found} // the settings may name a new folder
		if len(found) == 0 {
			if c, err = w.next(ctx); err != nil {
				return err
			}
		}
		s.reading.Lock()
		s.refresh(ctx, c)
	}
}

// refresh brings the site up to date, under the lock, which it gives back, and tells the
// browsers. The version counts up before anybody can look: a page never bears an older
// version than it shows.
func (s *Server) refresh(ctx context.Context, c changes) {
	paths := c.sorted()
	different, err := s.site.Refresh(ctx, paths)
	if ctx.Err() != nil {
		s.reading.Unlock()
		return
	}
	mended := err == nil && s.failure != nil
	broken := err != nil && (s.failure == nil || s.failure.Error() != err.Error())
	s.failure = err
	if different || mended || broken {
		s.live.count(!mended && !broken && c.onlyStyle())
	}
	s.reading.Unlock()
	s.Told(paths, err)
}

// Listen opens an address of this machine's loopback interface: 127.0.0.1:1414,
// [::1]:1414, localhost:1414; port 0 is any that is free. It refuses every other
// address: drafts are for nobody else's eyes.
func Listen(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	if host == "localhost" {
		host = "127.0.0.1" // whatever a resolver says of the name
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, &OutsideError{address}
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", address, err)
	}
	return l, nil
}

// OutsideError refuses an address that other machines could reach.
type OutsideError struct{ Address string }

// Error implements error.
func (e *OutsideError) Error() string {
	return fmt.Sprintf("%q is not this machine alone: a preview shows drafts, so it is served at 127.0.0.1 or [::1] only", e.Address)
}

// onLoopback makes sure of it once more, of what was really opened.
func onLoopback(a net.Addr) error {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return nil
	}
	return &OutsideError{a.String()}
}

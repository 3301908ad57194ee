package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/source"
)

// folderSite is a small site of which every page is one file of a folder: what a
// Refresh finds is what there is.
type folderSite struct {
	folders []Folder

	mu       sync.Mutex
	page     string // of every path that ends with a slash and has no answer of its own
	answers  map[string]Answer
	problems source.Problems
	proofs   []Proof
	hidden   []Unpublished
	broken   error
}

func (f *folderSite) Refresh(_ context.Context, changed []string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := ""
	for _, folder := range f.folders {
		if data, err := os.ReadFile(filepath.Join(folder.Path, "page.html")); err == nil {
			text = string(data)
		}
	}
	different := changed == nil || text != f.page || strings.HasSuffix(changed[0], ".css")
	f.page = text
	err := f.broken
	if strings.Contains(text, "BROKEN") {
		err = errors.New("page.html is BROKEN")
	}
	return different && err == nil, err
}

func (f *folderSite) Open(path string) (Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a, ok := f.answers[path]; ok {
		return a, nil
	}
	if path == "/" && f.page != "" {
		return Answer{Status: 200, Data: []byte(f.page), Source: "page.html"}, nil
	}
	return Answer{Status: 404, Data: []byte(framed("Not found", "<h1>Not found</h1>"))}, nil
}

func (f *folderSite) Problems() source.Problems  { return f.problems }
func (f *folderSite) Proofs(path string) []Proof { return f.proofs }
func (f *folderSite) Unpublished() []Unpublished { return f.hidden }

func (f *folderSite) Folders() []Folder {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.folders
}

// framed is a page as a site's templates make it.
func framed(title, main string) string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>` + title + `</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/style.css">
</head>
<body>
<main id="_main">
` + main + `
</main>
</body>
</html>
`
}

// running is a server that a test talks to.
type running struct {
	*folderSite
	folder string
	base   string // http://127.0.0.1:1234
	stop   func() // and waits until it has stopped
	ended  chan error

	refreshed chan []string // what each refresh was told, once it is over
}

// start runs a server over a new folder until the test ends. Before it returns, the
// site was read once. No request is ever too slow for it.
func start(t *testing.T, site *folderSite, o Options, more ...func(*Server)) *running {
	t.Helper()
	folder := t.TempDir()
	if site.folders == nil {
		site.folders = []Folder{{Path: folder, Deep: true}}
	}
	write(t, filepath.Join(folder, "page.html"), framed("Home", "<h1>Home</h1>"))
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{folderSite: site, folder: folder, base: "http://" + l.Addr().String(), ended: make(chan error, 1), refreshed: make(chan []string)}
	o.Told = func(changed []string, _ error) {
		select {
		case r.refreshed <- changed:
		case <-ctx.Done():
		}
	}
	s := New(site, o)
	s.headersIn = 2 * patience // who waits for an answer gives up before the server does
	for _, set := range more {
		set(s)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- s.Serve(ctx, l)
	}()
	r.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		http.DefaultClient.CloseIdleConnections()
	})
	t.Cleanup(r.stop)
	if first := r.awaitRefresh(t); first != nil {
		t.Fatalf("the first reading was of %q, not of everything", first)
	}
	return r
}

// patience bounds what a test waits for; only a test that fails waits so long.
const patience = 2 * time.Minute

// awaitRefresh returns what the next Refresh was told.
func (r *running) awaitRefresh(t *testing.T) []string {
	t.Helper()
	select {
	case changed := <-r.refreshed:
		return changed
	case <-time.After(patience):
		t.Fatal("no refresh")
		return nil
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// save has files stand there whole, each by a single rename: the site is told of it once. What write
// does is two steps, of which a slow machine tells one by one. It takes names and texts in turn.
func save(t *testing.T, folder string, files ...string) {
	t.Helper()
	const aside = "~" // which no site is told of
	for i := 0; i < len(files); i += 2 {
		write(t, filepath.Join(folder, files[i]+aside), files[i+1])
	}
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(folder, files[i])
		if err := os.Rename(path+aside, path); err != nil {
			t.Fatal(err)
		}
	}
}

// get asks for a path and returns the answer with its whole body. It follows nothing.
func (r *running) get(t *testing.T, path string, header ...string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// raw sends bytes as they are and returns the status line of the answer.
func (r *running) raw(t *testing.T, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil && len(answer) == 0 {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(answer), "\r\n")
	return line
}

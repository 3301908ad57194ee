package serve

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBrowser opens a draft's preview in a real browser and changes its file: the
// browser comes back for the page by itself, though the page's own policy forbids every
// script, and complains of nothing. A change of style fetches the style alone. It logs
// how long each edit took to reach the browser.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here")
	}
	r := start(t, &folderSite{answers: map[string]Answer{
		"/static/style.css":   {Status: 200, Data: []byte("a{}")},
		"/static/favicon.svg": {Status: 200, Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	}}, Options{})
	asked := make(chan string, 100)
	base := r.watched(t, asked)

	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	var said bytes.Buffer
	c := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--user-data-dir="+t.TempDir(), "--enable-logging=stderr", "--log-level=0", "--remote-debugging-port=0", base+"/")
	c.Stderr = &said
	c.WaitDelay = patience
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	await(t, asked, "/_tocsin/events")
	var took []time.Duration
	for i := range 20 {
		edited := time.Now()
		write(t, filepath.Join(r.folder, "page.html"), framed("Home", strings.Repeat("again ", i)))
		r.awaitRefresh(t)
		await(t, asked, "/")
		took = append(took, time.Since(edited))
	}
	slices.Sort(took)
	t.Logf("from the edit to the browser's request: median %v, longest %v", took[len(took)/2], took[len(took)-1])

	write(t, filepath.Join(r.folder, "style.css"), "a{}")
	r.awaitRefresh(t)
	await(t, asked, "/static/style.css?version=.22")
	write(t, filepath.Join(r.folder, "style.css"), "b{}") // with a page in the same moment
	write(t, filepath.Join(r.folder, "page.html"), framed("Home", "both"))
	r.awaitRefresh(t)
	await(t, asked, "/static/style.css?version=.23")
	write(t, filepath.Join(r.folder, "page.html"), "BROKEN")
	r.awaitRefresh(t)
	await(t, asked, "/_tocsin/events") // the whole page is another
	write(t, filepath.Join(r.folder, "page.html"), framed("Home", "mended"))
	r.awaitRefresh(t)
	await(t, asked, "/_tocsin/events")
	kill()
	c.Wait()
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, "CONSOLE") || strings.Contains(line, "Refused to") {
			t.Error(line)
		}
	}
}

// watched puts a server before the server, on another port, that tells what is asked for.
func (r *running) watched(t *testing.T, asked chan<- string) string {
	t.Helper()
	inner, err := url.Parse(r.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       func(p *httputil.ProxyRequest) { p.SetURL(inner) },
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		asked <- req.URL.RequestURI()
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(func() { front.CloseClientConnections(); front.Close() })
	return front.URL
}

// await takes what the browser asks for up to a path.
func await(t *testing.T, asked <-chan string, path string) {
	t.Helper()
	for end := time.After(patience); ; {
		select {
		case got := <-asked:
			if got == path {
				return
			}
		case <-end:
			t.Fatalf("the browser never asked for %s", path)
		}
	}
}

package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"regexp"
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
	c.WaitDelay = 20 * time.Second // what is left of a killed browser may hold its words open
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	await(t, asked, "/_tocsin/events")
	var took []time.Duration
	for i := range 20 {
		edited := time.Now()
		save(t, r.folder, "page.html", framed("Home", strings.Repeat("again ", i)))
		r.awaitRefresh(t)
		await(t, asked, "/ "+r.version(t))
		took = append(took, time.Since(edited))
	}
	slices.Sort(took)
	t.Logf("from the edit to the browser's request: median %v, longest %v", took[len(took)/2], took[len(took)-1])

	save(t, r.folder, "style.css", "a{}")
	r.awaitRefresh(t)
	await(t, asked, "/static/style.css?version="+r.version(t))
	for i := 0; !r.bothAtOnce(t, i); i++ {
	}
	await(t, asked, "/static/style.css?version="+r.version(t))
	save(t, r.folder, "page.html", "BROKEN")
	r.awaitRefresh(t)
	await(t, asked, "/_tocsin/events") // the whole page is another
	save(t, r.folder, "page.html", framed("Home", "mended"))
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

// bothAtOnce changes a stylesheet and a page in the same moment, and reports whether the site was told
// of both together: a slow machine may tell of one after the other.
func (r *running) bothAtOnce(t *testing.T, attempt int) bool {
	t.Helper()
	save(t, r.folder, "style.css", "b{}", "page.html", framed("Home", fmt.Sprint("both ", attempt)))
	told := r.awaitRefresh(t)
	if len(told) == 1 {
		r.awaitRefresh(t)
	}
	return len(told) == 2
}

var versionOfPage = regexp.MustCompile(`data-version="([^"]*)"`)

// version is the one of the site that there is.
func (r *running) version(t *testing.T) string {
	t.Helper()
	_, page := r.get(t, "/")
	return versionIn([]byte(page))
}

func versionIn(page []byte) string {
	if m := versionOfPage.FindSubmatch(page); m != nil {
		return string(m[1])
	}
	return ""
}

// watched puts a server before the server, on another port, that tells what the browser asks for
// and which version of a page it gets, before it does.
func (r *running) watched(t *testing.T, asked chan<- string) string {
	t.Helper()
	inner, err := url.Parse(r.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       func(p *httputil.ProxyRequest) { p.SetURL(inner) },
		ModifyResponse: func(res *http.Response) error {
			told := res.Request.URL.RequestURI()
			if res.Header.Get("Content-Type") == textHTML {
				page, err := io.ReadAll(res.Body)
				if err != nil {
					return err
				}
				res.Body = io.NopCloser(bytes.NewReader(page))
				told += " " + versionIn(page)
			}
			asked <- told
			return nil
		},
	}
	front := httptest.NewServer(proxy)
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

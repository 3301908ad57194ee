package serve

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// browser listens for events as a page does.
type browser struct {
	t     *testing.T
	lines *bufio.Reader
	close func() error
}

func (r *running) listen(t *testing.T) browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"/_tocsin/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("%s, %s", res.Status, got)
	}
	t.Cleanup(func() { res.Body.Close() })
	return browser{t, bufio.NewReader(res.Body), res.Body.Close}
}

// event returns the next event and its data; "end" when the server ended the answer.
func (b browser) event() (kind, data string) {
	b.t.Helper()
	for {
		line, err := b.lines.ReadString('\n')
		switch {
		case err == io.EOF:
			return "end", ""
		case err != nil:
			return err.Error(), ""
		case strings.HasPrefix(line, "event: "):
			kind = strings.TrimSpace(line[len("event: "):])
		case strings.HasPrefix(line, "data: "):
			data = strings.TrimSpace(line[len("data: "):])
		case line == "\n" && kind != "":
			return kind, data
		}
	}
}

// TestReload: a change on the disk reaches every browser as one event, and the page
// that it then gets has that version and the change.
func TestReload(t *testing.T) {
	r := start(t, &folderSite{}, Options{Run: "run"})
	first, second := r.listen(t), r.listen(t)
	for _, b := range []browser{first, second} {
		if kind, data := b.event(); kind != "now" || data != "run.1" {
			t.Fatalf("at first: %s %s", kind, data)
		}
	}
	if _, body := r.get(t, "/"); !strings.Contains(body, `data-version="run.1"`) {
		t.Errorf("the page has another version than the events:\n%s", body)
	}
	save(t, r.folder, "page.html", framed("Home", "CHANGED"))
	r.awaitRefresh(t)
	for _, b := range []browser{first, second} {
		if kind, data := b.event(); kind != "page" || data != "run.2" {
			t.Errorf("after the change: %s %s", kind, data)
		}
	}
	if _, body := r.get(t, "/"); !strings.Contains(body, `data-version="run.2"`) || !strings.Contains(body, "CHANGED") {
		t.Errorf("the page after the change:\n%s", body)
	}

	save(t, r.folder, "unseen.txt", "nothing that is shown")
	r.awaitRefresh(t)
	save(t, r.folder, "style.css", "a{}")
	r.awaitRefresh(t)
	if kind, data := first.event(); kind != "style" || data != "run.3" {
		t.Errorf("after a change of style: %s %s; a refresh that changes nothing is no event", kind, data)
	}
	save(t, r.folder, "page.html", "BROKEN")
	r.awaitRefresh(t)
	if kind, data := first.event(); kind != "page" || data != "run.4" {
		t.Errorf("after a failure: %s %s", kind, data)
	}
}

// TestMissedVersions: who slept through a change of a page and one of style must load
// the page.
func TestMissedVersions(t *testing.T) {
	l := newLive("")
	l.count(false)
	l.count(true)
	if number, page, _ := l.now(); number != 2 || page != 1 {
		t.Errorf("version %d, page %d", number, page)
	}
}

package serve

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// TestPaths: one spelling a page, the slash at its end, a type for every file.
func TestPaths(t *testing.T) {
	page := func(text string) Answer { return Answer{Status: 200, Data: []byte(framed(text, text))} }
	file := func(text string) Answer { return Answer{Status: 200, Data: []byte(text)} }
	r := start(t, &folderSite{answers: map[string]Answer{
		"/a/":              page("a"),
		"/old/":            {Status: 301, Location: "/a/"},
		"/gone/":           {Status: 410, Data: []byte(framed("Gone", "gone"))},
		"/404.html":        page("not found"),
		"/ä b/":            page("ä"),
		"/style.css":       file("a{}"),
		"/static/icon.svg": file("<svg/>"),
		"/index.xml":       file("<rss/>"),
		"/feed.json":       file("{}"),
		"/robots.txt":      file("User-agent: *"),
		"/favicon.ico":     file("i"),
		"/manifest.json":   file("{}"),
		"/x.bin":           file("b"),
		"/own.json":        {Status: 200, ContentType: "application/feed+json", Data: []byte("{}")},
	}}, Options{})
	for path, want := range map[string]struct {
		status   int
		location string
		kind     string
	}{
		"/":                      {200, "", textHTML},
		"/a/":                    {200, "", textHTML},
		"/a/?q=1&utm_source=x":   {200, "", textHTML},
		"/a":                     {301, "/a/", textPlain},
		"/a/index.html":          {301, "/a/", textPlain},
		"//a//":                  {301, "/a/", textPlain},
		"/b/../a/":               {301, "/a/", textPlain},
		"/../../etc/passwd":      {301, "/etc/passwd", textPlain},
		"/%2e%2e/a/":             {301, "/a/", textPlain},
		"//evil.example/%2e%2e/": {301, "/", textPlain},
		"//evil.example":         {301, "/evil.example", textPlain},
		"/%5Cevil.example/":      {404, "", textHTML},
		"/old/":                  {301, "/a/", textPlain},
		"/gone/":                 {410, "", textHTML},
		"/none/":                 {404, "", textHTML},
		"/none":                  {404, "", textHTML},
		"/none.css":              {404, "", textHTML},
		"/404.html":              {200, "", textHTML},
		"/%C3%A4%20b":            {301, "/%C3%A4%20b/", textPlain},
		"/style.css?version=7":   {200, "", "text/css; charset=utf-8"},
		"/static/icon.svg":       {200, "", "image/svg+xml; charset=utf-8"},
		"/index.xml":             {200, "", "application/xml; charset=utf-8"},
		"/feed.json":             {200, "", "application/json; charset=utf-8"},
		"/own.json":              {200, "", "application/feed+json"},
		"/robots.txt":            {200, "", textPlain},
		"/favicon.ico":           {200, "", "image/x-icon"},
		"/x.bin":                 {200, "", "application/octet-stream"},
		"/_tocsin":               {301, "/_tocsin/", textPlain},
		"/_tocsin/":              {200, "", textHTML},
		"/_tocsin/live.css":      {200, "", "text/css; charset=utf-8"},
		"/_tocsin/live.js":       {200, "", "text/javascript; charset=utf-8"},
		"/_tocsin/draft.svg":     {200, "", "image/svg+xml; charset=utf-8"},
		"/_tocsin/pieces.html":   {404, "", textPlain},
		"/_tocsin/../a/":         {404, "", textPlain},
	} {
		res, body := r.get(t, path)
		if res.StatusCode != want.status || res.Header.Get("Location") != want.location || res.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d to %q, %s; want %+v", path, res.StatusCode, res.Header.Get("Location"), res.Header.Get("Content-Type"), want)
		}
		completed := strings.Contains(body, "/_tocsin/live.js\"")
		if completed != (want.kind == textHTML) {
			t.Errorf("%s: completed %v:\n%s", path, completed, body)
		}
	}
	for path, want := range map[string]string{"/index.xml": "<rss/>", "/feed.json": "{}", "/style.css": "a{}"} {
		if _, body := r.get(t, path); body != want {
			t.Errorf("%s holds %q: files that are no pages stay to the byte", path, body)
		}
	}
}

// TestHome: a site below a path has its front page there.
func TestHome(t *testing.T) {
	r := start(t, &folderSite{answers: map[string]Answer{"/": {Status: 404}}}, Options{Home: "/security/"})
	if res, _ := r.get(t, "/"); res.StatusCode != 301 || res.Header.Get("Location") != "/security/" {
		t.Errorf("%s to %q", res.Status, res.Header.Get("Location"))
	}
}

// hostile is what a stranger would write into every field.
const hostile = "\u202e</pre></title></aside><script>alert(1)</script>\"'&{{.}}"

// TestOverlay is F10, F25 of the preview: problems, proofs and the names of drafts are
// text whatever they hold, and what hides is shown by its number.
func TestOverlay(t *testing.T) {
	problem := source.Problem{Position: source.Position{File: hostile, Line: 3, Column: 7}, Code: hostile, Message: hostile, Hint: hostile, Excerpt: hostile}
	site := &folderSite{
		problems: source.Problems{problem},
		proofs:   []Proof{{hostile, "one\n  two " + hostile + "\n"}},
		hidden:   []Unpublished{{hostile, hostile, hostile, "/a/", hostile}},
		answers: map[string]Answer{
			"/a/":   {Status: 200, Data: []byte(framed("A", "text")), Draft: hostile, State: "private" + hostile, Source: hostile},
			"/bad/": {},
		},
	}
	r := start(t, site, Options{Links: []Link{{hostile, "javascript:alert(1)"}}})
	for _, path := range []string{"/a/", "/", "/none/", "/bad/", "/_tocsin/"} {
		_, body := r.get(t, path)
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "\u202e") || strings.Contains(body, `"javascript:`) {
			t.Errorf("%s:\n%s", path, body)
		}
		if path != "/bad/" && !strings.Contains(body, `\u{202E}`) {
			t.Errorf("%s does not show the problem:\n%s", path, body)
		}
	}
	_, body := r.get(t, "/a/")
	for _, want := range []string{":3:7</code>", "one\n  two", "<title>[Private", "1 error", "<strong>PRIVATE", "1 in this file"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

// TestOwnProblemsFirst: those of the page's file, the gravest first, then the others,
// and not a thousand of them.
func TestOwnProblemsFirst(t *testing.T) {
	at := func(file string, level source.Level, code string) source.Problem {
		return source.Problem{Position: source.Position{File: file, Line: 1, Column: 1}, Level: level, Code: code, Message: "m"}
	}
	all := source.Problems{at("a", source.Note, "1"), at("a", source.Error, "2"), at("b", source.Note, "3"), at("b", source.Warning, "4"), at("b", source.Error, "5")}
	for range 100 {
		all = append(all, at("c", source.Note, "6"))
	}
	f := found(all, "b", 3)
	got := ""
	for _, p := range append(f.Here, f.Elsewhere...) {
		got += p.Code
	}
	if got != "543"+"216" || f.More != 99 || f.Errors != 2 || f.Warnings != 1 || f.Notes != 102 {
		t.Errorf("order %s, %d more, %d %d %d", got, f.More, f.Errors, f.Warnings, f.Notes)
	}
	if all[0].Code != "1" || all[4].Code != "5" {
		t.Error("the site's own list was put in another order")
	}
}

// TestFailure: what goes wrong is shown whole, on every page, until it is mended;
// files that are no pages are still there for it.
func TestFailure(t *testing.T) {
	site := &folderSite{answers: map[string]Answer{"/style.css": {Status: 200, Data: []byte("a{}")}}}
	r := start(t, site, Options{})
	_, page := r.get(t, "/")
	save(t, r.folder, "page.html", "BROKEN <b>")
	r.awaitRefresh(t)
	for _, path := range []string{"/", "/none/", "/_tocsin/"} {
		res, body := r.get(t, path)
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(body, "page.html is BROKEN") || !strings.Contains(body, "live.js") {
			t.Errorf("%s: %s\n%s", path, res.Status, body)
		}
	}
	if res, body := r.get(t, "/style.css"); res.StatusCode != 200 || body != "a{}" {
		t.Errorf("the style: %s %q", res.Status, body)
	}
	site.mu.Lock()
	site.broken = source.Problems{{Position: source.Position{File: "tocsin.yaml", Line: 2, Column: 1}, Code: "bad-yaml", Message: "no YAML", Hint: "mend it"}}
	site.mu.Unlock()
	save(t, r.folder, "page.html", framed("Other", "other"))
	r.awaitRefresh(t)
	if _, body := r.get(t, "/"); !strings.Contains(body, "tocsin.yaml:2:1") || !strings.Contains(body, "mend it") {
		t.Errorf("problems as an error:\n%s", body)
	}
	site.mu.Lock()
	site.broken = nil
	site.mu.Unlock()
	save(t, r.folder, "page.html", framed("Home", "<h1>Home</h1>"))
	r.awaitRefresh(t)
	res, body := r.get(t, "/")
	if res.StatusCode != 200 || len(body) != len(page) {
		t.Errorf("mended: %s, %d bytes, and %d before", res.Status, len(body), len(page))
	}
}

// failing opens nothing.
type failing struct{ *folderSite }

func (failing) Open(string) (Answer, error) {
	return Answer{}, errors.New("templates/site/page.html:7: no such word")
}

// TestOpenFails: the error of one page is that page.
func TestOpenFails(t *testing.T) {
	s := New(failing{&folderSite{}}, Options{})
	if a := s.reply("/"); a.status != 500 || !strings.Contains(string(a.data), "templates/site/page.html:7: no such word") {
		t.Errorf("%d\n%s", a.status, a.data)
	}
}

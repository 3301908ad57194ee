package browse

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/gallery"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
)

// TestGallery has the pages judged on which the letters of a plan are read: they are
// valid, everybody can read them in any width and colour scheme, they read the same
// without scripts, and ask nobody for anything.
func TestGallery(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute; make test runs it")
	}
	t.Parallel() // browsers mostly wait
	s := buildGallery(t)
	s.opened = []string{"/", "/letters/000001.html", "/letters/000003.html", "/letters/000030.html"}
	for name, judge := range map[string]func(*testing.T, []*site) []finding{"nu": askNu, "html-validate": askValidate, "browser": askBrowser} {
		t.Run(name, func(t *testing.T) {
			for _, f := range judge(t, []*site{s}) {
				if !known(f) {
					t.Errorf("%s: %s: %s", f.Page, f.Rule, f.Text)
				}
			}
		})
	}
}

// known are findings that say nothing of the pages: the mark of a signature has a space at
// its end (RFC 3676 §4.3), and the W3C's checker knows no hashes of styles, which the
// browser holds the page to.
func known(f finding) bool {
	return f.Rule == "no-trailing-whitespace" || f.Rule == "warning" && strings.HasPrefix(f.Text, "Inline style violates Content Security Policy (meta tag)")
}

// TestHostileLetter: a letter that tries everything reaches nobody from its frame, and
// the browser says of each attempt that it was stopped (F25, F31).
func TestHostileLetter(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds; make test runs it")
	}
	t.Parallel() // browsers mostly wait
	s := buildOneLetter(t, hostileLetter)
	s.opened = []string{"/letters/000001.html"}
	var said strings.Builder
	for _, f := range askBrowser(t, []*site{s}) {
		said.WriteString(f.Rule + ": " + f.Text + "\n")
		drawn := strings.HasPrefix(f.Text, "asks for data:") // by the browser, where it shows that a frame was stopped
		if f.Rule == "foreign" && !drawn || f.Rule == "missing" || f.Rule == "script" || f.Rule == "broken" || strings.HasPrefix(f.Text, "dialog:") {
			t.Errorf("%s: %s", f.Rule, f.Text)
		}
	}
	for _, stopped := range []string{
		"Blocked script execution in 'about:srcdoc'", "Loading the stylesheet 'https://example.org/a.css' violates",
		"Loading the image 'https://example.org/a.png' violates", "Loading the image 'https://example.org/b.png' violates",
		"Framing 'https://example.org/' violates", "Refused to execute the redirect", "Blocked autofocusing",
	} {
		if !strings.Contains(said.String(), stopped) {
			t.Errorf("nothing says %q", stopped)
		}
	}
}

// hostileLetter is what a letter would do if it could.
const hostileLetter = `
<script>parent.document.body.textContent = "taken"; alert(1)</script>
<img src="https://example.org/a.png" onerror="alert(1)" alt="">
<style>@import "https://example.org/a.css"; body { background: url(https://example.org/b.png) }</style>
<iframe src="https://example.org/"></iframe>
<meta http-equiv="refresh" content="0;url=https://example.org/">
<form action="https://example.org/"><input autofocus></form>
`

// buildGallery writes the letters of a plan of the sample site, and serves them.
func buildGallery(t *testing.T) *site {
	t.Helper()
	folder := t.TempDir()
	tocsin(t, "init", folder)
	tocsin(t, "-C", folder, "plan", "TS-2026-002")
	tocsin(t, "-C", folder, "letters", "TS-2026-002/1")
	return serveGallery(t, filepath.Join(folder, "var", "letters", "TS-2026-002-1"))
}

func serveGallery(t *testing.T, folder string) *site {
	t.Helper()
	return serve(t, folder, &url.URL{Scheme: "https", Host: "letters.example.com"})
}

// buildOneLetter writes the pages of a plan with one letter that holds some HTML. No plan is made
// with such a letter any more; its pages stand by themselves.
func buildOneLetter(t *testing.T, body string) *site {
	t.Helper()
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	e := notify.Entry{
		Tailnet: "bakery.example.com", Name: "Example Bakery", Standing: notify.Mailed, Clauses: []string{"severe-action"},
		Address: "owner@example.com", Reason: tailnet.Owner, MessageID: strings.Repeat("0", 32) + "@example.com",
	}
	sender := mailer.Sender{Name: "Example Security", Address: "security@example.com"}
	var err error
	e.Message, err = sender.Compose(notify.Letter{
		Tailnet: e.Tailnet, To: e.Address, Subject: "TS-2026-002", Date: at, Text: "A letter.\n",
		HTML: "<!DOCTYPE html>\n<html lang=\"en\">\n<title>letter</title>\n" + body + "</html>\n",
	}, e.MessageID)
	if err != nil {
		t.Fatal(err)
	}
	e.Digest = notify.Digest(e.Message)
	folder := t.TempDir()
	path := filepath.Join(folder, "ledger.db")
	book, err := ledger.Open(t.Context(), path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	plan := notify.Plan{
		ID: notify.PlanID{Bulletin: "TS-2026-002", Number: 1}, Created: at, Deadline: at.Add(notify.Lifetime),
		Transport: "maildir:var/outbox", Inputs: notify.Inputs{"bulletin": "1"},
	}
	if _, err := book.Freeze(t.Context(), plan, nil, func(yield func(notify.Entry, error) bool) { yield(e, nil) }); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	if book, err = ledger.OpenReader(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	stored, err := book.Plan(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(folder, "pages")
	if _, err := gallery.Write(t.Context(), place, book, stored, gallery.Options{Many: "tailnets", Progress: func(int) {}}); err != nil {
		t.Fatal(err)
	}
	return serveGallery(t, place)
}

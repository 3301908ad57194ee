package browse

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGallery has the pages judged on which the letters of a plan are read: they are
// valid, everybody can read them in any width and colour scheme, they read the same
// without scripts, and ask nobody for anything.
func TestGallery(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute; make test runs it")
	}
	t.Parallel() // browsers mostly wait
	s := buildGallery(t, "")
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
	s := buildGallery(t, hostileLetter)
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

// buildGallery writes the letters of a plan of the sample site, each with more HTML at
// its end, and serves them.
func buildGallery(t *testing.T, more string) *site {
	t.Helper()
	folder := t.TempDir()
	tocsin(t, "init", folder)
	const letter = "templates/mail/letter.html"
	page, err := os.ReadFile(filepath.Join("..", "..", letter))
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(folder, letter)
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, append(page, more...), 0o644); err != nil {
		t.Fatal(err)
	}
	tocsin(t, "-C", folder, "plan", "TS-2026-002")
	tocsin(t, "-C", folder, "letters", "TS-2026-002/1")
	base := &url.URL{Scheme: "https", Host: "letters.example.com"}
	return serve(t, filepath.Join(folder, "var", "letters", "TS-2026-002-1"), base)
}

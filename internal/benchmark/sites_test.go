package main

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestBothBuild: what is compared is the same. Each bulletin has its page with its title and
// its neighbours, and each feed as many entries, from both programs.
func TestBothBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds tocsin, and two sites")
	}
	hugo, err := locateHugo(t.Context())
	if err != nil {
		t.Skip("no hugo here: go install github.com/gohugoio/hugo@" + hugoVersion)
	}
	tools := programs{filepath.Join(t.TempDir(), "tocsin.exe"), hugo}
	if err := goTool(t.Context(), "build", "-o", tools.tocsin, "tocsin/cmd/tocsin"); err != nil {
		t.Fatal(err)
	}
	c := corpus{1, 130} // more than a feed has room for
	both, err := newTrial(t.Context(), c, t.TempDir(), tools)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range both.subjects {
		if f, err := s.build(t.Context()); err != nil || f.Files < c.size || f.Wall <= 0 || f.CPU <= 0 || f.Wall > time.Hour {
			t.Fatalf("%s: %+v, %v", s.name, f, err)
		}
		for number := range c.size {
			checkPage(t, s, c, number)
		}
	}
	for theirs, ours := range feeds {
		if got, want := entries(t, both.subjects[1], theirs), entries(t, both.subjects[0], ours); got != want || got == 0 {
			t.Errorf("%s has %d entries, %s %d", theirs, got, ours, want)
		}
	}
}

func checkPage(t *testing.T, s subject, c corpus, number int) {
	t.Helper()
	b := c.bulletin(number, 0)
	if err := s.shows(b, mark(number, 0)); err != nil {
		t.Error(err)
		return
	}
	page := read(t, s, b.page()+"index.html")
	for _, beside := range []int{number, number - 1, number + 1} {
		if beside < 0 || beside >= c.size {
			continue
		}
		if title := c.bulletin(beside, 0).title; !bytes.Contains(page, []byte(html.EscapeString(title))) {
			t.Errorf("%s: %s has no %q", s.name, b.page(), title)
		}
	}
}

// feeds are Hugo's with tocsin's.
var feeds = map[string]string{
	"security-bulletins/index.xml":  "security-bulletins/index.xml",
	"products/client/index.xml":     "security-bulletins/products/client/index.xml",
	"products/control/index.xml":    "security-bulletins/products/control/index.xml",
	"severities/critical/index.xml": "security-bulletins/severity/critical/index.xml",
	"severities/low/index.xml":      "security-bulletins/severity/low/index.xml",
	"actions/required/index.xml":    "security-bulletins/action-required/index.xml",
}

func entries(t *testing.T, s subject, feed string) int {
	t.Helper()
	return bytes.Count(read(t, s, feed), []byte("<item>"))
}

func read(t *testing.T, s subject, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.site, "public", filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
	}
	return text
}

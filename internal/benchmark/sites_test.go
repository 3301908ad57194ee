package main

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	made := make(map[string]int)
	for _, s := range both.subjects {
		f, err := s.build(t.Context())
		if made[s.name] = f.Files; err != nil || f.Files < c.size || f.Wall <= 0 || f.CPU <= 0 || f.Wall > time.Hour {
			t.Fatalf("%s: %+v, %v", s.name, f, err)
		}
		for number := range c.size {
			checkPage(t, s, c, number)
		}
	}
	if more := made["hugo"] - made["tocsin"]; more < -c.size/2 || more > c.size/10 {
		t.Errorf("tocsin makes %d files and Hugo %d, for %d bulletins", made["tocsin"], made["hugo"], c.size)
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
	page = append(page, tag.ReplaceAll(page, nil)...) // a command has tags between its words
	for _, fact := range b.shown() {
		if !bytes.Contains(page, []byte(html.EscapeString(fact))) {
			t.Errorf("%s: %s does not say %q", s.name, b.page(), fact)
		}
	}
	for _, beside := range []int{number, number - 1, number + 1} {
		if beside < 0 || beside >= c.size {
			continue
		}
		if title := c.bulletin(beside, 0).title; !bytes.Contains(page, []byte(html.EscapeString(title))) {
			t.Errorf("%s: %s has no %q", s.name, b.page(), title)
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// shown is what a reader finds on the page of a bulletin, whichever program has made it.
func (b bulletin) shown() []string {
	score := scores[b.severity]
	shown := append([]string{b.id, b.summary, score.vector, score.base, b.advisory(), b.credit, b.related}, b.aliases...)
	days := []time.Time{b.published, b.published.AddDate(0, 0, -30), b.published.AddDate(0, 0, -7)}
	for _, row := range b.affected {
		days = append(days, row.available)
		shown = append(shown, row.introduced, row.fixed)
		if b.action != "none" && row.product == "client" && slices.Contains(row.platforms, "windows") {
			shown = append(shown, "winget upgrade Example.Client", "example version")
		}
	}
	if b.action != "none" {
		shown = append(shown, b.action)
	}
	if b.revised {
		shown = append(shown, "Initial release.", "Another platform was looked at.")
		days = append(days, b.published.AddDate(0, 0, 3))
	}
	for _, at := range days {
		shown = append(shown, at.Format("2 January 2006"))
	}
	return append(shown, "A user reported the fault.", "The fix was ready.")
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

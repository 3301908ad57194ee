package site

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

var regexpTime = regexp.MustCompile(`</?time[^>]*>`)

// Hostile text in backticks and around them is text, on pages and in feeds.
func TestHostileSteps(t *testing.T) {
	attack := "`<img src=x onerror=alert(1)>` <svg onload=alert(2)> `</code><script>alert(3)</script>"
	x := bulletin.Bulletin{
		Action: bulletin.Action{Required: verdict.Yes, Text: attack, Steps: []string{attack}},
		Affected: []bulletin.Affected{
			{Product: "client", Unfixed: attack, Remedy: attack, Stopgap: attack},
			{Product: "coordination-server", Unfixed: attack, Remedy: attack, Stopgap: attack},
		},
	}
	x.ID, x.Title, x.Status, x.Published = "TS-2026-020", "A fault", bulletin.Public, day("2026-05-03")
	for from, got := range map[string]string{"page": pageOf(t, x), "feed": entryOf(t, x)} {
		for _, never := range []string{"<img src=x", "<svg onload", "<script", "</code></code>"} {
			if strings.Contains(got, never) {
				t.Errorf("%s: it holds %s", from, never)
			}
		}
		if n := strings.Count(got, "<code>&lt;img src=x onerror=alert(1)&gt;</code> &lt;svg onload"); n < 7 {
			t.Errorf("%s: code %d times, want at least 7:\n%s", from, n, got)
		}
	}
}

// A command is broken between its words, and copied as it was written.
func TestTyped(t *testing.T) {
	for _, command := range []string{"", "example", "winget upgrade --id Example.Client -- --version=1.5", "a  b ", `echo "<b>" & c`} {
		got := string(typed(command))
		if html.UnescapeString(tags.ReplaceAllString(got, "")) != command {
			t.Errorf("%q is %s", command, got)
		}
		if words := len(strings.Fields(command)); strings.Count(got, "<span>") != words {
			t.Errorf("%q has %d words: %s", command, words, got)
		}
	}
}

package site

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

var (
	regexpTime = regexp.MustCompile(`</?time[^>]*>`)
	codeTags   = regexp.MustCompile(`</?code>`)
)

// TestInline: backticks are code, and nothing else is anything but text.
func TestInline(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"Update.":                    "Update.",
		"Run `example up --all`.":    "Run <code>example up --all</code>.",
		"`a` and `b`":                "<code>a</code> and <code>b</code>",
		"``a ` b`` c":                "<code>a ` b</code> c",
		"one ` alone":                "one ` alone",
		"`a `` b":                    "`a `` b",
		"`` and ` `":                 "`` and ` `",
		"`<b>` & <i>`\"'`":           "<code>&lt;b&gt;</code> &amp; &lt;i&gt;<code>&#34;&#39;</code>",
		"<code>`</code>`":            "&lt;code&gt;<code>&lt;/code&gt;</code>",
		"`</code><script>x</script>": "`&lt;/code&gt;&lt;script&gt;x&lt;/script&gt;",
	} {
		if got := string(inline(text)); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// FuzzInline: whatever stands between backticks and around them, <code> is all the HTML there is,
// in pairs, and nothing of the text is lost but backticks and space at the edge of code.
func FuzzInline(f *testing.F) {
	for _, seed := range append(hostileWords, "`<script>`", "``` ` ``` `", "`\x00`", "` `` ` ``") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := string(inline(text))
		bare := codeTags.ReplaceAllString(got, "")
		if strings.ContainsAny(bare, "<>\"'") {
			t.Fatalf("%q is %s", text, got)
		}
		if strings.Count(got, "<code>") != strings.Count(got, "</code>") {
			t.Fatalf("%q is %s", text, got)
		}
		kept := func(s string) string {
			return strings.ReplaceAll(strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "\uFFFD")), ""), "`", "")
		}
		if kept(html.UnescapeString(bare)) != kept(text) {
			t.Fatalf("%q is %s", text, got)
		}
	})
}

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

package markdown

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var codeTags = regexp.MustCompile(`</?code>`)

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
		if got := string(Inline(text)); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// FuzzInline: whatever stands between backticks and around them, <code> is all the HTML there is,
// in pairs, and nothing of the text is lost but backticks and space at the edge of code.
func FuzzInline(f *testing.F) {
	for _, seed := range []string{"<img src=x onerror=alert(1)>", "`<img src=x>`", "`<script>`", "``` ` ``` `", "`\x00`", "` `` ` ``"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := string(Inline(text))
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

package markdown

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var unsafeLinks = []string{
	"javascript:alert(1)", "data:text/html,x", "data:image/png;base64,AA", "vbscript:x", "file:///etc/passwd",
	"blob:https://x.example/1", "intent://x", "ftp://x.example/", "//x.example/", "ws://x.example", "http://x.example/",
}

// TestEveryScheme is F6: every scheme in every spelling, as link, image, reference
// and raw HTML: an error, and no link on the page.
func TestEveryScheme(t *testing.T) {
	forms := []string{
		"[x](%s)", "[x](<%s> 't')", "![x](%s)", "![x](<%s>)", "[x][r]\n\n[r]: %s\n", "![r]\n\n[r]: <%s>\n",
		`<a href="%s">x</a>`, `y <a href='%s'>x</a> y`, "<div>\n<a href=%s>x</a>\n</div>", "<div><A HREF =\n\"%s\">x</A></div>",
		"> [!NOTE]\n> [x](%s)", "y[^1]\n\n[^1]: [x](%s)", "y[^1]\n\n[^1]: ![x](<%s>)", "|a|\n|-|\n|[x](%s)|", "# [x](%s)",
		`y <img src="%s" alt="x"> y`, `<p><img alt="x" src='%s'/></p>`,
	}
	for _, s := range unsafeLinks {
		for _, spelling := range spellings(s) {
			for _, form := range forms {
				mustBeUnsafe(t, fmt.Sprintf(form, spelling))
			}
		}
		for _, spelling := range []string{s, strings.ToUpper(s)} {
			if !strings.HasPrefix(s, "//") {
				mustBeUnsafe(t, "<"+spelling+">")
			}
		}
	}
}

// spellings lists what browsers, or Markdown, would read as s.
func spellings(s string) []string {
	return []string{
		s, strings.ToUpper(s), strings.ToUpper(s[:4]) + s[4:], // case
		fmt.Sprintf("&#%d;", s[0]) + s[1:], fmt.Sprintf("&#x%x;", s[0]) + s[1:], fmt.Sprintf("&#x0000%x;", s[0]) + s[1:],
		strings.Replace(s, ":", "&colon;", 1), strings.ReplaceAll(s, "/", "&sol;"), strings.ReplaceAll(s, "/", "&#47;"), // entities
		s[:1] + "&Tab;" + s[1:], s[:1] + "&NewLine;" + s[1:], s[:1] + "&#13;" + s[1:], s[:1] + "&#x0A;" + s[1:], // dropped by browsers
		"&#1;" + s, "&#32;" + s, "&nbsp;" + s, "&#x1f;" + s, s + "&#9;", "&#xAD;" + s, "&#x200B;" + s, "&#x202E;" + s, // around it
		strings.Replace(s, ":", "\\:", 1), "\\" + s, strings.ReplaceAll(s, "//", "/\\"), strings.ReplaceAll(s, "//", "\\\\"), strings.ReplaceAll(s, "//", "/\\\\"),
		fmt.Sprintf("%%%02x", s[0]) + s[1:], strings.Replace(s, ":", "%3a", 1), strings.Replace(s, ":", "%3A", 1), // percent
	}
}

// TestSpacesInLinks is F6: what browsers leave out of a link, written as it is.
func TestSpacesInLinks(t *testing.T) {
	for _, s := range unsafeLinks {
		for _, spelling := range []string{" " + s, "\t" + s, s[:1] + "\t" + s[1:], s[:1] + "\n" + s[1:], "\x01" + s, "\n" + s, s[:1] + "\x0b" + s[1:], s[:1] + "\f" + s[1:]} {
			for _, form := range []string{`y <a href="%s">x</a>`, "<div><a href='%s'>x</a></div>", `y <img alt="x" src="%s">`, "[x](<%s>)", "![x](<%s>)"} {
				mustBeUnsafe(t, fmt.Sprintf(form, spelling))
			}
		}
	}
}

// mustBeUnsafe: no link on the page; and a problem, unless the text shows what was
// written, as no link in Markdown's eyes.
func mustBeUnsafe(t *testing.T, body string) {
	t.Helper()
	d := Parse([]byte(body))
	out, err := d.HTML(Options{})
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	for _, n := range parsed(t, out) {
		for e := range elementsOf(n) {
			for _, a := range e.Attr {
				if v := a.Val; (a.Key == "href" || a.Key == "src") && (!safeLink.MatchString(v) || encoded(v)) {
					t.Errorf("%q renders %s", body, out)
				}
			}
		}
	}
	if codes := codes(d); codes == "" && !strings.Contains(textOf(t, out), "x](") && !strings.Contains(textOf(t, out), "r]") && len(d.Links()) > 0 {
		t.Errorf("%q: no problem, and it renders %s", body, out)
	} else if codes != "" && !strings.Contains(codes, "unsafe-link") && !strings.Contains(codes, "remote-image") && !strings.Contains(codes, "html-removed") {
		t.Errorf("%q: %s", body, codes)
	}
}

func encoded(v string) bool {
	first, _, _ := strings.Cut(v, "/")
	return strings.Contains(strings.ToLower(first), "%3a")
}

func codes(d *Document) string {
	var found []string
	for _, p := range d.Problems() {
		found = append(found, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Code))
	}
	return strings.Join(found, "; ")
}

func TestRemoteImagesInHTML(t *testing.T) {
	for body, want := range map[string]string{
		`a <img src="https://x.example/i.png" alt="">`:                          "1:3 remote-image",
		"<table>\n<tr><td><img alt=a src=mailto:a@b.example></td></tr></table>": "2:9 remote-image",
		`a <img src="/i.png" alt=""> <img src=j.png alt="">`:                    "",
		`<a href="https://x.example"><img src="i.png" alt="x"></a>`:             "",
	} {
		if got := codes(Parse([]byte(body))); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	body := `[a](/p/?x=1&amp;y=2#ü "t") *<mailto:a@b.example>* https://x.example/.

über ![*i*](/i%20j.png) and [b][r], [c][r]

[r]: #zwei
[unused]: /unused/

- a <a href="../q/#d&amp;e">q</a> and <img
  src="/k.png" alt="">

<table><tr><td>
<a id="n" href="#n">https://y.example/</a></td></tr></table>

[bad](javascript:x) ![bad](https://x.example/) <a href="//bad.example">x</a> [r]: ![[in](/in/)](/out.png)
`
	want := []Link{
		{"/p/?x=1&y=2#ü", false, 1, 1}, {"mailto:a@b.example", false, 1, 29}, {"https://x.example/", false, 1, 51},
		{"/i%20j.png", true, 3, 6}, {"#zwei", false, 3, 29}, {"#zwei", false, 3, 37},
		{"../q/#d&e", false, 8, 5}, {"/k.png", true, 8, 39}, {"#n", false, 12, 1},
		{"#zwei", false, 14, 78}, {"/out.png", true, 14, 83},
	}
	if diff := cmp.Diff(want, Parse([]byte(body)).Links()); diff != "" {
		t.Error(diff)
	}
}

// TestAddressesInLinks: an address in the words of a link is no second link.
func TestAddressesInLinks(t *testing.T) {
	body := `See <a href="/x/">https://y.example/</a> and https://z.example/.`
	want := `<p>See <a href="/x/">https://y.example/</a> and <a href="https://z.example/">https://z.example/</a>.</p>` + "\n"
	if diff := cmp.Diff(want, render(t, body, Options{})); diff != "" {
		t.Error(diff)
	}
	for body, want := range map[string]string{
		`<a href="/x/">[b](/y/)</a>`:                   "1:15",
		`<a href="/x/">**<https://y.example/>**</a>`:   "1:17",
		`[<a href="/x/">b</a>](/y/)`:                   "1:2",
		`<a href="/x/"><b><a href="/y/">b</a></b></a>`: "1:18",
	} {
		problems := Parse([]byte(body)).Problems()
		if len(problems) != 1 || codes(Parse([]byte(body))) != want+" html-unbalanced" || !strings.HasSuffix(problems[0].Message, " cannot stand in another link") {
			t.Errorf("%s: %+v", body, problems)
		}
	}
	want = "<p><a href=\"/y/\">a https://x.example</a></p>\n"
	if diff := cmp.Diff(want, render(t, "[a <https://x.example>](/y/)", Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestRewriteHTML(t *testing.T) {
	o := Options{Rewrite: func(s string) string { return "https://x.example/base" + s }}
	want := `<p><a href="https://x.example/base/p/" title="&lt;">a</a> <img src="https://x.example/base/i.png" alt=""></p>` + "\n"
	if diff := cmp.Diff(want, render(t, `<a href="/p/" title="&lt;">a</a> <img src="/i.png" alt="">`, o)); diff != "" {
		t.Error(diff)
	}
	o.Rewrite = func(string) string { return "javascript:x" }
	for _, body := range []string{`<a href="/p/">a</a>`, `<img src="/p/" alt="">`} {
		if out, err := Parse([]byte(body)).HTML(o); err == nil {
			t.Errorf("%s: an unsafe rewrite rendered %s", body, out)
		}
	}
}

func elementsOf(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if n.Type == html.ElementNode && !yield(n) {
			return
		}
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && !yield(c) {
				return
			}
		}
	}
}

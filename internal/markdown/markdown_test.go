package markdown

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func render(t *testing.T, body string, o Options) string {
	t.Helper()
	out, err := Parse([]byte(body)).HTML(o)
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return string(out)
}

func TestHTML(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"paragraph", "We **never** saw `it`.", "<p>We <strong>never</strong> saw <code>it</code>.</p>\n"},
		{"line break", "one  \ntwo\nthree", "<p>one<br>\ntwo\nthree</p>\n"},
		{"strikethrough", "~~gone~~", "<p><del>gone</del></p>\n"},
		{"code", "```sh\ntailscale <x>\n```", "<pre role=\"group\" tabindex=\"0\" aria-label=\"Code: sh\"><code class=\"language-sh\">tailscale &lt;x&gt;\n</code></pre>\n"},
		{"list", "* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
		{"list that goes on", "3. a\n4. b\n\n1) c", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n<ol>\n<li>c</li>\n</ol>\n"},
		{"list in a list", "* a\n  * b\n* > c\n\n***", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>\n<blockquote>\n<p>c</p>\n</blockquote>\n</li>\n</ul>\n<hr>\n"},
		{"link", `[a](https://example.com/?a=1&b=2 "T & \"q\"")`, "<p><a href=\"https://example.com/?a=1&amp;b=2\" title=\"T &amp; &quot;q&quot;\">a</a></p>\n"},
		{"bare https", "see https://example.com/a.", "<p>see <a href=\"https://example.com/a\">https://example.com/a</a>.</p>\n"},
		{"bare http stays text", "listens on http://100.100.100.100 and www.example.com", "<p>listens on http://100.100.100.100 and www.example.com</p>\n"},
		{"bare mail stays text", "ask root@example.com", "<p>ask root@example.com</p>\n"},
		{"mail", "<root@example.com>", "<p><a href=\"mailto:root@example.com\">root@example.com</a></p>\n"},
		{"image", "![a *b* c](/x.png)", "<p><img src=\"/x.png\" alt=\"a b c\"></p>\n"},
		{"attributes stay text", "# A {style=\"x\"}", "<h2 id=\"a-style-x\">A {style=&quot;x&quot;}</h2>\n"},
		{"table", "|a|b|\n|:-|-:|\n|1|2|", "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table: a, b\"><table aria-label=\"a, b\">\n<thead>\n<tr>\n<th class=\"left\">a</th>\n<th class=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class=\"left\">1</td>\n<td class=\"right\">2</td>\n</tr>\n</tbody>\n</table></div>\n"},

		// With problems: still safe, and nothing that a reader would see is lost.
		{"inline html", "connect <node> now", "<p>connect &lt;node&gt; now</p>\n"},
		{"html block", "<script>\nalert(1)\n</script>\n\nafter", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n<p>after</p>\n"},
		{"comment", "a <!-- secret --> b\n\n<!-- more -->\n", "<p>a  b</p>\n\n"},
		{"comment beside a problem", "<node> <!-- secret --> b\n\n<div><!-- more\n--></div>\n", "<p>&lt;node&gt;  b</p>\n<p>&lt;div&gt;&lt;/div&gt;</p>\n"},
		{"unsafe link", "[*x*](javascript:alert(1))", "<p><em>x</em></p>\n"},
		{"remote image", "![x](https://evil.example/x.png)", "<p>x</p>\n"},
		{"unsafe autolink", "<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n"},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, render(t, test.body, Options{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		body string
		want string // line:column code, of all
	}{
		{"", ""},
		{"plain &lt;node&gt; and `<node>` and 1 < 2", ""},
		{"connect <node> now", "1:9 html-removed"},
		{"über\nein <node> und <b>fett</b>\n", "2:5 html-removed"},
		{"- a\n- <node>\n  x\n", "2:3 html-removed"},
		{"> <nod\n> e> x", "1:3 html-removed"},
		{"|a|\n|-|\n|<node>|", "3:2 html-removed"},
		{"<?php x ?>", "1:1 html-removed"},
		{"a <![CDATA[x]]> <!DOCTYPE y>", "1:3 html-removed; 1:17 html-removed"},
		{"x <!-- c -->", "1:3 html-comment"},
		{"see [a](http://x.example)", "1:5 unsafe-link"},
		{"see\n*[a](//x.example)*", "2:2 unsafe-link"},
		{"see [a][r] and [b][r]\n\n[r]: ftp://x.example\n", "3:1 unsafe-link"},
		{"para\n\n  [unused]: javascript:x\n", "3:3 unsafe-link"},
		{"x <http://x.example>", "1:3 unsafe-link"},
		{"x <node:1>", "1:3 unsafe-link"},
		{"x https://bank.example@x.example", "1:3 unsafe-link"},
		{"x https://x.example/", ""},
		{"a ![i](https://x.example/i.png)", "1:3 remote-image"},
		{"a ![i][r]\n\n[r]: https://x.example/i.png", "1:3 remote-image"},
		{"a ![i](mailto:a@b.example)", "1:3 remote-image"},
		{"a ![i](data:image/png;base64,AAAA)", "1:3 unsafe-link"},
		{"a [![i](/i.png)](javascript:x)", "1:3 unsafe-link"},
		{"a ![i](/i.png) ![j](j.png)", ""},
		{"[a](https://x.example/a_(b)) [b](mailto:a@b.example) [c](/p/) [d](#d) [e](../e) [f](?q=a:b) [g](p/a:b)", ""},
	}
	for _, test := range tests {
		var got []string
		for _, p := range Parse([]byte(test.body)).Problems() {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Code))
			if p.Message == "" || p.Hint == "" {
				t.Errorf("%q: a problem without message or hint: %+v", test.body, p)
			}
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.body, diff)
		}
	}
}

func TestProblemsSayWhatToWrite(t *testing.T) {
	p := Parse([]byte("connect <node> now")).Problems()[0]
	want := Problem{1, 9, "html-removed", `the page would lose "<node>"`,
		"if it is text, write &lt;node&gt; or put it in backquotes; for formatting use Markdown"}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestHTTPIsToldApart(t *testing.T) {
	p := Parse([]byte("[a](http://x.example)")).Problems()[0]
	if want := `the link "http://x.example" is not encrypted: http: instead of https:`; p.Message != want {
		t.Errorf("%s, want %s", p.Message, want)
	}
}

func TestHeadings(t *testing.T) {
	body := "#### What happened?\n\n###### Détails *du* `cas`\n\n#### What happened?\n\nÜberschrift für 日本語 हिन्दी\n---\n\n### !!!\n\n#### what-happened-2\n\n#### Don’t\n"
	want := []Heading{
		{2, "what-happened", "What happened?", 1},
		{3, "détails-du-cas", "Détails du cas", 3},
		{2, "what-happened-2", "What happened?", 5},
		{2, "überschrift-für-日本語-हिन्दी", "Überschrift für 日本語 हिन्दी", 7},
		{3, "section", "!!!", 10},
		{4, "what-happened-2-2", "what-happened-2", 12},
		{4, "dont", "Don’t", 14},
	}
	if diff := cmp.Diff(want, Parse([]byte(body)).Headings()); diff != "" {
		t.Error(diff)
	}
}

// TestManyEqualHeadings took seven minutes when each id was looked for from -2 on.
func TestManyEqualHeadings(t *testing.T) {
	const text = "# a\n"
	grows(t, func(n int) { Parse([]byte(strings.Repeat(text, n))).Headings() }, maxHeadings/8)
	headings := Parse([]byte(strings.Repeat(text, maxHeadings))).Headings()
	if last := headings[len(headings)-1].ID; last != "a-2000" {
		t.Errorf("the last is %s", last)
	}
}

// TestManyProblems: telling a place takes no time that grows with the text.
func TestManyProblems(t *testing.T) {
	const text = "<x>\n\n" // each counts as five pieces
	grows(t, func(n int) { Parse([]byte(strings.Repeat(text, n))).Problems() }, 250)
	d := Parse([]byte(strings.Repeat(text, 2_000)))
	if n := len(d.Problems()); n != maxProblems || len(d.Blocks()) != 2_000 {
		t.Errorf("%d problems", n)
	}
}

// fastest is the shortest of a few runs: what the work takes of a processor when nothing disturbs it.
func fastest(t *testing.T, work func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	best := time.Duration(math.MaxInt64)
	for range 3 {
		before := used(t)
		work()
		best = min(best, used(t)-before)
	}
	return best
}

// grows makes sure that eight times the text takes nowhere near sixty-four times as
// long. Times are compared with each other only, and again where they say the worst:
// machines differ, and so do their other tasks.
func grows(t *testing.T, work func(n int), n int) {
	t.Helper()
	var small, large time.Duration
	for range 8 {
		small, large = fastest(t, func() { work(n) }), fastest(t, func() { work(8 * n) })
		if large <= 30*small {
			return
		}
	}
	t.Errorf("%v for %d, %v for %d: quadratic", small, n, large, 8*n)
}

func TestHeadingLevelsNeverSkip(t *testing.T) {
	for _, body := range []string{"#### a\n###### b\n##### c\n# d\n### e", "# a\n## b\n### c\n#### d\n##### e\n###### f", "###### a\n# b\n###### c"} {
		level := 1
		for _, h := range Parse([]byte(body)).Headings() {
			if h.Level > level+1 || h.Level < 2 || h.Level > 6 {
				t.Errorf("%q: h%d after h%d", body, h.Level, level)
			}
			level = h.Level
		}
	}
}

func TestPermalinks(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"beside the heading", "### Für *“wen”*?", "<div class=\"heading\"><h2 id=\"für-wen\">Für <em>“wen”</em>?</h2> <a class=\"permalink\" href=\"#f%C3%BCr-wen\" aria-label=\"Link to “Für “wen”?”\"></a></div>\n"},
		{"none in a summary", "<details><summary><h2>a</h2></summary>b</details>\n\n<h3>c</h3>", "<details><summary><h2 id=\"a\">a</h2></summary>b</details>\n<div class=\"heading\"><h3 id=\"c\">c</h3> <a class=\"permalink\" href=\"#c\" aria-label=\"Link to “c”\"></a></div>"},
		{"nor among its lines", "<details>\n<summary>\n\n# a\n\n</summary>\n</details>", "<details>\n<summary>\n<h2 id=\"a\">a</h2>\n</summary>\n</details>"},
	} {
		if diff := cmp.Diff(test.want, render(t, test.body, Options{Permalinks: true})); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestText(t *testing.T) {
	tests := []struct{ body, want string }{
		{"We will **disclose** a security vulnerability **when a fix is\navailable** and  any",
			"We will disclose a security vulnerability when a fix is available and any"},
		{"### Scope\n\nA [link](https://x.example \"t\").\n\n* one\n* two\n\n  more\n", "Scope\nA link.\none\ntwo\nmore"},
		{"a\\*b &amp; c&nbsp;d \\&amp; `\\* &amp;` \\q \\", "a*b & c d &amp; \\* &amp; \\q \\"},
		{"|a|b|\n|-|-|\n|1|**2**|", "a b\n1 2"},
		{"```\nx  y\nz\n```\n\n    w\n", "x y z\nw"},
		{"![alt *text*](/x.png) <https://x.example/> <node>", "alt text https://x.example/ <node>"},
		{"x  \ny\n***\n> q\n", "x y\nq"},
		{"[r]: /x\n", ""},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, Parse([]byte(test.body)).Text()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.body, diff)
		}
	}
}

func TestBlocks(t *testing.T) {
	want := []Block{
		{HeadingBlock, 2, 1, "Scope"}, {Paragraph, 0, 3, "We will:"}, {Item, 0, 5, "do"}, {Item, 0, 6, "not"},
		{Row, 0, 8, "a"}, {Row, 0, 10, "1"}, {Code, 0, 12, "x"},
	}
	body := "### Scope\n\nWe will:\n\n* do\n* not\n\n|a|\n|-|\n|1|\n\n```\nx\n```\n"
	if diff := cmp.Diff(want, Parse([]byte(body)).Blocks()); diff != "" {
		t.Error(diff)
	}
}

func TestRewrite(t *testing.T) {
	o := Options{Rewrite: func(s string) string {
		if strings.HasPrefix(s, "/") {
			return "https://x.example/base" + s
		}
		return s
	}}
	want := "<p><a href=\"https://x.example/base/p/\">a</a> <a href=\"https://y.example/\">https://y.example/</a> <a href=\"https://x.example/base/r\">r</a> <img src=\"https://x.example/base/i.png\" alt=\"\"></p>\n"
	if diff := cmp.Diff(want, render(t, "[a](/p/) <https://y.example/> [r] ![](/i.png)\n\n[r]: /r", o)); diff != "" {
		t.Error(diff)
	}
	o.Rewrite = func(string) string { return "javascript:x" }
	for _, body := range []string{"[a](/p/)", "![a](/p/)", "<https://x.example>"} {
		if out, err := Parse([]byte(body)).HTML(o); err == nil {
			t.Errorf("%s: an unsafe rewrite rendered %s", body, out)
		}
	}
}

// TestBombs is F9: texts that make goldmark take seconds or gigabytes are told
// from others in no time.
func TestBombs(t *testing.T) {
	fill := func(pattern string, size int) string { return strings.Repeat(pattern, size/len(pattern)) }
	lines := func(pattern string, size int) string { return fill(fill(pattern, 4<<10)+"\n", size) }
	bombs := map[string]string{
		"wide table":           fill("|a", 4<<10) + "\n" + fill("|-", 4<<10) + "\n" + fill("x\n", 24<<10),
		"wide table in quote":  "> " + fill("|a", 4<<10) + "\n> " + fill("|-", 4<<10) + "\n" + fill("> x\n", 24<<10),
		"long table":           fill("|a", 60) + "\n" + fill("|-", 60) + "\n" + fill("x\n", 200<<10),
		"many tables":          fill(fill("|a", 60)+"\n"+fill("|-", 60)+"\n"+fill("x\n", 1900)+"\n", 250<<10),
		"quotes":               fill(">", 8<<10),
		"quotes of 64 KiB":     fill(">", 64<<10),
		"many quotes":          fill(fill(">", 4<<10)+"\n", 64<<10),
		"lists":                fill("- ", 8000) + "a",
		"ordered lists":        fill("1. ", 8000) + "a",
		"nested lists":         staircase(400),
		"a few nested lists":   staircase(17),
		"delimiters":           fill("*a_ ", 64<<10),
		"delimiter lines":      lines("*a_ ", 64<<10),
		"delimiter paragraphs": fill(fill("*a_ ", 3<<10)+"\n\n", 250<<10),
		"one run":              "a" + fill("*", 8000),
		"openers":              lines("[", 250<<10),
		"link openers":         lines("[a](", 250<<10),
		"image openers":        lines("![](", 250<<10),
		"half links":           lines("[a](<b", 250<<10),
		"references":           fill("[a]: b\n", 250<<10),
		"half references":      fill("[a]:\n", 250<<10),
		"tags":                 lines("<b>", 250<<10),
		"half tags":            lines("<a ", 250<<10),
		"big":                  fill("x\n", 257<<10),
		"long line":            fill("x", 9<<10),
	}
	prose := []byte(fill("Somebody could change the settings of a client that another had connected.\n", 250<<10))
	for name, body := range bombs {
		var d *Document
		var took, ordinary time.Duration
		for range 8 { // unchecked, they take hundreds to thousands of times as long as prose
			ordinary = fastest(t, func() { Parse(prose).Problems() })
			if took = fastest(t, func() { d = Parse([]byte(body)) }); took <= 20*ordinary {
				break
			}
		}
		if took > 20*ordinary {
			t.Errorf("%s: %v, where as much prose takes %v", name, took, ordinary)
		}
		if p := d.Problems(); len(p) != 1 || p[0].Code != "too-complex" || p[0].Line < 1 {
			t.Errorf("%s: %d problems, %d bytes, want too-complex alone", name, len(p), len(body))
		}
		if _, err := d.HTML(Options{}); !errors.Is(err, errTooComplex) {
			t.Errorf("%s: HTML: %v", name, err)
		}
		if d.Text() != "" || d.Headings() != nil {
			t.Errorf("%s: has text", name)
		}
	}
}

// staircase is a list in a list in a list …
func staircase(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
	}
	return b.String()
}

// TestTableLimits: the largest table passes, one more column or row does not.
func TestTableLimits(t *testing.T) {
	table := func(columns, rows int) string {
		return strings.Repeat("|a", columns) + "\n" + strings.Repeat("|-", columns) + "|\n" + strings.Repeat("x\n", rows)
	}
	for _, test := range []struct {
		columns, rows int
		want          string
	}{
		{32, 10, ""}, {33, 10, "the table has more than 32 columns"},
		{3, 1000, ""}, {3, 1001, "the table has more than 1000 rows"},
	} {
		got := ""
		for _, p := range Parse([]byte(table(test.columns, test.rows))).Problems() {
			got = p.Message
		}
		if got != test.want {
			t.Errorf("%d × %d: %q, want %q", test.columns, test.rows, got, test.want)
		}
	}
}

// TestLargeTexts keeps the limits away from what people write.
func TestLargeTexts(t *testing.T) {
	row := strings.Repeat("| **bold** and [link](/x/) ", 8) + "|\n"
	section := "## A heading that says what the next paragraphs are about\n\n" + strings.Repeat("A *long* sentence with [a link](/x/), `code`, a footnote[^1] and https://example.com/path/. ", 8) + "\n\n> [!NOTE]\n> A note.\n\n" +
		"|a|b|\n|-|-|\n" + strings.Repeat("| **bold** words of a cell | another one of [these](/x/) |\n", 12) + "\n<table>\n" + strings.Repeat("<tr><td>Support</td><td>5 years</td></tr>\n", 9) + "</table>\n\n"
	texts := map[string]string{
		"policy of 200 KiB": strings.Repeat(section, 200<<10/len(section)) + "[^1]: A footnote.\n",
		"prose":             strings.Repeat(strings.Repeat("A *long* sentence with [a link](/x/) and `code` (so it goes). ", 12)+"\n\n", 300),
		"table":             strings.Repeat("|a", 8) + "\n" + strings.Repeat("|-", 8) + "\n" + strings.Repeat(row, 900),
		"list":              strings.Repeat("* **Item** of a tight list, see [there](/there/)\n", 3000),
		"code":              "```\n" + strings.Repeat("*a_ [x](y) <b>\n", 10000) + "```\n",
		"references": "[a0]\n\n" + func() (s string) {
			for i := range 400 {
				s += fmt.Sprintf("[a%d]: /x/%d\n", i, i)
			}
			return s
		}(),
		"deep":   staircase(15) + strings.Repeat(strings.Repeat(" ", 30)+"- a\n", 6000),
		"breaks": strings.Repeat("* * * * * * * * * * * * * * * * * * * * * *\n\n", 100),
	}
	for name, body := range texts {
		d := Parse([]byte(body))
		if p := d.Problems(); len(p) > 0 {
			t.Errorf("%s: %+v", name, p[0])
		}
		if _, err := d.HTML(Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOutputIsLimited(t *testing.T) {
	w := &limited{limit: 10}
	for range 3 {
		_, _ = w.WriteString("four")
	}
	_, _ = w.WriteString("a")
	if string(w.html) != "fourfour" || w.Flush() == nil {
		t.Errorf("%q, %v", w.html, w.Flush())
	}
}

func TestConcurrentRendering(t *testing.T) {
	d := Parse([]byte("```go\nx\n```\n\n### A\n\n[a](/x/) and https://x.example/\n\n|a|\n|-|\n|b\\|c|\n\n<table><tr><td>d <a href=/x/ id=e>e</a></td></tr></table>\n\n    code"))
	want := render(t, string(d.source), Options{}) // d itself is rendered by many first
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				got, err := d.HTML(Options{})
				if err != nil || string(got) != want || d.Text() == "" {
					t.Error("renderings differ", err)
				}
			}
		})
	}
	wg.Wait()
}

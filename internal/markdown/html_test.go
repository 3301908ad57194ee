package markdown

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHTMLOfPolicies is F5: what policy pages hold is the same page to a browser,
// without a finding.
func TestHTMLOfPolicies(t *testing.T) {
	for _, body := range []string{
		"<table>\n<thead>\n<tr><th>Asset</th><th align=\"right\">Kept</th></tr>\n</thead>\n<tbody>\n<tr><td>Logs</td><td>12 months</td></tr>\n</tbody>\n<tfoot><tr><td colspan=2>*</td></tr></tfoot>\n</table>",
		"<table>\n  <tr>\n   <td><strong>Data</strong>\n   </td>\n   <td>a &amp; b<br/>c<br />d</td>\n  </tr>\n</table>\n\nAfter.",
		"<table>\n <tr>\n  <td>\n<ul>\n<li><strong>Data</strong>: a\n\n<li><strong>Hardware</strong>: b\n</li>\n</ul>\n  </td>\n </tr>\n</table>",
		"<TABLE>\n<CAPTION>C</CAPTION><COLGROUP><COL SPAN=2></COLGROUP>\n<TR><TH SCOPE=row ABBR=x>a</TH><TD ROWSPAN='2' headers=\"x y\">b</TD></TR></TABLE>",
		"<table><tr><td>\n\n**Markdown** in [a cell](/x/)\n\n- a\n- b\n\n</td></tr></table>",
		"|a|b|\n|-|-|\n|x<br>y|<ul><li>1</li><li>2</li></ul>|\n|<kbd>Ctrl</kbd>+<kbd>C</kbd>|H<sub>2</sub>O<sup>2</sup>|",
		"<details>\n<summary>More</summary>\n\n- *one*\n- two\n\n</details>",
		"<details open>\n<summary><h3>More</h3></summary>\n<p>Text.</p>\n<pre><code class=\"language-sh\">a &lt; b\n</code></pre>\n</details>",
		"<dl>\n<dt>Node</dt>\n<dd>A machine.</dd>\n<dt id=\"user\">User</dt><dd>\n\nA *person*.\n\n</dd>\n</dl>",
		"1. a\n   <ul>\n   <li>b</li>\n   </ul>\n2. c <em>d</em>\n\n   <p>e</p>",
		"> <blockquote>\n> <p>a <abbr title=\"x &quot;y&quot;\">b</abbr></p>\n> </blockquote>\n> c <br> d",
		"<h2 id=\"scope\">Scope</h2>\n<p>Text with <b>b</b>, <i>i</i>, <u>u</u>, <s>s</s>, <q>q</q>, <mark>m</mark>, <code>c</code>, <small>s</small>, <var>v</var>.</p>\n<hr>\n<h3>More</h3>",
		"A <a id=\"anchor\"></a>place, and <a href=\"#anchor\" title='t' rel=\"license noopener\">a link\nto it</a>.",
		"<p dir=\"rtl\" lang=\"ar\">x</p>\n<div>\n<img src=\"/static/a b.png\" alt=\"x\" width=20 height=\"10\"/>\n</div>",
		"<ol start=\"3\" type=a reversed>\n<li value=5>a</li>\n<li>b</li>\n</ol>",
		"<pre>\n  a  <b>b</b>\n\n  c\n</pre>\n\nd",
		"a<wbr>b <ins>c</ins> <del>d</del> <span>e</span> <cite>f</cite> <dfn>g</dfn> <samp>h</samp>",
		"*a <b>b</b>* **<i>c *d* e</i>**",
	} {
		if got := codes(Parse([]byte(body))); got != "" {
			t.Errorf("%s\n%s", got, body)
		}
		mustLoseNothing(t, []byte(body))
	}
}

// TestUnbalanced is F8: each is an error where the tag stands, once.
func TestUnbalanced(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"a <b>b", "1:3"},
		{"a b</b>", "1:4"},
		{"<b>a\n\nb</b>", "1:1"},
		{"a <b>*b</b> c*", "1:8"},
		{"*a <b>b* c</b>", "1:4"},
		{"a <b>b <i>c</b> d</i>", "1:8"},
		{"[a <b>b](/c)</b>", "1:4"},
		{"# <b>a\n\nb", "1:3"},
		{"- <b>a\n- b</b>", "1:3"},
		{"> <div>\n\n</div>", "1:3"},
		{"|a|b|\n|-|-|\n|<b>x|y</b>|", "3:2"},
		{"a\n\n<table>\n<tr>\n</table>\n\nb", "4:1"},
		{"<table>\n<tr><td>a\n</tr></table>", "2:5"},
		{"<table><tr><td>a</td></tr>\n\nb", "1:1"},
		{"<div>\n\na", "1:1"},
		{"<div>\n<div>\na\n</div>", "1:1"},
		{"a\n\n</div>\n", "3:1"},
		{"<details>\n<summary>a\n</details>", "2:1"},
		{"- a\n- <details>\n  x\n", "2:3"},
		{"<ul><li>a</ul>", "1:5"},
		{"<ul>\n<li>a\n<li>b</ul>", "3:1"},
		{"<p>a\n<p>b</p>", "1:1"},
		{"<dl><dt>a<dd>b</dd></dl>", "1:5"},
		{"<h2>a</h3>", "1:1; 1:6"},
		{"<h2>a\n\n</h2>", "3:1"},
		{"<td>a</td>", "1:1"},
		{"<li>a</li>", "1:1"},
		{"- a\n\n  <li>b</li>", "3:3"},
		{"<ul><div>a</div></ul>", "1:5"},
		{"<ul>\n\n- a\n\n</ul>", "3:1"},
		{"<table>\n\n    <tr><td>a</td></tr>\n\n</table>", "3:5"},
		{"<table>a<tr>b</tr> c</table>", "1:8; 1:13"},
		{"<table><tr>&nbsp;</tr></table>", "1:12"},
		{"<summary>a</summary>", "1:1"},
		{"<span>\n\na\n\nb\n\n</span>", "3:1"},
		{"a <div>b</div>", "1:3"},
		{"a <table><tr><td>b</td></tr></table>", "1:3"},
		{"a <hr> b", "1:3"},
		{"# a <p>b</p>", "1:5"},
		{"<b><p>a</p></b>", "1:4"},
		{"<p>a <ul><li>b</li></ul></p>", "1:6"},
		{"<a href=/x>a <a href=/y>b</a></a>", "1:14"},
		{"a <b/> c", "1:3"},
		{"<div/>\n\na", "1:1"},
		{"<table><tr><td/><td>a</td></tr></table>", "1:12"},
		{"a</br>b", "1:2"},
		{"a</p>b", "1:2"},
		{"<p>a</p></p>", "1:9"},
		{"<div title=\"a\n\nb\">c</div>", "1:1"},
		{"<p>a <b", "1:1; 1:6"},
		{"<p>a </b", "1:1; 1:6"},
		{"<h2>a <h3>b</h3></h2>", "1:7"},
		{"<details><details><summary>a</summary></details>", "1:1"},
		{"<ol><li>a</li><b></b></ol>", "1:15"},
		{"<table>\n \t a<tr></tr></table>", "2:4"},
		{"<details><summary><p>a</p></summary></details>", "1:19"},
		{"<table><td>a</td><p>b</p>\n\nc\n\nd</table>", "1:8; 1:18; 3:1; 5:2"},
		{"<div>\n\n*a </div> b*\n\n</div>", "3:4"},
		{"<div\ntitle='a\n\nb'>c</div>", "1:1"},
		{"> [!NOTE]\n> <b>a\n\nb</b>", "2:3"},
		{"> [!NOTE]\n> <div>\n\n</div>", "2:3"},
		{"a[^1]\n\n[^1]: <b>b\n\nc</b>", "3:7; 5:2"},
		{"a[^1]\n\n[^1]: <div>b\n\n    c\n\nd", "3:7"},
		{"<b>a[^1]\n\n[^1]: b</b>", "1:1"},
	} {
		want := strings.ReplaceAll(test.want+";", ";", " html-unbalanced;")
		if got := codes(Parse([]byte(test.body))); got+";" != want {
			t.Errorf("%q: %s, want %s", test.body, got, want)
		}
		mustBeHarmless(t, "unbalanced", test.body)
	}
}

// TestBalanceInWords: the message names both sides, the hint what to do.
func TestBalanceInWords(t *testing.T) {
	for body, want := range map[string]string{
		"a <b>b":             `"<b>" is not closed before the end of the paragraph; write </b> where it ends: within the paragraph, list item or cell that it begins in`,
		"<ul><li>a</ul>":     `"<li>" is not closed before the end of <ul>; write </li> where it ends: within the paragraph, list item or cell that it begins in`,
		"*a </b>*":           `"</b>" closes nothing that is open here; delete it, or write <b> where it begins: within the same paragraph, list item or cell`,
		"a <ul></ul>":        `"<ul>" cannot stand in a paragraph; begin it on a line of its own after an empty line`,
		"<td>a</td>":         `"<td>" cannot stand in the text by itself; its place is directly in <tr>`,
		"<ul>\n\na\n\n</ul>": `a paragraph cannot stand in <ul> (line 1); an empty line ends HTML and begins Markdown: delete it, or close the tag before it`,
		"<ul>a b\nc</ul>":    `the text "a b…" stands directly in <ul> (line 1); its place is in a cell or an item`,
		"a <br> </br>":       `"</br>" ends what has no end; write <br> alone`,
		"a <b/>":             `"<b/>" is not closed: the / closes <br> and its like only; write </b> where it ends`,
		"<p>a</p><i":         `the tag "<i" does not end; write its > before the next empty line; if it is no tag, write &lt; for <`,
	} {
		p := Parse([]byte(body)).Problems()
		if len(p) != 1 || p[0].Message+"; "+p[0].Hint != want {
			t.Errorf("%q: %+v", body, p)
		}
	}
}

// TestHTMLIsRemoved: what the page would lose, at its place, and no end tag of it.
func TestHTMLIsRemoved(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"connect <node> now", "1:9 html-removed"},
		{"set <x>a</x> and <y>b</y> and </z>", "1:5 html-removed; 1:18 html-removed; 1:31 html-removed"},
		{"<node>\n", "1:1 html-removed"},
		{"<div>\nrun `x` <your name>\n</div>", "2:9 html-removed"},
		{"a <b class=x id=y style=z>b</b>", "1:6 html-removed; 1:19 html-removed"},
		{"a <b title=x title=y>b</b title>", "1:3 html-unbalanced; 1:14 html-removed"},
		{"<div>a</div title=x>", "1:13 html-removed"},
		{"<div\n  title=x\n  title=y>a</div>", "3:3 html-removed"},
		{"- > <div\n  > class=x>a</div>", "2:5 html-removed"},
		{"<a name=x>b</a>", "1:4 html-removed"},
		{"a <b id='b c' title=d>e</b> <b id=_f>g</b>", "1:6 html-removed; 1:32 html-removed"},
		{"![a <b>b</b>](/x.png)", "1:5 html-removed; 1:9 html-removed"},
		{"![a <node>](/x.png)", "1:5 html-removed"},
		{"<!-- a -->\n\nb <!-- c --> d", "1:1 html-comment; 3:3 html-comment"},
		{"<div>\n<!-- a\n--></div>", "2:1 html-comment"},
		{"<table><!-- a --><tr><td>b</td></tr></table>", "1:8 html-comment"},
		{"<div></></div>", "1:6 html-removed"},
		{"<div =x=1 title=y>a</div>", "1:6 html-removed"},
		{"- a\n\n\t<div class=x>b</div>", "3:7 html-removed"},
		{"<x id=a>b</x> <b id=a>c</b>", "1:1 html-removed"},
		{"![<b id=a>](/x) <b id=a>c</b>", "1:3 html-removed"},
		{"<![CDATA[ <b>a\n</i> ]]>\n", "1:1 html-removed"},
		{"<?php if (a > b) { echo '<b>' } ?>\n", "1:1 html-removed"},
		{"<td width=3 align=justify colspan=x>", "1:1 html-unbalanced; 1:1 html-unbalanced; 1:5 html-removed; 1:13 html-removed; 1:27 html-removed"},
	} {
		if got := codes(Parse([]byte(test.body))); got != test.want {
			t.Errorf("%q: %s, want %s", test.body, got, test.want)
		}
	}
}

// TestCommentsNeverShow: a comment may be an embargoed thought.
func TestCommentsNeverShow(t *testing.T) {
	for _, body := range []string{"a <!-- secret --> b", "<!-- secret -->", "<!-- secret", "<div>\n<!-- secret --></div>", "<node> <!-- secret -->", "<script>\n<!-- secret --></script>", "<div><!-- secret", "> <!-- a\n> secret -->", "<table>\n<tr><td><!-- secret --></td></tr></table>"} {
		d := Parse([]byte(body))
		out, err := d.HTML(Options{})
		if err != nil || strings.Contains(string(out), "secret") || !strings.Contains(codes(d), "html-") {
			t.Errorf("%q renders %s, %v", body, out, err)
		}
	}
}

func TestHTMLIsWrittenAnew(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"a <BR/>b <b\n title = '\"'>c</b >", "<p>a <br>b <b title=\"&quot;\">c</b></p>\n"},
		{"<DIV ID=x>&lt;&copy;&#x41</DIV>", "<div id=\"x\">&lt;©A</div>"},
		{"<ul>\n<li>a\n<li>b</li></ul>", "<ul>\n<li>a\n</li><li>b</li></ul>"},
		{"<h4>a</h4>\n<h5 title=t>b</h5>", "<h2 id=\"a\">a</h2>\n<h3 id=\"b\" title=\"t\">b</h3>"},
		{"<node> <b>x</b>\n\n<p>y</p>", "<p>&lt;node&gt; &lt;b&gt;x&lt;/b&gt;</p>\n<p>&lt;p&gt;y&lt;/p&gt;</p>\n"},
	} {
		if diff := cmp.Diff(test.want, render(t, test.body, Options{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.body, diff)
		}
	}
}

// TestNothingIsStyled is F7: no style= and no align= on any page, whoever aligns.
func TestNothingIsStyled(t *testing.T) {
	const body = "> [!TIP]\n> a[^1]\n\n[^1]: b\n\n|a|b|c|d|\n|:-|-:|:-:|-|\n|1|2|3|4|\n\n<table><tr><th ALIGN=right>e</th><td align=center>f</td></tr></table>\n\n    code\n\n```sh\ncode\n```\n"
	out := render(t, body, Options{Permalinks: true, Marks: []Mark{{ID: "x", Line: 8, Quote: "2 3"}}})
	for _, root := range parsed(t, []byte(out)) {
		for n := range elementsOf(root) {
			for _, a := range n.Attr {
				if a.Key == "style" || a.Key == "align" {
					t.Errorf("%s=%q in %s", a.Key, a.Val, out)
				}
			}
		}
	}
	for _, part := range []string{`<th class="left">a</th>`, `<th class="right">b</th>`, `<th class="center">c</th>`, `<th>d</th>`, `<td class="center"><span`, `<th class="right">e</th>`, `<td class="center">f</td>`, `aria-label="Table: e, f"`, `aria-label="Table: a, b, c, d"`} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in %s", part, out)
		}
	}
}

func TestAnchors(t *testing.T) {
	body := "<a id=\"alt\"></a>\n\n# Über *uns* <a id=\"x.1\"></a>\n\n<h3>Wer</h3>\n<h3 id=\"was\">Was</h3>\n\n- <b id=b>b</b>\n\n## Wer\n"
	want := []string{"alt", "über-uns", "x.1", "wer", "was", "b", "wer-2"}
	d := Parse([]byte(body))
	if diff := cmp.Diff(want, d.Anchors()); diff != "" || len(d.Problems()) > 0 {
		t.Error(diff, d.Problems())
	}
	out := render(t, body, Options{Permalinks: true})
	for _, id := range want {
		if strings.Count(out, fmt.Sprintf(` id="%s"`, id)) != 1 {
			t.Errorf("%s: not once in %s", id, out)
		}
	}
}

func TestSecondAnchors(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"<b id=a>x</b>\n\ny <b id=a>x</b> <i id=A>z</i>", "3:6 duplicate-anchor"},
		{"<b id=a>x</b>\n\n# A\n", "1:4 duplicate-anchor"},
		{"# A\n\n<b\nid=a>x</b>\n", "4:1 duplicate-anchor"},
		{"# A\n\n# A\n\nx <b id=a-2>x</b>\n", "5:6 duplicate-anchor"},
		{"<h2>A</h2>\n<h2 id=a>B</h2>", "2:5 duplicate-anchor"},
		{"<h2>A</h2>\n<h2>A</h2>\n\n# A", ""},
	} {
		if got := codes(Parse([]byte(test.body))); got != test.want {
			t.Errorf("%q: %s, want %s", test.body, got, test.want)
		}
		mustBeHarmless(t, "second id", test.body)
	}
}

func TestHeadingsInHTML(t *testing.T) {
	body := "## A\n\n<details>\n<summary>s</summary>\n<h1 id=\"b\">B <em>b</em><br>c</h1>\n\n### C\n\n<h6>&amp; D</h6>\n</details>\n"
	want := []Heading{{2, "a", "A", 1}, {2, "b", "B b c", 5}, {3, "c", "C", 7}, {4, "d", "& D", 9}}
	d := Parse([]byte(body))
	if diff := cmp.Diff(want, d.Headings()); diff != "" || len(d.Problems()) > 0 {
		t.Error(diff, d.Problems())
	}
	out := render(t, body, Options{Permalinks: true})
	for _, part := range []string{`<div class="heading"><h2 id="b">B <em>b</em><br>c</h2> <a class="permalink" href="#b" aria-label="Link to “B b c”"></a></div>`, `<h4 id="d">&amp; D</h4> <a class="permalink" href="#d"`} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in %s", part, out)
		}
	}
}

func TestBlocksOfHTML(t *testing.T) {
	body := "a <b>b</b>c<br>d <a id=x></a><!-- s --> <node>\n\n" +
		"<h2>H &amp; i</h2>\n<p>p\nq</p>loose\n<ul>\n<li>one <b>1</b>\n<li>two</li>\n</ul>\nafter<pre>x  y</pre>\n\n" +
		"<table>\n <tr><th>A</th><th>B</th></tr>\n <tr>\n  <td>c<br>d</td><td><ul><li>e</li>\n\n<li>f</li></ul></td></tr>\n<tr><td>g</td></tr></table>\n\n" +
		"- <p>in\n  item</p>\n\n> <dl><dt>t</dt>\n> <dd>u</dd></dl>\n"
	want := []Block{
		{Paragraph, 0, 1, "a bc d <node>"},
		{HeadingBlock, 2, 3, "H & i"}, {Paragraph, 0, 4, "p q"}, {Paragraph, 0, 5, "loose"}, {Item, 0, 7, "one 1"}, {Item, 0, 8, "two"}, {Paragraph, 0, 10, "after"}, {Code, 0, 10, "x y"},
		{Row, 0, 13, "A B"}, {Row, 0, 15, "c d e"}, {Item, 0, 17, "f"}, {Row, 0, 18, "g"},
		{Item, 0, 20, "in item"}, {Paragraph, 0, 23, "t"}, {Paragraph, 0, 24, "u"},
	}
	if diff := cmp.Diff(want, Parse([]byte(body)).Blocks()); diff != "" {
		t.Error(diff)
	}
}

// TestHTMLBombs is F9: what would take long or much is told in less than twice the
// memory that a large page takes.
func TestHTMLBombs(t *testing.T) {
	const size = 255 << 10
	fill := func(pattern string) string { return strings.Repeat(pattern, size/len(pattern)) }
	count := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size-100; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	bombs := map[string]string{
		"open tags":       "<div>\n" + fill("<b>\n"),
		"open paragraphs": fill("<p>\n"),
		"open blocks":     fill("<b>\n\n"),
		"a few deep":      strings.Repeat("<div>\n", 65) + strings.Repeat("</div>\n", 65),
		"headings":        "<div>\n" + fill("<h1>\n"),
		"pairs":           "<div>\n" + fill("<b></b>\n"),
		"inline pairs":    fill(strings.Repeat("<b>a</b>", 50) + "\n\n"),
		"blocks":          fill("<b></b>\n\n"),
		"strange tags":    "<div>\n" + fill("<x>\n"),
		"end tags":        "<div>\n" + fill("</b>\n"),
		"attributes":      "<div " + fill("a\n") + ">",
		"new attributes":  "<div " + count("a%d\n") + ">",
		"items":           "<ul>\n" + fill("<li>\n"),
		"ids":             "<div>\n" + fill("<b id=a></b>\n"),
	}
	large := []byte("<table>\n" + strings.Repeat("<tr><td>Support communications</td><td>5 years</td></tr>\n", 1600) + "</table>\n")
	if d := Parse(large); len(d.Problems()) > 0 {
		t.Fatal(d.Problems())
	}
	ordinary := allocated(func() { Parse(large) })
	for name, body := range bombs {
		var d *Document
		if bytes := allocated(func() { d = Parse([]byte(body)) }); !raced && bytes > 2*ordinary {
			t.Errorf("%s: %d MiB, where a large table takes %d", name, bytes>>20, ordinary>>20)
		}
		if got := codes(d); !strings.HasSuffix(got, ":1 too-complex") || strings.Contains(got, ";") {
			t.Errorf("%s: %.80s", name, got)
		}
		if out, err := d.HTML(Options{}); err == nil || d.Anchors() != nil || d.Links() != nil || d.Text() != "" {
			t.Errorf("%s: renders %.80s", name, out)
		}
	}
}

// allocated is how many bytes some work asks for, freed ones too.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestManyDifferentTags grow no faster than the text.
func TestManyDifferentTags(t *testing.T) {
	grows(t, func(n int) {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<b id=a%d title=x%d><i lang=de>x</i></b>\n</x%d>", i, i, i)
		}
		Parse([]byte("<div>\n" + b.String() + "</div>\n"))
	}, 300)
}

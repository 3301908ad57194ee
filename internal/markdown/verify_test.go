package markdown

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestElements: what may be written is what the tests' own list says.
func TestElements(t *testing.T) {
	want := slices.Sorted(slices.Values(append(slices.Clone(onPages), "h1")))
	want = slices.DeleteFunc(want, func(name string) bool { return name == "aside" || name == "section" }) // the renderer's own
	if got := slices.Sorted(maps.Keys(elements)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRemovedFrom: the sanitiser sees whole pages too.
func TestRemovedFrom(t *testing.T) {
	for page, want := range map[string]int{
		"":                       -1,
		"<p>a &amp; \"b\"</p>\n": -1,
		"<pre>\n\nx</pre><br>":   -1,
		`<div class="heading"><h2 id="a">a</h2> <a class="permalink" href="#a" aria-label="b"></a></div>`:                   -1,
		`<pre role="group" tabindex="0" aria-label="b"><code>a</code></pre>`:                                                -1,
		`<div class="table" role="group" tabindex="0" aria-label="x"><table><tr><td class="left">a</td></tr></table></div>`: -1,
		`<pre><code class="language-c++">x</code></pre>`:                                                                    -1,
		`<a href="https://x.example/?a=b&amp;c">x</a><a href="">x</a><a href="?a#">x</a>`:                                   -1,
		`<img src="https://x.example/a.png" alt="">`:                                                                        -1,
		"a<script>x</script>":                 1,
		"a<b>c</b><b onclick=\"x\">d</b>":     9,
		"<p>a<!-- b --></p>":                  4,
		"<h1>a</h1>":                          0,
		`<p class="table">a</p>`:              0,
		`<b style="x">a</b>`:                  0,
		`<a href="//x.example">a</a>`:         0,
		`<a href="javascript:x">a</a>`:        0,
		`<a href=" https://x.example">a</a>`:  0,
		`<a href="https://a@x.example">a</a>`: 0,
		"a<form></form>":                      1,
		"<p>a</p><b":                          8,
	} {
		if got := removedFrom([]byte(page), readTokens([]byte(page))); got != want {
			t.Errorf("%s: from %d on, want %d", page, got, want)
		}
	}
}

// TestMisreadFrom: what a browser closes, moves or adds shows.
func TestMisreadFrom(t *testing.T) {
	for page, want := range map[string]int{
		"<p>a</p>\n<ul><li>b</li></ul><hr>":                   -1,
		"<table><tr><td>a</td></tr></table>":                  -1,
		"<table>\n<tbody><tr><td>a</td></tr></tbody></table>": -1,
		"<pre>\na</pre><pre>\n\nb</pre>":                      -1,
		`<a id="b" href="a" class="c">d</a>`:                  -1,
		"<p>a<p>b</p></p>":                                    4,
		"<p>a":                                                4,
		"a</b>":                                               1,
		"<p><div>a</div></p>":                                 3,
		"<table>a<tr><td>b</td></tr></table>":                 0,
		"<a>b<a>c</a></a>":                                    4,
		"<b><i>a</b></i>":                                     7,
		"<td>a</td>":                                          0,
		"<svg>a</svg>":                                        0,
		"<!-- a -->b":                                         0,
		"<b title=\"a\" title=\"b\">c</b":                     24,
		"a<html class=\"b\">c":                                1,
		strings.Repeat("<div>", 600) + strings.Repeat("</div>", 600): 0,
	} {
		if got := misreadFrom([]byte(page), readTokens([]byte(page))); got != want {
			t.Errorf("%.80s: from %d on, want %d", page, got, want)
		}
	}
}

// TestLastLine: should all checks of tags be wrong, the page is still refused, and
// says at which tag.
func TestLastLine(t *testing.T) {
	for name, spoil := range map[string]func(*piece){
		"element":   func(p *piece) { p.name = "svg" },
		"attribute": func(p *piece) { p.attrs = []attribute{{key: "onclick", value: "x"}} },
		"link":      func(p *piece) { p.attrs = []attribute{{key: "href", value: "/"}} },
		"nesting":   func(p *piece) { p.kind = endPiece },
		"place":     func(p *piece) { p.name = "td" },
	} {
		d := Parse([]byte("a *b* <i>c</i>\nd <b>e</b>\n"))
		for n, pieces := range d.html {
			if pieces[0].raw == "<b>" {
				spoil(&d.html[n][0])
			}
		}
		if out, err := d.HTML(Options{}); err == nil {
			t.Errorf("%s: rendered %s", name, out)
		}
		d.checkPage()
		if got := codes(d); got != "2:3 html-unbalanced" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

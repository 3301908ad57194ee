package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFootnotes(t *testing.T) {
	const body = "a[^x] b[^2] c[^x]\n\n[^2]: two\n[^x]: *one* [l](/l/)\n\n    more\n\n    ```\n    code\n    ```\n"
	const want = `<p>a<sup><a id="fnref:1" class="footnote" href="#fn:1" role="doc-noteref" aria-label="Footnote 1">1</a></sup> b<sup><a id="fnref:2" class="footnote" href="#fn:2" role="doc-noteref" aria-label="Footnote 2">2</a></sup> c<sup><a id="fnref:1:2" class="footnote" href="#fn:1" role="doc-noteref" aria-label="Footnote 1">1</a></sup></p>
<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">
<h2>Footnotes</h2>
<ol>
<li id="fn:1">
<p><em>one</em> <a href="/l/">l</a></p>
<p>more</p>
<pre role="group" tabindex="0" aria-label="Code"><code>code
</code></pre>
 <a class="backlink" href="#fnref:1" role="doc-backlink" aria-label="Back to reference 1">↩</a> <a class="backlink" href="#fnref:1:2" role="doc-backlink" aria-label="Back to reference 1.2">↩</a></li>
<li id="fn:2">
<p>two <a class="backlink" href="#fnref:2" role="doc-backlink" aria-label="Back to reference 2">↩</a></p>
</li>
</ol>
</section>
`
	d := Parse([]byte(body))
	if diff := cmp.Diff(want, render(t, body, Options{})); diff != "" || len(d.Problems()) > 0 {
		t.Error(diff, d.Problems())
	}
	if diff := cmp.Diff([]string{"fnref:1", "fnref:2", "fnref:1:2", "fn:1", "fn:2"}, d.Anchors()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Link{{"/l/", false, 4, 13}}, d.Links()); diff != "" {
		t.Error(diff)
	}
	if got, want := d.Text(), "a b c\none l\nmore\ncode\ntwo"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestFootnoteProblems: what goldmark drops without a word, or shows as it is written.
func TestFootnoteProblems(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"a[^1]\n\n[^1]: b", ""},
		{"a\n\n[^1]: b", "3:1 footnote"},
		{"ä [^1] b", "1:3 footnote"},
		{"a[^1]\n\n[^1]: b\n\n[^1]: c", "5:1 footnote"},
		{"> a\n>\n> [^1]: b", "3:3 footnote"},
		{"[a[^1]](/x)\n\n[^1]: b", "1:3 footnote"},
		{"![a[^1]](/x)\n\n[^1]: b", "1:4 footnote"},
		{"<a href=/x>a[^1]</a>\n\n[^1]: b", "1:13 html-unbalanced"},
		{"\\[^1] `[^2]` [^3](/x) [^4 5] [^]", ""},
		{"a[^1]\n\n[^1]: <b>c", "3:7 html-unbalanced"},
		{"a[^1]\n\n[^1]: [c](javascript:x)", "3:7 unsafe-link"},
		{"<b id=\"fn:1\">a</b>[^1]\n\n[^1]: b", "1:4 duplicate-anchor"},
		{"# fn 1\n\na[^1]\n\n[^1]: b", ""},
		{"a[^1]\n\n[^1]: [^1]", ""},
		{"<div>\n\n[^1]: b\n\n</div>\n\na[^1]", ""},
	} {
		if got := codes(Parse([]byte(test.body))); got != test.want {
			t.Errorf("%q: %s, want %s", test.body, got, test.want)
		}
		mustBeHarmless(t, "footnote", test.body)
	}
}

// TestFootnotesInLinks: no link stands in another, even where that was reported.
func TestFootnotesInLinks(t *testing.T) {
	out := render(t, "[a[^1]](/x) b[^1]\n\n[^1]: c", Options{})
	if want := `<p><a href="/x">a<sup>1</sup></a> b<sup><a id="fnref:1:2" `; !strings.HasPrefix(out, want) {
		t.Errorf("%s, want %s", out, want)
	}
}

// TestFootnoteLinks are the site's own: they have its words, and lead where it says.
func TestFootnoteLinks(t *testing.T) {
	out := render(t, "a[^1]\n\n[^1]: b", Options{
		Rewrite: func(to string) string { return "/page" + to },
		Words:   Words{Footnotes: "Fußnoten", BackToText: "Zurück zu „{1}“"},
	})
	for _, part := range []string{` href="/page#fn:1"`, ` href="/page#fnref:1"`, "<h2>Fußnoten</h2>", `aria-label="Zurück zu „1“"`} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in %s", part, out)
		}
	}
}

package markdown

import (
	"strings"
	"sync"
	"testing"
)

func TestMarks(t *testing.T) {
	for _, test := range []struct {
		name, body string
		marks      []Mark
		want       string // part of the page
	}{
		{"words", "A b c.", []Mark{{ID: "x", Line: 1, Quote: "b c"}}, `<p>A <span id="x" class="clause">b c</span>.</p>`},
		{"white space", "a\nb  c", []Mark{{ID: "x", Line: 1, Quote: " a b\tc "}}, "<p><span id=\"x\" class=\"clause\">a\nb  c</span></p>"},
		{"over lines", "a b\nc d\ne", []Mark{{ID: "x", Line: 1, Quote: "b c"}}, "<p>a <span id=\"x\" class=\"clause\">b\nc</span> d\ne</p>"},
		{"hard break", "a  \nb", []Mark{{ID: "x", Line: 1, Quote: "a b"}}, "<p><span id=\"x\" class=\"clause\">a<br>\nb</span></p>"},
		{"emphasis", "a *b c* d", []Mark{{ID: "x", Line: 1, Quote: "a b"}}, `<p><span id="x" class="clause">a </span><em><span class="clause">b</span> c</em> d</p>`},
		{"link", "a [b](/c) d", []Mark{{ID: "x", Line: 1, Quote: "b d"}}, `<p>a <a href="/c"><span id="x" class="clause">b</span></a><span class="clause"> d</span></p>`},
		{"code", "a `b  c` d", []Mark{{ID: "x", Line: 1, Quote: "c d"}}, `<p>a <code>b  <span id="x" class="clause">c</span></code><span class="clause"> d</span></p>`},
		{"code over lines", "`a\nb`", []Mark{{ID: "x", Line: 1, Quote: "a b"}}, `<p><code><span id="x" class="clause">a b</span></code></p>`},
		{"entities", "a &lt;b&gt; \\* c", []Mark{{ID: "x", Line: 1, Quote: "<b> *"}}, `<p>a <span id="x" class="clause">&lt;b&gt; *</span> c</p>`},
		{"autolink", "<https://x.example> a", []Mark{{ID: "x", Line: 1, Quote: "https://x.example a"}}, `<a href="https://x.example"><span id="x" class="clause">https://x.example</span></a><span class="clause"> a</span>`},
		{"image", "a ![b *c*](/d) e", []Mark{{ID: "x", Line: 1, Quote: "c e"}}, `<p>a <span id="x" class="clause"><img src="/d" alt="b c"></span><span class="clause"> e</span></p>`},
		{"heading", "# A *b*\n", []Mark{{ID: "x", Line: 1, Quote: "A b"}}, `<h2 id="a-b"><span id="x" class="clause">A </span><em><span class="clause">b</span></em></h2>`},
		{"code block", "```\na b\nc\n```", []Mark{{ID: "x", Line: 1, Quote: "b c"}}, "<code>a <span id=\"x\" class=\"clause\">b\nc</span>\n</code>"},
		{"table", "|a|b|\n|-|-|\n|c|d|", []Mark{{ID: "x", Line: 3, Quote: "c d"}}, "<td><span id=\"x\" class=\"clause\">c</span></td>\n<td><span class=\"clause\">d</span></td>"},
		{"list", "- a\n- b", []Mark{{ID: "x", Line: 2, Quote: "b"}}, `<li><span id="x" class="clause">b</span></li>`},
		{"callout", "> [!NOTE]\n> a b", []Mark{{ID: "x", Line: 2, Quote: "b"}}, `<p>a <span id="x" class="clause">b</span></p>`},
		{"footnote", "a[^1] b\n\n[^1]: c", []Mark{{ID: "x", Line: 1, Quote: "a b"}, {ID: "y", Line: 3, Quote: "c"}}, `<p><span id="y" class="clause">c</span> <a`},
		{"whole words", "no users and no user", []Mark{{ID: "x", Line: 1, Quote: "no user"}}, `no users and <span id="x" class="clause">no user</span>`},
		{"struck out", "we ~~never~~ tell", []Mark{{ID: "x", Line: 1, Quote: "we tell"}}, `<p><span id="x" class="clause">we </span><del>never</del><span class="clause"> tell</span></p>`},
		{"html among words", "a <b>b</b> c", []Mark{{ID: "x", Line: 1, Quote: "b c"}}, `<p>a <b><span id="x" class="clause">b</span></b><span class="clause"> c</span></p>`},
		{"html table", "<table>\n<tr><td>a b</td>\n<td>c</td></tr>\n</table>", []Mark{{ID: "x", Line: 2, Quote: "b c"}}, "<tr><td>a <span id=\"x\" class=\"clause\">b</span></td>\n<td><span class=\"clause\">c</span></td></tr>"},
		{"two", "a b c d", []Mark{{ID: "x", Line: 1, Quote: "a b"}, {ID: "y", Line: 1, Quote: "c d"}}, `<p><span id="x" class="clause">a b</span> <span id="y" class="clause">c d</span></p>`},
		{"the same", "a b", []Mark{{ID: "x", Line: 1, Quote: "a b"}, {ID: "y", Line: 1, Quote: "a b"}}, `<p><span id="x" class="clause"><span id="y" class="clause">a b</span></span></p>`},
		{"nested", "a b c", []Mark{{ID: "x", Line: 1, Quote: "a b c"}, {ID: "y", Line: 1, Quote: "b"}}, `<p><span id="x" class="clause">a </span><span id="y" class="clause">b</span><span class="clause"> c</span></p>`},
		{"over three lines", "a b\nc\nd e", []Mark{{ID: "x", Line: 1, Quote: "b c d"}}, "<p>a <span id=\"x\" class=\"clause\">b\nc\nd</span> e</p>"},
		{"overlapping over lines", "a b\nc d", []Mark{{ID: "x", Line: 1, Quote: "a b c"}, {ID: "y", Line: 1, Quote: "b"}}, "<p><span id=\"x\" class=\"clause\">a </span><span id=\"y\" class=\"clause\">b</span><span class=\"clause\">\n</span><span class=\"clause\">c</span> d</p>"},
		{"overlapping", "a b c", []Mark{{ID: "x", Line: 1, Quote: "a b"}, {ID: "y", Line: 1, Quote: "b c"}}, `<p><span id="x" class="clause">a </span><span id="y" class="clause">b</span><span class="clause"> c</span></p>`},
		{"scripts", "日本 語 für", []Mark{{ID: "x", Line: 1, Quote: "語 für"}}, `<p>日本 <span id="x" class="clause">語 für</span></p>`},
	} {
		d := Parse([]byte(test.body))
		out, err := d.HTML(Options{Marks: test.marks})
		if err != nil || !strings.Contains(string(out), test.want) {
			t.Errorf("%s: %v, no %s in %s", test.name, err, test.want, out)
		}
		for _, fault := range faults(t, out) {
			t.Errorf("%s: %s in %s", test.name, fault, out)
		}
		plain := render(t, test.body, Options{})
		if strings.Join(strings.Fields(textOf(t, []byte(plain))), " ") != strings.Join(strings.Fields(textOf(t, out)), " ") {
			t.Errorf("%s: the marks change the words: %s", test.name, out)
		}
	}
}

// TestPointers: a link stands behind the last words of its sentence, and in no other link.
func TestPointers(t *testing.T) {
	link := func(id, quote string) Mark { return Mark{id, 1, quote, "#_" + id, "<" + id + ">"} }
	const x, y = `<a class="pointer" href="#_x" aria-label="&lt;x&gt;"></a>`, `<a class="pointer" href="#_y" aria-label="&lt;y&gt;"></a>`
	for _, test := range []struct {
		name, body string
		marks      []Mark
		want       string // part of the page
	}{
		{"words", "a b.", []Mark{link("x", "a b")}, `<span id="x" class="clause">a b</span>` + x + ".</p>"},
		{"over lines", "a\nb\nc", []Mark{link("x", "a b")}, "a\nb</span>" + x + "\nc"},
		{"across bold words", "a **b c**", []Mark{link("x", "a b")}, `<strong><span class="clause">b</span>` + x + " c</strong>"},
		{"two of the same words", "a b", []Mark{link("x", "a b"), link("y", "a b")}, "a b</span></span>" + x + y},
		{"one in the other", "a b c", []Mark{link("x", "a b c"), link("y", "b")}, "b</span>" + y + `<span class="clause"> c</span>` + x},
		{"without", "a", []Mark{{ID: "x", Line: 1, Quote: "a"}}, `<p><span id="x" class="clause">a</span></p>`},
		{"in a link", "[a](/b)", []Mark{link("x", "a")}, `<a href="/b"><span id="x" class="clause">a</span></a></p>`},
		{"in an address", "<https://x.example>", []Mark{link("x", "https://x.example")}, "</span></a></p>"},
		{"in a link among tags", "<a href=/b>*a*</a>", []Mark{link("x", "a")}, `<em><span id="x" class="clause">a</span></em></a></p>`},
		{"behind links", "[a](/b) <a href=/c>d</a> <https://x.example> e", []Mark{link("x", "e")}, "e</span>" + x},
		{"begins in a link", "[a](/b) c", []Mark{link("x", "a c")}, " c</span>" + x},
		{"among tags", "<p>a <b>b</b></p>", []Mark{link("x", "a b")}, `<b><span class="clause">b</span>` + x + "</b>"},
	} {
		out := render(t, test.body, Options{Marks: test.marks})
		if !strings.Contains(out, test.want) {
			t.Errorf("%s: no %s in %s", test.name, test.want, out)
		}
		for _, fault := range faults(t, []byte(out)) {
			t.Errorf("%s: %s in %s", test.name, fault, out)
		}
	}
}

// TestMarksNotFound: whoever quotes what is not there hears of it.
func TestMarksNotFound(t *testing.T) {
	const body = "# A\n\nb users\n\n![](/x.png) ~~c~~ <a id=\"d\"></a>\n"
	for want, marks := range map[string][]Mark{
		`the sentence "c" is not on line 3`:              {{ID: "x", Line: 3, Quote: "c"}},
		`the sentence "b user" is not on line 3`:         {{ID: "x", Line: 3, Quote: "b user"}},
		`the sentence "c" is not on line 5`:              {{ID: "x", Line: 5, Quote: "c"}},
		`the sentence "b users" is not on line 1`:        {{ID: "x", Line: 1, Quote: "b users"}},
		`the sentence "" is not on line 3`:               {{ID: "x", Line: 3, Quote: ""}},
		`the id "a" of the sentence "b users" on line 3`: {{ID: "a", Line: 3, Quote: "b users"}},
		`the id "d" of the sentence "b users" on line 3`: {{ID: "d", Line: 3, Quote: "b users"}},
		`the id "x" of the sentence "b users" on line 3`: {{ID: "x", Line: 3, Quote: "b"}, {ID: "x", Line: 3, Quote: "b users"}},
		`the id "" of the sentence "b users" on line 3`:  {{ID: "", Line: 3, Quote: "b users"}},
	} {
		if out, err := Parse([]byte(body)).HTML(Options{Marks: marks}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s: %s", err, want, out)
		}
	}
}

// TestPrefix: several texts on one page have no id in common, and their links stay
// within each.
func TestPrefix(t *testing.T) {
	const body = "# Ü\n\n[a](#ü) [b](#) [c](/d#e) <a id=\"f\" href=\"#f\">g</a> h[^1]\n\n[^1]: i\n\n<table><tr><th id=\"j\">k</th><td headers=\"j f\">l</td></tr></table>\n\n<h3>M</h3>\n"
	out := render(t, body, Options{Prefix: "p.", Permalinks: true, Marks: []Mark{{ID: "n", Line: 3, Quote: "h"}}})
	for _, part := range []string{
		`<h2 id="p.ü">`, ` href="#p.%C3%BC" aria-label`, `<a href="#p.%C3%BC">a</a>`, `<a href="#">b</a>`, `<a href="/d#e">c</a>`, `<a id="p.f" href="#p.f">`,
		`id="p.fnref:1" class="footnote" href="#p.fn:1"`, `<li id="p.fn:1">`, ` href="#p.fnref:1"`, `<th id="p.j">`, `headers="p.j p.f"`, `<h3 id="p.m">`, ` href="#p.m"`, `<span id="p.n" class="clause">`,
	} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in %s", part, out)
		}
	}
	if ids := strings.Count(out, ` id="`); ids != strings.Count(out, ` id="p.`) || ids != 7 {
		t.Errorf("%d ids in %s", ids, out)
	}
}

// TestMarksAreOfOnePage: rendering changes nothing in the document, so many pages of
// it can be made at once.
func TestMarksAreOfOnePage(t *testing.T) {
	const body = "# A b\n\n> [!NOTE]\n> c *d e* `f`[^1]\n\n[^1]: g\n\n<table><tr><td>h i</td></tr></table>\n"
	d := Parse([]byte(body))
	pages := map[string]Options{}
	for _, o := range []Options{{}, {Marks: []Mark{{ID: "x", Line: 1, Quote: "A"}, {ID: "y", Line: 8, Quote: "h"}}}, {Marks: []Mark{{ID: "x", Line: 4, Quote: "d e f"}}, Prefix: "p-"}, {Permalinks: true, Words: Words{Note: "N"}}} {
		pages[render(t, body, o)] = o
	}
	var wg sync.WaitGroup
	for want, o := range pages {
		for range 4 {
			wg.Go(func() {
				for range 20 {
					if out, err := d.HTML(o); err != nil || string(out) != want {
						t.Errorf("%+v: %v, %s", o, err, out)
					}
					_, _, _ = d.Standing(), d.Anchors(), d.Links()
				}
			})
		}
	}
	wg.Wait()
}

package isolation

import (
	"cmp"
	"errors"
	"strings"
	"testing"
)

// TestQuiet is F31: nothing in a letter's HTML loads, runs or sends anything, however it is
// written; and what names hold as text stops no letter.
func TestQuiet(t *testing.T) {
	for page, want := range map[string]bool{
		``: true, `a < b <3 &lt;script&gt; url(x) @import \ <`: true,
		"<!DOCTYPE html>\n<html lang=\"en\" dir=rtl><head><meta charset=\"utf-8\"></head>":  true,
		`<p style="margin:0" title='a > b'><a href="https://a.example/?b=c">x</a><br/></p>`: true,
		`<a href="mailto:a@example.com">`:                                                   true, `<a href="">`: true, `<a href="#ZgotmplZ">`: true,
		`<style>p { margin: 0 }</style> url(x)`: true, `<TD COLSPAN=2 >`: true, `<bdi>url(\</bdi>`: true,

		`<img src="https://a.example/x.png">`: false, `<img>`: false, "<\x0cimg>": true,
		`<script>`: false, `<SCRIPT>`: false, `<svg/onload=x>`: false, `<link rel="preconnect" href="https://a.example">`: false,
		`<iframe srcdoc="x">`: false, `<form>`: false, `<base href="https://a.example/">`: false, `<video poster=x>`: false,
		`<p onclick="x">`: false, `<p title='>' onclick="x">`: false, `<p title="'" onclick='x'>`: false, `<p/onclick=x>`: false,
		`<p title=a"b onclick=x>`: false, `<p a=">" >`: false,
		`<table background="https://a.example/x">`: false, `<td background=x>`: false, `<a href="https://a.example" ping="https://b.example">`: false,
		`<meta http-equiv="refresh" content="0;url=https://a.example">`: false, `<a href="javascript:x">`: false, `<a href="&#106;avascript:x">`: false,
		`<a href="//a.example/x">`: false, `<p style="background:url(https://a.example/x)">`: false, `<p style='background:u\72l(x)'>`: false,
		`<p style="background:&#117;rl(x)">`: false, `<style>@import "x";</style>`: false, `<style type=a>p{background:URL(x)}</style>`: false,
		`<style>a<b url(x)</style>`: false, `<style><b>{}p{background:url(x)}</style>`: false, `<style>q::before{content:"<"}</style>`: true, `<style>url(x)`: false,
		`<title><p title="</title><img src=x>">`: false, `<title>a < b url(\</title>`: true, `<title>x</TITLE><img>`: false, `<!-- x -->`: false, `<?xml?>`: false, `<!doctype x>`: false, `<p`: false, `<p title="`: false, `<p title="x"`: false,
		`<math>`: false, `<object data=x>`: false, `<input>`: false, `<b\x00img>`: false,
	} {
		if got := quiet(page); got != want {
			t.Errorf("%q: %v, want %v", page, got, want)
		}
	}
	s := aSheet
	s.html += `<img src="https://tracker.example/?of={id}">`
	if err := aChecker(towns(), "update").Check(bakery(s.written(ofBakery()...)), twinOf(s)); !errors.Is(err, errLoud) {
		t.Error(err)
	}
}

// FuzzQuiet: whatever stands in a page, it is read to its end.
func FuzzQuiet(f *testing.F) {
	f.Add(`<p style="margin:0" title='a'><a href=x>`)
	f.Fuzz(func(_ *testing.T, page string) { quiet(page) })
}

// TestLinks is F31: a link that leads to a host which the settings and the bulletin do not
// name is the same in every letter. A host that hears who reads knows more than it should.
func TestLinks(t *testing.T) {
	for name, c := range map[string]struct {
		html  string
		twin  string // empty: the same
		learn string
		want  error
	}{
		"a host of the settings":         {html: `<a href="https://login.example.com/?of={id}">x</a>`},
		"in capitals, with a user":       {html: `<A HREF='HTTPS://a@LOGIN.example.com'>x</a>`},
		"elsewhere, alike in all":        {html: `<a href="https://status.example/now">x</a>`},
		"elsewhere, in no letter":        {html: `<a href="https://status.example/now">x</a>`, twin: "<p>", want: errLink},
		"elsewhere, of its own":          {html: `<a href="https://status.example/?of={id}">x</a>`, want: errLink},
		"elsewhere, on a line of its":    {html: "<p>\n<a href=\"https://status.example/?of={id}\">x</a>\n<p>", want: errLink},
		"elsewhere, after a style":       {html: "<style>p {}</style>\n<a href=\"https://status.example/?of={id}\">x</a>", want: errLink},
		"a host that begins like ours":   {html: `<a href="https://login.example.com.status.example/{id}">x</a>`, want: errLink},
		"ours as a user":                 {html: `<a href="https://login.example.com@status.example/{id}">x</a>`, want: errLink},
		"ours after a backslash":         {html: `<a href="https://status.example\@login.example.com/{id}">x</a>`, want: errLink},
		"known from letters for nobody":  {html: `<a href="https://status.example/now">x</a>`, twin: "<p>", learn: `<a href="https://status.example/now">`},
		"a blank that browsers take out": {html: "<a href=\"https://login.example.com\t.status.example/{id}\">x</a>", want: errLink},
		"in a tag that takes more":       {html: `<p title='13" screen'><a href="https://status.example/?of={id}">x</a></p><p title='15" screen'>y</p>`, want: errLink},
		"the first of two, of its own":   {html: `<a href="https://status.example/?of={id}" href="https://status.example/now">x</a>`, want: errLink},
		"the last of two, of its own":    {html: `<a href="https://status.example/now" href="https://status.example/?of={id}">x</a>`, want: errLink},
		"mail":                           {html: `<a href="mailto:a@elsewhere.example">x</a>`},
	} {
		t.Run(name, func(t *testing.T) {
			plain := aSheet
			plain.text, plain.html = strings.ReplaceAll(plain.text, "windows 1.60.0", "linux"), strings.ReplaceAll(plain.html, "windows 1.60.0", "linux")
			plain.csv = strings.Replace(plain.csv, ",windows", ",linux", 1)
			s, other := plain, plain
			s.html += c.html
			other.html += cmp.Or(c.twin, c.html)
			checker := aChecker(towns(), "update")
			if c.learn != "" {
				nobodys := plain
				nobodys.html += c.learn
				if err := checker.Learn(nobodys.written("{id}", "mask", "{name}", "mask", "{to}", "mask@mask.example", "{node}", "mask", "{nodeID}", "mask")); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // the second time much of it is remembered
				if err := checker.Check(bakery(s.written(ofBakery()...)), twinOf(other)); !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("%v, want %v", err, c.want)
				}
			}
		})
	}
}

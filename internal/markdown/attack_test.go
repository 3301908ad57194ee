package markdown

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// attacks are F5: what must not run, load, frame, ask or overlay, by class.
var attacks = map[string][]string{
	"script": {
		`<script>alert(1)</script>`, `<SCRIPT>alert(1)</SCRIPT>`, `<ScRiPt >alert(1)</sCrIpT >`, `<script src=//x.example/x.js></script>`,
		`<script/src="data:,alert(1)"></script>`, "<script\n>alert(1)</script\n>", `<script type=module>import "//x.example"</script>`,
		`<script>alert(1)`, `<script`, `<<script>alert(1)//<</script>`, `<script/x>alert(1)</script>`, "<script\x0c>alert(1)</script>",
		`<scr<script>ipt>alert(1)</scr</script>ipt>`, `<script>/*</script><b>*/alert(1)</b>`, `</script><script>alert(1)</script>`,
		`<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>`, `<script async src="/x.js"></script>`,
		`<svg><script>alert(1)</script></svg>`, `<svg><script href=data:,alert(1) />`, `<math><script>alert(1)</script></math>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, "<scr\x00ipt>alert(1)</scr\x00ipt>", `<x:script>alert(1)</x:script>`,
	},
	"handler": {
		`<b onclick=alert(1)>x</b>`, `<b OnClIcK="alert(1)">x</b>`, `<img src=x onerror=alert(1)>`, `<img src="/x.png" alt="" onload='alert(1)'>`,
		`<img/src=x /onerror=alert(1)>`, `<img/src="x"/onerror=alert(1)>`, `<img src=x:x onerror=alert(1)//`, "<img src=x onerror\n=alert(1)>", "<img src=x\nonerror=alert(1)>",
		"<img src=x\tonerror=alert(1)>", "<img src=x\x0conerror=alert(1)>", `<img src='x'onerror=alert(1)>`, `<img src="x"onerror="alert(1)">`,
		`<details open ontoggle=alert(1)>x</details>`, `<details/open/ontoggle=alert(1)>`, `<p onmouseover="alert(1)">x</p>`, `<td onfocus=alert(1) tabindex=1>`,
		`<table onresize=alert(1)></table>`, `<a href="/x" onclick=alert(1)>x</a>`, `<a/onmouseover=alert(1)>x</a>`, `<br onpointerrawupdate=alert(1)>`,
		`<div onanimationstart=alert(1) style="animation:x">x</div>`, `<b "onclick=alert(1)>x</b>`, `<b a="b"onclick=alert(1)>x</b>`, `<b a='>'onclick=alert(1)>x</b>`,
		`<b/onclick=alert(1)>x</b>`, `<b =onclick=alert(1)>x</b>`, "<b on\x00click=alert(1)>x</b>", "<b\x0bonclick=alert(1)>x</b>", `</b onclick=alert(1)>`, `<hr onauxclick=alert(1)/>`,
		`<li onbeforeinput=alert(1) contenteditable>x`, `<summary onclick=alert(1)>x</summary>`, `<b id=x id=y onclick=alert(1)>x</b>`, `<h2 onscrollend=alert(1)>x</h2>`,
	},
	"svg and math": {
		`<svg onload=alert(1)>`, `<svg/onload=alert(1)//`, `<svg><animate onbegin=alert(1) attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
		`<svg><set attributeName=href to=javascript:alert(1)>`, `<svg><use href="data:image/svg+xml,x#x"/></svg>`, `<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>`,
		`<svg><style><img src=x onerror=alert(1)></style></svg>`, `<svg><desc><b>x</b></desc></svg>`, `<svg><title><img src=x onerror=alert(1)></title></svg>`, `<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>`,
		`<math href="javascript:alert(1)">x</math>`, `<math><mtext><b>x</b></mtext></math>`, `<math><maction actiontype="statusline#x" xlink:href="javascript:alert(1)">x</maction></math>`, `<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>`,
	},
	"frame and object": {
		`<iframe src=javascript:alert(1)></iframe>`, `<iframe srcdoc="&lt;script>alert(1)&lt;/script>"></iframe>`, `<IFRAME SRC="//x.example">`, `<iframe/onload=alert(1)>`, `<frameset onload=alert(1)><frame src=x></frameset>`,
		`<frame src="javascript:alert(1)">`, `<object data="javascript:alert(1)"></object>`, `<object type="text/html" data="//x.example">x</object>`, `<embed src="javascript:alert(1)">`, `<applet code=X></applet>`,
		`<portal src="//x.example"></portal>`, `<fencedframe></fencedframe>`, `<param name=x value=javascript:alert(1)>`, `<noframes><img src=x onerror=alert(1)></noframes>`,
	},
	"form": {
		`<form action="javascript:alert(1)"><input type=submit></form>`, `<form>x</form>`, `<input autofocus onfocus=alert(1)>`, `<input type=image src=x onerror=alert(1)>`, `<button formaction=javascript:alert(1)>x</button>`,
		`<textarea autofocus onfocus=alert(1)></textarea>`, `<textarea></textarea><script>alert(1)</script>`, `<select onfocus=alert(1)><option>x</select>`, `<keygen autofocus onfocus=alert(1)>`, `<isindex action=javascript:alert(1) type=submit>`,
		`<label for=x>x</label>`, `<fieldset><legend>x</legend></fieldset>`, `<output name=x>x</output>`, `<meter value=1>x</meter>`, `<datalist id=x></datalist>`, `<dialog open>x</dialog>`,
	},
	"head": {
		`<meta http-equiv=refresh content="0;url=javascript:alert(1)">`, `<META HTTP-EQUIV="Set-Cookie" Content="a=b">`, `<meta name=referrer content=unsafe-url>`, `<base href="//x.example/">`, `<base target=_blank>`, `<link rel=stylesheet href="//x.example/x.css">`,
		`<link rel=import href="/x.html">`, `<link rel=preload as=script href="/x.js">`, `<title>x</title>`, `<title></title><script>alert(1)</script>`, `<head><script>alert(1)</script></head>`, `<html onclick=alert(1)>`, `<body onload=alert(1)>`, `</body><script>alert(1)</script>`,
	},
	"style": {
		`<style>body{display:none}</style>`, `<style>@import "//x.example/x.css";</style>`, `<STYLE><img src=x onerror=alert(1)></STYLE>`, `<style>x`, `<b style="position:fixed;inset:0">x</b>`, `<b STYLE=color:red>x</b>`, `<td style='background:url(//x.example)'>x</td>`,
		`<b style="x:expression(alert(1))">x</b>`, `<div class="permalink">x</div>`, `<p class=table>x</p>`, `<table background="//x.example/x.png"></table>`, `<table bgcolor=red></table>`, `<font color=red>x</font>`, `<center>x</center>`, `<marquee onstart=alert(1)>x</marquee>`, `<blink>x</blink>`, `<layer src=x>x</layer>`,
	},
	"link": {
		`<a href="javascript:alert(1)">x</a>`, `<a href=javascript:alert(1)>x</a>`, `<a href='JaVaScRiPt:alert(1)'>x</a>`, `<a href=" javascript:alert(1)">x</a>`, "<a href=\"java\tscript:alert(1)\">x</a>", "<a href=\"java\nscript:alert(1)\">x</a>", "<a href=\"\x01javascript:alert(1)\">x</a>",
		`<a href="&#106;avascript:alert(1)">x</a>`, `<a href="&#x6A;avascript:alert(1)">x</a>`, `<a href="&#106avascript:alert(1)">x</a>`, `<a href="&#0000106avascript:alert(1)">x</a>`, `<a href="java&Tab;script:alert(1)">x</a>`, `<a href="java&NewLine;script:alert(1)">x</a>`, `<a href="javascript&colon;alert(1)">x</a>`,
		`<a href="vbscript:x">x</a>`, `<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>`, `<a href="view-source:x">x</a>`, `<a href="//x.example">x</a>`, `<a href="\\x.example">x</a>`, `<a href="/\x.example">x</a>`, `<a href="https:x.example">x</a>`, `<a href="https://a@x.example">x</a>`, `<a href="feed:javascript:alert(1)">x</a>`,
		`<a href="/x" ping="//x.example">x</a>`, `<a href="/x" target=_top>x</a>`, `<a href="/x" download>x</a>`, `<a xlink:href="javascript:alert(1)">x</a>`, `<a href="/x" href="javascript:alert(1)">x</a>`, `<a href="javascript:alert(1)" href="/x">x</a>`, `<a href="/x" rel="opener">x</a>`,
		`<img src="javascript:alert(1)">`, `<img src="//x.example/x.png">`, `<img src="https://x.example/x.png">`, `<img srcset="//x.example/x.png 1x">`, `<img src=x lowsrc=//x.example>`, `<img src=x usemap=#x>`, `<img dynsrc="javascript:alert(1)">`, `<image src=x onerror=alert(1)>`,
		`<area href="javascript:alert(1)">`, `<map name=x><area href="/x"></map>`, `<blockquote cite="javascript:alert(1)">x</blockquote>`, `<q cite="//x.example">x</q>`, `<table><tr><td background="javascript:alert(1)">x</td></tr></table>`,
		`<video src="/x" onerror=alert(1)></video>`, `<video><source onerror=alert(1)></video>`, `<audio src="//x.example" autoplay></audio>`, `<track src="//x.example">`, `<picture><source srcset="//x.example"></picture>`, `<bgsound src="javascript:alert(1)">`,
	},
	"clobbering and components": {
		`<a name="getElementById">x</a>`, `<img name=cookie src=x>`, `<b is="x-y">x</b>`, `<x-y>x</x-y>`, `<slot name=x>x</slot>`, `<template><script>alert(1)</script></template>`, `<template shadowrootmode=open><b>x</b></template>`, `<b itemscope itemtype="x">x</b>`,
		`<b data-x="y">x</b>`, `<b id="a b">x</b>`, `<b id="">x</b>`, `<b id="_main">x</b>`, `<b hidden>x</b>`, `<b accesskey=x>x</b>`, `<b contenteditable>x</b>`, `<b draggable=true>x</b>`, `<b popover id=x>x</b>`, `<b role=alert>x</b>`, `<b aria-label="x">x</b>`, `<b slot=x>x</b>`, `<b nonce=x>x</b>`,
	},
	"mutation": {
		`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<svg></p><style><a id="</style><img src=x onerror=alert(1)>">`, `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>`, `<noscript><style></noscript><img src=x onerror=alert(1)>`,
		`<table><style><img src=x onerror=alert(1)></table>`, `<xmp><img src=x onerror=alert(1)></xmp>`, `<plaintext><script>alert(1)</script>`, `<listing>&lt;img src=x onerror=alert(1)></listing>`, `<noembed><img src=x onerror=alert(1)></noembed>`, "<b title=\"`\" onclick=alert(1)>x</b>",
		`<select><style></select><img src=x onerror=alert(1)></style>`, `<p id="</p><img src=x onerror=alert(1)>">x</p>`, `<a title="</a><script>alert(1)</script>" x>x</a>`, `<svg><p><style><g title="</style><img src=x onerror=alert(1)>">`, `<math><mi//xlink:href="data:x,<script>alert(4)</script>">`,
		`<b title="</b><script>alert(1)</script>" onclick=x>x</b>`, `<div><p><div></p></div></div>`, `<a href="/x"><b><a href="/y">x</a></b></a>`, `<details><summary><details></summary></details></details>`, `<td><script>alert(1)</script></td>`,
		`<ruby><rt><style></ruby><img src=x onerror=alert(1)>`, `<dl><form><dt></form>`, `<h2><table><caption><svg></h2><desc><b onclick=alert(1)>`, `<optgroup><option><script>alert(1)</script>`, `<col><style></col><img src=x onerror=alert(1)>`,
		`<b><p>x</b></p>`, `<a><a>x</a></a>`, `<table>x<tr><td></td></tr></table>`, `<p><table></table></p>`,
	},
	"constructs": {
		`<!-- x --><b>y</b>`, `<!--><script>alert(1)</script>-->`, `<!-- --!><script>alert(1)</script> -->`, `<!--[if IE]><script>alert(1)</script><![endif]-->`, `<!--x`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml version="1.0"?>`, `<?php echo "<script>alert(1)</script>" ?>`, `<?import namespace=x implementation="x">`,
		`<!DOCTYPE html [<!ENTITY x "y">]>`, `<!ELEMENT br EMPTY>`, `</ script>`, `</>`, `<%= x %><script>alert(1)</script>`, `<a href="x`, `<b title='x>`, `<b title="x`, `<b title=x`, `<` + `/b`, `<b/`, `<b x="y"`,
	},
}

// TestAttacks is F5: each is reported where it stands in raw HTML, and nothing of
// it is on the page, wherever it stands.
func TestAttacks(t *testing.T) {
	count := 0
	for class, vectors := range attacks {
		for _, v := range vectors {
			count++
			if body := "<div>\n" + v + "\n</div>\n"; mustBeHarmless(t, class, body) == "" {
				t.Errorf("%s: no problem in %q", class, body)
			}
			for _, form := range []string{"%s", "x %s y", "- x %s\n- y", "> %s", "| a |\n| - |\n| %s |", "# %s", "*%s*", "> [!NOTE]\n> %s", "> [!WARNING]\n>\n> %s", "a[^1]\n\n[^1]: %s", "a[^%s]\n\n[^%[1]s]: x", "~~%s~~", "1. [ ] %s", "[%s](/x)", "![%s](/x)", "<table><tr><td>\n\n%s\n\n</td></tr></table>", "<details>\n\n%s\n</details>", "<b title=\"%s\">x</b>", "`` %s ``"} {
				mustBeHarmless(t, class, fmt.Sprintf(form, v))
			}
		}
	}
	if count < 250 {
		t.Errorf("%d attacks only", count)
	}
}

// mustBeHarmless gives the problems of a text that must not come onto a page.
func mustBeHarmless(t *testing.T, class, body string) string {
	t.Helper()
	d := Parse([]byte(body))
	out, err := d.HTML(Options{Permalinks: true})
	if err != nil && !errors.Is(err, errTooComplex) {
		t.Errorf("%s: %q: %v", class, body, err)
	}
	for _, fault := range faults(t, out) {
		t.Errorf("%s: %s: %q renders %s", class, fault, body, out)
	}
	if len(d.Problems()) == 0 && len(d.unlinked) == 0 {
		mustLoseNothing(t, []byte(body))
	}
	for _, p := range d.Problems() {
		if p.Line < 1 || p.Line > strings.Count(body, "\n")+1 || p.Column < 1 || p.Message == "" || p.Hint == "" {
			t.Errorf("%s: %q: %+v", class, body, p)
		}
	}
	return codes(d)
}

// TestAttacksByPlace: where a text is attacked in several ways, each has its place.
func TestAttacksByPlace(t *testing.T) {
	body := "<table>\n<tr onclick=x><td style=\"a\">\n  <script>x</script> <b class='y' id=z title=1\n  onload=2>über <i onclick>x</i></b></td></tr>\n</table>\n\n> text <iframe src=x></iframe>\n> <form>\n"
	want := "2:5 html-removed; 2:19 html-removed; 3:3 html-removed; 3:25 html-removed; 4:3 html-removed; 4:20 html-removed; 7:8 html-removed; 8:3 html-removed"
	if got := codes(Parse([]byte(body))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

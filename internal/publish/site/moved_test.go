package site

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/address"
)

// TestMovedPages is F60: an old address leads on, or says why there is nothing any more.
func TestMovedPages(t *testing.T) {
	s := small(t)
	s.Moves = []address.Move{
		{From: "/kb/1083.html", To: "/security-bulletins/ts-2024-001/#what-happened"},
		{From: "/old/", To: "https://example.org/new/?a=b&c="},
		{From: "/security-bulletins/rss.xml", To: "/security-bulletins/index.xml"},
		{From: "/security-policies/modem/", Reason: `We run no <b>modems</b> & no "faxes" {{.Title}}.`},
		{From: "/tour/", Reason: "It is over."},
	}
	files := build(t, s)
	for path, wants := range map[string][]string{
		"kb/1083.html": {
			`<meta http-equiv="refresh" content="0; url=/trust/security-bulletins/ts-2024-001/#what-happened">`, `<meta name="robots" content="noindex">`,
			`<link rel="canonical" href="https://security.example.com/trust/security-bulletins/ts-2024-001/">`,
			`<a href="/trust/security-bulletins/ts-2024-001/#what-happened"><bdi>https://security.example.com/trust/security-bulletins/ts-2024-001/#what-happened</bdi></a>`, "It is now here:",
		},
		"old/index.html": {
			`content="0; url=https://example.org/new/?a=b&amp;c=">`, `<link rel="canonical" href="https://example.org/new/?a=b&amp;c=">`,
			`<a href="https://example.org/new/?a=b&amp;c=">`, "It is now on another site:",
		},
		"security-policies/modem/index.html": {
			`We run no &lt;b&gt;modems&lt;/b&gt; &amp; no &#34;faxes&#34; {{.Title}}.`, `<meta name="robots" content="noindex">`,
			`<a href="/trust/security-policies/">All security policies</a>`, "This page is gone",
		},
		"tour/index.html": {"It is over.", `<a href="/trust/security-bulletins/">All security bulletins</a>`},
	} {
		page := files[path]
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s:\n%s", path, want, page)
			}
		}
	}
	if gone := files["tour/index.html"]; strings.Contains(gone, "http-equiv=\"refresh\"") || strings.Contains(gone, "canonical") {
		t.Error("what is gone leads nowhere")
	}
	if _, is := files["security-bulletins/rss.xml"]; is {
		t.Error("a page cannot move a feed")
	}
	for path, page := range files {
		if strings.HasPrefix(page, "<!doctype") && strings.Contains(page, `http-equiv="refresh"`) != (path == "kb/1083.html" || path == "old/index.html") {
			t.Errorf("%s leads away, or does not", path)
		}
	}
}

// readXML reads all of an XML file: the text of every element of one name.
func readXML(t *testing.T, data, name string) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == name {
			if start.Name.Space != sitemapSpace {
				t.Errorf("%s is of the space %q", name, start.Name.Space)
			}
			var text string
			if err := d.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
}

var noindex = regexp.MustCompile(`<meta name="robots" content="noindex`)

// partOfList is the address of an older part of a list.
var partOfList = regexp.MustCompile(`/page-[0-9]+/$`)

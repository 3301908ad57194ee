package feed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
)

// xmlReaders are the two ways of reading each format of XML.
var xmlReaders = map[string]struct {
	quick func(string) (document, bool)
	slow  func([]byte) (document, error)
}{"feed.xml": {quickRSS, slowRSS}, "atom.xml": {quickAtom, slowAtom}}

// alike holds the quick reader against encoding/xml: what it reads, that reads too, and as the same.
func alike(t *testing.T, name, text string) (taken bool) {
	t.Helper()
	r := xmlReaders[name]
	got, taken := r.quick(text)
	if !taken {
		return false
	}
	want, err := r.slow([]byte(text))
	if err != nil {
		t.Fatalf("%s: encoding/xml reads it not at all: %v\n%s", name, err, text)
	}
	got.style = want.style // which both take from elsewhere
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(document{}, entry{}, category{})); diff != "" {
		t.Fatalf("%s: (-encoding/xml +quick):\n%s\n%s", name, diff, text)
	}
	return true
}

// What is written here is read the quick way, whatever texts it holds (F58).
func TestQuickReadsWhatIsWritten(t *testing.T) {
	bare := Channel{Title: "t", Link: "l", Self: "s", ID: "i"}
	items := sample(t)
	for _, text := range odd {
		if legal(text) {
			i := items[0]
			i.Title, i.Summary, i.Do, i.Content, i.Severity = text, text, text, lineEnds.Replace(text), text
			i.Products = []string{text}
			for name := range xmlReaders {
				if data := must(t, name, ch, []Item{i}); !alike(t, name, string(data)) && !strings.Contains(text, "\r") {
					t.Errorf("%s: %q is not read the quick way:\n%s", name, text, data)
				}
			}
		}
	}
	for name := range xmlReaders {
		for _, ch := range []Channel{ch, bare} {
			for _, items := range [][]Item{items, nil} {
				if data := must(t, name, ch, items); !alike(t, name, string(data)) {
					t.Errorf("%s is not read the quick way:\n%s", name, data)
				}
			}
		}
	}
}

// What is written otherwise, or is no XML, is left to encoding/xml.
func TestQuickRefuses(t *testing.T) {
	only := map[string][][2]string{
		"feed.xml": {{"<![CDATA[", "<![CDATA[\x01"}, {"<![CDATA[", "<![CDATA[\r"}, {"<![CDATA[", "<![CDATO["}, {"<guid ", `<guid x="" `}, {"<item>", `<item x="">`},
			{`<category domain`, `<category x="" domain`}, {"<guid ", "<guid>x</guid>\n<guid "}, {"<atom:link", `<atom:link href="x" rel="self"></atom:link><atom:link`}},
		"atom.xml": {{`type="html"`, `type="xhtml"`}, {`type="text"`, `type="html"`}, {"<content ", `<content type="html">x</content> <content `}, {"xml:lang", "xml:base"},
			{"<category ", `<category x="" `}, {"<entry>", `<entry x="">`}, {"<name>", "<name>x</name><name>"}, {"<name>", "<uri>x</uri><name>"}, {"<author>", `<author x="">`},
			{`<link href="https://example.com/security-bulletins/"`, `<link href="x" rel="alternate"></link><link href="y"`},
			{`<link href="https://example.com/security-bulletins/"`, `<link href="" rel="alternate"></link><link href="https://example.com/security-bulletins/"`}},
	}
	for name := range xmlReaders {
		whole := string(must(t, name, ch, sample(t)))
		last := whole[strings.LastIndex(whole, "</"):]
		for _, change := range append(only[name], [][2]string{
			{"\n  <", "\n  <!-- a comment --><"}, {"\n  <", "\n  text<"}, {"</title>", "</titel>"}, {"</title>", ""}, {"</title>", "</title>\n<title>x</title>"},
			{"<title>", "<title kind=\"x\">"}, {"<title>", "<title >"}, {"<title>", "<dc:title>"}, {"<title>", "<title>\r"}, {"<title>", "<title>\x01"}, {"<title>", "<title>\xff"},
			{"<title>", "<title>\ufffe"}, {"<title>", "<title>&"}, {"<title>", "<title>&;"}, {"<title>", "<title>&nbsp;"}, {"<title>", "<title>&#0;"}, {"<title>", "<title>&#xD;"},
			{"<title>", "<title>]]>"}, {"<title>", "<title><![CDATA["}, {"<title>", "<title><b>x</b>"}, {`href="h`, `href='x' rel="h`}, {`href="h`, `href="<h`},
			{`href="h`, `href="x" href="h`}, {`href="h`, `xmlns="x" href="h`}, {`href="h`, `href=h`}, {`href="h`, "href=\"\x01"}, {"rel=\"self\"", "rel=\"other\""},
			{"?>\n<", "?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<"}, {"?>\n<", "?><"}, {"static", "\x01"}, {"static", "?><x>"}, {"version=\"1.0\"", "version=\"1.1\""}, {"UTF-8", "latin1"},
			{"2005/Atom", "2006/Atom"}, {"</category>", ""}, {"category", "x:category"}, {whole[len(whole)/2:], ""}, {last, ""}, {last, last[:len(last)-1]}, {last, last + "<x></x>\n"},
		}...) {
			broken := strings.Replace(whole, change[0], change[1], 1)
			if broken == whole {
				t.Errorf("%s: there is no %q", name, change[0])
			}
			if _, taken := xmlReaders[name].quick(broken); taken {
				t.Errorf("%s: %q for %q was read the quick way", name, change[1], change[0])
			}
		}
	}
}

// FuzzQuick is the oracle: see alike.
func FuzzQuick(f *testing.F) {
	for name := range xmlReaders {
		for _, items := range [][]Item{sample(f), nil} {
			f.Add(string(must(f, name, ch, items)))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name := range xmlReaders {
			alike(t, name, text)
		}
	})
}

// A piece that is changed somewhere in a feed is read as encoding/xml reads it, or left to that.
func FuzzQuickPieces(f *testing.F) {
	for _, piece := range odd {
		f.Add(300, 1, piece)
		f.Add(900, 0, piece)
	}
	whole := make(map[string]string)
	for name := range xmlReaders {
		whole[name] = string(must(f, name, ch, sample(f)))
	}
	f.Fuzz(func(t *testing.T, at, length int, piece string) {
		for name, text := range whole {
			at := int(uint(at) % uint(len(text)))
			end := min(at+int(uint(length)%64), len(text))
			alike(t, name, text[:at]+piece+text[end:])
		}
	})
}

// BenchmarkRead reads a feed of a hundred entries, each way.
func BenchmarkRead(b *testing.B) {
	var items []Item
	for n := range 100 {
		items = append(items, item(b, bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-2026-%03d", n)), Title: "Keys stayed valid", Published: day},
			strings.Repeat("<p>Web pages could reach the local API of the <code>client</code>.</p>\n", 70)))
	}
	for name, r := range xmlReaders {
		data := must(b, name, ch, items)
		b.Run(name+"/quick", func(b *testing.B) {
			for b.Loop() {
				if _, taken := r.quick(string(data)); !taken {
					b.Fatal("refused")
				}
			}
		})
		b.Run(name+"/slow", func(b *testing.B) {
			for b.Loop() {
				if _, err := r.slow(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

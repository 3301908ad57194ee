package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// held holds a feed's entry in every format against the bulletin that it was made of: the
// feed is refused by the bulletin's name, or says what the bulletin says. It reports which.
func held(t *testing.T, p bulletin.Published, content string) (accepted bool) {
	t.Helper()
	b := p.Bulletin()
	i := NewItem(p, "https://example.com/security-bulletins/x/", content)
	sound := saneID(string(b.ID)) && legalXML(b.Title) && legalXML(content) && legalXML(string(b.Severity)) && legalXML(i.Change) &&
		legalXML(b.Summary) && legalXML(i.Do)
	for _, a := range b.Affected {
		sound = sound && legalXML(a.Product)
	}
	for name, write := range formats {
		data, err := write(ch, []Item{i})
		if sound != (err == nil) {
			t.Fatalf("%s: sound is %v, error is %v, of %+.300q", name, sound, err, fmt.Sprint(b))
		}
		if err != nil {
			if !strings.Contains(err.Error(), fmt.Sprintf("%q", b.ID)) && b.ID != "" {
				t.Fatalf("%s: the refusal does not name %q: %v", name, b.ID, err)
			}
			continue
		}
		d := found(t, name, data)
		e := d.entries[0]
		if len(d.entries) != 1 || !strings.HasSuffix(e.title, string(b.ID)+": "+b.Title) || e.content != lineEnds.Replace(content) || !strings.HasSuffix(e.id, i.GUID) {
			t.Fatalf("%s: reads back as %.300q", name, fmt.Sprint(d))
		}
	}
	return sound
}

func saneID(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool { return r > '~' || r == '\\' || !strings.ContainsRune("-._:/", r) && !isWord(r) })
}

func isWord(r rune) bool {
	return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

// legalXML asks encoding/xml, which knows the rule on its own.
func legalXML(text string) bool {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return false
	}
	return bytes.Count(b.Bytes(), []byte("\ufffd")) == strings.Count(text, "\ufffd")
}

// odd is text that formats of text have stumbled over.
var odd = []string{
	"]]>", "<![CDATA[", "]]]]><![CDATA[>", "]]", ">", "--", "-->", "<!--", "<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "&amp;", "&#x1;",
	"&#0;", "&lt;script&gt;", "<script>alert(1)</script>", "</item></channel></rss>", "</content>", "<p>text</p>", "<a href=\"https://example.com/?a=1&b=2\">x</a>",
	"\"", "'", "\\", "\\u0000", "\\ud800", "{{.}}", "%s", "\r\n", "\r", "\n", "\t", " ", "\u00a0", "\u0085", "\u2028", "\u2029", "\u200b", "\u200d", "\ufeff",
	"\u202e", "\u2066", "\u061c", "שלום", "مرحبا", "日本語", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "e\u0301", "\U0001f512", "\U0010ffff", "\U0001fffe", "\ufdd0", "\ufffd", "\x7f", "\u009f",
}

// broken is what no XML can hold: control characters, what is no character, no UTF-8.
func broken() []string {
	all := []string{"\ufffe", "\uffff", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}
	for c := range ' ' {
		if c != '\t' && c != '\n' && c != '\r' {
			all = append(all, string(c))
		}
	}
	return all
}

// F58: 10,000 bulletins of whatever text, each in all three formats, are refused by name or
// read back as what they are.
func TestFuzzedBulletins(t *testing.T) {
	count, long := 10_000, 500
	if testing.Short() || raced {
		count = 1000
	}
	r := rand.New(rand.NewPCG(58, 2026))
	bad := broken()
	text := func() string {
		var b strings.Builder
		for range r.IntN(6) {
			switch r.IntN(60) {
			case 0:
				b.WriteString(bad[r.IntN(len(bad))])
			case 1, 2:
				b.WriteRune(rune(r.IntN(utf8.MaxRune))) // surrogates become U+FFFD
			default:
				b.WriteString(odd[r.IntN(len(odd))])
			}
		}
		return b.String()
	}
	accepted, refused := 0, 0
	for n := range count {
		b := bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-%d", n)), Title: text(), Summary: text(), Status: bulletin.Public,
			Severity: bulletin.Severity(text()), Published: day, Action: bulletin.Action{Required: verdict.Truth(r.IntN(3))}}
		switch r.IntN(4) {
		case 0:
			b.Revisions = []bulletin.Revision{{Version: 2, Material: true, At: day.AddDate(0, 1, 0), Summary: text()}}
		case 1:
			b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: day.AddDate(0, 1, 0), Reason: text()}
		case 2:
			b.Affected = []bulletin.Affected{{Product: text()}, {Product: text()}}
		}
		if r.IntN(100) == 0 {
			b.ID += bulletin.ID(text())
		}
		content := text()
		if n%long == 0 {
			content = strings.Repeat(content+"<p>"+odd[r.IntN(len(odd))]+"</p>", 100<<10/(len(content)+10))
		}
		if held(t, published(t, b), content) {
			accepted++
		} else {
			refused++
		}
	}
	if accepted < count/2 || refused < count/20 {
		t.Errorf("%d accepted, %d refused: the texts are not what this test is about", accepted, refused)
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
}

// F58, one by one: every odd and every broken text in every field.
func TestEveryOddTextInEveryField(t *testing.T) {
	for _, text := range slices.Concat(odd, broken()) {
		for n := range 7 {
			b := bulletin.Bulletin{ID: "TS-1", Title: "x", Published: day, Summary: "y"}
			content := ""
			switch n {
			case 0:
				b.Title = text
			case 1:
				b.Summary = text
			case 2:
				b.Severity = bulletin.Severity(text)
			case 3:
				b.Affected = []bulletin.Affected{{Product: text}}
			case 4:
				b.Revisions = []bulletin.Revision{{Version: 2, Material: true, At: day, Summary: text}}
			case 5:
				b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: day, Reason: text}
			case 6:
				content = text
			}
			if got, want := held(t, published(t, b), content), legalXML(text); got != want {
				t.Errorf("%q in field %d: accepted is %v", text, n, got)
			}
		}
	}
}

func FuzzFeeds(f *testing.F) {
	f.Add("TS-1", "title", "summary", "<p>content</p>", int64(0), true)
	f.Add("TS-2", "]]> <![CDATA[", "&amp; &#x1;", "]]>]]&gt;<![CDATA[ ]]", int64(1<<40), false)
	f.Add("a\r\nb", " \r ", "\n", "\r\n\r", int64(-1), true)
	f.Add("\xff", "\x00", "\ufffe", "\x1b", int64(1), false)
	f.Add("0", "\xc2", "\x8a", "0", int64(0), false) // halves of one character
	f.Add("TS-3", "", "", "", int64(-62135596800), true)
	f.Fuzz(func(t *testing.T, id, title, summary, content string, second int64, withdrawn bool) {
		at := time.Unix(second%(1<<36), 0)
		if at.Year() < 1 {
			t.Skip()
		}
		b := bulletin.Bulletin{ID: bulletin.ID(id), Title: title, Summary: summary, Status: bulletin.Public, Published: at}
		if withdrawn {
			b.Status = bulletin.Withdrawn
		}
		p, err := b.Publish()
		if err != nil {
			t.Skip()
		}
		held(t, p, content)
	})
}

func BenchmarkFeed(b *testing.B) {
	var items []Item
	for n := range 100 {
		items = append(items, item(b, bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-2026-%03d", n)), Title: "Keys stayed valid",
			Published: day.AddDate(0, 0, -n), Severity: bulletin.High, Affected: []bulletin.Affected{{Product: "client"}}},
			strings.Repeat("<p>Web pages could reach the local API of the <code>client</code>.</p>\n", 70)))
	}
	for _, name := range []string{"feed.xml", "atom.xml", "feed.json"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(int64(len(must(b, name, ch, items))))
			}
		})
	}
}

package isolation

import (
	"errors"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
)

// TestReadIsStrict is F20: what one program reads otherwise than another is refused.
func TestReadIsStrict(t *testing.T) {
	const head, part, end = "To: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n", "--a\r\nContent-Type: text/plain\r\n\r\nHello\r\n", "--a--\r\n"
	for name, c := range map[string]struct {
		message string
		want    error
	}{
		"as it should be":             {head + part + end, nil},
		"a field in two lines":        {"Subject: a\r\n b\r\n" + head + part + end, nil},
		"two types":                   {"Content-Type: text/plain\r\n" + head + part + end, errPart},
		"two types of a part":         {head + strings.Replace(part, "\r\n\r\n", "\r\ncontent-type: text/html\r\n\r\n", 1) + end, errPart},
		"a boundary on a bare line":   {head + part + "\n--a\n\nscanner\r\n" + end, errOutside},
		"a boundary with more":        {head + part + "--ab\r\n\r\nscanner\r\n" + end, errOutside},
		"a boundary within a line":    {head + strings.Replace(part, "Hello", "Hello --a", 1) + end, errOutside},
		"no end":                      {head + part, errOutside},
		"a part without a header":     {head + "--a\r\n\r\nscanner\r\n" + end, errPart},
		"a bare line end in a header": {"X: a\nscanner: b\r\n" + head + part + end, errPart},
		"the end of a header earlier": {"X: a\n\nscanner\r\n" + head + part + end, errPart},
		"white space before a colon":  {"To : y\r\n" + head + part + end, errPart},
		"a word without its padding":  {"Subject: =?UTF-8?b?VGhlIENsaW5pYw?=\r\n" + head + part + end, errPart},
		"a word of a third encoding":  {"Subject: =?UTF-8?x?a?=\r\n" + head + part + end, errPart},
		"a word that does not end":    {"Subject: a =?UTF-8?q?b\r\n" + head + part + end, errPart},
		"a word within a word":        {"Subject: =?UTF-8?q?a=?UTF-8?q?b?=\r\n" + head + part + end, errPart},
		"words that end":              {"Subject: =?UTF-8?b?Yg==?= =?UTF-8?q?=3D=3F?= ?=\r\n" + head + part + end, nil},
		"an octet that is none":       {head + strings.Replace(part, "\r\n\r\n", "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=4", 1) + end, errPart},
	} {
		m, err := read([]byte(c.message))
		if !errors.Is(err, c.want) || c.want == nil && m.text != "Hello" {
			t.Errorf("%s: %v, want %v; %+v", name, err, c.want, m)
		}
	}
	m, err := read([]byte("Subject: a\r\n\t=?UTF-8?q?b_c?=\r\n" + head + part + end))
	if want := (field{"Subject", "a b c"}); err != nil || m.fields[0] != want {
		t.Errorf("%q, %v; want %q", m.fields[0], err, want)
	}
}

// FuzzQuotedPrintable: what is read is what the standard library reads, but for white space
// before line ends.
func FuzzQuotedPrintable(f *testing.F) {
	for _, text := range []string{"", "plain", "=C3=A4=\r\n=3D", "=c3 \r\n", "=", "=4", "=zz", "a=\r\n", "\x80"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := unquotedPrintable(body)
		want, fault := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
		if err != nil || fault != nil {
			return
		}
		if plain := func(text string) string { return strings.Join(strings.Fields(text), " ") }; plain(got) != plain(string(want)) {
			t.Errorf("%q is read as %q, want %q", body, got, want)
		}
	})
}

// FuzzPage is F20 and F31: whatever stood in another letter, a page is suspected, and quiet,
// as if every unit and every tag of it were looked at for the first time.
func FuzzPage(f *testing.F) {
	f.Add("<p>a</p>\n<p>b</p>\n", "<p>a</p>\n<i>The Clinic</i>\n<p>b</p>")
	f.Add("<p title=\"a>\n<p>\">b\n", "<p title=\"a>\n<p>The Clinic</p>\n\">")
	f.Add("<style>\n<p>", "<style>\n@import x<p title='>\n<b onclick=x>'>\n<img>")
	f.Add("<style>\n<a>", "<style>url(x)<a>x<style >\n<b>url(x)")
	f.Add("<p>a</p>\r\n<p>b</p>\r\n", "<p>a</p>\r\n<i>The Clinic</i>\r\n<p>b</p>")
	f.Add("<p title='13\" screen'>Screen</p><p>Node <bdi>scanner</bdi></p>", "<style>q::before{content:\"<\"}</style><p>Node <bdi>The Clinic</bdi>")
	f.Add("<p title='13\" screen'><a href=\"https://status.example/?of=1\">x</a></p><p title='15\" screen'>y</p>", "<a href=https://a.example href='https://b.example'>")
	f.Add("<title>\r\n<p title=\"</title>\r\n<a href='https://a.example'>\">", "<p title='a>b'>scanner</p>")
	f.Add("<p title=\"<a href='https://a.example/\">x'y</p>", "<p title='<a href=https://a.example/>'>")
	f.Add("<title>a</title>\n<p>b", "<title><p title=\"</title><a href='https://a.example'>\">")
	f.Add("The\nClinic>\n<b>", "x</i>\n<b>\nThe\nClinic>\n<b>a\n")
	of := towns()
	c := aChecker(of, "update")
	f.Fuzz(func(t *testing.T, before, page string) {
		for _, html := range []string{before, page, page} {
			m, fresh := message{html: html}, message{html: html}
			_, found := c.scan("bakery.example.com", &m)
			s, want := of.scanner("bakery.example.com"), false
			htmlUnits(fresh.html, 1, both(func(u unit) bool {
				want = want || aChecker(of, "update").suspects(s, u.text)
				return true
			}))
			if found != want {
				t.Fatalf("%q: suspected %v, want %v", html, found, want)
			}
			if m.quiet && !quiet(html) {
				t.Fatalf("%q is not quiet", html)
			}
			for _, link := range c.foreignLinks(html) {
				if m.quiet && !slices.Contains(m.foreign, link) {
					t.Fatalf("%q links to %q, which nobody saw", html, link)
				}
			}
		}
	})
}

// FuzzHiddenName is F20: a name that stands alone between two tags is suspected, whatever
// page is around it.
func FuzzHiddenName(f *testing.F) {
	f.Add("<p title='13\" screen'>Screen</p><p>Node ", " is affected</p>")
	f.Add("<style>q::before{content:\"<\"}</style><p>Node ", " is affected</p>")
	f.Add("<p title='a>b'", "")
	f.Add("<!-- \" -->&lt;", "<p title=a\"b>")
	c := aChecker(towns(), "update")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, name := range []string{"scanner", "clinic.example.com", "The Clinic"} {
			m := message{html: before + "<bdi>" + name + "</bdi>" + after}
			if _, found := c.scan("bakery.example.com", &m); !found {
				t.Errorf("%q is in no doubt", m.html)
			}
		}
	})
}

// TestLineEnd: a line of a page ends between two tags, whichever line end a part has: what
// stood in another letter is known line by line.
func TestLineEnd(t *testing.T) {
	for page, want := range map[string]int{
		"<p>\n<b>": len("<p>\n"), "<p>\r\n<b>": len("<p>\r\n"),
		"<p>a\r\n<b>": len("<p>a\r\n<b>"), "<p>\r\r\n<b>": len("<p>\r\r\n<b>"), "\r\n<b>": len("\r\n<b>"), "<p>\r\nb": len("<p>\r\nb"),
	} {
		if got := lineEnd(page); got != want {
			t.Errorf("%q: %d, want %d", page, got, want)
		}
	}
}

// TestTitleIsQuietAlone: the title that each letter has does not keep its lines from being
// remembered, and one in which more begins does.
func TestTitleIsQuietAlone(t *testing.T) {
	c := aChecker(towns(), "update")
	c.scan("bakery.example.com", &message{html: "<title>Hello</title>\r\n<p>"}) // whose tags are known from now on
	for page, want := range map[string]bool{
		"<title>Hello</title>\r\n<p>": true, "<TITLE>Hello</Title>": true,
		"<title><p></title>": false, "<title>Hello\n": false, "<title>\n<p>": false, "<title": false, "<style>p {}</style>": false,
	} {
		for range 2 { // the second time lines and tags are remembered
			m := message{html: page}
			if c.scan("bakery.example.com", &m); m.quiet != want {
				t.Errorf("%q: %v, want %v", page, m.quiet, want)
			}
		}
	}
}

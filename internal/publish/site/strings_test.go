package site

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/templates"
)

func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	texts, err := readCatalogue(templates.Files(), "strings/"+language+".json")
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

var holes = regexp.MustCompile(`\{[0-9]\}`)

// TestGermanSaysAllThatEnglishSays: every text, with the same things filled in.
func TestGermanSaysAllThatEnglishSays(t *testing.T) {
	english, german := catalogue(t, "en"), catalogue(t, "de")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(german))); diff != "" {
		t.Errorf("keys (-en +de):\n%s", diff)
	}
	for key, text := range english {
		want, got := holes.FindAllString(text, -1), holes.FindAllString(german[key], -1)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s fills in %q in English and %q in German", key, want, got)
		}
		if text == "" || key != "list.separator" && strings.TrimSpace(text) != text || german[key] == "" {
			t.Errorf("%s is empty, or has space at its ends: %q, %q", key, text, german[key])
		}
	}
}

// TestNoTextIsLeftOver: what no template and no code asks for is nobody's to translate.
func TestNoTextIsLeftOver(t *testing.T) {
	var all strings.Builder
	collect := func(files fs.FS, pattern string) {
		names, err := fs.Glob(files, pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(data)
		}
	}
	collect(templates.Files(), "site/*.html")
	collect(os.DirFS("."), "*.go")
	made := regexp.MustCompile(`^(month|platform|credit|severity|fact)\.`) // joined from parts
	for key := range catalogue(t, "en") {
		asked := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !made.MatchString(key) && !strings.Contains(all.String(), `"`+key+`"`) && !strings.Contains(all.String(), `"`+asked+`"`) {
			t.Errorf("nobody asks for the text %q", key)
		}
	}
}

func TestLanguage(t *testing.T) {
	s := small(t)
	b := rich()
	b.Body = []byte("## Ein *Titel*\n\n> [!WARNING]\n> Text[^1]\n\n[^1]: Fuß\n")
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins = append(s.Bulletins, p)
	s.Language = "de"
	files := build(t, s)
	page := files["security-bulletins/ts-2026-004/index.html"]
	for _, want := range []string{`<html lang="de" dir="ltr">`, "Handeln nötig: ja", "ab 1.30.0, vor 1.66.1", "3. Mai 2026", `<a class="skip" href="#_main">Zum Inhalt springen</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, want := range []string{"Link zu „Ein Titel“", ">Warnung</p>", ">Fußnoten<", "Zurück zu Verweis 1"} {
		if !strings.Contains(files["security-bulletins/ts-2026-007/index.html"], want) {
			t.Errorf("the text does not say %q", want)
		}
	}
	for path, text := range files {
		for _, english := range []string{"Skip to", ">Bulletins before", " and later", ">Not stated<", "Latest bulletins"} {
			if strings.HasSuffix(path, ".html") && strings.Contains(text, english) {
				t.Errorf("%s says %q", path, english)
			}
		}
	}
}

// TestOwnCatalogue: a site brings a language, or a few words of its own; what it leaves out is
// English, and what it writes is text and never markup.
func TestOwnCatalogue(t *testing.T) {
	own := fstest.MapFS{
		"strings/ar.json": {Data: []byte(`{"layout.skip": "<b>تخطَّ</b> & {{.Contact}}", "month.5": "مايو", "list.count.other": "{1} <i>نشرات</i>"}`)},
		"strings/en.json": {Data: []byte(`{"layout.bulletins": "Advisories"}`)},
	}
	s := small(t)
	s.Language, s.Templates = "ar", templates.Over(own)
	files := build(t, s)
	page := files["security-bulletins/ts-2026-004/index.html"]
	for _, want := range []string{`<html lang="ar" dir="rtl">`, "&lt;b&gt;تخطَّ&lt;/b&gt; &amp; {{.Contact}}</a>", "3 مايو 2026", "Action required: yes", ">Advisories</a>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if list := files["security-bulletins/2026/index.html"]; !strings.Contains(list, "3 &lt;i&gt;نشرات&lt;/i&gt;") {
		t.Error("a text with a number is not escaped")
	}
}

// TestDirection: the way lines run is the language's, or its script's.
func TestDirection(t *testing.T) {
	for language, want := range map[string]string{"en": "ltr", "de-AT": "ltr", "ar": "rtl", "he": "rtl", "fa-IR": "rtl", "ur": "rtl", "az-Arab": "rtl", "ur-Latn": "ltr", "uz-Latn-UZ": "ltr"} {
		if got := (&words{language: language}).direction(); got != want {
			t.Errorf("%s runs %s, want %s", language, got, want)
		}
	}
}

// TestFaultsInWords: whoever mends a word or a template is told the file and the line.
func TestFaultsInWords(t *testing.T) {
	tests := []struct{ name, language, file, text, want string }{
		{"unknown key", "en", "site/home.html", "{{define \"main\"}}\n{{if .More}}{{t \"nowhere\"}}{{end}}{{end}}", `templates/site/home.html:2:14: there is no text "nowhere"; write it into templates/strings/en.json`},
		{"unknown key with arguments", "en", "site/home.html", "{{define \"main\"}}\n\n{{t \"nowhere\" .Title}}{{end}}", `templates/site/home.html:3:`},
		{"unknown number", "de", "site/pieces.html", "{{define \"entry\"}}{{n \"layout.skip\" 3}}{{end}}", `templates/site/pieces.html:1:`},
		{"in brackets", "en", "site/layout.html", "{{print (t \"nowhere\")}}", `templates/site/layout.html:1:`},
		{"syntax", "en", "strings/en.json", "{\n\"a\": \"b\",\n}", `templates/strings/en.json:3: `},
		{"no text", "de", "strings/de.json", "{\n\"a\":\n 7}", `templates/strings/de.json:3: `},
		{"no catalogue", "fr", "strings/en.json", "{}", `there are no texts in "fr"; write templates/strings/fr.json`},
		{"no language", "../en", "strings/en.json", "{}", `"../en" is no language`},
	}
	for _, test := range tests {
		s := small(t)
		s.Language, s.Templates = test.language, templates.Over(fstest.MapFS{test.file: {Data: []byte(test.text)}})
		if _, err := New(s.Site); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// TestHostileWords: what is filled into a text is text, and no link leads where none may.
func TestHostileWords(t *testing.T) {
	w := &words{texts: map[string]string{"a": "{1} <{2}>", "b.one": "{1} {2}", "b.other": "{1} {2}s"}}
	if got, err := w.t("a", "<script>", link("javascript:alert(1)", "<b>")); err != nil || string(got) != "&lt;script&gt; &lt;&lt;b&gt;&gt;" {
		t.Errorf("%s, %v", got, err)
	}
	if got := link(`https://example.com/"><script>`, "x"); string(got) != `<a href="https://example.com/&#34;&gt;&lt;script&gt;">x</a>` {
		t.Error(got)
	}
	for count, want := range map[int]string{0: "0 cats", 1: "1 cat", 2: "2 cats"} {
		if got, err := w.n("b", count, "cat"); err != nil || string(got) != want {
			t.Errorf("%d: %s, %v", count, got, err)
		}
	}
	if _, err := w.t("none"); err == nil {
		t.Error("an unknown text is no error")
	}
	if s := severityKey(bulletin.Severity("")); s != "not-stated" {
		t.Error(s)
	}
}

// TestFill: only a place for a value that there is, is filled in.
func TestFill(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "{1}": "x", "{2}{1}": "yx", "{3}": "{3}", "{0}": "{0}", "{": "{", "{1": "{1", "{{1}}": "{x}", "a {12} {1} {": "a {12} x {",
		"{}}": "{}}", "{1}{": "x{", "é{2}é": "éyé", "{/}": "{/}", "{\xff}": "{\xff}",
	} {
		if got := fill(text, []string{"x", "y"}); got != want {
			t.Errorf("%q is filled in as %q, want %q", text, got, want)
		}
	}
	if got := fill("{1} {2}", []string{"{2}", "{1}"}); got != "{2} {1}" {
		t.Errorf("what was filled in is filled in again: %q", got)
	}
}

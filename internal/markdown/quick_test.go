package markdown

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// slowGrammar is the language with nothing left out: goldmark is asked for bare links
// at every space, and for definitions of links in every paragraph.
var slowGrammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(bareLinks().(httpsLinks).InlineParser, 999),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			footnoteReferences(),
		),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
	)
})

// unread is a text before it is parsed.
func unread(body []byte) *Document {
	source := slices.Clip(bytes.Clone(body))
	return &Document{source: source, lines: lineStarts(source)}
}

func isQuick(body []byte) bool {
	d := unread(body)
	if d.excess() != nil {
		return false
	}
	_, complete := d.parseQuickly()
	return complete
}

// known is everything that is known of a text.
func known(d *Document) string {
	blocks := d.Standing()
	var marks []Mark
	if len(blocks) > 0 {
		marks = []Mark{{ID: "mark", Line: blocks[0].Line, Quote: blocks[0].Text}}
	}
	plain, err := d.HTML(Options{Permalinks: true})
	marked, err2 := d.HTML(Options{Marks: marks, Prefix: "p-"})
	return fmt.Sprintf("%s\n%v\n%s\n%v\n%+v\n%+v\n%q\n%+v\n%+v\n%+v\n%+v", plain, err, marked, err2,
		d.Problems(), d.Links(), d.Anchors(), d.Headings(), d.Sections(), d.Blocks(), blocks)
}

// mustBeAsSlow holds a text as it is parsed against the same text parsed with nothing
// left out.
func mustBeAsSlow(t *testing.T, body []byte) {
	t.Helper()
	slow := unread(body)
	if slow.excess() != nil {
		return
	}
	m := slow.parse(slowGrammar())
	if slow.learn(&m) != nil {
		return
	}
	if got, want := known(Parse(body)), known(slow); got != want {
		t.Errorf("%q is read as\n%s\nwant\n%s", body, got, want)
	}
}

func TestQuick(t *testing.T) {
	for body, quick := range map[string]bool{
		"":                                        true,
		"a *b* `c` **d**\n\n- e\n- f\n":           true,
		"[a](https://x.example/b) c":              true,
		"![a](https://x.example/b) c":             true,
		"[a *b*](https://x.example/b \"c\")":      true,
		"[a](https://x.example/ 'https://y')":     false,
		"<https://x.example/> a":                  true,
		"https://x.example/":                      false,
		"a https://x.example/":                    false,
		"*https://x.example/*":                    false,
		"~~~~https://x.example/":                  false,
		"(https://x.example/)":                    false,
		"a](https://x.example/) b":                false, // no link: goldmark looks behind the (
		"\\[a](https://x.example/) b":             false,
		"[a](https://x.example/ b":                false,
		"[a [b](https://x) c](https://y.example)": false,
		"`[a](https://x.example/)`":               false, // is code, but that is not known before
		"[a]\n\n[a]: https://x.example/":          false,
		"[a]\n\n[a]: /b":                          true,
		"a\n[a]: /b":                              true,
		"[a]: /b\n[c]: /d\n[a][c]":                true,
		"   [a]: /b\n\n[a]":                       true,
		"<a href=\"https://x.example/\">b</a>":    false,
		"a  \nb":                                  false,
		"a \t\nb":                                 false,
		"a \r\nb":                                 false,
		"a\r\nb\r\n":                              true,
		"a\\\nb":                                  true,
		"a ":                                      false,
		"a[^1]\n\n[^1]: b [c](https://x.example)": true,
		"| a | b |\n|---|---|\n| `c\\|d` | *e* |": true,
		"# a\n\n> [!NOTE]\n> b":                   true,
		strings.Repeat("a\n", maxQuick/2):         true,
		strings.Repeat("a\n", maxQuick/2+1):       false,
	} {
		if isQuick([]byte(body)) != quick {
			t.Errorf("%.60q: quick is %t", body, !quick)
		}
		mustBeAsSlow(t, []byte(body))
	}
}

// pairs are pieces of texts around bare links and the ends of lines.
var pairs = []string{
	"a", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\\", "*", "**", "_", "~", "~~", "`", "(", ")", "[", "]", "](", "![", "<", ">", "|", "\n|-|\n", "# ", "- ", "> ", "    ", "é", "&amp;", "\x00",
	"https:", "https://x.example/a", "[b](https://x.example/c)", "![b](https://x.example/c)", "<https://x.example/d>", "](https://x.example)", "\n\n[r]: https://x.example/e\n\n", "[r]", "[^1]", "\n\n[^1]: ",
}

func pairing(choices []byte) []byte {
	var b []byte
	for _, c := range choices {
		b = append(b, pairs[int(c)%len(pairs)]...)
	}
	return b
}

// FuzzQuick: what is left out changes nothing.
func FuzzQuick(f *testing.F) {
	f.Add([]byte("a *b* [c](https://x.example) "), []byte("0123"))
	f.Fuzz(func(t *testing.T, body, choices []byte) {
		mustBeAsSlow(t, body)
		mustBeAsSlow(t, []byte(mixture(choices)))
		mustBeAsSlow(t, pairing(choices))
	})
}

// TestQuickMixtures is the fuzzer for every day: the same texts each time.
func TestQuickMixtures(t *testing.T) {
	quick, linked := 0, 0
	state := uint64(7)
	for range 5_000 {
		var choices []byte
		for range 1 + state>>33%14 {
			state = state*6364136223846793005 + 1442695040888963407
			choices = append(choices, byte(state>>33))
		}
		body := pairing(choices)
		mustBeAsSlow(t, body)
		if isQuick(body) {
			quick++
			if bytes.Contains(body, https) {
				linked++
			}
		}
	}
	if quick < 500 || linked < 50 {
		t.Errorf("%d were read quickly, %d of them with links: too few to tell anything", quick, linked)
	}
}

// TestSampleIsQuick: bulletins are read quickly, and as they would be slowly.
func TestSampleIsQuick(t *testing.T) {
	files, err := fs.Glob(os.DirFS("../../content"), "*/*.md")
	if err != nil || len(files) < 15 {
		t.Fatal(len(files), err)
	}
	slow := 0
	for _, name := range files {
		file, err := os.ReadFile("../../content/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := bytes.Cut(file, []byte("\n---\n"))
		mustBeAsSlow(t, body)
		if !isQuick(body) {
			slow++
		}
	}
	if slow > 1 {
		t.Errorf("%d of %d texts are read slowly", slow, len(files))
	}
}

// FuzzWords: words are written as goldmark writes them.
func FuzzWords(f *testing.F) {
	for _, words := range []string{"a", "<a & \"b\">", "&amp;&#65;&#x0;&nosuch;", "\\*\\a\\\\&lt;\\", "\x00'", "é&", "\xff\xfe"} {
		f.Add([]byte(words))
	}
	f.Fuzz(func(t *testing.T, words []byte) {
		var got, want page
		got.limit, want.limit = maxOutput, maxOutput
		got.resolve(words)
		html.DefaultWriter.Write(&want, words)
		if !bytes.Equal(got.html, want.html) {
			t.Errorf("%q is written %q, want %q", words, got.html, want.html)
		}
		got.html, want.html = nil, nil
		got.escape(string(words))
		html.DefaultWriter.RawWrite(&want, words)
		if !bytes.Equal(got.html, want.html) {
			t.Errorf("%q is escaped %q, want %q", words, got.html, want.html)
		}
	})
}

package content

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// Every header of the sample site is plain: were the reader to give up on all, nobody
// would see it but in the time that a build takes.
func TestSamplesArePlain(t *testing.T) {
	texts := headers(append(sampleFiles(t), []byte(whole)))
	for i, text := range texts {
		ours := new(plainReader).read(text)
		if ours == nil {
			t.Errorf("%d is not plain:\n%s", i, text)
			continue
		}
		if err := heldAgainst(text, ours); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every sample is cut without the library, as the library cuts it.
func TestSamplesAreCut(t *testing.T) {
	for _, data := range sampleFiles(t) {
		file := source.File{Name: "a.md", Data: data}
		fast, ok := cut(file)
		slow, err := libraryCut(file)
		if !ok || err != nil || !bytes.Equal(fast.header, slow.header) || !bytes.Equal(fast.body, slow.body) || fast.bodyLine != slow.bodyLine {
			t.Errorf("%v, %v: %q and %q, to the library %q and %q", ok, err, fast.header, fast.body, slow.header, slow.body)
		}
	}
}

// What the reader leaves out, nothing asks for: tags but those of what it gives up on,
// and comments but those that cut a value off.
func TestPlainLeavesOut(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	allowed := regexp.MustCompile(`\.Tag (==|!=) "(!|!!null|!!merge)"|n\.Tag\+"\)|\.Tagged|(HasPrefix|clip)\(n\.LineComment`)
	asks := regexp.MustCompile(`\.Tag\b|\.ShortTag\b|\.LongTag\b|\.(Head|Line|Foot)Comment\b`)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if left := allowed.ReplaceAllString(line, ""); asks.MatchString(left) {
				t.Errorf("%s asks what plainReader leaves out: %s", name, line)
			}
		}
	}
}

// awkward are values and texts that YAML has more to say of than meets the eye.
var awkward = []string{
	"a: b: c", "key: - x", "x: \"a\" b", "a:b", "- - x", "a # b", "a #b", "a#b", "\"a: b\"", "'a: b'", "'it''s'", "'it's'",
	"{a: b, c}", "{a: b, c: d}", "{a: b, a: c}", "{a: }", "{a:b}", "{ a: b }", "{\"a\": b}", "[a, b,]", "[a, b]", "[ a , b ]", "[a,b]", "[,]", "[]", "{}", "[[a], {b: c}]", "[a: b]", "[a", "a]",
	"a   ", "", "~", "null", "Null", "nullx", "!!str a", "! a", "<<", "< 2", "<= 2", "<<: a", "2026-05-03", "2026-05-03T10:00:00Z", "10", "1.60", "0x1F", "1_000", "+1", "-1", ".5", ".inf", "yes", "no", "on", "true", "False",
	"a\u0085b", "a\u2028b", "a\u00A0b", "\u00A0a", "\uFEFFa", "a\u200Bb", "é: ü", "a\tb", "\ta", "a\r", "a --- b", "---", "--- a", "...", "... a", "a...",
	"\"a\\nb\"", "\"a\\\"b\"", "\"a\\\\\"", "\"\\\\\\\"\"", "\"a\\x\"", "\"a", "'a", "\"\"", "''", "\"a\"#b", "\"a\"# b", "[a]# b", "a# b", "\"a\" #b", "\"a\" # b", "\"a\":b", "\"a\": b",
	"&a b", "*a", "@a", "`a`", "%a", "|", ">-", "|\n  a", ">-\n    a\n    b", "? a", "?a", ":a", ": a", "-a", "-", "- ", "a -b", "a: ", "a:", "https://example.com/a:b", "https://example.com/", "a:,b", "a:]", "a?b", "a, b", "a [b]", "a {b}", "(a)", "/a", "=", "$a", "a\nb", "a\n  b", "a\n # b\n c",
	strings.Repeat("a", 3000), strings.Repeat("a ", 1500), strings.Repeat("[", 20) + strings.Repeat("]", 20), strings.Repeat("a", 2000) + ": b",
}

// Of each awkward value, wherever it stands, the library reads the same, or reads it
// alone; and it is known which are plain.
func TestPlainAwkward(t *testing.T) {
	isPlain := func(text string) bool {
		ours := new(plainReader).read([]byte(text))
		if ours == nil {
			return false
		}
		if err := heldAgainst([]byte(text), ours); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		return true
	}
	for _, value := range awkward {
		for _, around := range []string{"%", "a: %", "a: %\nb: c", "a:\n  - %", "a:\n- %\nb: c", "a:\n  - b: c\n    d: %\n  - e: %", "a: [%]", "a: [%, b]", "a: {b: %}", "a: {b: [%], c: d}", "%: a", "a: b\n%", "a: b # %", "# %\na: b", "a: b\n  # %", "a: \"%\"", "a: '%'"} {
			isPlain(strings.ReplaceAll(around, "%", value))
		}
	}
	for value, want := range map[string]bool{
		"a: b": true, "a: b\n": true, "a: b   ": true, "\n\na: b\n\n": true, "# c\na: b": true, "a: b # c": true, "a: \"b\" # c": true, "a: # c\n  b: c": true,
		"a:\n  b: c\n  d:\n    e: f\ng: h": true, "a:\n- b\n- c\nd: e": true, "a:\n  - b: c\n    d: e\n  - f: g": true, "a: {b: c, d: [e, 'f']}": true, "a: https://example.com/b?c=d": true,
		"a: it's \"b\", [c] {d} & *e !f | > % @ `": true, "a: 'it''s'": true, `a: "\"\\"`: true, "a: é": true, "a: []": true, "a: {}": true, "a: 2026-05-03": true, "a: 1.60": true, "a: yes": true, "a: b#c": true,
		"": false, "\n": false, "a": false, "- a": false, "[a]": false, " a: b": false, "a:": false, "a: ~": false, "a: null": false, "a: <<": false, "<<: a": false, "null: a": false, "a: b\na: c": false, "a: b\r\n": false,
		"a: b #c": false, "#a\nb: c": false, "a: b\n  c": false, "a: b\n  c: d": false, "a:\n  b: c\n d: e": false, "a: b: c": false, "a: - b": false, "a: &b c": false, "a: !b c": false, "a: \"b\\n\"": false, "a: |\n  b": false,
		"a: b\n---\nc: d": false, "---\na: b": false, "a: b\n...": false, "a : b": false, "\"a\": b": false, "a.b: c": false, "1: b": false, "-a: b": false, "é: b": false, "a: \"b\"# c": false, "a:\n  b: c\n    d: e": false, "a:\n  - b\n    - c": false, "a:\n  - b: c\n   d: e": false, "a:\n  - b\n c: d": false, "a: -1": false, "a:\n  -\n    b": false, "a: [b,\n  c]": false, "a: {b}": false, "a: \u202Eb": false,
	} {
		if got := isPlain(value); got != want {
			t.Errorf("plain %v, want %v: %q", got, want, value)
		}
	}
}

// What is larger than people write, the library reads, with its own limits.
func TestPlainLimits(t *testing.T) {
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("k" + strings.Repeat("x", i%9) + strings.Repeat("y", i/9) + ": v\n")
		}
		return b.String()
	}
	stairs := func(step string, n int) string { // so many steps below a key
		text := "a:"
		for i := range n {
			text += "\n" + strings.Repeat("    ", i+1) + step
		}
		return text + " b"
	}
	for text, want := range map[string]bool{
		"a: " + strings.Repeat("b", maxPlainLine-3): true, "a: " + strings.Repeat("b", maxPlainLine-2): false,
		strings.Repeat("k", maxPlainKey) + ": v": true, strings.Repeat("k", maxPlainKey+1) + ": v": false,
		keys(maxPlainKeys): true, keys(maxPlainKeys + 1): false,
		"a: " + strings.Repeat("[", maxPlainDepth-1) + strings.Repeat("]", maxPlainDepth-1): true, "a: " + strings.Repeat("[", maxPlainDepth) + strings.Repeat("]", maxPlainDepth): false,
		"a: " + strings.Repeat("{a: ", maxPlainDepth-1) + "b" + strings.Repeat("}", maxPlainDepth-1): true, "a: " + strings.Repeat("{a: ", maxPlainDepth) + "b" + strings.Repeat("}", maxPlainDepth): false,
		stairs("a:", maxPlainDepth-1): true, stairs("a:", maxPlainDepth): false, stairs("- a:", maxPlainDepth-1): true, stairs("- a:", maxPlainDepth): false,
		"a:\n" + strings.Repeat("  - b\n", 3000): true,
	} {
		ours := new(plainReader).read([]byte(text))
		if (ours != nil) != want {
			t.Errorf("plain %v, want %v: %.80q", ours != nil, want, text)
		}
		if ours != nil {
			if err := heldAgainst([]byte(text), ours); err != nil {
				t.Errorf("%.80q: %v", text, err)
			}
		}
	}
}

// No node is made of what turns out to be no key, or to stand there already.
func TestPlainMakesNoNodeInVain(t *testing.T) {
	for text, nodes := range map[string]int{"no key": 2, "a: b\nno key": 4, "a: b\na: c": 4, "a: b\n" + strings.Repeat("x", maxPlainKey+1) + ": c": 4} {
		r := new(plainReader)
		if r.read([]byte(text)) != nil || len(r.nodes) != nodes {
			t.Errorf("%q: %d nodes, want %d", text, len(r.nodes), nodes)
		}
	}
}

// Every sample is the same bulletin to the library, which reads it where one line ends in
// CR LF. The second is read in the room of the first: what was read keeps nothing of it.
func TestPlainBulletins(t *testing.T) {
	for _, data := range sampleFiles(t) {
		slow := bytes.Replace(data, []byte("\n"), []byte("\r\n"), 2)
		if p, _ := split(source.File{Data: slow}); new(plainReader).read(p.header) != nil {
			t.Fatal("plain, with CR LF")
		}
		room := new(plainReader)
		fast, theirs := readBulletinIn(room, source.File{Name: ours, Data: data}), readBulletin(source.File{Name: ours, Data: slow})
		for _, other := range sampleFiles(t) {
			readBulletinIn(room, source.File{Name: ours, Data: other})
		}
		fast.Bulletin.Source.Data, theirs.Bulletin.Source.Data = nil, nil
		if !reflect.DeepEqual(fast.Bulletin, theirs.Bulletin) || fast.Readable != theirs.Readable || said(fast.Problems) != said(theirs.Problems) {
			t.Errorf("%+v\n%s\nand to the library %+v\n%s", fast.Bulletin, said(fast.Problems), theirs.Bulletin, said(theirs.Problems))
		}
	}
}

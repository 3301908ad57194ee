package content

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// heldAgainst reads a text as the library does, and reports where a tree of ours says
// something else, or where it hides what [document.strict] would report.
func heldAgainst(text []byte, ours *yaml.Node) error {
	var theirs yaml.Node
	if err := yaml.Load(text, &theirs); err != nil {
		return err
	}
	if err := sameNode(ours, &theirs); err != nil {
		return err
	}
	d := &document{file: source.File{Name: "a", Data: text}}
	d.index(text)
	if d.strict(theirs.Content[0]); len(d.problems) > 0 {
		return fmt.Errorf("plain, and %q", said(d.problems))
	}
	return nil
}

// sameNode tells where two trees differ. Tags and comments are left out: what is asked
// of them, [document.strict] has said.
func sameNode(a, b *yaml.Node) error {
	if a.Kind != b.Kind || a.Style != b.Style || a.Value != b.Value || a.Anchor != b.Anchor || a.Alias != b.Alias ||
		a.Line != b.Line || a.Column != b.Column || len(a.Content) != len(b.Content) {
		return fmt.Errorf("%d:%d is kind %d, style %d, %q with %d parts, and to the library %d:%d kind %d, style %d, %q with %d",
			a.Line, a.Column, a.Kind, a.Style, a.Value, len(a.Content), b.Line, b.Column, b.Kind, b.Style, b.Value, len(b.Content))
	}
	if cap(a.Content) > len(a.Content) {
		return fmt.Errorf("%d:%d has room in its contents that is not its own", a.Line, a.Column)
	}
	for i := range a.Content {
		if err := sameNode(a.Content[i], b.Content[i]); err != nil {
			return err
		}
	}
	return nil
}

// headers are what stands between the fences of some files, or all of a file without.
func headers(files [][]byte) [][]byte {
	var found [][]byte
	for _, data := range files {
		if p, problems := split(source.File{Name: "a.md", Data: data}); len(problems) == 0 {
			data = p.header
		}
		found = append(found, data)
	}
	return found
}

// FuzzPlain: what is plain to our own reader, the library reads as the same tree, in
// which nothing is odd.
func FuzzPlain(f *testing.F) {
	for _, seed := range headers(seeds(f)) {
		f.Add(seed)
	}
	for _, text := range awkward {
		f.Add([]byte(text))
		f.Add([]byte("a: " + text + "\nb: [" + text + "]\nc:\n  - " + text + "\n"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if ours := new(plainReader).read(text); ours != nil {
			if err := heldAgainst(text, ours); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

// Headers of which a few signs and lines are changed, moved or put twice are read as
// the library reads them, or by the library. So are texts of nothing but signs.
func TestPlainNearMisses(t *testing.T) {
	const rounds = 40000
	whole := headers(sampleFiles(t))
	draw := rand.New(rand.NewPCG(4, 2026))
	plain := 0
	for i := range rounds {
		text := bytes.Clone(whole[draw.IntN(len(whole))])
		if i%4 == 0 {
			text = []byte("a: b\n")
		}
		for range 1 + draw.IntN(3) + i%4/3*20 {
			text = missed(draw, text)
		}
		if ours := new(plainReader).read(text); ours != nil {
			plain++
			if err := heldAgainst(text, ours); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	}
	if plain < rounds/10 || plain > rounds*9/10 {
		t.Errorf("%d of %d are plain: the misses are not near", plain, rounds)
	}
}

// missed changes a text in one place.
func missed(draw *rand.Rand, text []byte) []byte {
	at := draw.IntN(len(text) + 1)
	end := min(len(text), at+draw.IntN(4))
	switch draw.IntN(6) {
	case 0: // something goes
		return append(bytes.Clone(text[:at]), text[end:]...)
	case 1: // a line comes in
		from := bytes.LastIndexByte(text[:at], '\n') + 1
		line := nearLines[draw.IntN(len(nearLines))] + "\n"
		return append([]byte(string(text[:from])+line), text[from:]...)
	case 2: // a line moves in or out
		from := bytes.LastIndexByte(text[:at], '\n') + 1
		if bytes.HasPrefix(text[from:], []byte("  ")) && draw.IntN(2) == 0 {
			return append(bytes.Clone(text[:from]), text[from+2:]...)
		}
		return append([]byte(string(text[:from])+"  "), text[from:]...)
	default: // something comes in
		return append([]byte(string(text[:at])+nearSigns[draw.IntN(len(nearSigns))]), text[at:]...)
	}
}

var (
	nearSigns = []string{" ", "  ", "\n", ":", ": ", ",", ", ", "#", " #", " # a", "-", "- ", "\n- ", "\n  - ", "[", "]", "{", "}", "\"", "'", "\\", "|", ">",
		"&a ", "*a", "!", "%", "@", "`", "?", "? ", "~", "null", "<<", "\t", "\r", "é", "\u0085", "\u2028", "\u00A0", "\uFEFF", "🔔", "a", "a:", "0", ".", "...", "---", "[]", "{}", "x: y"}
	nearLines = []string{"", "  ", "# a", "  # a", "#a", "- a", "  - a", "  - a: b", "    c: d", "  a: b", "a:", "b: |", "b: >-", "  text", "---", "...", "c: [", "d: \"a", "e: 'a", "id: a", "- - a", "? a", ": b", "  -", "\ta: b"}
)

// sampleFiles are the site's own bulletins.
func sampleFiles(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("../../content/bulletins/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	var found [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, data)
	}
	return found
}

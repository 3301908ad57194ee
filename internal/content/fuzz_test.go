package content

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// seeds are the planted faults and everything well-formed that the tests know.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	found := [][]byte{[]byte(whole), []byte(with(full)), []byte(settings), []byte(page1), []byte("---\r\n---"), []byte("---\n{status: published}\n---\n")}
	for _, layout := range releases {
		_, after := beforeAndAfter(layout)
		found = append(found, []byte(after))
	}
	for _, k := range Keys() {
		found = append(found, []byte(fileOf(k.File, k.Example)))
	}
	for _, pattern := range []string{"testdata/faults/*.yaml", "testdata/faults/content/*/*.md", "../../content/*/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			found = append(found, bytes.ReplaceAll(data, []byte(mark), nil))
		}
	}
	return found
}

// FuzzSplit: a file is cut into header and body without losing or moving a byte, and
// a person sees the fences where the library does.
func FuzzSplit(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := source.File{Name: "a.md", Data: data}
		p, problems := split(file)
		if len(problems) > 0 {
			for _, found := range problems {
				if found.Position.Line < 1 || found.Position.Column < 1 || found.Excerpt != file.Line(found.Position.Line) {
					t.Errorf("%+v", found)
				}
			}
			return
		}
		if fast, ok := cut(file); ok {
			slow, err := libraryCut(file)
			if err != nil || !bytes.Equal(fast.header, slow.header) || !bytes.Equal(fast.body, slow.body) || fast.bodyLine != slow.bodyLine {
				t.Errorf("%q is cut into %q, %q and to the library %q, %q: %v", data, fast.header, fast.body, slow.header, slow.body, err)
			}
		}
		head, isSuffix := bytes.CutSuffix(data, p.body)
		lines := strings.Split(strings.TrimSuffix(string(head), "\n"), "\n")
		if !isSuffix || len(lines) < 2 || trimEnd([]byte(lines[0])) != fence || trimEnd([]byte(lines[len(lines)-1])) != fence {
			t.Errorf("header %q, body %q", head, p.body)
		}
		if p.bodyLine != len(lines)+1 && len(p.body) > 0 {
			t.Errorf("the body begins at line %d behind %q", p.bodyLine, head)
		}
		if !bytes.Contains(head, p.header) {
			t.Errorf("%q does not stand in %q", p.header, head)
		}
		for line := range strings.Lines(string(p.header)) {
			if strings.TrimSpace(line) == fence {
				t.Errorf("a fence within the header %q", p.header)
			}
		}
	})
}

// statusLines are the only lines that make a bulletin visible to readers.
var statusLines = regexp.MustCompile(`(?m)^status:[ \t]+["']?(published|withdrawn)\b`)

// mendedAll applies every edit that the problems of our bulletin offer.
func mendedAll(t *testing.T, data []byte, problems source.Problems) []byte {
	var edits []source.Edit
	for _, p := range problems {
		if p.Position.File == ours {
			edits = append(edits, p.Fix...)
		}
	}
	return []byte(mended(t, string(data), edits))
}

// invisible are the characters that mending removes.
var invisible = strings.NewReplacer("\u200B", "", "\u2060", "", "\uFEFF", "", "\u00AD", "", "\r\r\n", "\r\n")

// FuzzRead: whatever the bytes, a bulletin can be published only where the file says
// so on a line of its own, also once it is mended; each problem has a place, and a
// second reading finds the same (F1).
func FuzzRead(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		site := fstest.MapFS{ours: {Data: data}, "content/policies/a.md": {Data: data}, ConfigFile: {Data: data}}
		got, problems, err := Read(site)
		if err != nil {
			t.Fatal(err)
		}
		_, more, err := ReadConfig(site)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append(problems, more...) {
			if p.Code == "" || p.Message == "" || p.Position.File == "" || source.Visible(p.Message) != p.Message {
				t.Errorf("%+v", p)
			}
		}
		if _, again, _ := Read(site); said(again) != said(problems) {
			t.Errorf("%q, then %q", said(problems), said(again))
		}
		seen := invisible.Replace(string(data))
		if !strings.Contains(seen, "\n") {
			seen = strings.ReplaceAll(seen, "\r", "\n")
		}
		again, problems := readOne(t, string(mendedAll(t, data, problems)))
		for _, b := range again {
			if (b.Status == bulletin.Public || b.Status == bulletin.Withdrawn) && !statusLines.MatchString(seen) {
				t.Errorf("%q is mended to be %s: %s", data, b.Status, said(problems))
			}
		}
		for _, b := range got.Bulletins {
			if b.Status != bulletin.Public && b.Status != bulletin.Withdrawn {
				continue
			}
			if !statusLines.Match(data) {
				t.Errorf("%q is %s", data, b.Status)
			}
			if strings.ContainsFunc(b.Title+b.Summary+b.Action.Text, func(r rune) bool {
				return source.Hidden(r) && r != '\u200C' && r != '\u200D' && r != '\t'
			}) {
				t.Errorf("hidden characters in %q", b.Title+b.Summary+b.Action.Text)
			}
		}
	})
}

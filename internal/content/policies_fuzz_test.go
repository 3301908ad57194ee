package content

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/source"
)

var draftLines = regexp.MustCompile(`(?m)\A\s*(---\s*)*["']?(status|draft)["']?[ \t]*[:=]([ \t]|$)`)

// FuzzPolicy: whatever the bytes, a page that is published has a title and a slug, or
// an error says that it has none; its body is the end of the file, from the line that
// it says on, and does not begin like a header (F1, F55).
func FuzzPolicy(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Add([]byte("# Plans\n\nText.\n"))
	f.Add([]byte("Plans\n===\n\n| a | b |\n|---|---|\n"))
	f.Add([]byte("Ours\n---\nowner: x\n---\n"))
	f.Add([]byte("\n\n---\ntitle: x\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := PolicyFolder + "/plans/index.md"
		site, problems, err := Read(fstest.MapFS{name: {Data: data}, indexFile: {Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		wrong := false
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Excerpt != (source.File{Data: data}).Line(p.Position.Line) || source.Visible(p.Message) != p.Message {
				t.Errorf("%+v", p)
			}
			wrong = wrong || p.Level == source.Error && filepath.Base(p.Position.File) == "index.md"
		}
		for _, p := range site.Policies {
			head, isEnd := bytes.CutSuffix(data, p.Body)
			if !isEnd || len(p.Body) > 0 && bytes.Count(head, []byte("\n"))+1 != p.BodyLine {
				t.Errorf("%q behind %q, at line %d", p.Body, head, p.BodyLine)
			}
			if !wrong && (p.Title == "" || p.Slug == "" || strings.ContainsAny(p.Title, lineEnds)) {
				t.Errorf("title %q, slug %q", p.Title, p.Slug)
			}
			if !wrong && draftLines.Match(p.Body) {
				t.Errorf("published: %q", p.Body)
			}
		}
		if i := site.Index; i.Source.Name != "" && !bytes.HasSuffix(data, i.Body) {
			t.Errorf("%+v", i)
		}
	})
}

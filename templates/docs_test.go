package templates

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the list of templates in docs/templates.md anew")

// TestDocs keeps docs/templates.md: every template with the comment at its top, which says what
// it is given.
func TestDocs(t *testing.T) {
	const page, heading = "../docs/templates.md", "## What each template is given\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	intro, _, found := strings.Cut(string(text), heading)
	if !found {
		t.Fatalf("%s has no heading %q", page, heading)
	}
	names, err := fs.Glob(Files(), "site/*.html")
	if err != nil {
		t.Fatal(err)
	}
	want := intro + heading
	for _, name := range names {
		data, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		comment, _, _ := strings.Cut(strings.TrimPrefix(string(data), "{{/*\n"), "\n*/")
		about, given, _ := strings.Cut(comment, "\n\n")
		want += "\n### " + path.Base(name) + "\n\n" + about + "\n\n```\n" + given + "\n```\n"
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s is not what the templates say; go test ./templates -run Docs -update", page)
	}
}

package release

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

func base() fstest.MapFS {
	return fstest.MapFS{
		"content/bulletins/TS-2026-001.md": {Data: []byte("one")},
		"content/bulletins/TS-2026-002.md": {Data: []byte("two")},
		"content/policies/dogs.md":         {Data: []byte("dogs")},
		"tocsin.yaml":                      {Data: []byte("site")},
	}
}

// The standard library's own examination of a file system: what is listed can be
// opened, read and described, and nothing else can.
func TestOverIsAFileSystem(t *testing.T) {
	tree := Over(base(), map[string][]byte{
		"content/bulletins/TS-2026-002.md":   []byte("two, otherwise"),
		"content/bulletins/TS-2026-003.md":   []byte("three"),
		"content/decisions/TS-2026-003.json": []byte("{}"),
		"new.txt":                            {},
		"tocsin.yaml":                        nil,
	})
	err := fstest.TestFS(tree, "content/bulletins/TS-2026-001.md", "content/bulletins/TS-2026-002.md",
		"content/bulletins/TS-2026-003.md", "content/policies/dogs.md", "content/decisions/TS-2026-003.json", "new.txt")
	if err != nil {
		t.Error(err)
	}
}

func TestOver(t *testing.T) {
	tree := Over(base(), map[string][]byte{
		"content/bulletins/TS-2026-002.md": []byte("two, otherwise"),
		"content/bulletins/TS-2026-001.md": nil,
		"drafts/none.md":                   nil,
	})
	for name, want := range map[string]string{
		"content/bulletins/TS-2026-002.md": "two, otherwise",
		"content/policies/dogs.md":         "dogs",
	} {
		if got, err := fs.ReadFile(tree, name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"content/bulletins/TS-2026-001.md", "drafts", "drafts/none.md", "content/decisions", "elsewhere"} {
		_, statErr := fs.Stat(tree, name)
		_, openErr := tree.Open(name)
		_, readErr := fs.ReadFile(tree, name)
		for _, err := range []error{statErr, openErr, readErr} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	entries, err := fs.ReadDir(tree, "content/bulletins")
	if err != nil || len(entries) != 1 || entries[0].Name() != "TS-2026-002.md" {
		t.Errorf("%v, %v", entries, err)
	}
}

// F13: a link in the tree below is still seen as one; a file in its place is none.
func TestOverShowsLinks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"kept", "replaced"} {
		if err := os.Symlink("/etc/passwd", dir+"/"+name); err != nil {
			t.Skip(err)
		}
	}
	tree := Over(os.DirFS(dir), map[string][]byte{"replaced": []byte("text")})
	kept, err := fs.Lstat(tree, "kept")
	if err != nil || kept.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("%v, %v", kept, err)
	}
	replaced, err := fs.Lstat(tree, "replaced")
	if err != nil || !replaced.Mode().IsRegular() {
		t.Errorf("%v, %v", replaced, err)
	}
	if to, err := fs.ReadLink(tree, "replaced"); err == nil {
		t.Errorf("the replaced link leads to %s", to)
	}
}

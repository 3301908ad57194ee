package gallery

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/private"
)

// F53: what a gallery holds is for its owner alone, and git leaves it alone wherever it
// lies.
func TestPrivate(t *testing.T) {
	dir, _ := written(t, chosen, several(t))
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %04o", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := files(t, dir)[".gitignore"]; text != "*\n" {
		t.Errorf(".gitignore says %q", text)
	}
	for name := range files(t, dir) {
		if strings.Contains(name, "bakery") {
			t.Errorf("%s tells whose letter it is", name)
		}
	}
}

// The next run takes the place of the last one, and leaves nothing of it; the same plan
// makes the same bytes.
func TestReplaces(t *testing.T) {
	dir, _ := written(t, chosen, several(t))
	first := files(t, dir)
	book, plan := frozen(t, several(t)[:2])
	for _, left := range []string{".new", ".old"} { // of a run that was killed
		if err := os.CopyFS(dir+left, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Chmod(dir+left, 0o700), os.Chmod(filepath.Join(dir+left, mark), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(dir+".new", mark), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, book, plan, chosen); err != nil {
		t.Fatal(err)
	}
	second := files(t, dir)
	if _, old := second["letters/000005.html"]; old || len(second) >= len(first) {
		t.Errorf("%d files became %d", len(first), len(second))
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the gallery there is %v, %v", entries, err)
	}
	again, plan := frozen(t, several(t)[:2])
	if _, err := Write(t.Context(), dir, again, plan, chosen); err != nil {
		t.Fatal(err)
	}
	third := files(t, dir)
	for _, texts := range []map[string]string{second, third} {
		texts["index.html"] = digest.ReplaceAllString(texts["index.html"], "") // a plan's digest is salted
	}
	if diff := cmp.Diff(second, third); diff != "" {
		t.Error(diff)
	}
}

var digest = regexp.MustCompile(`[0-9a-f]{64}`)

// A folder that holds anything else is never touched, wherever that stands in it.
func TestForeign(t *testing.T) {
	book, plan := frozen(t, several(t))
	for name, plant := range map[string]func(dir string) error{
		"another folder":           func(dir string) error { return put(dir, "notes.txt") },
		"its mark says other":      func(dir string) error { return put(dir, mark) },
		"a file":                   func(dir string) error { return os.WriteFile(dir, []byte("kept"), 0o600) },
		"a link":                   func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"a note in a gallery":      func(dir string) error { return ours(t, dir, "notes.txt") },
		"a note among letters":     func(dir string) error { return ours(t, dir, "letters/notes.txt") },
		"a folder for a file":      func(dir string) error { return ours(t, dir, "index.html/kept") },
		"a folder among letters":   func(dir string) error { return ours(t, dir, "letters/000001.html/kept") },
		"what was in the making":   func(dir string) error { return put(dir+".new", "kept") },
		"what stood there before":  func(dir string) error { return put(dir+".old", "kept") },
		"a name that is like ours": func(dir string) error { return ours(t, dir, "list-1.html.txt") },
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "out")
		if err := plant(dir); err != nil {
			t.Fatal(name, err)
		}
		before := files(t, parent)
		_, err := Write(t.Context(), dir, book, plan, chosen)
		var foreign *ForeignError
		if !errors.As(err, &foreign) || !strings.HasPrefix(err.Error(), foreign.Path) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, files(t, parent)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// put writes a file of somebody else's into a private folder.
func put(dir, name string) error {
	path := filepath.Join(dir, name)
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("kept"), 0o600))
}

// ours makes a gallery in which something stands that is not ours.
func ours(t *testing.T, dir, name string) error {
	f, err := begin(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.finish(), put(dir, name))
}

// However a folder is named, nothing is written into it before it is whole.
func TestNames(t *testing.T) {
	book, plan := frozen(t, several(t)[:1])
	t.Chdir(t.TempDir())
	for _, name := range []string{"a/", "./b//", "c/../d", "e/f/g/."} {
		if _, err := Write(t.Context(), name, book, plan, chosen); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := files(t, filepath.Clean(name)); len(got) != 5 {
			t.Errorf("%s has %d files", name, len(got))
		}
	}
}

// F53: a folder that others can open is refused, with the command that closes it.
func TestLoose(t *testing.T) {
	book, plan := frozen(t, several(t))
	dir := filepath.Join(t.TempDir(), "out")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o750)); err != nil {
		t.Fatal(err)
	}
	_, err := Write(t.Context(), dir, book, plan, chosen)
	var loose *private.LooseError
	if !errors.As(err, &loose) || loose.Remedy() != "chmod 700 "+dir {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, book, plan, chosen); err != nil {
		t.Error(err)
	}
}

// What fails leaves the gallery that stands there, and nothing beside it.
func TestFailureLeavesTheOld(t *testing.T) {
	dir, _ := written(t, chosen, several(t))
	before := files(t, dir)
	book, plan := frozen(t, several(t)[:1])
	for name, fail := range map[string]func() error{
		"interrupted": func() error {
			ctx, stop := context.WithCancel(t.Context())
			rows := 0
			_, err := Write(ctx, dir, book, plan, Options{Progress: func(int) {
				if rows++; rows == 2 { // while the pages are being written
					stop()
				}
			}})
			return err
		},
		"another digest": func() error {
			changed := plan
			changed.Digest = strings.Repeat("0", 64)
			_, err := Write(t.Context(), dir, book, changed, chosen)
			if !errors.Is(err, ledger.ErrChanged) {
				t.Errorf("a plan that is not what was frozen: %v", err)
			}
			return err
		},
		"a letter that is no message": func() error {
			torn := mailed(t, "torn.example.com", "torn", "en", 1)
			torn.Message = []byte("owner@torn.example.com\r\n\r\n")
			torn.Digest = notify.Digest(torn.Message)
			book, plan := frozen(t, append(several(t)[:1], torn))
			_, err := Write(t.Context(), dir, book, plan, chosen)
			if err != nil && (strings.Contains(err.Error(), "torn.example.com") || !strings.Contains(err.Error(), "letter 2 of TS-2026-002/1")) { // F53
				t.Error(err)
			}
			return err
		},
	} {
		if err := fail(); err == nil {
			t.Errorf("%s: no error", name)
		}
		if diff := cmp.Diff(before, files(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		entries, err := os.ReadDir(filepath.Dir(dir))
		if err != nil || !slices.ContainsFunc(entries, fs.DirEntry.IsDir) || len(entries) != 1 {
			t.Errorf("%s: beside the gallery there is %v, %v", name, entries, err)
		}
	}
}

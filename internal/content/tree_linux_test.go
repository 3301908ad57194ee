//go:build amd64 || arm64

package content

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// oddTree is a folder with one of everything, and its [Tree].
func oddTree(t *testing.T) (dir string, tree *Tree) {
	t.Helper()
	dir = t.TempDir()
	in := filepath.Join(dir, "in")
	err := errors.Join(
		os.MkdirAll(filepath.Join(in, "folder"), 0o750),
		os.WriteFile(filepath.Join(dir, "outside.md"), []byte("outside"), 0o600),
		os.WriteFile(filepath.Join(in, "empty.md"), nil, 0o600),
		os.WriteFile(filepath.Join(in, "page.md"), []byte(strings.Repeat("page", 5000)), 0o644),
		os.Symlink("page.md", filepath.Join(in, "link.md")),
		os.Symlink("../../outside.md", filepath.Join(in, "out.md")),
		os.Symlink("nowhere", filepath.Join(in, "dangling.md")),
		syscall.Mkfifo(filepath.Join(in, "pipe.md"), 0o600),
		os.Chtimes(filepath.Join(in, "page.md"), time.Unix(1, 2), time.Unix(3, 4)), // it changed later than that
	)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	tree = NewTree(root)
	t.Cleanup(func() { _ = tree.Close() })
	return dir, tree
}

// What a Tree reads by itself is what a Root reads, link by link: none leads out.
func TestTreeReadsWhatARootReads(t *testing.T) {
	dir, tree := oddTree(t)
	for name, itself := range map[string]bool{
		"in/page.md": true, "in/empty.md": true,
		"in/link.md": false, "in/out.md": false, "in/dangling.md": false, "in/folder": false, "in/gone.md": false,
		"in": false, "../outside.md": false, "in/../in/page.md": false, "folder/x": false,
	} {
		want, wantErr := tree.root.ReadFile(name)
		got, err := tree.ReadFile(name)
		if string(got) != string(want) || (err == nil) != (wantErr == nil) || errors.Is(err, fs.ErrNotExist) != errors.Is(wantErr, fs.ErrNotExist) {
			t.Errorf("%s: %d octets, %v; want %d, %v", name, len(got), err, len(want), wantErr)
		}
		if base, within := strings.CutPrefix(name, "in/"); within && !strings.Contains(base, "/") {
			if _, plain := tree.folders["in"].handle.read(base); plain != itself {
				t.Errorf("%s was read by the Tree itself: %v, want %v", name, plain, itself)
			}
		}
	}
	if _, plain := tree.folders["in"].handle.read("pipe.md"); plain { // nobody writes: this would wait for ever
		t.Error("a pipe was read as a file")
	}
	if err := os.WriteFile(filepath.Join(dir, "in", "page.md"), []byte("short"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := tree.ReadFile("in/page.md"); string(got) != "short" || err != nil {
		t.Errorf("after a change: %q, %v", got, err)
	}
}

// A folder that becomes a link is not followed out of the tree.
func TestTreeFollowsNoFolderOut(t *testing.T) {
	dir, tree := oddTree(t)
	other := t.TempDir()
	if err := errors.Join(
		os.WriteFile(filepath.Join(other, "page.md"), []byte("outside"), 0o600),
		os.Rename(filepath.Join(dir, "in"), filepath.Join(dir, "was")), os.Symlink(other, filepath.Join(dir, "in"))); err != nil {
		t.Fatal(err)
	}
	if data, err := tree.ReadFile("in/page.md"); err == nil {
		t.Errorf("read %q", data)
	}
	if entries, err := tree.ReadDir("in"); err == nil {
		t.Errorf("listed %v", entries)
	}
}

// A Tree says of names what the os package says: type, permissions, size, times, inode.
func TestTreeListsWhatIsThere(t *testing.T) {
	dir, tree := oddTree(t)
	entries, err := tree.ReadDir("in")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadDir(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(described(t, want), described(t, entries)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{"gone", "..", "in/page.md", "/"} {
		if _, err := tree.ReadDir(name); err == nil {
			t.Errorf("%q is a folder", name)
		}
	}
}

type description struct {
	Name           string
	Folder, Link   bool
	Plain          bool
	Perm           fs.FileMode
	Size, Modified int64
	Inode, Changed int64
}

func described(t *testing.T, entries []fs.DirEntry) (all []description) {
	t.Helper()
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		inode, changed, ok := inodeOf(info)
		if !ok || info.Name() != e.Name() || info.Mode().Type() != e.Type() || info.IsDir() != e.IsDir() {
			t.Errorf("%s is not at one with itself", e.Name())
		}
		all = append(all, description{
			Name: e.Name(), Folder: e.IsDir(), Link: e.Type()&fs.ModeSymlink != 0, Plain: e.Type().IsRegular(),
			Perm: info.Mode().Perm(), Size: info.Size(), Modified: info.ModTime().UnixNano(), Inode: inode, Changed: changed.UnixNano(),
		})
	}
	return all
}

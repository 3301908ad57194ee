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
			if _, plain := tree.folders["in"].handle.read(base, maxFile); plain != itself {
				t.Errorf("%s was read by the Tree itself: %v, want %v", name, plain, itself)
			}
		}
	}
	if _, plain := tree.folders["in"].handle.read("pipe.md", maxFile); plain { // nobody writes: this would wait for ever
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

// What cannot be looked at is named with the folder that it is in, and says nothing else of itself.
func TestTreeNamesWhatItCannotLookAt(t *testing.T) {
	_, tree := oddTree(t)
	f, err := tree.root.Open("in")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	long := strings.Repeat("x", 300) // more than a file system has names for
	_, err = lstatAll(f, "in", []string{"page.md", long})
	var failed *fs.PathError
	if !errors.As(err, &failed) || failed.Path != "in/"+long {
		t.Errorf("%v", err)
	}
	var d dirent
	if errno := d.lstat(int(f.Fd()), []byte("gone\x00")); errno != syscall.ENOENT || d != (dirent{}) {
		t.Errorf("%v; what is gone is %+v", errno, d)
	}
}

// A file that grew after the walk is held to the cap by what it is now, be it of 1 TiB (F9).
func TestTooLargeSinceTheWalk(t *testing.T) {
	const name = "content/bulletins/TS-2026-004.md"
	for _, size := range []int64{maxFile, maxFile + 1, 1 << 40} {
		dir := t.TempDir()
		file := filepath.Join(dir, name)
		write(t, dir, name, whole)
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		tree := NewTree(root)
		t.Cleanup(func() { _ = tree.Close() })
		for _, site := range []fs.FS{tree, os.DirFS(dir)} {
			write(t, dir, name, whole)
			r, err := Open(site, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file, size); errors.Is(err, syscall.EFBIG) {
				t.Skip(err) // some file systems have no file as large
			} else if err != nil {
				t.Fatal(err)
			}
			e, err := r.Bulletin(0)
			if err != nil || (said(e.Problems) == " too-large") != (size > maxFile) || size > maxFile && e.Bulletin.Source.Data != nil {
				t.Errorf("%T, %d octets: %v, %v", site, size, said(e.Problems), err)
			}
		}
	}
}

// No reading of a file with a hole in it makes room for it.
func TestTreeReadsNoGiant(t *testing.T) {
	dir, tree := oddTree(t)
	for _, name := range []string{"in/page.md", "page.md"} {
		write(t, dir, name, "page")
		if err := os.Truncate(filepath.Join(dir, name), 1<<40); errors.Is(err, syscall.EFBIG) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := tree.ReadFile(name); !errors.Is(err, errTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The files of /proc say that they are empty: what was really read counts.
func TestTreeReadsWhatHasNoSize(t *testing.T) {
	const folder, name = "/proc/sys/kernel", "random/boot_id"
	want, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Skip(err)
	}
	tree := NewTree(root)
	defer tree.Close()
	for limit, allowed := range map[int]bool{len(want): true, len(want) - 1: false, 0: false} {
		got, err := tree.ReadWithin(name, int64(limit))
		if allowed != (string(got) == string(want)) || allowed != (err == nil) || !allowed && !errors.Is(err, errTooLarge) {
			t.Errorf("within %d octets: %q, %v", limit, got, err)
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

package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is written past the os package lands where a Root would put it, or nowhere: no name and no
// link leads out, nothing that stands is replaced (F12).
func TestHoldWritesNothingElsewhere(t *testing.T) {
	dir := t.TempDir()
	inner, outer := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	err := errors.Join(
		os.MkdirAll(filepath.Join(inner, "folder"), 0o755), os.Mkdir(outer, 0o755),
		os.WriteFile(filepath.Join(inner, "there"), []byte("old"), 0o644),
		os.Symlink(outer, filepath.Join(inner, "absolute")), os.Symlink("../out", filepath.Join(inner, "up")),
		os.Symlink("folder", filepath.Join(inner, "within")), os.Symlink("../out/new", filepath.Join(inner, "dangling")),
	)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(inner)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	h, err := holdOpen(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.letGo() }()
	for path, written := range map[string]bool{
		"new": true, "folder/new": true, "empty": true,
		"there": false, "dangling": false, "absolute/new": false, "up/new": false, "within/new": false, "../out/new": false,
		"gone/new": false, "there/new": false, "folder": false, filepath.Join(inner, "whole"): false,
	} {
		data := strings.Repeat(path, 10_000)
		if path == "empty" {
			data = ""
		}
		f, done, err := h.put(path, []byte(data))
		if done != written || err != nil {
			t.Errorf("%s is written: %v, want %v; %v", path, done, written, err)
		}
		if !done {
			continue
		}
		got, err := os.ReadFile(filepath.Join(inner, path))
		if err != nil || string(got) != data {
			t.Errorf("%s holds %d octets, %v", path, len(got), err)
		}
		if info, err := os.Lstat(filepath.Join(inner, path)); err != nil || foundBy(info).stat != f.stat || !isMode(info.Mode(), fileMode) {
			t.Errorf("%s is %v, %v; found %+v", path, info, err, f)
		}
	}
	if entries, err := os.ReadDir(outer); err != nil || len(entries) > 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(inner, "there")); err != nil || string(got) != "old" {
		t.Errorf("what stood is %q, %v", got, err)
	}
	for _, base := range []string{"there", "folder", "dangling"} {
		if err := h.mkdir(base); !errors.Is(err, fs.ErrExist) {
			t.Errorf("mkdir %s: %v", base, err)
		}
	}
}

// A disk that is full is said to be (F56).
func TestFullDiskIsSaid(t *testing.T) {
	fd, err := syscall.Open("/dev/full", syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("SKIPPED: there is no /dev/full")
	}
	defer syscall.Close(fd)
	if _, op, err := fill(fd, []byte("data")); op != "write" || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%s: %v", op, err)
	}
}

// A look from an open folder sees what the os package sees.
func TestViewSeesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(
		os.MkdirAll(filepath.Join(dir, "folder"), 0o700), os.WriteFile(filepath.Join(dir, "folder/file"), []byte("text"), 0o640),
		os.Symlink("file", filepath.Join(dir, "folder/link")), os.Symlink("nowhere", filepath.Join(dir, "dangling")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	v, err := openView(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.close() }()
	for _, path := range []string{"folder", "folder/file", "folder/link", "dangling", "pipe"} {
		info, err := os.Lstat(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.lstat(path)
		if err != nil || got.stat != statOf(info) || got.stamp() != stampOf(info) || got.mode.IsDir() != info.IsDir() ||
			got.mode.IsRegular() != info.Mode().IsRegular() || got.mode.Perm() != info.Mode().Perm() {
			t.Errorf("%s is %+v, %v; want %v", path, got, err, info.Mode())
		}
	}
	if _, err := v.lstat("gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is gone: %v", err)
	}
}

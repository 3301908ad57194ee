package private

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLooseIsRefused is F53: whatever others may do with a file or folder, it is
// named, with its mode and the command that closes it.
func TestLooseIsRefused(t *testing.T) {
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "file"), filepath.Join(dir, "folder")
	if err := errors.Join(os.WriteFile(file, []byte("x"), 0o600), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601, 0o666, 0o755, 0o777} {
		for path, remedy := range map[string]string{file: "chmod 600 ", folder: "chmod 700 "} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			_, opening := Open(path)
			for _, err := range []error{Check(path), opening} {
				var loose *LooseError
				if !errors.As(err, &loose) || loose.Path != path || loose.Mode.Perm() != mode || loose.Remedy() != remedy+path || !strings.Contains(err.Error(), path) {
					t.Errorf("%v: %v", mode, err)
				}
			}
		}
	}
}

func TestClosedIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) || !errors.Is(Check(path), fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o700} {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, []byte("text"), mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		if err := Check(path); err != nil {
			t.Error(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

package private

import (
	"os"
	"path/filepath"
	"testing"
)

// F53: what lies in a scratch file lies under no name, and leaves nothing behind.
func TestScratchHasNoName(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "var", "work")
	f, err := Scratch(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("kim@example.com"), 3); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 3)
	if _, err := f.ReadAt(back, 3); err != nil || string(back) != "kim" {
		t.Errorf("read %q back, %v", back, err)
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&others != 0 {
		t.Errorf("the file is open to others: %v, %v", info.Mode(), err)
	}
	if err := Check(folder); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("there stands %v, %v", entries, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("there is left %v, %v", entries, err)
	}
}

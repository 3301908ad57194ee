package cli

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/publish"
)

// changing is a folder in which somebody saves a file in the instant after a build has read it.
type changing struct {
	fs.FS
	name string
	save func()
}

func (c *changing) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if name == c.name && c.save != nil {
		c.save()
		c.save = nil
	}
	return f, err
}

// A template that is saved while a build reads it is not what the next build remembers: that
// would leave the pages as they were, for ever (F56).
func TestTemplateSavedWhileBuilding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	tocsinT(t, "init", dir)
	p := &program{World: world(), dir: dir, now: june}
	s, err := p.prepare(asItIs)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	saved := false
	s.templates = &changing{s.templates, "strings/en.json", func() {
		saved = true
		write(t, filepath.Join(dir, "templates", "strings", "en.json"), `{"layout.skip": "Skip"}`)
	}}
	made, err := p.make(context.Background(), s, building{}, func(publish.File) error { return nil })
	if err != nil || !saved {
		t.Fatalf("saved: %v; %v", saved, err)
	}
	if key, err := s.memoryKey(); err != nil || key == made.Memory.Key {
		t.Errorf("what was read before the save is remembered as what stands there now (%v)", err)
	}
}

// A file of public/ that was changed in place, its size and time restored, is found by
// build --check; build --fresh, which believes nothing, writes it anew (F62).
func TestFreshMendsForgedFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	tocsinT(t, "init", dir)
	built(t, dir)
	built(t, dir) // the tree is remembered
	file := filepath.Join(dir, "public", "security-bulletins", "index.html")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, file, "Example Networks", "Exbmple Networks")
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if status, _, talk := run("-C", dir, "--now", june, "build", "--check"); status != exitProblems || !strings.Contains(talk, "not current") {
		t.Fatalf("the forgery is not found: %d\n%s", status, talk)
	}
	built(t, dir, "--fresh")
	if status, out, talk := run("-C", dir, "--now", june, "build", "--check"); status != exitDone {
		t.Errorf("after build --fresh: %d\n%s%s", status, out, talk)
	}
}

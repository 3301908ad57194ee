package cli

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	w, err := publish.Begin(s.public(), s.state())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	if s.layouts, err = s.readLayouts(func() (fs.FS, error) { return s.templates, nil }); err != nil {
		t.Fatal(err)
	}
	made, err := p.make(context.Background(), &begun{prepared: s, writer: w}, func(publish.File) error { return nil })
	if err != nil || !saved {
		t.Fatalf("saved: %v; %v", saved, err)
	}
	now, err := s.sumTemplates()
	if err != nil {
		t.Fatal(err)
	}
	if key, err := s.memoryKey(now); err != nil || key == made.Memory.Key {
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
	if status, _, talk := run("-C", dir, "--now", june, "build", "--check"); status != exitProblems || !strings.Contains(talk, "next: tocsin -C "+dir+" build --fresh") {
		t.Fatalf("the forgery is not found: %d\n%s", status, talk)
	}
	built(t, dir, "--fresh")
	if status, out, talk := run("-C", dir, "--now", june, "build", "--check"); status != exitDone {
		t.Errorf("after build --fresh: %d\n%s%s", status, out, talk)
	}
}

// What a page shows of another bulletin is looked at again when that one changes: it becomes a
// draft, or comes back, while the page's own file stays as it was (F55, F56).
func TestRelatedComesAndGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 8, 5)
	bulletin := func(i int) string { return filepath.Join(dir, "content", "bulletins", name(i)+".md") }
	for i := range 8 { // links to what becomes a draft are errors
		data := string(text(t, bulletin(i)))
		cut := strings.Index(data, " See also [")
		write(t, bulletin(i), data[:cut]+data[cut+strings.Index(data[cut:], "\n"):])
	}
	replace(t, bulletin(1), "aliases:", "related: ["+name(6)+"]\naliases:") // no neighbours
	old := time.Now().Add(-time.Hour)
	for i := range 8 {
		if err := os.Chtimes(bulletin(i), old, old); err != nil {
			t.Fatal(err)
		}
	}
	link := strings.ToLower(name(6)) + `/"`
	for _, at := range []struct {
		from, to string
		there    bool
	}{
		{"status: published", "status: published", true},
		{"status: published", "status: draft", false},
		{"status: draft", "status: private", false},
		{"status: private", "status: published", true},
		{"status: published", "status: withdrawn\nwithdrawn: {at: 2026-05-06, reason: Wrong.}", true},
	} {
		replace(t, bulletin(6), at.from, at.to)
		_ = os.Remove(filepath.Join(dir, "urls.lock")) // which would keep a published page from going
		time.Sleep(2 * 100 * time.Millisecond)         // a file as young as the build is not remembered
		page := built(t, dir)["security-bulletins/"+strings.ToLower(name(1))+"/index.html"]
		if _, main, _ := strings.Cut(page, "<main"); strings.Contains(main, link) != at.there {
			t.Errorf("%s → %s: a link to it: %v, want %v", at.from, at.to, !at.there, at.there)
		}
	}
}

// Somebody copies a bulletin and forgets to change its ID, or leaves it in the drafts root: build
// says what check says, and not that two pages want one path (F14).
func TestTwoFilesOfOneID(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "site")
	tocsinT(t, "init", dir)
	write(t, filepath.Join(dir, "tocsin.yaml"), "drafts: ../embargo\n"+string(text(t, filepath.Join(dir, "tocsin.yaml"))))
	first := string(text(t, filepath.Join(dir, "content/bulletins/TS-2026-002.md")))
	for file, code := range map[string]string{
		filepath.Join(dir, "content/bulletins/TS-2026-022.md"):  "[id-not-file-name]",
		filepath.Join(root, "embargo/bulletins/TS-2026-002.md"): "[published-in-drafts]",
	} {
		if err := os.MkdirAll(filepath.Join(root, "embargo/bulletins"), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, file, first)
		status, _, talk := run("-C", dir, "--now", june, "build")
		if status != exitProblems || !strings.Contains(talk, code) || !strings.Contains(talk, "[duplicate-id]") {
			t.Errorf("%s: exit status %d\n%s", file, status, talk)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func text(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What all pages have in common is part of what is remembered: a setting, a word, a policy.
func TestSettingsReachEveryPage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	tocsinT(t, "init", dir)
	write(t, filepath.Join(dir, "templates", "strings", "en.json"), `{"layout.skip": "Skip Example Networks"}`)
	time.Sleep(2 * 100 * time.Millisecond) // a file as young as the build is not remembered
	built(t, dir)
	for _, file := range []string{"tocsin.yaml", "templates/strings/en.json", "content/policies/patch-management.md"} {
		replace(t, filepath.Join(dir, filepath.FromSlash(file)), "Example Networks", "Example Network")
		built(t, dir)
		if status, out, talk := run("-C", dir, "--now", june, "build", "--check"); status != exitDone {
			t.Errorf("%s: %d\n%s%s", file, status, out, talk)
		}
	}
}

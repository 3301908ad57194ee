package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/publish"
	"tocsin/internal/publish/site"
	"tocsin/internal/source"
)

var today = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// folder makes a site with some published bulletins, the newest of which was published in May.
func folder(t *testing.T, bulletins int) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, content.ConfigFile, "base_url: https://security.example.com\norganization: {name: Example Networks}\nproducts:\n  - {id: client, title: Example client, platforms: [windows]}\n")
	for i := range bulletins {
		put(t, dir, nameOf(i), textOf(i, bulletins))
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func nameOf(i int) string { return fmt.Sprintf("%s/TS-2026-%04d.md", content.BulletinFolder, i) }

func textOf(i, of int) string {
	published := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i-of).Format(time.DateOnly)
	return fmt.Sprintf(`---
id: TS-2026-%04d
title: Fault %d
status: published
published: %s
severity: high
affected:
  - {product: client, platforms: [windows], introduced: 1.0.0, fixed: 1.%d.1, available: 2020-01-01}
action: Update.
data_visible: no
---
#### What happened?

A thing.
`, i, i, published, 1+i)
}

// walkOf is a walk through a folder, with what one before it left.
func walkOf(t *testing.T, dir string, last *Memory) *Walk {
	t.Helper()
	return walkAt(t, dir, last, today)
}

func walkAt(t *testing.T, dir string, last *Memory, now time.Time) *Walk {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	tree := content.NewTree(root)
	t.Cleanup(func() { tree.Close() })
	config, problems, err := content.ReadConfig(tree)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	reader, err := content.Open(tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules, _ := check.Reading(reader.Site())
	pages, err := site.New(site.Site{Organization: "Example Networks", Layout: config.Layout, Products: config.Products, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	return &Walk{
		Reader: reader, Pages: pages, Now: now, Began: time.Now().Add(time.Hour), Workers: 3, Last: last,
		Checker: check.New(check.Settings{Config: config, Rules: rules, Now: now}, reader.Site()),
		Feeds:   Feeds{Organization: "Example Networks", Namespace: "https://example.com/security", Language: "en", Layout: config.Layout},
	}
}

// collect makes everything of a walk; what was taken from memory is made again, and told.
func collect(t *testing.T, w *Walk) (files map[string]string, remembered int, made Made) {
	t.Helper()
	files = make(map[string]string)
	var mutex sync.Mutex
	made, err := w.Make(context.Background(), func(f publish.File) error {
		data := f.Data
		if f.Again != nil {
			var err error
			if data, err = f.Again(); err != nil {
				return err
			}
		}
		mutex.Lock()
		defer mutex.Unlock()
		if f.Again != nil {
			remembered++
		}
		if _, twice := files[f.Path]; twice {
			t.Errorf("%s was made twice", f.Path)
		}
		files[f.Path] = string(data)
		return nil
	}, func(source.Problems) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return files, remembered, made
}

// A walk that remembers makes the same site as one that does not, and looks at less.
func TestMemory(t *testing.T) {
	dir := folder(t, 150)
	want, none, made := collect(t, walkOf(t, dir, nil))
	if none > 0 || made.Published != 150 {
		t.Fatalf("%d files were remembered by nobody, %d bulletins", none, made.Published)
	}
	file := filepath.Join(dir, ".tocsin", "memory")
	made.Memory.Key = "key"
	if err := made.Memory.Keep(file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the memory has mode %v: %v", info.Mode(), err)
	}
	last, err := ReadMemory(file)
	if err != nil || last.For("key") == nil {
		t.Fatal("the memory does not read back", err)
	}
	got, remembered, again := collect(t, walkOf(t, dir, last))
	if !maps.Equal(got, want) || remembered < 150 || again.Memory != last {
		t.Errorf("%d of %d files were remembered, and what is known is the same: %v", remembered, len(got), again.Memory == last)
	}
	// One title shows on its own page, on those of its neighbours, in lists and feeds.
	put(t, dir, nameOf(70), strings.Replace(textOf(70, 150), "Fault 70", "Another fault", 1))
	fresh, _, _ := collect(t, walkOf(t, dir, nil))
	got, remembered, again = collect(t, walkOf(t, dir, last))
	if !maps.Equal(got, fresh) || remembered < 147 || again.Memory == last {
		t.Errorf("after an edit the site is another than without a memory, or too much was made anew: %d remembered", remembered)
	}
}

// A memory that is damaged in any way, or of another site, is none.
func TestMemoryDamaged(t *testing.T) {
	dir := folder(t, 3)
	_, _, made := collect(t, walkOf(t, dir, nil))
	file := filepath.Join(dir, "memory")
	made.Memory.Key = "key"
	if err := made.Memory.Keep(file); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadMemory(file); m.For("another") != nil || err != nil {
		t.Errorf("another site's memory was taken: %v", err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/300 {
		damaged := append([]byte(nil), whole...)
		damaged[i] ^= 1
		for _, data := range [][]byte{damaged, whole[:i]} {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if m, err := ReadMemory(file); m != nil || err != nil {
				t.Fatalf("damaged at %d it was taken: %v", i, err)
			}
		}
	}
	if m, err := ReadMemory(filepath.Join(dir, "absent")); m != nil || err != nil {
		t.Error("what is not there was read", err)
	}
}

// What a later walk learned stands behind what the first one knew. Damage there leaves what the
// first one knew, and the next memory begins the file anew.
func TestMemoryAddedTo(t *testing.T) {
	dir := folder(t, 40)
	file := filepath.Join(dir, "memory")
	keep := func(m *Memory) []byte {
		t.Helper()
		m.Key = "key"
		if err := m.Keep(file); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	again := func() (*Memory, int) {
		t.Helper()
		last, err := ReadMemory(file)
		if err != nil {
			t.Fatal(err)
		}
		_, remembered, made := collect(t, walkOf(t, dir, last))
		return made.Memory, remembered
	}
	_, _, made := collect(t, walkOf(t, dir, nil))
	first := keep(made.Memory)
	whole := first
	for _, number := range []int{20, 3, 20} {
		put(t, dir, nameOf(number), strings.Replace(textOf(number, 40), "Fault", fmt.Sprintf("Edit %d of fault", len(whole)), 1))
		m, _ := again()
		longer := keep(m)
		if !bytes.HasPrefix(longer, whole) || len(longer) == len(whole) || len(longer) > len(whole)+len(first)/2 {
			t.Fatalf("%d octets follow on %d", len(longer), len(whole))
		}
		whole = longer
	}
	m, all := again()
	if again := keep(m); !bytes.Equal(again, whole) || all < 40 {
		t.Errorf("nothing is new, but %d octets follow on %d, and %d files were remembered", len(again), len(whole), all)
	}
	for i := len(first); i < len(whole); i += 1 + (len(whole)-len(first))/12 {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1
		for _, data := range [][]byte{damaged, whole[:i]} {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			m, remembered := again()
			if remembered < 38 || remembered >= all {
				t.Fatalf("damaged at %d of %d, %d files are remembered", i, len(whole), remembered)
			}
			if i > len(first) && bytes.HasPrefix(keep(m), data) {
				t.Fatalf("damaged at %d of %d, it was added to", i, len(whole))
			}
		}
	}
}

// A file that was put in the place of the one that was read is not added to: it may be of another
// site. Nor is one that has grown too long.
func TestMemoryBegunAnew(t *testing.T) {
	dir := folder(t, 5)
	file := filepath.Join(dir, "memory")
	_, _, made := collect(t, walkOf(t, dir, nil))
	for name, spoil := range map[string]func(*Memory) error{
		"another file": func(*Memory) error {
			data, err := os.ReadFile(file)
			return errors.Join(err, os.Remove(file), os.WriteFile(file, data, 0o600))
		},
		"a longer file": func(*Memory) error {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("more")
			return errors.Join(err, f.Close())
		},
		"no file":         func(*Memory) error { return os.Remove(file) },
		"too much behind": func(m *Memory) error { m.file.first = -1 << 20; return nil },
	} {
		made.Memory.file = nil
		if err := made.Memory.Keep(file); err != nil {
			t.Fatal(err)
		}
		last, err := ReadMemory(file)
		if err != nil || last == nil {
			t.Fatal(name, err)
		}
		put(t, dir, nameOf(2), strings.Replace(textOf(2, 5), "Fault", "Edit of "+name, 1))
		_, _, next := collect(t, walkOf(t, dir, last))
		if err := spoil(next.Memory); err != nil {
			t.Fatal(name, err)
		}
		if err := next.Memory.Keep(file); err != nil {
			t.Fatal(name, err)
		}
		if m, err := ReadMemory(file); m == nil || err != nil || len(m.later) > 0 {
			t.Errorf("%s: it was added to: %v", name, err)
		}
	}
}

// What the guess of the newest bulletins misses stands in the feeds all the same: an old bulletin
// that was revised today is the first entry.
func TestOldBulletinRevised(t *testing.T) {
	const bulletins = 400
	dir := folder(t, bulletins)
	put(t, dir, nameOf(2), strings.Replace(textOf(2, bulletins), "action: Update.",
		"action: Update.\nrevisions:\n  - {version: 1, at: 2026-05-01, summary: First.}\n  - {version: 2, at: 2026-05-30, summary: More., material: yes}", 1))
	files, _, _ := collect(t, walkOf(t, dir, nil))
	feed := files["security-bulletins/index.xml"]
	if !strings.Contains(feed, "TS-2026-0002/r2") || strings.Contains(feed, "TS-2026-0001<") {
		t.Error("the feed lacks the revised bulletin, or has an old one")
	}
}

// Files younger than the clock of the file system is coarse are read again; older ones are not. The
// oldest file's own time stands for the beginning, so that a slow machine ages none of them.
func TestYoungFiles(t *testing.T) {
	const bulletins = 5
	dir := folder(t, bulletins)
	oldest, err := os.Stat(filepath.Join(dir, filepath.FromSlash(nameOf(0))))
	if err != nil {
		t.Fatal(err)
	}
	for began, want := range map[time.Time]int{
		oldest.ModTime().Add(coarse / 2): 0,
		oldest.ModTime().Add(time.Hour):  bulletins,
	} {
		w := walkOf(t, dir, nil)
		w.Began = began
		_, _, made := collect(t, w)
		if n := len(made.Memory.records); n != want {
			t.Errorf("begun %v after the oldest: %d bulletins are remembered, not %d", began.Sub(oldest.ModTime()), n, want)
		}
	}
}

// A page that cannot be made, a writer that fails and an interruption end the walk with their own
// error, and a problem that stops it with none.
func TestEnds(t *testing.T) {
	dir := folder(t, 200)
	drop := func(publish.File) error { return nil }
	never := func(source.Problems) bool { return false }
	full := errors.New("the disk is full")
	if _, err := walkOf(t, dir, nil).Make(context.Background(), func(publish.File) error { return full }, never); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var once sync.Once
	_, err := walkOf(t, dir, nil).Make(ctx, func(publish.File) error { once.Do(cancel); return nil }, never)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	made, err := walkOf(t, dir, nil).Make(context.Background(), drop, func(source.Problems) bool { return true })
	if err != nil || made.Memory != nil {
		t.Errorf("stopped by a problem: %v, and a memory: %v", err, made.Memory != nil)
	}
	if err := os.Remove(filepath.Join(dir, nameOf(7))); err != nil {
		t.Fatal(err)
	}
	w := walkOf(t, dir, nil)
	if err := os.Remove(filepath.Join(dir, nameOf(8))); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Make(context.Background(), drop, never); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that went meanwhile: %v", err)
	}
}

// Several cores make the site that one makes.
func TestWorkers(t *testing.T) {
	dir := folder(t, 130)
	one := walkOf(t, dir, nil)
	one.Workers = 1
	want, _, _ := collect(t, one)
	many := walkOf(t, dir, nil)
	many.Workers = 8
	if got, _, _ := collect(t, many); !maps.Equal(got, want) {
		t.Error("the site differs by the number of workers")
	}
}

// A memory that cannot be kept is an error, and leaves nothing of the drafts that are in it.
func TestMemoryNotKept(t *testing.T) {
	dir := folder(t, 3)
	_, _, made := collect(t, walkOf(t, dir, nil))
	file := filepath.Join(dir, "memory")
	if err := os.MkdirAll(filepath.Join(file, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := made.Memory.Keep(file); err == nil {
		t.Error("a folder was replaced by the memory")
	}
	if _, err := os.Lstat(file + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was written is left: %v", err)
	}
}

package serve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// TestWatch: what people and their editors do to files, and what the site is told.
// Whatever comes must name the path; a path more does no harm, but for those that are
// no part of the site.
func TestWatch(t *testing.T) {
	r := start(t, &folderSite{}, Options{})
	in := func(name string) string { return filepath.Join(r.folder, filepath.FromSlash(name)) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"a file is written", func() { write(t, in("a.md"), "1") }, "a.md"},
		{"it is written again", func() { write(t, in("a.md"), "2") }, "a.md"},
		{"an editor renames the new one over the old", func() {
			write(t, in("a.md.new"), "3")
			must(os.Rename(in("a.md.new"), in("a.md")))
		}, "a.md"},
		{"vim keeps the old one aside", func() {
			must(os.Rename(in("a.md"), in("a.md~")))
			write(t, in("a.md"), "4")
			must(os.Remove(in("a.md~")))
		}, "a.md"},
		{"its rights change", func() { must(os.Chmod(in("a.md"), 0o640)) }, "a.md"},
		{"a folder comes with what is in it", func() { write(t, in("new/deep/b.md"), "1") }, "new/deep/b.md"},
		{"in which files are written", func() { write(t, in("new/deep/b.md"), "2") }, "new/deep/b.md"},
		{"a folder moves", func() { must(os.Rename(in("new"), in("newer"))) }, "newer/deep/b.md"},
		{"and is still watched", func() { write(t, in("newer/deep/b.md"), "3") }, "newer/deep/b.md"},
		{"a file goes", func() { must(os.Remove(in("newer/deep/b.md"))) }, "newer/deep/b.md"},
		{"a folder goes", func() { must(os.RemoveAll(in("newer"))) }, "newer"},
		{"and comes back", func() { write(t, in("newer/c.md"), "1") }, "newer/c.md"},
		{"a link to a file", func() { must(os.Symlink(in("a.md"), in("l.md"))) }, "l.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.do()
			var told []string
			for !slices.Contains(told, in(c.want)) {
				told = append(told, r.awaitRefresh(t)...)
			}
			for _, path := range told {
				if strings.HasSuffix(path, "~") {
					t.Errorf("told of %s", path)
				}
			}
			r.settle(t)
		})
	}
}

// settle takes the refreshes that a change brought late, up to a file that is written
// after it: the kernel keeps the order.
func (r *running) settle(t *testing.T) {
	t.Helper()
	mark := filepath.Join(r.folder, "settled")
	write(t, mark, t.Name())
	for !slices.Contains(r.awaitRefresh(t), mark) {
	}
}

// TestIgnored: what is no part of the site brings no refresh, neither at first nor in
// folders that come later.
func TestIgnored(t *testing.T) {
	r := start(t, &folderSite{}, Options{})
	for _, name := range []string{
		".git/index", ".tocsin/state", "public/index.html", "var/ledger", "content/.git/HEAD",
		"4913", "a.md~", ".a.md.swp", ".a.md.swx", ".#a.md", "#a.md#",
	} {
		write(t, filepath.Join(r.folder, filepath.FromSlash(name)), "1")
		write(t, filepath.Join(r.folder, filepath.FromSlash(name)), "2")
	}
	write(t, filepath.Join(r.folder, "last.md"), "1")
	seen := false
	for !seen {
		for _, path := range r.awaitRefresh(t) {
			name, _ := filepath.Rel(r.folder, path)
			seen = seen || name == "last.md"
			if name != "last.md" && name != "content" {
				t.Errorf("told of %s", name)
			}
		}
	}
}

// TestFolders: a folder that is not deep is watched by itself; one that is to come is
// watched when it does, as is one that the settings name later.
func TestFolders(t *testing.T) {
	folder, later := t.TempDir(), t.TempDir()
	content := filepath.Join(folder, "content")
	write(t, filepath.Join(folder, "findings", "old.csv"), "private")
	site := &folderSite{folders: []Folder{{folder, false}, {content + "/", true}}}
	r := start(t, site, Options{})
	write(t, filepath.Join(folder, "findings", "new.csv"), "private")
	write(t, filepath.Join(folder, "inventory", "tailnets.csv"), "private")
	write(t, filepath.Join(content, "bulletins", "a.md"), "1")
	for want := filepath.Join(content, "bulletins", "a.md"); ; {
		told := r.awaitRefresh(t)
		if slices.ContainsFunc(told, func(p string) bool { return strings.HasSuffix(p, ".csv") }) {
			t.Errorf("told of %q: that folder is not watched", told)
		}
		if slices.Contains(told, want) {
			break
		}
	}
	write(t, filepath.Join(later, "b.md"), "1")
	site.mu.Lock()
	site.folders = append(slices.Clone(site.folders), Folder{later, true})
	site.mu.Unlock()
	write(t, filepath.Join(folder, "tocsin.yaml"), "drafts: elsewhere")
	for !slices.Contains(r.awaitRefresh(t), filepath.Join(later, "b.md")) {
	}
	write(t, filepath.Join(later, "c.md"), "1")
	for !slices.Contains(r.awaitRefresh(t), filepath.Join(later, "c.md")) {
	}
}

// TestPause: what comes together is one refresh, and what never ends is followed too.
// The clock is the test's own.
func TestPause(t *testing.T) {
	for name, c := range map[string]struct {
		events int
		every  time.Duration
		want   time.Duration // from the first event to the refresh
		told   int
	}{
		"one write":             {1, 0, pause, 1},
		"an editor's few steps": {5, time.Millisecond, 4*time.Millisecond + pause, 5},
		"a checkout":            {1000, 9 * time.Millisecond, most, 12}, // at 0, 9, … 99 ms
		"1,000 at once":         {1000, 0, pause, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				w := &watch{notify: &fsnotify.Watcher{Events: make(chan fsnotify.Event), Errors: make(chan error)}}
				begun := time.Now()
				go func() {
					for i := range c.events {
						select {
						case w.notify.Events <- fsnotify.Event{Name: fmt.Sprint(i), Op: fsnotify.Write}:
						case <-ctx.Done():
							return
						}
						select {
						case <-time.After(c.every):
						case <-ctx.Done():
						}
					}
				}()
				got, err := w.next(ctx)
				if took := time.Since(begun); err != nil || took != c.want || len(got.sorted()) != c.told {
					t.Errorf("after %v: %d paths, %v; want %d after %v", took, len(got.sorted()), err, c.told, c.want)
				}
				cancel()
				if _, err := w.next(ctx); err != context.Canceled {
					t.Errorf("at the end: %v", err)
				}
			})
		})
	}
}

// TestOverflow: after more events than the kernel keeps, everything is read again.
func TestOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watch{notify: &fsnotify.Watcher{Events: make(chan fsnotify.Event), Errors: make(chan error)}}
		go func() {
			w.notify.Events <- fsnotify.Event{Name: "a.css", Op: fsnotify.Write}
			w.notify.Errors <- fsnotify.ErrEventOverflow
		}()
		if c, err := w.next(t.Context()); err != nil || c.sorted() != nil || c.onlyStyle() {
			t.Errorf("%v, %v: want everything", c, err)
		}
	})
}

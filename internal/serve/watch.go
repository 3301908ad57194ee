package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// An editor saves in several steps: it empties the file and fills it, or writes a new
// one and renames it, within a millisecond or two. A pause means that it is done;
// whoever never pauses (a checkout of a branch) is followed all the same.
const (
	pause = 10 * time.Millisecond
	most  = 100 * time.Millisecond
)

// watch notices what changes in folders.
type watch struct {
	notify  *fsnotify.Watcher
	folders []Folder
}

func newWatch() (*watch, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch for changes: %w", err)
	}
	return &watch{notify: n}, nil
}

func (w *watch) close() { w.notify.Close() }

// changes are the paths that changed, or may have.
type changes struct {
	paths []string
	all   bool // and perhaps any other
}

// sorted is each path once; nil for everything.
func (c changes) sorted() []string {
	if c.all {
		return nil
	}
	set := make(map[string]bool)
	for _, p := range c.paths {
		set[filepath.Clean(p)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// onlyStyle reports that nothing but stylesheets changed.
func (c changes) onlyStyle() bool {
	return !c.all && len(c.paths) > 0 && !slices.ContainsFunc(c.paths, func(p string) bool { return filepath.Ext(p) != ".css" })
}

// follow watches these folders. It returns the files of those that it did not watch
// before; of the first ones it returns none, which nobody has read yet.
func (w *watch) follow(folders []Folder) ([]string, error) {
	first := w.folders == nil
	var found []string
	for _, f := range folders {
		f.Path = filepath.Clean(f.Path)
		if slices.Contains(w.folders, f) {
			continue
		}
		w.folders = append(w.folders, f)
		files, err := w.add(f)
		if err != nil {
			return nil, err
		}
		found = append(found, files...)
	}
	if first {
		return nil, nil
	}
	return found, nil
}

// add watches a folder, and returns the files that are there by then: some may have
// come before the watch did. A folder that is not there, or is gone by now, has none.
func (w *watch) add(f Folder) ([]string, error) {
	var files []string
	err := filepath.WalkDir(f.Path, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case path != f.Path && w.ignores(path):
			return skip(d)
		case !d.IsDir():
			files = append(files, path)
			return nil
		case path != f.Path && !f.Deep:
			return fs.SkipDir
		}
		if err := w.notify.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("watch %s: %w", path, err)
		}
		return nil
	})
	return files, err
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// ignores leaves out what is no part of a site: what tools keep beside it, what is
// made of it, and what editors put down for a moment.
func (w *watch) ignores(path string) bool {
	folder, name := filepath.Split(path)
	switch name {
	case ".git", ".tocsin":
		return true
	case "public", "var":
		return slices.ContainsFunc(w.folders, func(f Folder) bool { return f.Path == filepath.Clean(folder) })
	case "4913": // vim tries whether it can make a file
		return true
	}
	return strings.HasSuffix(name, "~") || strings.HasPrefix(name, ".#") || strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") ||
		strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".swp") || strings.HasSuffix(name, ".swx"))
}

// next waits for a change and what comes with it. The error is that of ctx.
func (w *watch) next(ctx context.Context) (changes, error) {
	var c changes
	var quiet, enough <-chan time.Time // nil until something changed
	for {
		select {
		case <-ctx.Done():
			return c, ctx.Err()
		case <-quiet:
			return c, nil
		case <-enough:
			return c, nil
		case e := <-w.notify.Events:
			if w.ignores(e.Name) {
				continue
			}
			w.note(&c, e)
		case <-w.notify.Errors:
			c.all = true // too much happened at once, or something was missed: only a look at everything helps
		}
		if enough == nil {
			enough = time.After(most)
		}
		quiet = time.After(pause)
	}
}

// note adds what an event tells of. A new folder is watched, and what is in it is new.
func (w *watch) note(c *changes, e fsnotify.Event) {
	c.paths = append(c.paths, e.Name)
	if e.Has(fsnotify.Rename) {
		w.forget(filepath.Clean(e.Name))
	}
	if !e.Has(fsnotify.Create) {
		return
	}
	if info, err := os.Lstat(e.Name); err != nil || !info.IsDir() {
		return
	}
	f, wanted := w.folder(filepath.Clean(e.Name))
	if !wanted {
		return
	}
	files, err := w.add(f)
	c.paths = append(c.paths, files...)
	c.all = c.all || err != nil
}

// forget ends the watch of what bore a name until now. The kernel watches folders, not
// names: what moved would be reported under its old name, and a watch under the new one
// would be the same, and end when fsnotify hears that the folder moved.
func (w *watch) forget(path string) {
	for _, watched := range w.notify.WatchList() {
		if watched == path || strings.HasPrefix(watched, path+string(filepath.Separator)) {
			w.notify.Remove(watched) // it fails where it ended by itself
		}
	}
}

// folder tells how a new folder is to be watched.
func (w *watch) folder(path string) (f Folder, wanted bool) {
	for _, f := range w.folders {
		below, err := filepath.Rel(f.Path, path)
		switch {
		case err != nil || below == ".." || strings.HasPrefix(below, ".."+string(filepath.Separator)):
		case below == "." || f.Deep:
			return Folder{path, f.Deep}, true
		}
	}
	return Folder{}, false
}

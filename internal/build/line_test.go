package build

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/publish"
	"tocsin/internal/source"
)

func never(source.Problems) bool { return false }

// Of two pages that cannot be made, the site names the newer one, whichever failed first.
func TestSameErrorEveryTime(t *testing.T) {
	dir := folder(t, 150)
	page := func(number int) string {
		return strings.ToLower(strings.TrimSuffix(filepath.Base(nameOf(number)), ".md")) + "/"
	}
	const newer, older = 100, 60
	for _, first := range []int{newer, older} {
		failed := make(chan struct{}) // the first has
		w := walkOf(t, dir, nil)
		w.Workers = 8
		_, err := w.Make(t.Context(), func(f publish.File) error {
			for _, number := range []int{newer, older} {
				if !strings.Contains(f.Path, page(number)) {
					continue
				}
				if number == first {
					defer time.AfterFunc(50*time.Millisecond, func() { close(failed) })
				} else {
					<-failed
				}
				return errors.New("no room for " + page(number))
			}
			return nil
		}, never)
		if err == nil || err.Error() != "no room for "+page(newer) {
			t.Errorf("%d failed first: %v", first, err)
		}
	}
}

// Files that cannot be read end the walk with the newest of them.
func TestSameUnreadFileEveryTime(t *testing.T) {
	dir := folder(t, 150)
	for _, workers := range []int{1, 2, 8} {
		w := walkOf(t, dir, nil)
		w.Workers = workers
		for _, number := range []int{100, 98, 3} {
			if err := os.Remove(filepath.Join(dir, nameOf(number))); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.Make(t.Context(), func(publish.File) error { return nil }, never)
		if failed, is := errors.AsType[*fs.PathError](err); !is || !strings.Contains(failed.Path, filepath.Base(nameOf(100))) {
			t.Errorf("%d workers: %v", workers, err)
		}
		for _, number := range []int{100, 98, 3} {
			put(t, dir, nameOf(number), textOf(number, 150))
		}
	}
}

// Sites of which readers get little or nothing come to their end, with any number of workers.
func TestFewBulletins(t *testing.T) {
	for name, hidden := range map[string]func(number int) bool{
		"none is public":      func(int) bool { return true },
		"every tenth is":      func(number int) bool { return number%10 > 0 },
		"the oldest alone is": func(number int) bool { return number > 0 },
		"the newest alone is": func(number int) bool { return number < 39 },
	} {
		t.Run(name, func(t *testing.T) {
			dir, public := folder(t, 40), 0
			for number := range 40 {
				if !hidden(number) {
					public++
					continue
				}
				put(t, dir, nameOf(number), strings.Replace(textOf(number, 40), "status: published", "status: draft", 1))
			}
			var want map[string]string
			for _, workers := range []int{0, 1, 3, 64} {
				w := walkOf(t, dir, nil)
				w.Workers = workers
				files, _, made := collect(t, w)
				if want == nil {
					want = files
				}
				wantNeighbours(t, files)
				if made.Published != public || !maps.Equal(files, want) {
					t.Errorf("%d workers: %d bulletins of %d, or another site", workers, made.Published, public)
				}
			}
		})
	}
	dir := folder(t, 1)
	if err := os.Remove(filepath.Join(dir, nameOf(0))); err != nil {
		t.Fatal(err)
	}
	if _, _, made := collect(t, walkOf(t, dir, nil)); made.Published != 0 {
		t.Error(made.Published)
	}
}

// wantNeighbours: every bulletin's page links to the one before it and to the one after it.
func wantNeighbours(t *testing.T, files map[string]string) {
	t.Helper()
	var pages []string
	for path := range files {
		if strings.HasPrefix(path, "security-bulletins/ts-") {
			pages = append(pages, path)
		}
	}
	slices.Sort(pages)
	for i, path := range pages {
		for _, beside := range []int{i - 1, i + 1} {
			if beside < 0 || beside == len(pages) {
				continue
			}
			if link := `href="/` + strings.TrimSuffix(pages[beside], "index.html") + `"`; !strings.Contains(files[path], link) {
				t.Errorf("%s has no %s", path, link)
			}
		}
	}
}

// What the last walk read goes past the line in long runs, and what was edited between them is read:
// the site is that of a walk that remembers nothing, and everything is counted once.
func TestRunsOfRememberedBulletins(t *testing.T) {
	const bulletins = 3*block*atOnce/2 + 3
	dir := folder(t, bulletins)
	_, _, first := collect(t, walkOf(t, dir, nil))
	edits := [][]int{nil, {0}, {bulletins - 1}, {bulletins / 2}, {0, 1, 2, block, 3 * block, block * atOnce, block*atOnce + 1, bulletins - block, bulletins - 1}}
	many := make([]int, 0, bulletins)
	for i := 0; i < bulletins; i += 5 {
		many = append(many, i)
	}
	for _, edited := range append(edits, many) {
		for _, number := range edited {
			put(t, dir, nameOf(number), strings.Replace(textOf(number, bulletins), "Fault", "Flaw", 1))
		}
		want, _, _ := collect(t, walkOf(t, dir, nil))
		for _, workers := range []int{1, 8} {
			w, counted := walkOf(t, dir, first.Memory), 0
			w.Workers = workers
			w.Progress = func(more int) { counted += more }
			got, _, made := collect(t, w)
			if !maps.Equal(got, want) || counted != bulletins || made.Published != bulletins {
				t.Errorf("%d edited, %d workers: %d counted, %d published, or another site", len(edited), workers, counted, made.Published)
			}
		}
		for _, number := range edited {
			put(t, dir, nameOf(number), textOf(number, bulletins))
		}
	}
}

// Of two remembered pages that cannot be kept the walk names the newer one, too.
func TestSameErrorOfRememberedPages(t *testing.T) {
	const bulletins, newer, older = 2 * block * atOnce, 3 * block * atOnce / 2, 5
	dir := folder(t, bulletins)
	_, _, first := collect(t, walkOf(t, dir, nil))
	for _, workers := range []int{1, 2, 8} {
		w := walkOf(t, dir, first.Memory)
		w.Workers = workers
		_, err := w.Make(t.Context(), func(f publish.File) error {
			for _, number := range []int{newer, older} {
				if strings.Contains(f.Path, strings.ToLower(strings.TrimSuffix(filepath.Base(nameOf(number)), ".md"))+"/") {
					return errors.New(nameOf(number))
				}
			}
			return nil
		}, never)
		if err == nil || err.Error() != nameOf(newer) {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

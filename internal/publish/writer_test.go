package publish

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// remembered yields the files of a tree as a build adds them that did not make them.
func remembered(tree map[string]string, again func(path string) ([]byte, error)) []File {
	var all []File
	for path, data := range tree {
		all = append(all, File{Path: path, Sum: sha256.Sum256([]byte(data)),
			Again: func() ([]byte, error) { return again(path) }})
	}
	return all
}

// Files are made again only where the tree lost them.
func TestFilesAreMadeAgain(t *testing.T) {
	for _, c := range touches {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("1"))
			if err := c.touch(s.dir); err != nil {
				t.Fatal(err)
			}
			var made []string
			files := remembered(tree("1"), func(path string) ([]byte, error) {
				made = append(made, path)
				return []byte(tree("1")[path]), nil
			})
			if _, err := s.write(listed(files)); err != nil {
				t.Fatal(err)
			}
			wantSite(t, s, tree("1"))
			want := map[string]bool{}
			for _, change := range c.want {
				if change.Kind != Gone && change.Path != manifestName {
					want[change.Path] = true
				}
			}
			got := map[string]bool{}
			for _, path := range made {
				got[path] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("made again (-want +got):\n%s", diff)
			}
		})
	}
}

func listed(files []File) func(yield func(File, error) bool) {
	return func(yield func(File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func TestFileThatIsNotMadeAgain(t *testing.T) {
	broken := errors.New("its bulletin is gone")
	for want, again := range map[string]func(string) ([]byte, error){
		`make "a" again: its bulletin is gone`:                  func(string) ([]byte, error) { return nil, broken },
		`"a", made again, is not what it was at the last build`: func(string) ([]byte, error) { return []byte("B"), nil },
	} {
		s := newSite(t)
		mustWrite(t, s, tree("old"))
		_, err := s.write(listed(remembered(map[string]string{"a": "A"}, again)))
		if err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
		wantSite(t, s, tree("old"))
	}
}

// Many goroutines add files of common folders at once; run with -race.
func TestAddTogether(t *testing.T) {
	s := newSite(t)
	for round := range 3 {
		w, err := s.begin()
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		var adding sync.WaitGroup
		for i := range 8 {
			for j := range 40 {
				files[fmt.Sprintf("a/%d/%d/%d", round*j%3, j, i)] = strings.Repeat("x", round*j)
			}
			adding.Go(func() {
				for j := range 40 {
					path := fmt.Sprintf("a/%d/%d/%d", round*j%3, j, i)
					if err := w.Add(File{Path: path, Data: bytes.Repeat([]byte("x"), round*j)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		adding.Wait()
		if _, err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		wantSite(t, s, files)
	}
}

func TestFirstErrorWins(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("old"))
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	var refused atomic.Int32
	var adding sync.WaitGroup
	for range 8 {
		adding.Go(func() {
			if err := w.Add(File{Path: "a"}); err != nil {
				refused.Add(1)
			}
		})
	}
	adding.Wait()
	later := w.Add(File{Path: "b"})
	_, err = w.Finish()
	if want := `two files for path "a"`; refused.Load() != 7 || fmt.Sprint(later) != want || fmt.Sprint(err) != want {
		t.Errorf("%d refused, then %v, at the end %v", refused.Load(), later, err)
	}
	wantSite(t, s, tree("old"))
	wantTidy(t, s)
}

func TestEndOfABuild(t *testing.T) {
	for name, end := range map[string]func(w *Writer) error{
		"finished":  func(w *Writer) error { _, err := w.Finish(); return err },
		"abandoned": (*Writer).Abandon,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("old"))
			w, err := Begin(s.dir, s.state)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Add(File{Path: "a", Data: []byte("A")}), end(w), w.Abandon()); err != nil {
				t.Fatal(err)
			}
			if err := w.Add(File{Path: "b"}); err == nil {
				t.Error("a file was added after the end")
			}
			if _, err := w.Finish(); err == nil {
				t.Error("the build was finished twice")
			}
			want := map[string]map[string]string{"finished": {"a": "A"}, "abandoned": tree("old")}[name]
			wantSite(t, s, want)
			if exists(filepath.Join(s.state, standbyName, "a")) {
				t.Error("the standby keeps what was abandoned")
			}
			mustWrite(t, s, tree("next")) // the lock is free
		})
	}
}

func TestAbandonedFirstBuild(t *testing.T) {
	s := newSite(t)
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Add(File{Path: "a"}), w.Abandon()); err != nil {
		t.Fatal(err)
	}
	if exists(s.dir) || exists(filepath.Join(s.state, standbyName)) {
		t.Error("a tree is left")
	}
}

// A tree that was opened for what is to come does no harm where nothing comes: neither where the
// site turns out to be the same, nor where the build is given up.
func TestExpectedInVain(t *testing.T) {
	for name, end := range map[string]func(*Writer) error{
		"the same site": func(w *Writer) error {
			for path, data := range tree("1") {
				if err := w.Add(File{Path: path, Data: []byte(data)}); err != nil {
					return err
				}
			}
			report, err := w.Finish()
			if len(report.Changed) > 0 {
				t.Errorf("changed: %v", report.Changed)
			}
			return err
		},
		"given up": (*Writer).Abandon,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for _, text := range []string{"0", "2", "1"} { // so that there is a standby that differs
				mustWrite(t, s, tree(text))
			}
			w, err := s.begin()
			if err != nil {
				t.Fatal(err)
			}
			w.Expect()
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			wantSite(t, s, tree("1"))
			mustWrite(t, s, tree("3"))
			wantSite(t, s, tree("3"))
		})
	}
}

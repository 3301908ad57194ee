package publish

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// claims adds files, and returns the error of the first that cannot stand beside those before it.
func claims(t *testing.T, s site, paths []string) string {
	t.Helper()
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if err = w.Add(File{Path: path, Data: []byte("x")}); err != nil {
			break
		}
	}
	if err := w.Abandon(); err != nil {
		t.Error(err)
	}
	return fmt.Sprint(err)
}

// The names that the last site had are not held against each other again. What comes beside them is
// taken or refused all the same, by the same words as where nothing is remembered.
func TestNamesBesideRememberedOnes(t *testing.T) {
	old := []string{"a/b/c", "a/d", "e", "f.html", "manifest.json.txt"}
	files := make(map[string]string)
	for _, path := range old {
		files[path] = "x"
	}
	known, fresh := newSite(t), newSite(t)
	mustWrite(t, known, files)
	for _, more := range [][]string{
		nil,
		{"g"}, {"a/g", "a/b/g"}, {"ü"}, {"G", "H/i"}, // that fit
		{"a/D"}, {"A/x"}, {"a/B/x"}, {"E"}, {"F.HTML"}, // another case
		{"a"}, {"a/b"}, {"e/x"}, {"a/d/x"}, {"a/b/c/x/y"}, // a file that is a folder
		{"A"}, {"A/b"}, {"E/x"}, {"a/D/x"}, // both
		{"g", "G"}, {"g", "g/h"}, {"g", "g"}, {"ſ", "S"}, // among themselves
		{"e"}, {"a/b/c"}, // twice
		{"manifest.json"}, {"Manifest.json"}, {"manifest.json/x"}, {".gitignore"},
		{`a\b`}, {"../x"}, {""},
	} {
		for _, without := range []int{-1, 0, 1, 2} { // a name that is gone is in nobody's way
			next := slices.Clone(old)
			if without >= 0 {
				next = slices.Delete(next, without, without+1)
			}
			for _, paths := range [][]string{slices.Concat(next, more), slices.Concat(more, next), slices.Concat(next[:2], more, next[2:])} {
				if got, want := claims(t, known, paths), claims(t, fresh, paths); got != want {
					t.Errorf("%q\nbeside remembered names: %s\nelse:                    %s", paths, got, want)
				}
			}
		}
	}
}

// A memory whose names do not fit together, or are none of a site, spares nothing.
func TestRememberedNamesThatDoNotFit(t *testing.T) {
	folders := []folder{{path: "a"}, {path: "b"}}
	for name, m := range map[string]struct {
		files   []file
		folders []folder
	}{
		"a file is a folder":      {[]file{{path: "a"}, {path: "a/b"}}, folders},
		"a folder is not there":   {[]file{{path: "a/b"}, {path: "c/d"}}, folders},
		"a folder above is not":   {[]file{{path: "a/b"}}, append(slices.Clone(folders), folder{path: "c/d"})},
		"a capital":               {[]file{{path: "a/B"}}, folders},
		"beyond ASCII":            {[]file{{path: "a/ü"}}, folders},
		"a backslash":             {[]file{{path: `a\b`}}, folders},
		"a path that climbs":      {[]file{{path: "a/../b"}}, append(slices.Clone(folders), folder{path: "a/.."})},
		"a path that ends in one": {[]file{{path: "a/"}}, folders},
	} {
		s := newSite(t)
		mustWrite(t, s, map[string]string{"a/b": "x", "b/c": "x"})
		slices.SortFunc(m.folders, func(a, b folder) int { return strings.Compare(a.path, b.path) })
		if err := s.keep(memoryName, encodeMemory(m.files, m.folders)); err != nil {
			t.Fatal(err)
		}
		w, err := s.begin()
		if err != nil {
			t.Fatal(err)
		}
		if len(w.live.names.files) > 0 {
			t.Errorf("%s: the names are believed", name)
		}
		err = errors.Join(w.Add(File{Path: "b/c"}), w.Add(File{Path: "B/c"}))
		if want := `paths "b" and "B" differ only in case`; fmt.Sprint(err) != want {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.Abandon(); err != nil {
			t.Error(err)
		}
	}
}

package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func noLink(err error) func(from, to *os.Root, path string) error {
	return func(from, to *os.Root, path string) error {
		return &os.LinkError{Op: "link", Old: path, New: path, Err: err}
	}
}

func wantVerified(t *testing.T, s site) {
	t.Helper()
	if wrong, err := Verify(s.dir); err != nil || len(wrong) > 0 {
		t.Errorf("the site is not what its manifest says: %v %v", wrong, err)
	}
}

// stats is what every file and folder below a folder is, but its bytes.
func stats(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[path] = fmt.Sprint(info.Mode(), statOf(info))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A file that does not change keeps its inode and its time, however many builds pass,
// and whatever else changes (DESIGN §6).
func TestUnchangedFilesStay(t *testing.T) {
	s := newSite(t)
	version := func(i int) map[string]string {
		files := tree(fmt.Sprint(i))
		files["seldom.txt"] = fmt.Sprint(i / 3) // shared by both trees, and then changed
		return files
	}
	mustWrite(t, s, version(0))
	last := stats(t, s.dir)
	for i := 1; i < 10; i++ {
		mustWrite(t, s, version(i))
		wantSite(t, s, version(i))
		got := stats(t, s.dir)
		for path, changes := range map[string]bool{"same.txt": false, "index.html": true, "seldom.txt": i%3 == 0} {
			if (got[path] != last[path]) != changes {
				t.Errorf("build %d: %s was %s, is %s", i, path, last[path], got[path])
			}
		}
		// The tree that was live is still what it was: nothing was written in place.
		wantSite(t, site{dir: filepath.Join(s.state, standbyName)}, version(i-1))
		last = got
	}
}

func TestBuildThatChangesNothing(t *testing.T) {
	for _, builds := range []int{1, 2, 3} {
		s := newSite(t)
		for i := range builds {
			mustWrite(t, s, tree(fmt.Sprint(builds-i)))
		}
		mustWrite(t, s, tree("1")) // may have to remember what was written this instant
		before := stats(t, filepath.Dir(s.dir))
		s.exchange = func(a, b string) error { return errors.New("exchanged") }
		report := mustWrite(t, s, tree("1"))
		if len(report.Changed) > 0 || report.Files != len(tree("1")) {
			t.Errorf("report is %+v", report)
		}
		after := stats(t, filepath.Dir(s.dir))
		// The lock is written, and where the clock of the file system is coarse the memory.
		for _, path := range []string{".tocsin", ".tocsin/build.lock", ".tocsin/" + memoryName} {
			delete(before, path)
			delete(after, path)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after %d builds (-before +after):\n%s", builds, diff)
		}
	}
}

// touches are what people and programs do to a site that is not theirs to touch.
type touch struct {
	name  string
	touch func(dir string) error
	want  []Change
}

var touches = []touch{
	{"edit", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "index.html"), []byte("HOME 1"), 0o644)
	}, []Change{{"index.html", Changed}}},
	{"append", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "index.html"), []byte("home 1 and more"), 0o644)
	}, []Change{{"index.html", Changed}}},
	{"replace by a copy", func(dir string) error {
		return errors.Join(os.Remove(filepath.Join(dir, "same.txt")),
			os.WriteFile(filepath.Join(dir, "same.txt"), []byte(tree("1")["same.txt"]), 0o644))
	}, nil},
	{"touch", func(dir string) error {
		return os.Chtimes(filepath.Join(dir, "same.txt"), time.Time{}, time.Unix(1, 0))
	}, nil},
	{"edit, with the time of before", func(dir string) error {
		path := filepath.Join(dir, "same.txt")
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		other := path + "x" // beside it, so that it cannot have its inode
		return errors.Join(os.WriteFile(other, []byte(strings.ToUpper(tree("1")["same.txt"])), 0o644),
			os.Chtimes(other, time.Time{}, info.ModTime()), os.Rename(other, path))
	}, []Change{{"same.txt", Changed}}},
	{"delete", func(dir string) error { return os.Remove(filepath.Join(dir, "same.txt")) }, []Change{{"same.txt", New}}},
	{"delete a folder", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "bulletins/a")) },
		[]Change{{"bulletins/a/index.html", New}}},
	{"delete the manifest of an empty site", func(dir string) error {
		entries, err := os.ReadDir(dir)
		for _, e := range entries {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
		return err
	}, []Change{{"bulletins/1/b.md", New}, {"bulletins/a/index.html", New}, {"deep/er/still/1", New}, {"index.html", New},
		{"manifest.json", New}, {"only-1.html", New}, {"same.txt", New}, {"same/a.txt", New}, {"same/same/b.txt", New}}},
	{"edit the manifest", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, manifestName), []byte(`{"files": {}}`), 0o644)
	}, []Change{{manifestName, Changed}}},
	{"add", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "bulletins/draft.html"), []byte("secret"), 0o644)
	}, []Change{{"bulletins/draft.html", Gone}}},
	{"add folders", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "bulletins/x/y"), 0o755) }, nil},
	{"add a link", func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "deep/passwd")) },
		[]Change{{"deep/passwd", Gone}}},
	{"replace by a link", func(dir string) error {
		path := filepath.Join(dir, "same.txt")
		return errors.Join(os.Rename(path, path+".bak"), os.Symlink("same.txt.bak", path))
	}, []Change{{"same.txt", Changed}, {"same.txt.bak", Gone}}},
	{"replace by a folder", func(dir string) error {
		path := filepath.Join(dir, "same.txt")
		return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "index.html"), 0o755))
	}, []Change{{"same.txt", New}}},
	{"replace a folder by a link", func(dir string) error {
		path := filepath.Join(dir, "bulletins/a")
		return errors.Join(os.Rename(path, filepath.Join(dir, "a")), os.Symlink("../a", path))
	}, []Change{{"a/index.html", Gone}, {"bulletins/a", Gone}, {"bulletins/a/index.html", New}}},
	{"replace folders by a file", func(dir string) error {
		path := filepath.Join(dir, "deep")
		return errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o644))
	}, []Change{{"deep", Gone}, {"deep/er/still/1", New}}},
	{"mode", func(dir string) error { return os.Chmod(filepath.Join(dir, "same.txt"), 0o600) }, []Change{{"same.txt", Changed}}},
	{"mode of a folder", func(dir string) error { return os.Chmod(filepath.Join(dir, "deep/er"), 0o700) }, nil},
	{"locked folder", func(dir string) error { return os.Chmod(filepath.Join(dir, "deep/er"), 0) }, []Change{{"deep/er/still/1", New}}},
	{"mode of the site", func(dir string) error { return os.Chmod(dir, 0o700) }, nil},
}

// Whatever became of public/, the next build puts it right, and the one after it, in
// which what was touched is the standby (F12, F13, F56).
func TestTouchedSiteIsPutRight(t *testing.T) {
	for _, c := range touches {
		for _, builds := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", c.name, builds), func(t *testing.T) {
				s := newSite(t)
				for i := range builds {
					mustWrite(t, s, tree(fmt.Sprint(builds-i)))
				}
				whole := modes(t, s.dir)
				if err := c.touch(s.dir); err != nil {
					t.Fatal(err)
				}
				report := mustWrite(t, s, tree("1"))
				if diff := cmp.Diff(c.want, report.Changed); diff != "" {
					t.Errorf("changed (-want +got):\n%s", diff)
				}
				wantSite(t, s, tree("1"))
				wantVerified(t, s)
				if diff := cmp.Diff(whole, modes(t, s.dir)); diff != "" {
					t.Errorf("modes (-want +got):\n%s", diff)
				}
				for _, version := range []string{"2", "1", "3"} {
					mustWrite(t, s, tree(version))
					wantSite(t, s, tree(version))
					wantModes(t, s.dir)
				}
				wantTidy(t, s)
			})
		}
	}
}

func modes(t *testing.T, dir string) string {
	t.Helper()
	return string(archive(t, dir).Comment)
}

func wantModes(t *testing.T, dir string) {
	t.Helper()
	for line := range strings.Lines(modes(t, dir)) {
		if !strings.HasPrefix(line, "drwxr-xr-x ") && !strings.HasPrefix(line, "-rw-r--r-- ") {
			t.Errorf("mode %s", line)
		}
	}
}

// Files and folders take each other's places, in the live tree and in the standby,
// whether the two trees share them by then or not.
func TestFileBecomesFolder(t *testing.T) {
	shapes := []map[string]string{{"a": "1"}, {"a/b/c": "2"}, {"a/b": "3", "x": ""}, {"a/b/c/d": "4", "a/b/e": ""}, {"z": ""}}
	for _, from := range shapes {
		for _, to := range shapes {
			for stays := range 3 {
				s := newSite(t)
				for i := range stays + 1 { // from the third on, the files of the shape are shared
					files := maps.Clone(from)
					files["counter"] = fmt.Sprint(i)
					mustWrite(t, s, files)
				}
				for range 2 {
					mustWrite(t, s, to)
					wantSite(t, s, to)
					wantModes(t, s.dir)
					mustWrite(t, s, from)
					wantSite(t, s, from)
				}
			}
		}
	}
}

// What killed builds left behind goes, and what somebody else put there stays.
func TestLeftoversGo(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("1"))
	put(t, filepath.Join(s.state, stagePrefix+"123/bulletins/a"), "half a page")
	put(t, filepath.Join(s.state, stagePrefix+memoryName), "half a memory")
	put(t, filepath.Join(s.state, "drafts"), "mine")
	mustWrite(t, s, tree("1"))
	if !exists(filepath.Join(s.state, "drafts")) {
		t.Error("what is not a build's was removed")
	}
	_ = os.Remove(filepath.Join(s.state, "drafts"))
	wantTidy(t, s)
}

// Whoever removes public/ gets a new one, of which nothing old is a part.
func TestSiteThatIsGone(t *testing.T) {
	s := newSite(t)
	for _, version := range []string{"1", "2"} {
		mustWrite(t, s, tree(version))
	}
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, s, tree("3"))
	wantSite(t, s, tree("3"))
	if exists(filepath.Join(s.state, standbyName)) {
		t.Error("the standby is still there, and is the site")
	}
}

// Where there can be no link a file that does not change is another one by its inode, and keeps
// its time.
func TestWhereNoLinkCanBe(t *testing.T) {
	for _, err := range []error{fs.ErrPermission, errors.ErrUnsupported, errors.New("too many links")} {
		s := newSite(t)
		s.link = noLink(err)
		var first time.Time
		for _, version := range []string{"1", "2", "2", "1", "3"} {
			mustWrite(t, s, tree(version))
			wantSite(t, s, tree(version))
			wantTidy(t, s)
			info, err := os.Stat(filepath.Join(s.dir, "same.txt"))
			if err != nil {
				t.Fatal(err)
			}
			if first.IsZero() {
				first = info.ModTime()
			}
			if !info.ModTime().Equal(first) {
				t.Errorf("same.txt is of %v, and was of %v", info.ModTime(), first)
			}
		}
	}
}

func TestSiteThatChangesWhileItIsBuilt(t *testing.T) {
	for name, link := range map[string]func(from, to *os.Root, path string) error{
		"links": hardLink, "copies": noLink(errors.ErrUnsupported),
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.link = link
			mustWrite(t, s, tree("1"))
			later := time.Now().Add(time.Hour) // so that all is believed
			if err := os.Chtimes(filepath.Join(s.state, memoryName), time.Time{}, later); err != nil {
				t.Fatal(err)
			}
			_, err := s.write(func(yield func(File, error) bool) {
				put(t, filepath.Join(s.dir, "same.txt"), "tampered with")
				files := maps.Clone(tree("1"))
				files["index.html"] = "new"
				filesOf(files)(yield)
			})
			if err == nil || !strings.Contains(err.Error(), "same.txt changed while the site was built: build once more") {
				t.Errorf("error is %v", err)
			}
			mustWrite(t, s, tree("2"))
			wantSite(t, s, tree("2"))
		})
	}
}

// The standby was public/, where people plant links: none leads a write out of it.
func TestPlantedStandby(t *testing.T) {
	for name, plant := range map[string]func(standby, outside string) error{
		"link": func(standby, outside string) error { return os.Symlink(outside, standby) },
		"file": func(standby, outside string) error { return os.WriteFile(standby, nil, 0o644) },
		"folder": func(standby, outside string) error {
			return errors.Join(os.Mkdir(standby, 0o755), os.Symlink(outside, filepath.Join(standby, "bulletins")), os.Symlink(filepath.Join(outside, "mine"), filepath.Join(standby, "index.html")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("1"))
			outside := t.TempDir()
			put(t, filepath.Join(outside, "mine"), "mine")
			if err := plant(filepath.Join(s.state, standbyName), outside); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, s, tree("2"))
			wantSite(t, s, tree("2"))
			if diff := cmp.Diff(map[string]string{"mine": "mine"}, onDisk(t, outside)); diff != "" {
				t.Errorf("outside (-want +got):\n%s", diff)
			}
		})
	}
}

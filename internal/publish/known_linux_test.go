package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/tape"
)

// tick waits until the clock of the file system has moved on, so that what stands is old.
func tick(t *testing.T, s site) {
	t.Helper()
	probe := filepath.Join(filepath.Dir(s.dir), "tick")
	now := func() time.Time {
		if err := os.WriteFile(probe, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(probe)
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	for start := now(); !now().After(start); {
		time.Sleep(time.Millisecond)
	}
	if err := os.Remove(probe); err != nil {
		t.Fatal(err)
	}
}

// writeOld writes a version of the tree that is old when the next build begins.
func writeOld(t *testing.T, s site, version string) Report {
	t.Helper()
	report := mustWrite(t, s, tree(version))
	tick(t, s)
	return report
}

// newKnownSite is a site whose last build, of version 2, knows all of the standby, and whose folders are
// mostly remembered.
func newKnownSite(t *testing.T) site {
	t.Helper()
	s := newSiteInMemory(t)
	for _, version := range []string{"1", "2", "1", "2"} {
		writeOld(t, s, version)
	}
	if !exists(filepath.Join(s.state, knownName)) {
		t.Fatal("nothing is known of the standby: this test tests nothing")
	}
	return s
}

// openKnown begins a build and reports whether it believes what is known of the standby.
func openKnown(t *testing.T, s site) (believed bool) {
	t.Helper()
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Abandon(); err != nil {
			t.Error(err)
		}
	}()
	note, err := s.takeKnown()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(s.state, standbyName))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	believed, err = (&standby{root: root, live: w.live}).believe(note)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range w.live.young {
		if w.live.files[path].shared {
			t.Errorf("%s is no older than the memory, and taken for shared", path)
		}
	}
	return believed
}

// The standby that nobody touched is not walked.
func TestKnownStandbyIsBelieved(t *testing.T) {
	if s := newKnownSite(t); !openKnown(t, s) {
		t.Error("the standby would be walked")
	}
	s := newKnownSite(t)
	for _, version := range []string{"3", "4", "4", "3", "1"} {
		writeOld(t, s, version)
		wantSite(t, s, tree(version))
		wantVerified(t, s)
		wantModes(t, s.dir)
		wantTidy(t, s)
	}
}

// Where no link can be every file is another one in each tree, and known to be.
func TestKnownStandbyOfCopies(t *testing.T) {
	s := newSiteInMemory(t)
	s.link = noLink(errors.ErrUnsupported)
	for _, version := range []string{"1", "2", "1", "2", "3", "3", "1"} {
		writeOld(t, s, version)
		wantSite(t, s, tree(version))
		wantVerified(t, s)
	}
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	if !w.live.asRemembered {
		t.Error("a copy is remembered as another file")
	}
	if err := w.Abandon(); err != nil {
		t.Error(err)
	}
}

// What comes into public/ while the next site is made, and with it into the standby, goes no
// further: neither at the top nor below.
func TestSiteTouchedWhileItIsReplaced(t *testing.T) {
	for _, path := range []string{"draft.html", "same/draft.html"} {
		s := newKnownSite(t)
		_, err := s.write(func(yield func(File, error) bool) {
			put(t, filepath.Join(s.dir, path), "secret")
			filesOf(tree("3"))(yield)
		})
		if err != nil {
			t.Fatal(err)
		}
		tick(t, s)
		writeOld(t, s, "4")
		wantSite(t, s, tree("4"))
		writeOld(t, s, "3")
		wantSite(t, s, tree("3"))
	}
}

// What somebody does to the standby between two builds never gets into the site (F56).
func TestTouchedStandbyIsWalked(t *testing.T) {
	for _, c := range touches {
		t.Run(c.name, func(t *testing.T) {
			s := newKnownSite(t)
			folder := filepath.Join(s.state, standbyName)
			if err := c.touch(folder); err != nil {
				t.Fatal(err)
			}
			_ = os.Chmod(filepath.Join(folder, "deep/er"), 0o755) // no walk enters a locked one
			for _, version := range []string{"1", "3", "1"} {
				writeOld(t, s, version)
				wantSite(t, s, tree(version))
				wantVerified(t, s)
				wantModes(t, s.dir)
			}
		})
	}
}

// A name that is gone from the top of the standby is told by the stamp of the standby itself.
func TestKnownStandbyThatLostAName(t *testing.T) {
	s := newKnownSite(t)
	if err := os.Remove(filepath.Join(s.state, standbyName, "same.txt")); err != nil {
		t.Fatal(err)
	}
	if openKnown(t, s) {
		t.Error("a standby that lost a name was believed")
	}
}

// A file that is no older than the memory is not believed, and so not shared unseen.
func TestYoungFilesAreNotShared(t *testing.T) {
	s := newKnownSite(t)
	info, err := os.Stat(filepath.Join(s.dir, "same.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(s.state, memoryName), time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.dir, "same.txt"), strings.ToUpper(tree("2")["same.txt"])) // in both trees
	if err := os.Chtimes(filepath.Join(s.dir, "same.txt"), time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if !anyYoung(t, s) || !openKnown(t, s) {
		t.Error("the standby would be walked: this test tests nothing")
	}
	mustWrite(t, s, tree("3"))
	wantSite(t, s, tree("3"))
}

// anyYoung reports whether all is as remembered, but not all of it older than the memory.
func anyYoung(t *testing.T, s site) bool {
	t.Helper()
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Abandon() }()
	return w.live.asRemembered && len(w.live.young) > 0
}

// What is known of one standby says nothing of another that stands in its place.
func TestKnownOfAnotherStandby(t *testing.T) {
	s := newKnownSite(t)
	folder := filepath.Join(s.state, standbyName)
	if err := errors.Join(os.Rename(folder, folder+".old"), os.CopyFS(folder, os.DirFS(folder+".old")), os.RemoveAll(folder+".old")); err != nil {
		t.Fatal(err)
	}
	if openKnown(t, s) {
		t.Error("what was known of a standby was believed of another")
	}
	mustWrite(t, s, tree("3"))
	wantSite(t, s, tree("3"))
	wantVerified(t, s)
}

// What is known is worth nothing once the live tree was touched, which it is told by.
func TestKnownBesideATouchedSite(t *testing.T) {
	for name, touch := range map[string]func(dir string) error{
		"edit":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "same.txt"), []byte("x"), 0o644) },
		"delete": func(dir string) error { return os.Remove(filepath.Join(dir, "same/a.txt")) },
		"add":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "same/x"), nil, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newKnownSite(t)
			if err := touch(s.dir); err != nil {
				t.Fatal(err)
			}
			if openKnown(t, s) {
				t.Error("what is known was believed beside a site that was touched")
			}
			mustWrite(t, s, tree("3"))
			wantSite(t, s, tree("3"))
		})
	}
	t.Run("delete what the next site has not", func(t *testing.T) {
		s := newKnownSite(t)
		if err := os.RemoveAll(filepath.Join(s.dir, "same")); err != nil {
			t.Fatal(err)
		}
		files := tree("3")
		delete(files, "same/a.txt")
		delete(files, "same/same/b.txt")
		mustWrite(t, s, files)
		wantSite(t, s, files)
	})
}

// A build that is killed once it has opened the standby leaves nothing that is known of it (F56).
func TestKilledBuildLeavesNothingKnown(t *testing.T) {
	for role, step := range map[string]int{"die at file": len(tree("new")), "die exchanging": 0, "die renaming": 1} {
		for more := range 2 {
			t.Run(fmt.Sprint(role, step+more), func(t *testing.T) {
				s := newKnownSite(t)
				wantKilled(t, child(s, role, step+more))
				if exists(filepath.Join(s.state, knownName)) {
					t.Error("a killed build left what it took for known")
				}
				wantMended(t, s)
				wantVerified(t, s)
			})
		}
	}
}

// A build that fails has touched the standby too.
func TestFailedBuildLeavesNothingKnown(t *testing.T) {
	s := newKnownSite(t)
	broken := errors.New("does not render")
	_, err := s.write(func(yield func(File, error) bool) {
		_ = yield(File{Path: "index.html", Data: []byte("new")}, nil) && yield(File{}, broken)
	})
	if !errors.Is(err, broken) || exists(filepath.Join(s.state, knownName)) {
		t.Errorf("error is %v, and something is known", err)
	}
	mustWrite(t, s, tree("1"))
	wantSite(t, s, tree("1"))
}

func TestForgetForgetsWhatIsKnown(t *testing.T) {
	s := newKnownSite(t)
	if err := Forget(s.state); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(s.state, knownName)) || exists(filepath.Join(s.state, memoryName)) {
		t.Error("something is not forgotten")
	}
}

// Whoever puts the time of a folder back does not hide what was done in it: its other time tells.
func TestTouchedFolderWithTheTimeOfBefore(t *testing.T) {
	for _, c := range touches {
		t.Run(c.name, func(t *testing.T) {
			s := newKnownSite(t)
			writeOld(t, s, "2") // remembers every folder
			times := map[string]time.Time{}
			eachFolder(t, s.dir, func(path string, info fs.FileInfo) { times[path] = info.ModTime() })
			if err := c.touch(s.dir); err != nil {
				t.Fatal(err)
			}
			for path, at := range times {
				if err := os.Chtimes(path, time.Time{}, at); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
					t.Logf("%s keeps its new time: %v", path, err)
				}
			}
			mustWrite(t, s, tree("2"))
			wantSite(t, s, tree("2"))
			wantVerified(t, s)
			wantModes(t, s.dir)
		})
	}
}

func eachFolder(t *testing.T, dir string, do func(path string, info fs.FileInfo)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			do(path, info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A folder with the stamp that is remembered is not read: that is the use of it. One that was
// touched in the instant in which the build began is read.
func TestRememberedFoldersAreNotRead(t *testing.T) {
	s := newKnownSite(t)
	remembered := stamped([]folder{{path: "same"}, {path: "same/same"}}, s.recall().folders)
	if !remembered[0].stamp.known() || !remembered[1].stamp.known() {
		t.Errorf("folders of the standby that were not touched are not remembered: %v", remembered)
	}
	writeOld(t, s, "2")
	m := s.recall()
	var unknown []string
	for _, f := range m.folders {
		if !f.stamp.known() {
			unknown = append(unknown, f.path)
		}
	}
	if len(unknown) > 0 || len(m.folders) != 8 {
		t.Errorf("%d folders; not known are %v", len(m.folders), unknown)
	}
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	if w.live.learned || !w.live.asRemembered {
		t.Errorf("a folder was read although it is as remembered: learned %v, as remembered %v", w.live.learned, w.live.asRemembered)
	}
	if diff := cmp.Diff(m.folders, w.live.folders, cmp.AllowUnexported(folder{}, stamp{})); diff != "" {
		t.Errorf("folders (-remembered +seen):\n%s", diff)
	}
	if err := w.Abandon(); err != nil {
		t.Fatal(err)
	}
}

func TestStampOfTheSameInstant(t *testing.T) {
	for _, c := range []struct {
		mtime, ctime int64
		known        bool
	}{{1, 1, true}, {1, 4, true}, {5, 1, false}, {1, 5, false}, {1, 6, false}} {
		if got := (stamp{7, c.mtime, c.ctime}).before(5); got.known() != c.known {
			t.Errorf("%v before 5 is %v", c, got)
		}
	}
}

// Whatever became of what is known, the site is right.
func TestKnownThatIsNoHelp(t *testing.T) {
	for name, spoil := range map[string]func(data string) string{
		"empty":         func(string) string { return "" },
		"short":         func(d string) string { return d[:len(d)-1] },
		"long":          func(d string) string { return d + "x" },
		"flipped":       func(d string) string { return d[:len(d)-1] + string([]byte{d[len(d)-1] ^ 1}) },
		"version":       func(d string) string { return strings.Replace(d, "standby 1", "standby 2", 1) },
		"empty, sealed": func(string) string { return string(tape.Seal([]byte(knownMagic))) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newKnownSite(t)
			path := filepath.Join(s.state, knownName)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			put(t, path, spoil(string(data)))
			if openKnown(t, s) {
				t.Error("it was believed")
			}
			mustWrite(t, s, tree("3"))
			wantSite(t, s, tree("3"))
		})
	}
}

// A build that expected another site and made the same one leaves what was known of the standby, and
// the standby, as they were; so does one that is abandoned.
func TestKnownStandbyOutlivesAnEqualSite(t *testing.T) {
	for name, end := range map[string]func(w *Writer) error{
		"finished":  func(w *Writer) error { _, err := w.Finish(); return err },
		"abandoned": (*Writer).Abandon,
	} {
		t.Run(name, func(t *testing.T) {
			s := newKnownSite(t)
			before := readAll(t, filepath.Join(s.state, standbyName))
			w, err := s.begin()
			if err != nil {
				t.Fatal(err)
			}
			w.Expect()
			for path, data := range tree("2") {
				if err := w.Add(File{Path: path, Data: []byte(data)}); err != nil {
					t.Fatal(err)
				}
			}
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, readAll(t, filepath.Join(s.state, standbyName))); diff != "" {
				t.Errorf("the standby (-before +after):\n%s", diff)
			}
			if !openKnown(t, s) {
				t.Error("the standby would be walked")
			}
		})
	}
}

// readAll is every file of a folder.
func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

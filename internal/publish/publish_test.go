package publish

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/internal/lock"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// newSite is a site in a folder of its own that does not exist yet.
func newSite(t testing.TB) site {
	t.Helper()
	home := t.TempDir()
	return siteAt(filepath.Join(home, "public"), filepath.Join(home, ".tocsin"))
}

// tree is the files of a small site. Two versions share some paths and not others.
func tree(version string) map[string]string {
	return map[string]string{
		"index.html":                     "home " + version,
		"same.txt":                       "the same in every version",
		"same/a.txt":                     "this too",
		"same/same/b.txt":                "",
		"only-" + version + ".html":      version,
		"bulletins/a/index.html":         "a " + version,
		"bulletins/" + version + "/b.md": strings.Repeat(version, 5000),
		"deep/er/still/" + version:       "",
	}
}

func filesOf(tree map[string]string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for path, data := range tree {
			if !yield(File{Path: path, Data: []byte(data)}, nil) {
				return
			}
		}
	}
}

// withManifest is what lies on disk for the files of a tree.
func withManifest(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	all, sums := map[string]string{}, map[string]string{}
	for path, data := range files {
		all[path] = data
		sums[path] = fmt.Sprintf("%x", sha256.Sum256([]byte(data)))
	}
	data, err := json.MarshalIndent(map[string]any{"files": sums}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	all[manifestName] = string(data) + "\n"
	return all
}

// onDisk reads a whole folder; nil where there is none.
func onDisk(t *testing.T, dir string) map[string]string {
	t.Helper()
	if !exists(dir) {
		return nil
	}
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantSite(t *testing.T, s site, files map[string]string) {
	t.Helper()
	if diff := cmp.Diff(withManifest(t, files), onDisk(t, s.dir)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", s.dir, diff)
	}
}

// wantTidy makes sure that nothing is left of any build but its lock file, the other
// tree, and the memory.
func wantTidy(t *testing.T, s site) {
	t.Helper()
	entries, err := os.ReadDir(s.state)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "build.lock" && e.Name() != standbyName && e.Name() != memoryName && e.Name() != knownName {
			t.Errorf("%s is left in the state folder", e.Name())
		}
	}
}

func mustWrite(t *testing.T, s site, files map[string]string) Report {
	t.Helper()
	report, err := s.write(filesOf(files))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func put(t *testing.T, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenTree(t *testing.T) {
	s := newSite(t)
	report, err := Write(s.dir+"/", s.state, filesOf(map[string]string{
		"index.html":                 "<p>home\n",
		"security-bulletins/a&b/x.y": "Grüße\n",
		"security-bulletins/index":   "",
		"404.html":                   "gone\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Files: 4, Bytes: 21, Changed: []Change{{"404.html", New}, {"index.html", New}, {"manifest.json", New},
		{"security-bulletins/a&b/x.y", New}, {"security-bulletins/index", New}}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	wantTidy(t, s)
	golden := filepath.Join("testdata", "tree.txtar")
	got := txtar.Format(archive(t, s.dir))
	if *update {
		put(t, golden, string(got))
	}
	wantTree, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(wantTree), string(got)); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

// archive is a folder with the modes of everything in it.
func archive(t *testing.T, dir string) *txtar.Archive {
	t.Helper()
	a := &txtar.Archive{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		a.Comment = fmt.Appendf(a.Comment, "%v %s\n", info.Mode(), path)
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		a.Files = append(a.Files, txtar.File{Name: path, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNewTreeReplacesTheOldOne(t *testing.T) {
	unsupported := func(a, b string) error { return fmt.Errorf("test: %w", errors.ErrUnsupported) }
	for name, exchange := range map[string]func(a, b string) error{"exchange": exchange, "renames": unsupported} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.exchange = exchange
			for _, version := range []string{"one", "two", "two", "three"} {
				mustWrite(t, s, tree(version))
				wantSite(t, s, tree(version))
				wantTidy(t, s)
			}
			mustWrite(t, s, nil)
			wantSite(t, s, nil)
		})
	}
}

func TestEmptyFolderIsFilled(t *testing.T) {
	s := newSite(t)
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, s, tree("one"))
	wantSite(t, s, tree("one"))
}

func TestGitignoreStays(t *testing.T) {
	s := newSite(t)
	ignore := "*\n!.gitignore\n"
	put(t, filepath.Join(s.dir, gitignoreName), ignore)
	for _, version := range []string{"one", "two"} {
		mustWrite(t, s, tree(version))
		got := onDisk(t, s.dir)
		if got[gitignoreName] != ignore {
			t.Errorf("after %s .gitignore holds %q", version, got[gitignoreName])
		}
		delete(got, gitignoreName)
		if diff := cmp.Diff(withManifest(t, tree(version)), got); diff != "" {
			t.Errorf("the rest (-want +got):\n%s", diff)
		}
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a file":            {"thesis.tex": "years of work"},
		"a hidden file":     {".htaccess": "deny from all"},
		"a folder":          {"photos/1.jpg": "us"},
		"beside .gitignore": {gitignoreName: "*", "a": "b"},
		"a web app":         {manifestName: `{"name": "app", "icons": []}`, "app.js": ""},
		"a broken manifest": {manifestName: `{"files": {"a": `, "a": ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for path, data := range files {
				put(t, filepath.Join(s.dir, path), data)
			}
			_, err := s.write(filesOf(tree("new")))
			var foreign *ForeignError
			if !errors.As(err, &foreign) || foreign.Dir != s.dir {
				t.Fatalf("error is %v, want a ForeignError", err)
			}
			if diff := cmp.Diff(files, onDisk(t, s.dir)); diff != "" {
				t.Errorf("the files of others (-want +got):\n%s", diff)
			}
			wantTidy(t, s)
		})
	}
}

// A branch that is checked out in the site's folder is not replaced with it.
func TestRepositoryIsRefused(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("old"))
	for _, name := range []string{".git", ".git/HEAD"} {
		file := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.RemoveAll(filepath.Join(s.dir, ".git")); err != nil {
			t.Fatal(err)
		}
		put(t, file, "gitdir: elsewhere")
		_, err := s.write(filesOf(tree("new")))
		var foreign *ForeignError
		if !errors.As(err, &foreign) || filepath.Base(foreign.Dir) != ".git" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

func TestErrorOfTheFilesChangesNothing(t *testing.T) {
	broken := errors.New("page 3 does not render")
	s := newSite(t)
	for _, old := range []map[string]string{nil, tree("old")} {
		if old != nil {
			mustWrite(t, s, old)
		}
		report, err := s.write(func(yield func(File, error) bool) {
			_ = yield(File{Path: "index.html", Data: []byte("new")}, nil) && yield(File{}, broken) &&
				yield(File{Path: "never.html"}, nil)
		})
		if !errors.Is(err, broken) || !reflect.DeepEqual(report, Report{}) {
			t.Errorf("report %+v and error %v, want none and %v", report, err, broken)
		}
		if old == nil && exists(s.dir) {
			t.Error("a folder appeared")
		}
		if old != nil {
			wantSite(t, s, old)
		}
		wantTidy(t, s)
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name  string
		paths []string
		want  string // the error; empty where the paths are good
	}{
		{"good", []string{"a/b/c", "a/b/d", "a/e", ".well-known/security.txt", "ü", "a b", "...", "a..b"}, ""},
		{"empty", []string{""}, `path "" cannot be a file of the site`},
		{"root", []string{"."}, `path "." cannot be a file of the site`},
		{"parent", []string{"../evil"}, `path "../evil" cannot be a file of the site`},
		{"parent inside", []string{"a/../../evil"}, `path "a/../../evil" cannot be a file of the site`},
		{"absolute", []string{"/etc/passwd"}, `path "/etc/passwd" cannot be a file of the site`},
		{"folder", []string{"a/"}, `path "a/" cannot be a file of the site`},
		{"empty element", []string{"a//b"}, `path "a//b" cannot be a file of the site`},
		{"backslash", []string{`..\evil`}, `path "..\\evil" cannot be a file of the site`},
		{"control", []string{"a\x00b"}, `path "a\x00b" cannot be a file of the site`},
		{"not UTF-8", []string{"a\xff"}, `path "a\xff" cannot be a file of the site`},
		{"twice", []string{"a/b", "a/b"}, `two files for path "a/b"`},
		{"case of files", []string{"a/B", "a/b"}, `paths "a/B" and "a/b" differ only in case`},
		{"case of folders", []string{"A/x", "a/y"}, `paths "A" and "a" differ only in case`},
		{"case beyond ASCII", []string{"straSe/ς", "straſe/Σ"}, `paths "straSe" and "straſe" differ only in case`},
		{"case of file and folder", []string{"Docs", "docs/x"}, `paths "Docs" and "docs" differ only in case`},
		{"file, then folder", []string{"a", "a/b"}, `path "a" is a file and also a folder`},
		{"folder, then file", []string{"a/b/c", "a/b"}, `path "a/b" is a file and also a folder`},
		{"manifest", []string{"manifest.json"}, `path "manifest.json" is written by the builder itself`},
		{"manifest in capitals", []string{"Manifest.JSON"}, `paths "manifest.json" and "Manifest.JSON" differ only in case`},
		{"gitignore", []string{".gitignore"}, `path ".gitignore" is written by the builder itself`},
		{"gitignore deeper", []string{"a/.gitignore", "a/manifest.json"}, ""},
		{"below the manifest", []string{"manifest.json/x"}, `path "manifest.json" is a file and also a folder`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("old"))
			_, err := s.write(func(yield func(File, error) bool) {
				for _, path := range c.paths {
					if !yield(File{Path: path}, nil) {
						return
					}
				}
			})
			if got := fmt.Sprint(err); c.want != "" && got != c.want || c.want == "" && err != nil {
				t.Errorf("error is %s, want %q", got, c.want)
			}
			if c.want != "" {
				wantSite(t, s, tree("old"))
			} else if got := len(onDisk(t, s.dir)); got != len(c.paths)+1 {
				t.Errorf("%d files on disk for %v", got, c.paths)
			}
			wantTidy(t, s)
			if outside, _ := filepath.Glob(filepath.Join(filepath.Dir(s.dir), "*evil*")); len(outside) > 0 {
				t.Errorf("escaped: %v", outside)
			}
		})
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("old"))
	begun, mayEnd := make(chan bool), make(chan bool)
	first := make(chan error)
	go func() {
		_, err := s.write(func(yield func(File, error) bool) {
			close(begun)
			<-mayEnd
			filesOf(tree("first"))(yield)
		})
		first <- err
	}()
	<-begun
	_, err := s.write(filesOf(tree("second")))
	var held *lock.HeldError
	if !errors.As(err, &held) {
		t.Errorf("the second writer got %v, want a HeldError", err)
	} else if want := fmt.Sprintf("pid %d: building %s", os.Getpid(), s.dir); held.Holder != want {
		t.Errorf("holder is %q, want %q", held.Holder, want)
	}
	wantSite(t, s, tree("old"))
	close(mayEnd)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	wantSite(t, s, tree("first"))
	wantTidy(t, s)
}

func TestFolderThatCannotBeExchanged(t *testing.T) {
	for name, c := range map[string]struct {
		plant func(t *testing.T, s site)
		want  string
	}{
		"symlink": {func(t *testing.T, s site) {
			real := filepath.Join(filepath.Dir(s.dir), "real")
			if err := os.Mkdir(real, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(real, s.dir); err != nil {
				t.Skip(err)
			}
		}, "is a symbolic link"},
		"dangling symlink": {func(t *testing.T, s site) {
			if err := os.Symlink("nowhere", s.dir); err != nil {
				t.Skip(err)
			}
		}, "is a symbolic link"},
		"file": {func(t *testing.T, s site) { put(t, s.dir, "mine") }, "is not a folder"},
		"gitignore is a link": {func(t *testing.T, s site) {
			if err := os.Mkdir(s.dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/etc/passwd", filepath.Join(s.dir, gitignoreName)); err != nil {
				t.Skip(err)
			}
		}, "is not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			c.plant(t, s)
			before, err := os.Lstat(s.dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Write(s.dir+"/", s.state, filesOf(tree("new")))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), s.dir) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
			if after, err := os.Lstat(s.dir); err != nil || !os.SameFile(before, after) {
				t.Errorf("%s was touched: %v", s.dir, err)
			}
			wantTidy(t, s)
		})
	}
}

func TestStateBelongsBesideTheSite(t *testing.T) {
	home := t.TempDir()
	for _, c := range [][2]string{
		{"public", "public/.tocsin"}, {"public", "public"}, {".tocsin/public", ".tocsin"}, {".", ".tocsin"},
	} {
		_, err := Write(filepath.Join(home, c[0]), filepath.Join(home, c[1]), filesOf(tree("new")))
		if err == nil || !strings.Contains(err.Error(), "lie one in the other") {
			t.Errorf("%v: %v", c, err)
		}
	}
	if got := onDisk(t, home); len(got) > 0 {
		t.Errorf("files appeared: %v", got)
	}
	// A name that only begins alike is another folder.
	if _, err := Write(filepath.Join(home, "public"), filepath.Join(home, "public.state"), filesOf(nil)); err != nil {
		t.Error(err)
	}
}

// The manifest lists every file once, in order, so that two builds compare by eye.
func TestManifestIsSorted(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("one"))
	var listed []string
	for line := range strings.Lines(onDisk(t, s.dir)[manifestName]) {
		if name, _, found := strings.Cut(strings.TrimSpace(line), `": "`); found {
			listed = append(listed, name)
		}
	}
	if len(listed) != len(tree("one")) || !slices.IsSorted(listed) {
		t.Errorf("the manifest lists %v", listed)
	}
}

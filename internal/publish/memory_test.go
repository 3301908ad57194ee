package publish

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/tape"
)

func TestMemoryIsReadBack(t *testing.T) {
	var want []file
	for i, path := range []string{"", "a", "a/b", "a/b/c", "a/b/d", "b", "ü/" + strings.Repeat("long", 100)} {
		want = append(want, file{path: path, sum: digest{byte(i), 1}, stat: stat{int64(i), -int64(i), 1 << (9 * i)}})
	}
	for n := range len(want) + 1 {
		m, ok := decodeMemory(encodeMemory(want[:n], nil))
		if !ok || len(m.files) != n {
			t.Fatalf("%d files became %d", n, len(m.files))
		}
		for _, f := range want[:n] {
			if got := m.file(f.path); got == nil || got.sum != f.sum || got.stat != f.stat || got.belief != unseen {
				t.Errorf("%+v became %+v", f, got)
			}
		}
	}
}

// What is remembered in one layout must not be read in another: the bytes and their magic change
// together.
func TestMemoryLayout(t *testing.T) {
	const want = "tocsin tree 4\n" +
		"\x02" + "\x06a/b" + "0123456789abcdef0123456789ABCDEF" + "\x0a" + "\xd8\x04" + "\x0e" +
		"\x02" + "\x02a" + "\x02" + "\x04" + "\x05"
	sum := digest([]byte("0123456789abcdef0123456789ABCDEF"))
	got := encodeMemory([]file{{path: "a/b", sum: sum, stat: stat{5, 300, 7}}}, []folder{{"a", stamp{1, 2, -3}}})
	if got := string(got[:len(got)-tape.SumSize]); got != want {
		t.Errorf("the layout of %s is another: give memoryMagic the next number, then write both down here\nwant %q\ngot  %q", memoryName, want, got)
	}
}

// A memory is a hint: whatever becomes of it, the site is right, and what did not
// change is not written.
func TestMemoryThatIsNoHelp(t *testing.T) {
	other := encodeMemory([]file{{path: "same.txt"}, {path: "x"}}, nil)
	for name, spoil := range map[string]func(memory []byte) []byte{
		"missing":   nil,
		"empty":     func([]byte) []byte { return nil },
		"short":     func(m []byte) []byte { return m[:len(m)-1] },
		"long":      func(m []byte) []byte { return append(m, 0) },
		"flipped":   func(m []byte) []byte { m[len(m)/2] ^= 1; return m },
		"another's": func([]byte) []byte { return other },
		"version":   func(m []byte) []byte { return bytes.Replace(m, []byte("tree 4"), []byte("tree 5"), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("1"))
			before := stats(t, s.dir)
			path := filepath.Join(s.state, memoryName)
			good, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if spoil != nil {
				put(t, path, string(spoil(bytes.Clone(good))))
			}
			put(t, filepath.Join(s.dir, "only-1.html"), "2") // of the same size
			if report := mustWrite(t, s, tree("1")); len(report.Changed) != 1 {
				t.Errorf("changed %v", report.Changed)
			}
			wantSite(t, s, tree("1"))
			after := stats(t, s.dir)
			delete(before, "only-1.html")
			for path, stat := range before {
				if info, err := os.Lstat(filepath.Join(s.dir, path)); err == nil && !info.IsDir() && after[path] != stat {
					t.Errorf("%s was written anew: it was %s, is %s", path, stat, after[path])
				}
			}
			if got, err := os.ReadFile(path); err != nil || tape.Unseal(memoryMagic, got) == nil {
				t.Errorf("the next memory is broken too: %v", err)
			}
		})
	}
}

// A file that is edited in the instant in which it is remembered has the size, time
// and inode that are remembered. So only files older than the memory are believed.
func TestEditInTheInstantOfRemembering(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("1"))
	path := filepath.Join(s.dir, "index.html")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("HOME 1"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, filepath.Join(s.state, memoryName)} {
		if err := os.Chtimes(file, time.Time{}, info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	mustWrite(t, s, tree("1"))
	wantSite(t, s, tree("1"))
}

// What is believed is not read: that is the use of it.
func TestRememberedFilesAreNotRead(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("1"))
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(s.state, memoryName), time.Time{}, later); err != nil {
		t.Fatal(err)
	}
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	for f := range filesOf(tree("1")) {
		if err := w.Add(f); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if w.live.hashed.Load() {
		t.Error("a file was read although it is as remembered")
	}
}

func FuzzMemory(f *testing.F) {
	f.Add(encodeMemory(nil, nil))
	f.Add(encodeMemory([]file{{path: "a"}, {path: "a/b", stat: stat{1, 2, 3}}}, []folder{{"a", stamp{1, 2, 3}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		// The checksum would keep every mutation out.
		sealed := encodeMemory(nil, nil)
		if body, ok := bytes.CutPrefix(data, []byte(memoryMagic)); ok && len(body) > 4 {
			sealed = tape.Seal(append([]byte(memoryMagic), body[:len(body)-4]...))
		}
		m, ok := decodeMemory(sealed)
		if !ok {
			return
		}
		var files []file
		for _, n := range m.files {
			files = append(files, file{path: n.path, sum: n.sum, stat: n.stat})
		}
		again, _ := decodeMemory(encodeMemory(files, m.folders))
		if diff := cmp.Diff(m, again, cmp.AllowUnexported(memory{}, node{}, stat{}, folder{}, stamp{})); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

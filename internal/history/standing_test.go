package history

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// F57: what is not committed yet is found before it is, whatever its file.
func TestStanding(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	put := func(name, text string) {
		t.Helper()
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	put("notes.txt", "nothing")
	put("site/page.md", "Web pages could\nreach the local API.")
	put("TS-2026-009.txt", "")
	put("gone.txt", "TS-2026-009")
	put("ignored.txt", "TS-2026-009")
	put("large.bin", strings.Repeat("x", maxObject+1))
	if err := os.Symlink("to/TS-2026-009", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	git("add", "notes.txt", "site", "TS-2026-009.txt", "gone.txt", "large.bin", "link")
	put("notes.txt", "see TS-2026-009") // not even added
	if err := os.Remove(filepath.Join(dir, "gone.txt")); err != nil {
		t.Fatal(err)
	}
	r, err := Open(filepath.Join(dir, "site")) // the whole repository counts
	if err != nil {
		t.Fatal(err)
	}
	found, err := r.Standing(t.Context(), []Token{{"a", "TS-2026-009"}, {"a", "web pages could reach"}})
	if err != nil {
		t.Fatal(err)
	}
	var where []string
	for _, l := range found.Leaks {
		where = append(where, l.Where)
		if l.Commit != "" || l.Token.Of != "a" {
			t.Errorf("%+v", l)
		}
	}
	if got, want := strings.Join(where, ", "), "link, name of TS-2026-009.txt, notes.txt, site/page.md"; got != want {
		t.Errorf("found in %s; want %s", got, want)
	}
	if len(found.Unsearched) != 1 || found.Unsearched[0].Path != "large.bin" {
		t.Errorf("not searched: %+v", found.Unsearched)
	}
}

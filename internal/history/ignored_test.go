package history

import (
	"path/filepath"
	"testing"
)

// F53: what git would take in when somebody adds everything is not ignored, be it there
// or not.
func TestIgnored(t *testing.T) {
	w := newWorld(t)
	w.commit("first", ".gitignore", "/var/\n*.eml\n", "content/a.md", "a")
	w.write("var/kept/known.html", "")
	w.git("add", "-f", "var/kept/known.html")
	for path, want := range map[string]bool{
		"var/letters/index.html":               true,
		filepath.Join(w.dir, "var", "x", "y"):  true,
		"docs/000001.eml":                      true,
		"docs/index.html":                      false,
		"content/var/index.html":               false,
		"content/a.md":                         false,
		"var/kept/known.html":                  false, // it is in the index
		filepath.Join(w.dir, "letters*", "[a"): false,
		":(top)var/x":                          false,
	} {
		if got, err := w.open().Ignored(t.Context(), path); got != want || err != nil {
			t.Errorf("%s: ignored %v, %v", path, got, err)
		}
	}
	if _, err := w.open().Ignored(t.Context(), filepath.Join(t.TempDir(), "index.html")); err == nil {
		t.Error("a path outside of the repository is no error")
	}
	hollow := world{t, t.TempDir()}
	hollow.write(".git/HEAD", "ref: refs/heads/main\n")
	if got, err := hollow.open().Ignored(t.Context(), "a"); got || err == nil {
		t.Errorf("git knows nothing, and the answer is %v", got)
	}
}

package history

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// world is a repository made with the real git, the same on every machine.
type world struct {
	t   *testing.T
	dir string
}

// TestMain makes git forget whose machine this is, and what day.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "history")
	if err != nil {
		panic(err)
	}
	for key, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": "2026-05-03T12:00:00Z",
		"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_COMMITTER_DATE": "2026-05-03T12:00:00Z",
	} {
		if err := os.Setenv(key, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	os.RemoveAll(home)
	os.Exit(code)
}

func newWorld(t *testing.T, options ...string) world {
	t.Helper()
	w := world{t, t.TempDir()}
	w.git(append([]string{"init", "--quiet", "--initial-branch=main"}, options...)...)
	return w
}

// git runs a command in the repository and returns what it says.
func (w world) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = w.dir
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(string(out))
}

func (w world) write(name, text string) {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// commit writes files (name, text, name, text …), commits all there is, and returns
// the commit as a Leak abbreviates it.
func (w world) commit(message string, files ...string) string {
	w.t.Helper()
	for i := 0; i < len(files); i += 2 {
		w.write(files[i], files[i+1])
	}
	w.git("add", "--all")
	w.git("commit", "--quiet", "--allow-empty", "-m", message)
	return w.git("rev-parse", "HEAD")[:12]
}

func (w world) open() *Repository {
	w.t.Helper()
	r, err := Open(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// leaks looks for the texts and returns each leak as "text commit where".
func (w world) leaks(texts ...string) []string {
	w.t.Helper()
	found := w.search(texts...)
	if found.Unsearched != nil {
		w.t.Errorf("not searched: %+v", found.Unsearched)
	}
	var all []string
	for _, l := range found.Leaks {
		if l.Token.Of != "TS-2026-004" || l.Times < 1 {
			w.t.Errorf("%+v", l)
		}
		all = append(all, l.Token.Text+" "+l.Commit+" "+l.Where)
	}
	return all
}

func (w world) search(texts ...string) Findings {
	w.t.Helper()
	var tokens []Token
	for _, text := range texts {
		tokens = append(tokens, Token{"TS-2026-004", text})
	}
	found, err := w.open().Leaks(w.t.Context(), tokens)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	w := newWorld(t)
	w.commit("first", "content/a.md", "a")
	w.git("worktree", "add", "--quiet", "-b", "side", filepath.Join(w.dir, "second"))
	for _, dir := range []string{w.dir, filepath.Join(w.dir, "content"), filepath.Join(w.dir, "second"), filepath.Join(w.dir, "second", "content")} {
		if _, err := Open(dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNone) || errors.Is(err, ErrNoGit) {
		t.Errorf("no repository: %v", err)
	}
	if _, err := Open(filepath.Join(w.dir, "gone")); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNone) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := Open(filepath.Join(w.dir, "content", "a.md")); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("no folder, but a file: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Open(w.dir); !errors.Is(err, ErrNoGit) || errors.Is(err, ErrNone) {
		t.Errorf("a repository without git: %v", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNone) {
		t.Errorf("no repository and no git: %v", err)
	}
}

// What git can't answer is an error, never "nothing": a .git that is none, a
// repository of somebody else, a git that does nothing.
func TestUnknownIsNeverNo(t *testing.T) {
	hollow := world{t, t.TempDir()}
	hollow.write(".git/HEAD", "ref: refs/heads/main\n")
	torn := newWorld(t)
	torn.write(".git/config", "[core\n")
	newer := newWorld(t)
	newer.git("config", "core.repositoryFormatVersion", "99")
	for name, w := range map[string]world{"hollow": hollow, "torn": torn, "newer": newer} {
		for what, err := range answers(t.Context(), w.open()) {
			if what == "user" {
				continue // the same in every repository
			}
			if err == nil || !strings.Contains(err.Error(), "git ") || !strings.Contains(err.Error(), "fatal: ") {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	w := newWorld(t)
	w.commit("first", "a", "TS-2026-004")
	gone, stop := context.WithCancel(t.Context())
	stop()
	for what, err := range answers(gone, w.open()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled, %s: %v", what, err)
		}
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	for what, err := range answers(t.Context(), w.open()) {
		if err == nil {
			t.Errorf("a git that fails says nothing of %s", what)
		}
	}
}

func answers(ctx context.Context, r *Repository) map[string]error {
	all := make(map[string]error)
	_, all["tracked"] = r.Tracked(ctx, ".")
	_, all["leaks"] = r.Leaks(ctx, []Token{{"TS-2026-004", "TS-2026-004"}})
	_, all["shallow"] = r.Shallow(ctx)
	_, all["user"] = r.User(ctx)
	return all
}

// F53: a private file that git tracks is named, whatever it is called.
func TestTracked(t *testing.T) {
	w := newWorld(t)
	w.commit("first", "inventory/nodes.csv", "", "inventory/old/users.csv", "", "secrets/plan.key", "", "site/var/ledger.db", "", "-rf", "", "site/a b\nc\"ü", "", "inventory2/x", "")
	w.write("inventory/new.csv", "")
	w.write("secrets/other.key", "")
	w.git("add", "secrets/other.key")
	for _, c := range []struct {
		paths, want []string
	}{
		{[]string{"inventory"}, []string{"inventory/nodes.csv", "inventory/old/users.csv"}},
		{[]string{"inventory/"}, []string{"inventory/nodes.csv", "inventory/old/users.csv"}},
		{[]string{"secrets", "site/var"}, []string{"secrets/other.key", "secrets/plan.key", "site/var/ledger.db"}},
		{[]string{filepath.Join(w.dir, "secrets", "plan.key")}, []string{"secrets/plan.key"}},
		{[]string{"inventory/new.csv"}, nil},
		{[]string{"nowhere"}, nil},
		{[]string{"*"}, nil}, // a name, not a pattern
		{[]string{":(top)inventory"}, nil},
		{[]string{"-rf"}, []string{"-rf"}},
		{[]string{"--others"}, nil},
		{[]string{"site"}, []string{"site/a b\nc\"ü", "site/var/ledger.db"}},
		{nil, nil},
	} {
		if got, err := w.open().Tracked(t.Context(), c.paths...); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q %v, want %q", c.paths, got, err, c.want)
		}
	}
	if got, err := (world{t, filepath.Join(w.dir, "site")}).open().Tracked(t.Context(), "var", "../secrets/plan.key"); err != nil || !slices.Equal(got, []string{"../secrets/plan.key", "var/ledger.db"}) {
		t.Errorf("from below: %q %v", got, err)
	}
	blob := w.git("hash-object", "-w", "--stdin")
	for _, stage := range []string{"1", "2", "3"} { // in the middle of a merge
		update := exec.Command("git", "-C", w.dir, "update-index", "--index-info")
		update.Stdin = strings.NewReader("100644 " + blob + " " + stage + "\tsecrets/torn.key\n")
		if out, err := update.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if got, err := w.open().Tracked(t.Context(), "secrets/torn.key"); err != nil || !slices.Equal(got, []string{"secrets/torn.key"}) {
		t.Errorf("in the middle of a merge: %q %v", got, err)
	}
	if _, err := w.open().Tracked(t.Context(), "../elsewhere"); err == nil || !strings.Contains(err.Error(), "outside repository") {
		t.Errorf("outside the repository: %v", err)
	}
}

func TestUser(t *testing.T) {
	w := newWorld(t)
	check := func(want, wrong string) {
		t.Helper()
		got, err := w.open().User(t.Context())
		if got != want || (err == nil) != (wrong == "") || wrong != "" && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q %v, want %q, %q", got, err, want, wrong)
		}
	}
	check("", "")
	w.git("config", "user.name", "Ada Example")
	check("", "")
	w.git("config", "user.email", "ada@example.com")
	check("Ada Example <ada@example.com>", "")
	w.git("config", "user.name", "")
	check("", "")
	w.git("config", "user.name", "Ada\nroot")
	check("", "don't make one line")
	w.git("config", "user.name", "Ada <root@example.com>")
	check("", "don't make one line")

	// The user's own configuration counts.
	w.git("config", "--unset", "user.name")
	global := filepath.Join(t.TempDir(), "gitconfig")
	if err := os.WriteFile(global, []byte("[user]\n\tname = Grace Example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", global)
	check("Grace Example <ada@example.com>", "")
}

func TestShallow(t *testing.T) {
	w := newWorld(t)
	w.commit("first: TS-2026-004")
	w.commit("second")
	check := func(w world, want bool) {
		t.Helper()
		if got, err := w.open().Shallow(t.Context()); err != nil || got != want {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	}
	check(w, false)
	clone := world{t, t.TempDir()}
	clone.git("clone", "--quiet", "--depth=1", "file://"+w.dir, ".")
	check(clone, true)
	if found := clone.leaks("TS-2026-004"); found != nil {
		t.Errorf("a shallow clone knows of %q", found)
	}
}

// A repository's own configuration names programs; none of them is run. git itself
// runs each of them here, or the test would prove nothing.
func TestNothingOfTheRepositoryRuns(t *testing.T) {
	w := newWorld(t)
	w.commit("first", "a", "TS-2026-004")
	mark := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$0 $*\" >> '"+mark+"'\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "core.pager", "core.sshCommand", "core.gitProxy", "core.askPass", "core.editor", "diff.external", "pager.ls-files", "pager.rev-list", "pager.config", "credential.helper"} {
		w.git("config", key, script)
	}
	w.git("config", "alias.ls-files", "!"+script)
	hooks := filepath.Join(w.dir, ".git", "hooks")
	for _, hook := range []string{"post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"} {
		if err := os.Symlink(script, filepath.Join(hooks, hook)); err != nil {
			t.Fatal(err)
		}
	}
	ran := func() bool {
		_, err := os.Stat(mark)
		return err == nil
	}
	w.git("ls-files")
	if !ran() {
		t.Fatal("git ran nothing: the test proves nothing")
	}
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	for what, err := range answers(t.Context(), w.open()) {
		if err != nil || ran() {
			t.Errorf("%s: %v, ran a program: %v", what, err, ran())
		}
	}
}

// Variables that point git elsewhere are not handed on.
func TestEnvironmentPointsNowhereElse(t *testing.T) {
	other := newWorld(t)
	other.commit("other", "elsewhere", "TS-2026-005")
	w := newWorld(t)
	w.commit("first", "a", "TS-2026-004")
	trace := filepath.Join(t.TempDir(), "trace")
	for key, value := range map[string]string{
		"GIT_DIR": filepath.Join(other.dir, ".git"), "GIT_WORK_TREE": other.dir, "GIT_INDEX_FILE": filepath.Join(other.dir, ".git", "index"),
		"GIT_OBJECT_DIRECTORY": filepath.Join(other.dir, ".git", "objects"), "GIT_NAMESPACE": "other", "GIT_CEILING_DIRECTORIES": filepath.Dir(w.dir),
		"GIT_TRACE": trace, "GIT_PAGER": "false", "GIT_LITERAL_PATHSPECS": "0", "GIT_PREFIX": "x", "GIT_SHALLOW_FILE": filepath.Join(other.dir, "elsewhere"),
	} {
		t.Setenv(key, value)
	}
	r := w.open()
	if got, err := r.Tracked(t.Context(), "."); err != nil || !slices.Equal(got, []string{"a"}) {
		t.Errorf("tracked: %q %v", got, err)
	}
	if found := w.leaks("TS-2026-004", "TS-2026-005"); len(found) != 1 || !strings.HasSuffix(found[0], " a") {
		t.Errorf("leaks: %q", found)
	}
	if _, err := os.Stat(trace); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("git was traced: %v", err)
	}
}

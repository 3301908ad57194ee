package history

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// F57: what is planted anywhere in the history is found, with the commit that brought it.
func TestPlanted(t *testing.T) {
	const id, title = "TS-2026-004", "Web pages could reach the local API"
	for name, plant := range map[string]func(w world) (want []string){
		"in a file": func(w world) []string {
			c := w.commit("add", "content/a.md", "see ts-2026-004.\n")
			w.commit("later", "b", "b")
			return []string{id + " " + c + " content/a.md"}
		},
		"in a file that was deleted": func(w world) []string {
			c := w.commit("add", "content/a.md", "title: Web pages could\n  reach the\tlocal API\n")
			w.git("rm", "--quiet", "content/a.md")
			w.commit("remove")
			return []string{title + " " + c + " content/a.md"}
		},
		"in a file that was replaced": func(w world) []string {
			c := w.commit("add", "a", id)
			w.commit("change", "a", "nothing")
			return []string{id + " " + c + " a"}
		},
		"in a file on another branch": func(w world) []string {
			w.git("checkout", "--quiet", "-b", "side")
			c := w.commit("add", "a", id)
			w.git("checkout", "--quiet", "main")
			return []string{id + " " + c + " a"}
		},
		"in a commit message": func(w world) []string {
			return []string{id + " " + w.commit("Fix what ts-2026-004 tells") + " commit message"}
		},
		"in a commit message that folds": func(w world) []string {
			return []string{title + " " + w.commit("Fix it\n\nWeb pages could\nreach the local\nAPI, which they should not.") + " commit message"}
		},
		"on no branch, but under a tag": func(w world) []string {
			w.git("checkout", "--quiet", "--detach")
			c := w.commit("add", "a", id)
			w.git("tag", "kept")
			w.git("checkout", "--quiet", "main")
			return []string{id + " " + c + " a"}
		},
		"in a detached HEAD": func(w world) []string {
			w.git("checkout", "--quiet", "--detach")
			return []string{id + " " + w.commit("add", "a", id) + " a"}
		},
		"in the message of a tag": func(w world) []string {
			w.git("tag", "-a", "-m", "has the fix of "+id, "v1.0")
			return []string{id + " " + w.git("rev-parse", "HEAD")[:12] + " message of tag v1.0"}
		},
		"in the message of a tag of a tag": func(w world) []string {
			w.git("tag", "-a", "-m", "one", "v1.0")
			w.git("tag", "-a", "-m", id, "v1.1", "v1.0")
			return []string{id + " " + w.git("rev-parse", "v1.0")[:12] + " message of tag v1.1"}
		},
		"in a tagged file of no commit": func(w world) []string {
			w.write("a", id)
			blob := w.git("hash-object", "-w", "a")
			w.git("tag", "key", blob)
			return []string{id + "  object " + blob[:12]}
		},
		"in the name of a branch": func(w world) []string {
			w.git("branch", "fix-ts-2026-004-now")
			return []string{id + " " + w.git("rev-parse", "HEAD")[:12] + " name of refs/heads/fix-ts-2026-004-now"}
		},
		"in the name of a tag of a tag's commit": func(w world) []string {
			w.git("tag", "-a", "-m", "one", "before/TS-2026-004")
			c := w.git("rev-parse", "HEAD")[:12]
			return []string{id + " " + c + " message of tag before/TS-2026-004", id + " " + c + " name of refs/tags/before/TS-2026-004"}
		},
		"in the name of a remote's branch": func(w world) []string {
			w.git("update-ref", "refs/remotes/origin/TS-2026-004", "HEAD")
			return []string{id + " " + w.git("rev-parse", "HEAD")[:12] + " name of refs/remotes/origin/TS-2026-004"}
		},
		"in a path": func(w world) []string {
			return []string{id + " " + w.commit("add", "content/bulletins/TS-2026-004.md", "") + " name of content/bulletins/TS-2026-004.md"}
		},
		"in a file's former path": func(w world) []string {
			c := w.commit("add", "content/ts-2026-004.md", "text")
			w.git("mv", "content/ts-2026-004.md", "content/a.md")
			w.commit("rename")
			return []string{id + " " + c + " name of content/ts-2026-004.md"}
		},
		"in a file's later path": func(w world) []string {
			w.commit("add", "content/a.md", "text")
			w.git("mv", "content/a.md", "content/TS-2026-004 draft.md")
			return []string{id + " " + w.commit("rename") + " name of content/TS-2026-004 draft.md"}
		},
		"in a folder's later name": func(w world) []string {
			w.commit("add", "content/a.md", "text")
			w.git("mv", "content", "TS-2026-004")
			return []string{id + " " + w.commit("rename") + " name of TS-2026-004"}
		},
		"in a merge": func(w world) []string {
			w.git("checkout", "--quiet", "-b", "side")
			w.commit("side", "b", "b")
			w.git("checkout", "--quiet", "main")
			w.commit("main", "c", "c")
			w.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
			return []string{id + " " + w.commit("merge", "a", id) + " a"}
		},
		"in the message of a merge": func(w world) []string {
			w.git("checkout", "--quiet", "-b", "side")
			w.commit("side", "b", "b")
			w.git("checkout", "--quiet", "main")
			w.git("merge", "--quiet", "--no-ff", "-m", "Merge "+id, "side")
			return []string{id + " " + w.git("rev-parse", "HEAD")[:12] + " commit message"}
		},
		"in the stash": func(w world) []string {
			w.write("a", id)
			w.git("add", "a")
			w.git("stash", "push", "--quiet", "-m", "later")
			return []string{id + " " + w.git("rev-parse", "stash^2")[:12] + " a"}
		},
		"in a note": func(w world) []string {
			w.git("notes", "add", "-m", "about "+id)
			return []string{id + " " + w.git("rev-parse", "refs/notes/commits")[:12] + " " + w.git("rev-parse", "HEAD")}
		},
		"in an author's name": func(w world) []string {
			w.git("commit", "--quiet", "--allow-empty", "--author=TS-2026-004 <ada@example.com>", "-m", "x")
			return []string{id + " " + w.git("rev-parse", "HEAD")[:12] + " commit message"}
		},
		"behind what a replacement shows": func(w world) []string {
			c := w.commit("add", "a", id)
			secret := w.git("rev-parse", "HEAD:a")
			w.write("harmless", "nothing")
			w.git("replace", secret, w.git("hash-object", "-w", "harmless"))
			return []string{id + " " + c + " a"}
		},
		"behind what a graft cuts off": func(w world) []string {
			c := w.commit("add", "a", id)
			w.git("rm", "--quiet", "a")
			w.commit("remove")
			w.write(".git/info/grafts", w.git("rev-parse", "HEAD")+"\n")
			return []string{id + " " + c + " a"}
		},
		"behind what a commit graph leaves out": func(w world) []string {
			c := w.commit("add", "a", id)
			w.git("rm", "--quiet", "a")
			w.commit("remove", "b", "b")
			w.git("commit-graph", "write", "--reachable")
			tree, err := hex.DecodeString(w.git("rev-parse", "HEAD^{tree}"))
			file := filepath.Join(w.dir, ".git", "objects", "info", "commit-graph")
			graph, readErr := os.ReadFile(file)
			at := bytes.LastIndex(graph, tree) + len(tree)
			if err := errors.Join(err, readErr, os.Remove(file)); err != nil || at < len(tree) {
				w.t.Fatal(err)
			}
			binary.BigEndian.PutUint32(graph[at:], 0x70000000) // no parent
			if err := os.WriteFile(file, graph, 0o600); err != nil {
				w.t.Fatal(err)
			}
			if n := w.git("rev-list", "--count", "HEAD"); n != "1" {
				w.t.Fatalf("git itself sees %s commits: the test proves nothing", n)
			}
			return []string{id + " " + c + " a"}
		},
		"by a commit whose clock is ahead": func(w world) []string {
			w.write("a", id)
			w.git("add", "a")
			tree := w.git("write-tree")
			at := func(year string, parent ...string) string {
				cmd := exec.Command("git", append([]string{"-C", w.dir, "commit-tree", "-m", "x", tree}, parent...)...)
				cmd.Env = append(cmd.Environ(), "GIT_COMMITTER_DATE="+year+"-01-01T00:00:00Z")
				out, err := cmd.Output()
				if err != nil {
					w.t.Fatal(err)
				}
				return strings.TrimSpace(string(out))
			}
			first := at("2036")
			w.git("tag", "first", first)
			w.git("update-ref", "refs/heads/main", at("2026", "-p", first))
			return []string{id + " " + first[:12] + " a"}
		},
		"in a pack": func(w world) []string {
			c := w.commit("add", "a", strings.Repeat("text ", 999)+id)
			w.commit("change", "a", strings.Repeat("text ", 999)+"nothing")
			w.git("repack", "--quiet", "-a", "-d")
			w.git("pack-refs", "--all")
			return []string{id + " " + c + " a"}
		},
		"in another work tree": func(w world) []string {
			side := world{w.t, filepath.Join(w.t.TempDir(), "side")}
			w.git("worktree", "add", "--quiet", "--detach", side.dir)
			return []string{id + " " + side.commit("add", "a", id) + " a"}
		},
		"in bytes that are no text": func(w world) []string {
			return []string{id + " " + w.commit("add", "a.bin", "\xff\x00\x01"+id+"\x00\xfe") + " a.bin"}
		},
		"in a path with everything odd": func(w world) []string {
			return []string{id + " " + w.commit("add", " -a\t\"ü\" \xff", id) + "  -a\t\"ü\" \xff"}
		},
		"twice": func(w world) []string {
			c := w.commit("add "+id, "a", id, "b/c", id+" "+title)
			w.commit("again", "a", id+id+" "+id)
			return []string{id + " " + c + " a", id + " " + c + " b/c", id + " " + c + " commit message", title + " " + c + " b/c"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.commit("first", "README.md", "A site.\n")
			want := plant(w)
			if got := w.leaks(id, title); !slices.Equal(got, want) {
				t.Errorf("found\n\t%q\nwant\n\t%q", got, want)
			}
		})
	}
}

// Whoever does not want to hear more ends the gits that still talk.
func TestEnough(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"a", "b", "c"} {
		w.commit("add", name, strings.Repeat(name, 4<<20))
	}
	enough, n := errors.New("enough"), 0
	_, err := w.open().objects(t.Context(), func(object) error {
		n++
		return enough
	})
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%v after %d objects", err, n)
	}
}

// A file that a tag names, in a repository without a commit.
func TestNoCommit(t *testing.T) {
	w := newWorld(t)
	w.write("a", "TS-2026-004")
	blob := w.git("hash-object", "-w", "a")
	w.git("tag", "key", blob)
	w.git("tag", "-a", "-m", "not TS-2026-004", "v1", blob)
	if got, want := w.leaks("TS-2026-004"), []string{"TS-2026-004 " + blob[:12] + " message of tag v1", "TS-2026-004  object " + blob[:12]}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// F57: what was not planted is not found, however near.
func TestNotPlanted(t *testing.T) {
	w := newWorld(t)
	if got := w.leaks("TS-2026-004"); got != nil {
		t.Errorf("in no commit at all: %q", got)
	}
	w.commit("Fix TS-2026-005, TS-2026-0041 and XTS-2026-004", "content/TS-2026-0040.md", "TS-2026-00\n4 TS 2026 004 ts2026004 TS-2026-004x 9TS-2026-004",
		"b", "Web pages could also reach the local API, Web pages could reach a local API")
	w.git("tag", "-a", "-m", "TS-2026-003", "TS-2026-0042")
	// What no ref reaches is not published by a push.
	w.commit("TS-2026-004", "a", "TS-2026-004")
	w.git("reset", "--quiet", "--hard", "HEAD~1")
	// Nor is what is in the work tree alone, or added and not committed.
	w.write("TS-2026-004.md", "TS-2026-004")
	w.git("add", "TS-2026-004.md")
	w.write("untracked-TS-2026-004.md", "TS-2026-004")
	if got := w.leaks("TS-2026-004", "Web pages could reach the local API"); got != nil {
		t.Errorf("%q", got)
	}
}

func TestTimes(t *testing.T) {
	w := newWorld(t)
	first := w.commit("TS-2026-004", "content/a.md", "TS-2026-004 one")
	w.commit("ts-2026-004 again", "content/a.md", "TS-2026-004 two, TS-2026-004 too")
	w.commit("third", "content/a.md", "TS-2026-004 three")
	want := []Leak{{Commit: first, Where: "commit message", Times: 2}, {Commit: first, Where: "content/a.md", Times: 3}}
	got := w.search("TS-2026-004").Leaks
	for i := range got {
		got[i].Token = Token{}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Names of objects are twice as long with SHA-256.
func TestLongNames(t *testing.T) {
	w := newWorld(t, "--object-format=sha256")
	c := w.commit("first", "a/TS-2026-004", "", "b", "TS-2026-004")
	if got, want := w.leaks("TS-2026-004"), []string{"TS-2026-004 " + c + " b", "TS-2026-004 " + c + " name of a/TS-2026-004"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A file that is too large, and one that a partial clone does not have, are named as
// not searched; nothing is fetched.
func TestUnsearched(t *testing.T) {
	w := newWorld(t)
	edge := bytes.Repeat([]byte("x"), 8<<20)
	copy(edge[len(edge)-12:], " TS-2026-004")
	c := w.commit("first", "large", "TS-2026-004\n"+string(edge), "edge", string(edge), "small", "TS-2026-004")
	large := Unsearched{w.git("rev-parse", "HEAD:large"), c, "large", 8<<20 + 12}
	found := w.search("TS-2026-004")
	if !slices.Equal(found.Unsearched, []Unsearched{large}) || len(found.Leaks) != 2 || found.Leaks[0].Where != "edge" || found.Leaks[1].Where != "small" {
		t.Errorf("%+v", found)
	}

	w.git("config", "uploadpack.allowFilter", "true")
	w.git("config", "uploadpack.allowAnySHA1InWant", "true")
	clone := world{t, t.TempDir()}
	clone.git("clone", "--quiet", "--no-checkout", "--filter=blob:limit=1k", "file://"+w.dir, ".")
	found = clone.search("TS-2026-004")
	missing := []Unsearched{{Object: large.Object}, {Object: w.git("rev-parse", "HEAD:edge")}}
	slices.SortFunc(found.Unsearched, byObject)
	slices.SortFunc(missing, byObject)
	if !slices.Equal(found.Unsearched, missing) || len(found.Leaks) != 1 {
		t.Errorf("%+v, want %+v", found, missing)
	}
	clone.git("cat-file", "-e", large.Object) // git itself would have fetched it
}

func byObject(a, b Unsearched) int { return strings.Compare(a.Object, b.Object) }

// A damaged object is an error or not searched, never passed over.
func TestDamage(t *testing.T) {
	w := newWorld(t)
	w.commit("first", "a", "TS-2026-004", "d/b", "b")
	for _, what := range []string{"HEAD:a", "HEAD:d", "HEAD^{tree}", "HEAD"} {
		name := w.git("rev-parse", what)
		file := filepath.Join(w.dir, ".git", "objects", name[:2], name[2:])
		sound, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		damage := map[string]func() error{
			"removed": func() error { return os.Remove(file) },
			"emptied": func() error { return errors.Join(os.Remove(file), os.WriteFile(file, nil, 0o600)) },
			"torn":    func() error { return errors.Join(os.Remove(file), os.WriteFile(file, sound[:len(sound)-4], 0o600)) },
		}
		for how, do := range damage {
			if err := do(); err != nil {
				t.Fatal(err)
			}
			found, err := w.open().Leaks(t.Context(), []Token{{"TS-2026-004", "TS-2026-004"}})
			if err == nil && len(found.Unsearched) == 0 {
				t.Errorf("%s %s: %+v", what, how, found)
			}
			if err := errors.Join(os.RemoveAll(file), os.WriteFile(file, sound, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A folder that ends too early is an error, with nothing read beyond it.
func TestTornTree(t *testing.T) {
	words, err := newWords([]Token{{"a", "TS-2026-004"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &search{words: words, found: make(map[place]*Leak)}
	id := strings.Repeat("a", 40)
	for _, data := range []string{"100644 TS-2026-004", "100644 TS-2026-004\x00short", "TS-2026-004\x00" + id, "100644 TS-2026-004\x00" + id[:20] + "1"} {
		if err := s.object(object{id: id, kind: "tree", data: []byte(data)}); err == nil {
			t.Errorf("%q is a folder", data)
		}
	}
	if err := s.object(object{id: id, kind: "riddle"}); err == nil {
		t.Error("an object of no kind was passed over")
	}
}

// Many tokens in many objects: every one of them is found, in every kind of place, once (F57).
func TestManyTokens(t *testing.T) {
	w := newWorld(t)
	var tokens []Token
	var text strings.Builder
	for i := range 500 {
		id := fmt.Sprintf("TS-2026-%03d", i)
		tokens = append(tokens, Token{id, id}, Token{id, fmt.Sprintf("what %c%d could reach", 'a'+i%26, i)})
		fmt.Fprintf(&text, "%s: What  %c%d could\nreach.\n", strings.ToLower(id), 'A'+i%26, i)
	}
	w.commit(text.String(), "a", text.String(), "b", text.String()+"!")
	found, err := w.open().Leaks(t.Context(), tokens)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range found.Leaks {
		if l.Token != tokens[i/3] || l.Where != []string{"a", "b", "commit message"}[i%3] || l.Times != 1 {
			t.Errorf("%d: %+v", i, l)
		}
	}
	if len(found.Leaks) != 3*len(tokens) {
		t.Errorf("%d leaks", len(found.Leaks))
	}
}

func TestNothingToLookFor(t *testing.T) {
	w := newWorld(t)
	w.commit("first")
	r := w.open()
	if found, err := r.Leaks(t.Context(), nil); err != nil || found.Leaks != nil {
		t.Errorf("%+v %v", found, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := r.Leaks(gone, nil); err != nil {
		t.Errorf("git was asked for nothing: %v", err)
	}
	for _, empty := range []string{"", " ", "\n\t"} {
		if _, err := r.Leaks(t.Context(), []Token{{"TS-2026-004", "a"}, {"TS-2026-005", empty}}); err == nil || !strings.Contains(err.Error(), "TS-2026-005") {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

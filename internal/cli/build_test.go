package cli

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// june is when the sample organisation lives.
const june = "2026-06-01T09:00:00Z"

// built builds a site, which must succeed, and returns what stands in public/ by path.
func built(t *testing.T, dir string, args ...string) map[string]string {
	t.Helper()
	if status, _, talk := run(append([]string{"-C", dir, "--now", june, "build"}, args...)...); status != exitDone {
		t.Fatalf("build: exit status %d\n%s", status, talk)
	}
	return treeOf(t, filepath.Join(dir, "public"))
}

func treeOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differing names the files by which two trees differ.
func differing(a, b map[string]string) []string {
	var names []string
	for name, text := range a {
		if other, there := b[name]; !there || other != text {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, there := a[name]; !there {
			names = append(names, name)
		}
	}
	return names
}

// What nobody may know yet leaves no trace in any output (F55): the site of a team with a
// hundred drafts and twenty private bulletins is, byte for byte, that of a team without them.
func TestDraftsLeaveNoTrace(t *testing.T) {
	bare, full := filepath.Join(t.TempDir(), "site"), filepath.Join(t.TempDir(), "site")
	for _, dir := range []string{bare, full} {
		tocsinT(t, "init", dir)
	}
	for i := range 100 {
		hide(t, full, fmt.Sprintf("TS-2026-%03d", 500+i), "draft")
	}
	for i := range 20 {
		hide(t, full, fmt.Sprintf("TS-2026-%03d", 700+i), "private")
	}
	want, got := built(t, bare), built(t, full)
	if names := differing(want, got); len(names) > 0 {
		t.Errorf("what nobody may know shows in %v", names)
	}
	for name, text := range got {
		if strings.Contains(strings.ToLower(text), "canary") {
			t.Errorf("%s holds a token of a draft", name)
		}
	}
	if lock, err := os.ReadFile(filepath.Join(full, "urls.lock")); err != nil || strings.Contains(string(lock), "ts-2026-5") {
		t.Errorf("urls.lock names a draft: %v\n%s", err, lock)
	}
}

// hide writes a bulletin with a token in every field that there is.
func hide(t *testing.T, site, id, status string) {
	t.Helper()
	text := fmt.Sprintf(`---
id: %[1]s
title: Canary title %[1]s
summary: Canary summary %[1]s
status: %[2]s
severity: critical
published: 2026-05-01
aliases: [CVE-2026-%[3]s]
related: [TS-2026-002]
cvss: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"]
cwe: [CWE-352]
credits: [{name: Canary name, type: finder, url: "https://canary.example.com/"}]
references: [{category: external, url: "https://canary.example.com/%[3]s", summary: Canary reference}]
timeline: [{at: 2026-04-01, event: Canary event}]
affected:
  - {product: client, platforms: [windows], introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-01, remedy: Canary remedy}
action: {required: some, audience: Canary audience, text: Canary action, steps: [Canary step]}
exploited: no_evidence
data_visible: no
users_affected: unknown
next_update: 2026-12-01
done: [{at: 2026-04-02, what: Canary deed}]
---
#### What happened?

Canary body, see [another](/security-bulletins/ts-2026-002/).
`, id, status, strings.TrimPrefix(id, "TS-2026-")+"77")
	write(t, filepath.Join(site, "content", "bulletins", id+".md"), text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tocsinT runs a command that must succeed.
func tocsinT(t *testing.T, args ...string) {
	t.Helper()
	if status, _, talk := run(args...); status != exitDone {
		t.Fatalf("tocsin %v: exit status %d\n%s", args, status, talk)
	}
}

// Whatever is changed between two builds, the second, which remembers the first, leaves what a
// build from nothing leaves. `build --check` is such a build.
func TestMemoryNeverLies(t *testing.T) {
	const seed = 7
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 40, seed)
	tocsinT(t, "-C", dir, "build")
	dice := rand.New(rand.NewPCG(seed, seed))
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for round := range rounds {
		var told []string
		for range 1 + dice.IntN(3) {
			told = append(told, meddle(t, dir, dice))
		}
		status, _, talk := run("-C", dir, "build")
		if status == exitProblems { // a change that no site can be built with: the next mends it, or not
			t.Logf("round %d (seed %d): %v: not built: %s", round, seed, told, firstLine(talk))
			generate(t, dir, 40, uint64(round))
			continue
		}
		if status != exitDone {
			t.Fatalf("round %d: %v: exit status %d\n%s", round, told, status, talk)
		}
		if status, out, talk := run("-C", dir, "build", "--check"); status != exitDone {
			t.Fatalf("round %d (seed %d): after %v the build is not what it would be from nothing: %d\n%s%s", round, seed, told, status, out, talk)
		}
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// meddle changes something of a generated site, and says what.
func meddle(t *testing.T, dir string, dice *rand.Rand) string {
	t.Helper()
	file := filepath.Join(dir, "content", "bulletins", name(dice.IntN(40))+".md")
	data, err := os.ReadFile(file)
	if err != nil {
		return "nothing"
	}
	text := string(data)
	swap := func(old, new string) string {
		write(t, file, strings.Replace(text, old, new, 1))
		return filepath.Base(file) + ": " + old + " → " + new
	}
	switch dice.IntN(9) {
	case 0:
		return swap("title: ", fmt.Sprintf("title: Title %d ", dice.IntN(1000)))
	case 1:
		return swap("status: published", "status: draft")
	case 2:
		return swap("status: draft", "status: published")
	case 3:
		return swap("severity: ", "severity: high # ")
	case 4:
		return swap("action: Update.", "action: none")
	case 5:
		return swap("aliases:", "related: ["+name(dice.IntN(40))+"]\naliases:")
	case 6:
		write(t, filepath.Join(dir, "templates", "site", "404.html"), fmt.Sprintf("{{define \"main\"}}<h1>Nothing %d</h1>{{end}}", dice.IntN(9)))
		return "a template"
	case 7:
		if err := os.Remove(filepath.Join(dir, "public", "security-bulletins", "index.html")); err != nil {
			t.Fatal(err)
		}
		return "the list in public/ removed"
	}
	write(t, filepath.Join(dir, "public", "foreign.html"), "foreign")
	return "a foreign file in public/"
}

// A date that comes turns what check says of a bulletin, and so what is remembered of it.
func TestMemoryKnowsTheClock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 3, 3)
	replace(t, filepath.Join(dir, "content", "bulletins", name(1)+".md"), "action: Update.", "action: Update.\nnext_update: 2026-06-01")
	time.Sleep(2 * 100 * time.Millisecond) // a file as young as the build is not remembered
	for _, at := range []struct {
		now  string
		warn bool
	}{
		{"2026-05-31T23:59:59Z", false}, {"2026-06-01T00:00:00Z", false}, {"2026-06-01T00:00:01Z", true}, {"2026-05-01T00:00:00Z", false},
	} {
		status, _, talk := run("-C", dir, "--now", at.now, "build")
		if status != exitDone || strings.Contains(talk, "overdue") != at.warn {
			t.Errorf("at %s: exit status %d, want a warning: %v\n%s", at.now, status, at.warn, talk)
		}
	}
}

// What the site has and what check believes that it has are one: a text may link to every page.
func TestEveryPageIsKnownToCheck(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	tocsinT(t, "init", dir)
	text := "---\ntitle: Everything\nslug: everything\n---\n"
	pages := 0
	for name := range built(t, dir) {
		page := strings.TrimSuffix("/"+name, "index.html")
		switch {
		case strings.HasPrefix(page, "/static/"), page == "/manifest.json", page == "/.gitignore":
			continue
		}
		text += fmt.Sprintf("- [a page](%s)\n", page)
		pages++
	}
	write(t, filepath.Join(dir, "content", "policies", "everything.md"), text)
	_, out, talk := run("-C", dir, "--now", june, "check")
	if strings.Contains(out+talk, "broken-link") || pages < 40 {
		t.Errorf("of %d pages check knows not all:\n%s%s", pages, out, talk)
	}
	write(t, filepath.Join(dir, "content", "policies", "everything.md"), text+"- [no page](/security-bulletins/1999/)\n")
	if _, out, talk := run("-C", dir, "--now", june, "check"); !strings.Contains(out+talk, "broken-link") {
		t.Error("a page that is not there is no problem")
	}
}

// A file that claims another bulletin's ID is a problem with a place, and not a quarrel of two
// pages.
func TestClaimedID(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 4, 4)
	replace(t, filepath.Join(dir, "content", "bulletins", name(2)+".md"), "id: "+name(2), "id: "+name(1))
	status, _, talk := run("-C", dir, "build")
	if status != exitProblems || !strings.Contains(talk, name(2)+".md:2:5") || !strings.Contains(talk, "duplicate-id") {
		t.Errorf("exit status %d\n%s", status, talk)
	}
}

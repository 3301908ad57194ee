package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCorpusStays: the same seed gives the same bytes, today and on every machine, so that
// figures of two days can be compared. Another text is another digest here, on purpose.
func TestCorpusStays(t *testing.T) {
	digest := func(c corpus) string {
		sum := sha256.New()
		c.each(func(b bulletin) error {
			sum.Write(b.tocsin())
			sum.Write(b.hugo())
			return nil
		})
		return hex.EncodeToString(sum.Sum(nil))
	}
	const want = "2925400e1f7eddb2c236194a8740f1c18b0875de70bfe01b7da4480ee615fdc7"
	if got := digest(corpus{1, 200}); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	if digest(corpus{2, 200}) == want {
		t.Error("another seed makes the same bulletins")
	}
}

// TestCorpusIsVaried: 3 KB each, every kind of thing somewhere, over all the years, each
// bulletin as it would be alone.
func TestCorpusIsVaried(t *testing.T) {
	c := corpus{1, 400}
	var size int
	seen := make(map[string]bool)
	var ids []string
	c.each(func(b bulletin) error {
		text := string(b.tocsin())
		size += len(text)
		ids = append(ids, b.id)
		seen[b.id[:7]] = true
		for _, key := range keys {
			seen[key] = seen[key] || strings.Contains(text, key)
		}
		if !strings.Contains(b.body, mark(b.number, 0)) {
			t.Errorf("%s has no mark", b.id)
		}
		return nil
	})
	if mean := size / c.size; mean < 2800 || mean > 3300 {
		t.Errorf("%d bytes a bulletin, want about 3,000", mean)
	}
	if want := years + len(keys); len(seen) != want || slices.Contains(slices.Collect(maps.Values(seen)), false) {
		t.Errorf("seen %v, want %d of them", seen, want)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != c.size {
		t.Errorf("ids are not in order, or not each another: %v", ids)
	}
}

var keys = []string{
	"aliases: [CVE-", "EXAMPLE-", "related:", "credits:", "revisions:", "material: yes", "material: no", "timeline:", "references:", "cvss:",
	"deployed:", "action: none", "action: Update", "severity: critical", "severity: low", "#### What do I need to do?",
	"`", "**", " *", "](https://", "\n* ", "\n|---|",
}

// TestEditionIsOneMark: an edit changes the mark and nothing else.
func TestEditionIsOneMark(t *testing.T) {
	c := corpus{1, 50}
	first, second := c.bulletin(7, 0), c.bulletin(7, 3)
	if bytes.Equal(first.tocsin(), second.tocsin()) {
		t.Fatal("another edition is the same text")
	}
	for name, write := range map[string]func(bulletin) []byte{"tocsin": bulletin.tocsin, "hugo": bulletin.hugo} {
		if got := bytes.ReplaceAll(write(second), []byte(mark(7, 3)), []byte(mark(7, 0))); !bytes.Equal(got, write(first)) {
			t.Errorf("%s: more than the mark is different:\n%s", name, got)
		}
	}
}

// TestCheckFindsNothing: a site with problems would be measured with their reports.
func TestCheckFindsNothing(t *testing.T) {
	tool, site := filepath.Join(t.TempDir(), "tocsin.exe"), filepath.Join(t.TempDir(), "site")
	for _, args := range [][]string{{"go", "build", "-o", tool, "tocsin/cmd/tocsin"}, {tool, "init", site}} {
		if said, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
	if err := (corpus{1, 50}).writeTocsin(site); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), tool, "-C", site, "check").CombinedOutput()
	if err != nil || string(said) != "checked 50 bulletins (0 drafts) and 2 policies: 0 errors, 0 warnings\n" {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestSameForHugo: both programs get as many bulletins, with the same titles, dates and texts.
func TestSameForHugo(t *testing.T) {
	ours, theirs := t.TempDir(), t.TempDir()
	c := corpus{3, 50}
	if err := c.writeTocsin(ours); err != nil {
		t.Fatal(err)
	}
	if err := c.writeHugo(theirs); err != nil {
		t.Fatal(err)
	}
	got, want := sources(t, filepath.Join(theirs, "content", "security-bulletins"), "date"), sources(t, filepath.Join(ours, "content", "bulletins"), "published")
	if len(want) != 50 || !slices.Equal(got, want) {
		t.Errorf("Hugo has %d bulletins:\n%q\ntocsin %d:\n%q", len(got), got, len(want), want)
	}
	for _, name := range []string{"hugo.toml", "layouts/_markup/render-heading.html", "layouts/rss.xml", "content/years/2010/_index.md"} {
		if _, err := os.Stat(filepath.Join(theirs, name)); err != nil {
			t.Error(err)
		}
	}
}

// sources is what both programs show of each file: title, summary, date, action and text.
func sources(t *testing.T, folder, date string) (all []string) {
	t.Helper()
	wanted := regexp.MustCompile(`(?m)^(?:title|summary|severity|severities|action|` + date + `): \[?(.*?)\]?$`)
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		_, body, _ := strings.Cut(string(text), "\n---\n")
		one := []string{strings.ToUpper(strings.TrimSuffix(name, ".md")), body}
		for _, m := range wanted.FindAllStringSubmatch(string(text), -1) {
			one = append(one, m[1])
		}
		slices.Sort(one) // the keys stand in another order
		all = append(all, strings.Join(one, "\n"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

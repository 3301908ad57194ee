package feed

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
)

// read is a feed as other people's readers keep it.
type read struct {
	Title, Link, Self, Language string
	Entries                     []readEntry
}

type readEntry struct {
	ID, Title, Link, Published, Updated, Author string
	Content                                     bool
	Categories                                  []string
}

// Readers that others wrote accept every feed, and find in it what was written (F58). They are
// the Debian package python3-feedparser and the npm package feedsmith, the second in
// .run/node/node_modules. Where CI is set, they must be there.
func TestReadersAccept(t *testing.T) {
	if testing.Short() {
		t.Skip("other programs are for make test, which installs them")
	}
	dir := t.TempDir()
	var names []string
	var want []read
	for _, c := range []struct {
		name  string
		items []Item
	}{{"sample", sample(t)}, {"empty", nil}, {"odd", oddItems(t)}} {
		for _, name := range []string{"feed.xml", "atom.xml", "feed.json"} {
			data := must(t, name, ch, c.items)
			names = append(names, filepath.Join(dir, c.name+"-"+name))
			if err := os.WriteFile(names[len(names)-1], data, 0o600); err != nil {
				t.Fatal(err)
			}
			want = append(want, asRead(found(t, name, data)))
		}
	}
	t.Run("feedparser", func(t *testing.T) {
		isXML := func(n int) bool { return filepath.Ext(names[n]) == ".xml" }
		got := readBy(t, only(names, isXML), pythonCommand(), "testdata/readers/read.py")
		compareReads(t, only(names, isXML), only(want, isXML), got)
	})
	t.Run("feedsmith", func(t *testing.T) {
		got := readBy(t, names, "node", "testdata/readers/read.mjs")
		compareReads(t, names, want, got)
	})
}

// oddItems are entries of every text that can stand in a feed, but for control characters of
// the range C1, which feedparser takes for an encoding that was mistaken for another.
func oddItems(t *testing.T) []Item {
	var items []Item
	for n, text := range odd {
		if text == "\u0085" || text == "\u009f" {
			continue
		}
		id := bulletin.ID("TS-" + strings.Repeat("I", n+1))
		items = append(items, item(t, bulletin.Bulletin{ID: id, Title: "x" + text + "x", Published: day.Add(time.Duration(n) * time.Minute)}, "<p>x"+text+"x</p>"))
	}
	return items
}

// asRead is a feed as it was written, in the words of the readers.
func asRead(d document) read {
	r := read{d.title, d.link, d.self, d.language, nil}
	for _, e := range d.entries {
		published := e.published
		if at, err := time.Parse(time.RFC1123Z, published); err == nil {
			published = at.UTC().Format(time.RFC3339)
		}
		one := readEntry{ID: e.id, Title: e.title, Link: e.link, Published: published, Updated: e.updated, Author: e.author, Content: e.content != ""}
		for _, c := range e.categories {
			one.Categories = append(one.Categories, c.term)
		}
		slices.Sort(one.Categories)
		r.Entries = append(r.Entries, one)
	}
	return r
}

// pythonCommand is the Python that Debian's packages belong to, where there is one.
func pythonCommand() string {
	if _, err := os.Stat("/usr/bin/python3"); err == nil {
		return "/usr/bin/python3"
	}
	return "python3"
}

// readBy lets a script read feeds; it skips, loudly, where the script's reader is missing.
func readBy(t *testing.T, names []string, command, script string) []read {
	t.Helper()
	modules, err := filepath.Abs("../../../.run/node/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if elsewhere := os.Getenv("NODE_MODULES"); elsewhere != "" {
		modules = elsewhere
	}
	c := exec.CommandContext(t.Context(), command, append([]string{script}, names...)...)
	c.Env = append(os.Environ(), "NODE_MODULES="+modules, "PYTHONDONTWRITEBYTECODE=1")
	var failure bytes.Buffer
	c.Stderr = &failure
	out, err := c.Output()
	text := failure.String()
	missing := err != nil && (strings.Contains(err.Error(), "executable file not found") ||
		strings.Contains(text, "No module named 'feedparser'") || strings.Contains(text, "Cannot find module 'feedsmith'"))
	switch {
	case missing && os.Getenv("CI") == "":
		t.Skipf("NOT TESTED: %s cannot run here: %v", script, err)
	case err != nil:
		t.Fatalf("%v\n%s", err, text)
	}
	var all []read
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func compareReads(t *testing.T, names []string, want, got []read) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d feeds read, want %d", len(got), len(want))
	}
	for n := range want {
		if got[n].Language == "" {
			got[n].Language = want[n].Language // not every reader tells the language of every format
		}
		for i := range min(len(got[n].Entries), len(want[n].Entries)) {
			// Readers fold white space in titles, each in a way of its own.
			got[n].Entries[i].Title, want[n].Entries[i].Title = folded(got[n].Entries[i].Title), folded(want[n].Entries[i].Title)
		}
		if diff := cmp.Diff(want[n], got[n], cmp.Transformer("empty", func(s []readEntry) []readEntry { return append([]readEntry{}, s...) })); diff != "" {
			t.Errorf("%s (-written +read):\n%s", filepath.Base(names[n]), diff)
		}
	}
}

func folded(text string) string { return strings.Join(strings.Fields(text), " ") }

// only keeps the elements whose index is wanted.
func only[T any](all []T, wanted func(n int) bool) []T {
	var some []T
	for n, one := range all {
		if wanted(n) {
			some = append(some, one)
		}
	}
	return some
}

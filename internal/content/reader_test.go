package content

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// draftOf makes a draft of that ID.
func draftOf(id string) string {
	return strings.Replace(strings.Replace(named(id), "status: published\n", "status: draft\n", 1), "published: 2026-05-03\n", "", 1)
}

// embargo is a drafts root of these files, called ../embargo.
func embargo(files map[string]string) *Drafts {
	return &Drafts{FS: tree(files), Name: "../embargo"}
}

// opened reads a site with its drafts, to the last bulletin.
func opened(t *testing.T, site map[string]string, drafts *Drafts) (*Reader, []Entry, source.Problems) {
	t.Helper()
	r, err := Open(tree(site), drafts)
	if err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	problems := slices.Clone(r.Problems())
	for e, err := range r.Bulletins() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
		problems = append(problems, e.Problems...)
	}
	if r.Count() != len(entries) {
		t.Errorf("%d bulletins of %d", len(entries), r.Count())
	}
	problems.Sort()
	return r, entries, problems
}

// Bulletins of both roots come in one order, each under the name that a person types.
func TestBothRoots(t *testing.T) {
	_, entries, problems := opened(t, map[string]string{
		"content/bulletins/TS-2026-001.md": named("TS-2026-001"),
		"content/bulletins/TS-2026-003.md": named("TS-2026-003"),
		"content/bulletins/TS-2026-004.md": named("TS-2026-004"),
	}, embargo(map[string]string{
		"bulletins/TS-2026-002.md":          draftOf("TS-2026-002"),
		"bulletins/TS-2026-003.md":          draftOf("TS-2026-003"),
		"bulletins/TS-2026-005.md":          strings.Replace(draftOf("TS-2026-005"), "draft", "private", 1),
		"README.md":                         "",
		".git/config":                       "",
		"notes.md":                          "",
		"bulletins/2026/TS-2026-006.md":     draftOf("TS-2026-006"),
		"bulletins/TS-2026-006.markdown":    "",
		"content/bulletins/TS-2026-007.md":  draftOf("TS-2026-007"),
		"policies/backups.md":               page1,
		"decisions/TS-2026-005.txt":         "",
		"bulletins/.TS-2026-008.md.swp":     "",
		"bulletins/attachments/diagram.png": "",
	}))
	var got []string
	for _, e := range entries {
		name := e.Bulletin.Source.Name
		if e.Bulletin.Embargoed != strings.HasPrefix(name, "../embargo/bulletins/") || !e.Readable || len(e.Bulletin.Source.Data) == 0 || !e.Bulletin.OwnsName() {
			t.Errorf("%s: %+v", name, e)
		}
		got = append(got, name)
	}
	if want := []string{
		"content/bulletins/TS-2026-001.md", "../embargo/bulletins/TS-2026-002.md", "content/bulletins/TS-2026-003.md", "../embargo/bulletins/TS-2026-003.md",
		"content/bulletins/TS-2026-004.md", "../embargo/bulletins/TS-2026-005.md",
	}; !slices.Equal(got, want) {
		t.Errorf("read %q", got)
	}
	var stray []string
	for _, p := range problems {
		if p.Code == "bad-decision" {
			continue
		}
		if grave := strings.Contains(p.Position.File, "/decisions/"); p.Code != "stray-file" || (p.Level == source.Error) != grave {
			t.Errorf("%+v", p)
		}
		stray = append(stray, p.Position.File)
	}
	if want := []string{
		"../embargo/bulletins/2026/TS-2026-006.md", "../embargo/bulletins/TS-2026-006.markdown", "../embargo/bulletins/attachments/diagram.png",
		"../embargo/content/bulletins/TS-2026-007.md", "../embargo/decisions/TS-2026-005.txt", "../embargo/notes.md", "../embargo/policies/backups.md",
	}; !slices.Equal(stray, want) {
		t.Errorf("stray %q", stray)
	}
}

// A reader that stops early reads no further.
func TestReadingStops(t *testing.T) {
	site := tree(map[string]string{"content/bulletins/TS-2026-001.md": named("TS-2026-001"), "content/bulletins/TS-2026-002.md": named("TS-2026-002")})
	r, err := Open(site, nil)
	if err != nil {
		t.Fatal(err)
	}
	delete(site, "content/bulletins/TS-2026-002.md")
	for e, err := range r.Bulletins() {
		if err != nil || e.Bulletin.ID != "TS-2026-001" {
			t.Errorf("%v %v", e.Bulletin.ID, err)
		}
		break
	}
	var failed error
	for _, err := range r.Bulletins() {
		failed = errors.Join(failed, err)
	}
	if !errors.Is(failed, fs.ErrNotExist) {
		t.Errorf("a file that went away: %v", failed)
	}
}

// What readers see stands in the site: nothing in the drafts root is published, as
// an error that being a draft does not soften (F55).
func TestPublishedInDrafts(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{named("TS-2026-004"), "4:9 published-in-drafts"},
		{strings.Replace(named("TS-2026-004"), "status: published", "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: It was none.}", 1), "4:9 published-in-drafts"},
		{strings.Replace(named("TS-2026-004"), "title: A fault\n", "", 1), "2:1 missing-key, 3:9 published-in-drafts"},
		{draftOf("TS-2026-004"), ""},
		{strings.Replace(draftOf("TS-2026-004"), "status: draft", "status: private", 1), ""},
		{strings.Replace(named("TS-2026-004"), "status: published\n", "", 1), "2:1 missing-key"},
	} {
		_, entries, problems := opened(t, map[string]string{"content/embed.go": ""}, embargo(map[string]string{"bulletins/TS-2026-004.md": c.text}))
		if said(problems) != c.want || problems.Errors() != len(problems) || len(entries) != 1 || !entries[0].Bulletin.Embargoed {
			t.Errorf("%q: %s", c.text, said(problems))
		}
		for _, p := range problems {
			if p.Softened || p.Position.File != "../embargo/bulletins/TS-2026-004.md" || p.Excerpt == "" {
				t.Errorf("%+v", p)
			}
		}
	}
}

// F13: a link in the drafts root is refused like one in the site, in each of its shapes.
func TestSymlinksInDrafts(t *testing.T) {
	for _, c := range []struct {
		at, to string
		read   int
	}{
		{"bulletins/TS-2026-002.md", "../../secrets/TS-2026-002.md", 1},
		{"bulletins/more", "../../secrets", 1},
		{"bulletins/TS-2026-002.md", "nowhere", 1},
		{"decisions", "../secrets", 1},
	} {
		dir := t.TempDir()
		write(t, dir, "site/content/embed.go", "")
		write(t, dir, "secrets/TS-2026-002.md", named("TS-2026-002"))
		write(t, dir, "embargo/bulletins/TS-2026-001.md", draftOf("TS-2026-001"))
		if err := os.Symlink(c.to, filepath.Join(dir, "embargo", c.at)); err != nil {
			t.Fatal(err)
		}
		r, err := Open(os.DirFS(filepath.Join(dir, "site")), &Drafts{FS: os.DirFS(filepath.Join(dir, "embargo")), Name: "../embargo"})
		if err != nil {
			t.Fatal(err)
		}
		if p := r.Problems(); len(p) != 1 || p.Errors() != 1 || p[0].Code != "symlink" || p[0].Position.File != "../embargo/"+c.at || r.Count() != c.read {
			t.Errorf("%s: %d bulletins, %v", c.at, r.Count(), p)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func TestNoDrafts(t *testing.T) {
	_, err := Open(tree(map[string]string{"content/embed.go": ""}), &Drafts{FS: os.DirFS(filepath.Join(t.TempDir(), "nowhere")), Name: "../embargo"})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "../embargo") {
		t.Errorf("%v", err)
	}
	r, _, problems := opened(t, map[string]string{"content/embed.go": ""}, embargo(nil))
	if r.Count() != 0 || len(problems) > 0 {
		t.Errorf("an empty one: %v", problems)
	}
}

// What is too large is named and not read, and stands for nothing else (F9).
func TestTooLarge(t *testing.T) {
	large := strings.Repeat("# some words\n", 1<<15)
	for _, name := range []string{
		"content/bulletins/TS-2026-004.md", "content/policies/a.md", "content/policies/_index.md", "content/policies/a.rules.yaml",
	} {
		r, entries, problems := opened(t, map[string]string{name: large}, nil)
		if said(problems) != " too-large" || problems.Errors() != 1 || problems[0].Position.File != name {
			t.Errorf("%s: %v", name, problems)
		}
		if s := r.Site(); len(s.Policies) > 0 || s.Index.Source.Name != "" || len(s.Rules) != strings.Count(name, "rules") || len(s.Rules) == 1 && !s.Rules[0].Broken {
			t.Errorf("%s: %+v", name, s)
		}
		for _, e := range entries {
			if e.Readable || e.Bulletin.Source.Name != name || e.Bulletin.Status != "" {
				t.Errorf("%+v", e)
			}
		}
	}
}

// Whatever the memory of one bulletin is, the next begins without it.
func TestEntriesAreApart(t *testing.T) {
	_, entries, _ := opened(t, map[string]string{
		"content/bulletins/TS-2026-001.md":   "no bulletin",
		"content/bulletins/TS-2026-002.md":   named("TS-2026-002"),
		"content/decisions/TS-2026-002.json": recordOf("TS-2026-002"),
		"content/bulletins/TS-2026-003.md":   named("TS-2026-003"),
	}, nil)
	if entries[0].Readable || entries[0].Bulletin.ID != "" || len(entries[0].Problems) != 1 || entries[1].Bulletin.Decision == nil || entries[2].Bulletin.Decision != nil || len(entries[2].Problems) > 0 {
		t.Errorf("%+v", entries)
	}
}

// Site.Bulletin finds the site's own before one of the drafts root.
func TestSiteComesFirst(t *testing.T) {
	r, entries, _ := opened(t, map[string]string{ours: whole}, embargo(map[string]string{"bulletins/TS-2026-004.md": draftOf("TS-2026-004")}))
	site := r.Site()
	for _, e := range entries {
		site.Bulletins = append(site.Bulletins, e.Bulletin)
	}
	if b, found := site.Bulletin("TS-2026-004"); !found || b.Status != bulletin.Public {
		t.Errorf("%v %v", b.Status, found)
	}
}

// counting counts how often each file is read.
type counting struct {
	fstest.MapFS
	reads map[string]int
}

func (c counting) Open(name string) (fs.File, error) {
	c.reads[name]++
	return c.MapFS.Open(name)
}

// Whether readers may see a bulletin is the same before it is read and after, and no file is read
// twice to know it (F55).
func TestPublicOnceRead(t *testing.T) {
	all := map[bulletin.ID]string{
		"TS-2026-001": named("TS-2026-001"),
		"TS-2026-002": draftOf("TS-2026-002"),
		"TS-2026-003": strings.Replace(draftOf("TS-2026-003"), "draft", "private", 1),
		"TS-2026-004": named("TS-2026-004") + strings.Repeat("x", maxFile),
		"TS-2026-005": strings.Replace(named("TS-2026-005"), "status: published\n", "status: published\nstatus: draft\n", 1),
		"TS-2026-006": strings.Replace(named("TS-2026-006"), "status: published\n", "status: withdrawn\n", 1),
		"TS-2026-007": "",
	}
	files := make(map[string]string)
	for id, text := range all {
		files["content/bulletins/"+string(id)+".md"] = text
	}
	for _, readBefore := range []bool{false, true} {
		site := counting{tree(files), make(map[string]int)}
		r, err := Open(site, nil)
		if err != nil {
			t.Fatal(err)
		}
		if readBefore {
			for _, err := range r.Bulletins() {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for id := range all {
			for range 2 {
				if got, want := r.Public(id), id == "TS-2026-001" || id == "TS-2026-006"; got != want {
					t.Errorf("read before: %v; %s is public: %v, want %v", readBefore, id, got, want)
				}
			}
		}
		for name, times := range site.reads {
			if strings.HasPrefix(name, BulletinFolder) && times > 1 && !strings.Contains(name, "004") { // of that one the size is asked for
				t.Errorf("%s was read %d times", name, times)
			}
		}
		if site.reads[BulletinFolder+"/TS-2026-001.md"] == 0 {
			t.Error("no reading is counted: this test tests nothing")
		}
		if r.Public("TS-2026-008") {
			t.Error("a bulletin that is not there is public")
		}
	}
}

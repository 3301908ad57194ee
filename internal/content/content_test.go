package content

import (
	"bytes"
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

// tree is a site of these files.
func tree(files map[string]string) fstest.MapFS {
	site := make(fstest.MapFS)
	for name, text := range files {
		site[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return site
}

// named makes a bulletin of that ID.
func named(id string) string { return strings.ReplaceAll(whole, "TS-2026-004", id) }

const page1 = "---\ntitle: Backups\nslug: backups\n---\nThe text.\n"

// F13: every file is read, on the list of what is not, or named.
func TestEveryFileIsReadOrNamed(t *testing.T) {
	site, problems, err := Read(tree(map[string]string{
		"content/bulletins/TS-2026-002.md":            named("TS-2026-002"),
		"content/bulletins/TS-2026-001.md":            named("TS-2026-001"),
		"content/policies/z.md":                       strings.Replace(page1, "slug: backups", "slug: z", 1),
		"content/policies/backups/index.md":           page1,
		"content/policies/index.md":                   strings.Replace(page1, "slug: backups", "slug: all", 1),
		"tocsin.yaml":                                 "not read here",
		"var/TS-2026-009.md":                          "not read here",
		"content/.DS_Store":                           "",
		"content/bulletins/.TS-2026-003.md.swp":       "",
		"content/.git/config":                         "",
		"content/.obsidian/TS-2026-003.md":            "",
		"content/embed.go":                            "package content",
		"content/bulletins/more_test.go":              "package content",
		"content/TS-2026-005.md":                      named("TS-2026-005"),
		"content/bulletins/TS-2026-006.markdown":      named("TS-2026-006"),
		"content/bulletins/TS-2026-007.MD":            named("TS-2026-007"),
		"content/bulletins/TS-2026-007.md.bak":        named("TS-2026-007"),
		"content/bulletins/2026/TS-2026-008.md":       named("TS-2026-008"),
		"content/bulletin/TS-2026-009.md":             named("TS-2026-009"),
		"content/policies/backups/more.md":            page1,
		"content/policies/a/b/index.md":               page1,
		"content/policies/incident.rules.yaml":        smallRules("incident"),
		"content/policies/backups/backups.rules.yaml": smallRules("backups"),
		"content/policies/README.md":                  "# Not a policy",
		"content/README.md":                           "",
		"content/policies/_index.md":                  "# Our policies",
		"content/policies/backups/_index.md":          page1,
		"content/policies/z.rules.yml":                smallRules("z"),
		"content/rules/z.rules.yaml":                  smallRules("z"),
		"content/decisions/TS-2026-001.json":          recordOf("TS-2026-001"),
		"content/decisions/TS-2026-001.JSON":          recordOf("TS-2026-001"),
		"content/decisions/2026/TS-2026-002.json":     recordOf("TS-2026-002"),
		"content/releases/1.66.1.md":                  page1,
		"content/patches/2026-01.yaml":                "id: 2026-01",
		"content/bulletins/new.go/TS-2026-010.md":     named("TS-2026-010"),
		"content/bulletins/TS-2026-011.md/README":     "",
		"content/bulletins/TS-2026-012.md~":           "",
		"content/Bulletins/TS-2026-013.md":            named("TS-2026-013"),
		"content/policies/backups/index.MD":           page1,
		"content/bulletins/TS-2026-014.md/index.md":   named("TS-2026-014"),
		"content/policies/backups/diagrams/index.png": "",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var read, named, notes []string
	for _, b := range site.Bulletins {
		read = append(read, b.Source.Name)
	}
	for _, p := range site.Policies {
		read = append(read, p.Source.Name)
	}
	for _, r := range site.Rules {
		read = append(read, r.Source.Name)
	}
	if site.Bulletins[0].Decision == nil || site.Bulletins[1].Decision != nil || site.Index.Title != "Our policies" {
		t.Errorf("decisions %v, %v; front page %q", site.Bulletins[0].Decision, site.Bulletins[1].Decision, site.Index.Title)
	}
	for _, p := range problems {
		isGrave := strings.Contains(p.Position.File, "z.rules.") || strings.HasPrefix(p.Position.File, "content/decisions/")
		if p.Code != "stray-file" || (p.Level == source.Error) != isGrave || p.Position.Line != 0 {
			t.Errorf("%+v", p)
		}
		if p.Level == source.Note {
			notes = append(notes, p.Position.File)
		} else {
			named = append(named, p.Position.File)
		}
	}
	if want := []string{
		"content/bulletins/TS-2026-001.md", "content/bulletins/TS-2026-002.md",
		"content/policies/backups/index.md", "content/policies/index.md", "content/policies/z.md",
		"content/policies/backups/backups.rules.yaml", "content/policies/incident.rules.yaml",
	}; !slices.Equal(read, want) {
		t.Errorf("read %q", read)
	}
	if want := []string{
		"content/Bulletins/TS-2026-013.md", "content/TS-2026-005.md", "content/bulletin/TS-2026-009.md", "content/bulletins/2026/TS-2026-008.md",
		"content/bulletins/TS-2026-006.markdown", "content/bulletins/TS-2026-007.MD", "content/bulletins/TS-2026-007.md.bak",
		"content/bulletins/TS-2026-012.md~", "content/bulletins/TS-2026-014.md/index.md", "content/bulletins/new.go/TS-2026-010.md",
		"content/decisions/2026", "content/decisions/TS-2026-001.JSON", "content/patches/2026-01.yaml",
		"content/policies/a/b/index.md", "content/policies/backups/_index.md", "content/policies/backups/diagrams/index.png", "content/policies/backups/index.MD",
		"content/policies/backups/more.md", "content/policies/z.rules.yml", "content/releases/1.66.1.md", "content/rules/z.rules.yaml",
	}; !slices.Equal(named, want) {
		t.Errorf("named %q", named)
	}
	if want := []string{"content/README.md", "content/bulletins/TS-2026-011.md/README", "content/policies/README.md"}; !slices.Equal(notes, want) {
		t.Errorf("noted %q", notes)
	}
}

// F13: a link could publish what lies elsewhere, or what lies here twice. The
// shapes: to a file, to a folder, to nothing, in place of content itself.
func TestSymlinks(t *testing.T) {
	for _, c := range []struct {
		name, at, to string
		read         int
	}{
		{"to a secret", "content/bulletins/TS-2026-002.md", "../../secrets/TS-2026-002.md", 1},
		{"to a bulletin beside it", "content/bulletins/TS-2026-002.md", "TS-2026-001.md", 1},
		{"to a folder", "content/policies", "../secrets", 1},
		{"to nothing", "content/bulletins/TS-2026-002.md", "nowhere", 1},
		{"hidden, and with a stranger's name", "content/.notes.go", "../secrets", 1},
		{"in place of content", "content", "elsewhere", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				t.Helper()
				name = filepath.Join(dir, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			write("secrets/TS-2026-002.md", named("TS-2026-002"))
			write("elsewhere/bulletins/TS-2026-001.md", named("TS-2026-001"))
			if c.at != "content" {
				write("content/bulletins/TS-2026-001.md", named("TS-2026-001"))
			}
			if err := os.Symlink(c.to, filepath.Join(dir, c.at)); err != nil {
				t.Fatal(err)
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			for _, site := range []fs.FS{root.FS(), os.DirFS(dir)} {
				got, problems, err := Read(site)
				if err != nil || len(problems) != 1 || problems.Errors() != 1 || problems[0].Code != "symlink" || problems[0].Position.File != c.at {
					t.Errorf("%v %v", problems, err)
				}
				if len(got.Bulletins) != c.read || len(got.Policies) != 0 {
					t.Errorf("read %d bulletins, %d policies", len(got.Bulletins), len(got.Policies))
				}
			}
		})
	}
}

func TestNoContent(t *testing.T) {
	if _, _, err := Read(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "content/") {
		t.Errorf("%v", err)
	}
	unreadable := fstest.MapFS{"content/device": {Mode: fs.ModeDevice}}
	if _, problems, err := Read(unreadable); err != nil || said(problems) != " odd-file" || problems.Errors() != 1 {
		t.Errorf("%v %v", problems, err)
	}
}

// F14: a swapped pair is two errors, and nothing found under a name is another's.
func TestIDsAreFileNames(t *testing.T) {
	site, problems, err := Read(tree(map[string]string{
		"content/bulletins/TS-2026-001.md": strings.Replace(named("TS-2026-002"), "A fault", "The second", 1),
		"content/bulletins/TS-2026-002.md": strings.Replace(named("TS-2026-001"), "A fault", "The first", 1),
		"content/bulletins/TS-2026-003.md": strings.Replace(strings.Replace(named("TS-2026-004"), "status: published", "status: draft", 1), "A fault", "A draft", 1),
		"content/bulletins/TS-2026-004.md": named("TS-2026-004"),
	}))
	if err != nil || said(problems) != "2:5 id-not-file-name, 2:5 id-not-file-name, 2:5 id-not-file-name" || problems.Errors() != 2 {
		t.Fatalf("%v %v", problems, err)
	}
	if b, found := site.Bulletin("TS-2026-004"); !found || b.Title != "A fault" {
		t.Errorf("TS-2026-004 is %q, %v: a draft of another name stands in for it", b.Title, found)
	}
	for _, id := range []bulletin.ID{"TS-2026-001", "TS-2026-003", "TS-2026-999", ""} {
		if b, found := site.Bulletin(id); found {
			t.Errorf("%s is %q", id, b.Title)
		}
	}
}

func TestFindPolicy(t *testing.T) {
	site, _, err := Read(tree(map[string]string{"content/policies/a.md": page1}))
	if p, found := site.Policy("backups"); err != nil || !found || p.Title != "Backups" {
		t.Errorf("%+v %v", p, err)
	}
	if _, found := site.Policy("a"); found {
		t.Error("a policy goes by its slug, not by its file's name")
	}
}

// F12: odd slugs are errors at the slug.
func TestSlugs(t *testing.T) {
	for _, slug := range []string{"..", "../backups", "/backups", "Backups", "con", "nul", "index", "feed.xml", "a b", "a_b", "-a", "a-", "a/b", "ä", strings.Repeat("a", 65)} {
		_, problems, err := Read(tree(map[string]string{"content/policies/a.md": strings.Replace(page1, "slug: backups", "slug: "+slug, 1)}))
		if err != nil || said(problems) != "3:7 odd-slug" || problems.Errors() != 1 {
			t.Errorf("%q: %v %v", slug, said(problems), err)
		}
	}
}

func TestEveryKeyOfAPolicy(t *testing.T) {
	site, problems, err := Read(tree(map[string]string{"content/policies/a.md": "---\ntitle: Backups\nslug: backups\npolicy: true\nfaq: false\nweight: 0\nlast_updated: 2025-04-07\n---\nThe text.\n"}))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	p := site.Policies[0]
	if p.Title != "Backups" || p.Slug != "backups" || !p.Policy || p.FAQ || p.Weight != 0 || p.LastUpdated.Format("2006-01-02") != "2025-04-07" ||
		string(p.Body) != "The text.\n" || p.BodyLine != 9 || p.Source.Name != "content/policies/a.md" {
		t.Errorf("%+v", p)
	}
	for weight, wrong := range map[string]bool{"11": false, "0": false, "'7'": false, "010": true, "-1": true, "+1": true, "1.0": true, "1e3": true, "0x10": true, "1_000": true, "ten": true, "99999999999999999999": true, "[1]": true} {
		_, problems, _ := Read(tree(map[string]string{"content/policies/a.md": strings.Replace(page1, "slug", "weight: "+weight+"\nslug", 1)}))
		if (said(problems) == "3:9 not-a-number") != wrong || !wrong && len(problems) > 0 {
			t.Errorf("weight: %s: %v", weight, problems)
		}
	}
	if site, problems, _ := Read(tree(map[string]string{"content/policies/a.md": page1})); len(problems) > 0 || !site.Policies[0].LastUpdated.IsZero() || site.Policies[0].Weight != 0 {
		t.Errorf("title and slug are all that is required: %v", problems)
	}
}

// samples are policy pages as teams write them: our own, and, where this machine
// has them, the two documents that the project comes from.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	for _, pattern := range []string{"../../content/policies/*.md", "../../../shared/seeds/*.txt"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = data
		}
	}
	if len(found) < 2 {
		t.Fatalf("found %d policies", len(found))
	}
	return found
}

// Policies are read as they were received, byte for byte, without any finding.
func TestRealPolicies(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			site, problems, err := Read(fstest.MapFS{"content/policies/a.md": {Data: data}})
			if err != nil || len(problems) > 0 || len(site.Policies) != 1 {
				t.Fatal(problems, err)
			}
			p := site.Policies[0]
			if !bytes.Equal(p.Source.Data, data) || !bytes.HasSuffix(data, p.Body) || bytes.Contains(p.Body, []byte("slug:")) {
				t.Error("the page is not what was received")
			}
			if head := data[:len(data)-len(p.Body)]; !bytes.HasSuffix(head, []byte("\n---\n")) || bytes.Count(head, []byte("\n"))+1 != p.BodyLine {
				t.Errorf("the body begins at line %d behind %q", p.BodyLine, head)
			}
			if !p.Policy || p.FAQ || !strings.Contains(string(data), "\nslug: "+p.Slug+"\n") || !strings.Contains(string(data), "\ntitle: "+p.Title+"\n") {
				t.Errorf("%+v", p)
			}
			want := map[string]int{"incident-disclosure": 5, "patch-management": 11}[p.Slug]
			if p.Weight != want || p.LastUpdated.IsZero() != !bytes.Contains(data, []byte("\nlast_updated:")) {
				t.Errorf("weight %d, last updated %v", p.Weight, p.LastUpdated)
			}
		})
	}
}

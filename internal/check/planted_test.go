package check

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// planted is a file with faults at known places, each marked by ¦ before it.
const planted = `---
id: %s
%stitle: Größe
status: published
published: 2026-05-04
¦sevrity: high
affected:
  - ¦{product: cleint, fixed: 1.66.1, available: 2026-05-03}
action: Update.
data_visible: ¦maybe
---
%s#### What happened?

Ünïcödé and ¦<node>, then ¦[a link](/nowhere/).

#### Who was affected?

A.

#### What was the impact?

B.

#### What do I need to do?

C.
`

// F4: a hundred faults in twenty files are a hundred findings in one run, each at its
// line and column, and nothing besides.
func TestPlantedFaults(t *testing.T) {
	l := sample(t, "-- content/policies/backups.md --\n")
	var want []string
	for i := range 20 {
		id := fmt.Sprintf("TS-2026-%03d", i+1)
		name := content.BulletinFolder + "/" + id + ".md"
		text := fmt.Sprintf(planted, id, strings.Repeat("# a comment\n", i%3), strings.Repeat("Some words.\n\n", i%4))
		for number, line := range strings.Split(text, "\n") {
			for column, r := range []rune(line) {
				if r == '¦' {
					before := strings.Count(string([]rune(line)[:column]), "¦")
					want = append(want, source.Position{File: name, Line: number + 1, Column: column + 1 - before}.String())
				}
			}
		}
		l.site[name] = fileOf(strings.ReplaceAll(text, "¦", ""))
	}
	var got []string
	for _, p := range problemsOf(t, l) {
		got = append(got, p.Position.String())
		if p.Message == "" || p.Excerpt == "" || p.Level != source.Error {
			t.Errorf("%+v", p)
		}
	}
	if len(want) != 100 || !slices.Equal(got, want) {
		t.Errorf("%d planted, %d found:\n%s", len(want), len(got), strings.Join(got, "\n"))
	}
}

// F13: four shapes of links, and a file where nothing is read: each is one finding, and
// none is followed.
func TestLinksAndStrays(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("tocsin.yaml", settings)
	write("secret.md", good)
	write("elsewhere/TS-2026-007.md", good)
	write("content/bulletins/TS-2026-004.md", good)
	write("content/TS-2026-005.md", good)
	for name, target := range map[string]string{
		"content/bulletins/TS-2026-001.md": "../../secret.md",
		"content/bulletins/TS-2026-002.md": "nowhere.md",
		"content/policies":                 "../elsewhere",
		"content/decisions":                "/",
	} {
		if err := os.Symlink(target, filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	config, _, err := content.ReadConfig(tree.FS())
	if err != nil {
		t.Fatal(err)
	}
	got := said(walkTree(t, Settings{Config: config, Now: now}, tree.FS(), nil).Done())
	want := "TS-2026-005.md warning stray-file\nbulletins/TS-2026-001.md error symlink\nbulletins/TS-2026-002.md error symlink\ndecisions error symlink\ndecisions/TS-2026-004.json error bad-decision\npolicies error symlink"
	if got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

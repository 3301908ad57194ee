package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
)

var may = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

const settings = `base_url: https://security.example.com
organization: {name: Example Networks}
drafts: ../embargo
products:
  - {id: client, title: Example client, platforms: [windows]}
`

const policyFile = "---\ntitle: Patch management policy\nslug: patch-management\n---\n\nWe review patches when they are released.\n"

// notice is a bulletin file that could be released, and must be.
func notice(id, status string) string {
	return `---
id: ` + id + `
title: A web page could read the name of the device
` + status + `
severity: high
affected:
  - product: client
    introduced: 1.30.0
    fixed: 1.66.1
    available: 2026-05-03
action: Update to 1.66.1.
exploited: no_evidence
data_visible: no
users_affected: unknown
---

#### What happened?

A web page could send requests to the local API of the client.

#### Who was affected?

Everybody who runs a version from 1.30.0 up to 1.66.0.

#### What was the impact?

A page could read the name of the device.

#### What do I need to do?

Update to the newest version.
`
}

// desk is a folder with a site and its drafts root.
func desk(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{
		"site/tocsin.yaml": settings, "site/content/policies/patch-management.md": policyFile, "embargo/README.md": "Private.\n",
	}
	maps.Copy(all, files)
	for name, text := range all {
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// runOn runs a command on the site of a desk and returns its exit status with all
// that it said.
func runOn(root string, args ...string) (int, string) {
	var said bytes.Buffer
	w := World{Stdin: strings.NewReader(""), Stdout: &said, Stderr: &said, Random: strings.NewReader(""), Now: func() time.Time { return may }}
	return Run(context.Background(), w, append([]string{"-C", filepath.Join(root, "site")}, args...)), said.String()
}

// papers are the files of a desk but for tocsin's own state.
func papers(t *testing.T, root string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(name, ".tocsin") {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// deeds are the commands that write an edition, with what they begin with.
var deeds = []struct {
	name   string
	files  map[string]string
	before []string // a command that is played first
	args   []string
	make   func(*program, *site) (*edition, error)
}{
	{
		"release from the drafts root",
		map[string]string{"embargo/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: draft")},
		nil,
		[]string{"release", "TS-2026-004", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.released(context.Background(), s, *s.standing("TS-2026-004").draft, releasing{as: "published"})
		},
	},
	{
		"release where it stands",
		map[string]string{"site/content/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: draft")},
		nil,
		[]string{"release", "TS-2026-004", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.released(context.Background(), s, *s.standing("TS-2026-004").draft, releasing{as: "published"})
		},
	},
	{
		"release of what was told by letter",
		map[string]string{"embargo/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: private")},
		nil,
		[]string{"release", "TS-2026-004", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.released(context.Background(), s, *s.standing("TS-2026-004").released, releasing{as: "published"})
		},
	},
	{
		"release of what is private in a public repository",
		map[string]string{
			"embargo/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: draft"),
			"site/tocsin.yaml":                 "repository: public\n" + settings,
		},
		[]string{"--now", "2026-05-03T09:00:00Z", "release", "TS-2026-004", "--as", "private", "--yes", "TS-2026-004"},
		[]string{"release", "TS-2026-004", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.released(context.Background(), s, *s.standing("TS-2026-004").released, releasing{as: "published"})
		},
	},
	{
		"release as private in a public repository",
		map[string]string{
			"embargo/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: draft"),
			"site/tocsin.yaml":                 "repository: public\n" + settings,
		},
		nil,
		[]string{"release", "TS-2026-004", "--as", "private", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.released(context.Background(), s, *s.standing("TS-2026-004").draft, releasing{as: "private"})
		},
	},
	{
		"revise what was published by hand",
		map[string]string{"site/content/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: published\npublished: 2026-05-03")},
		nil,
		[]string{"revise", "TS-2026-004", "--summary", "More.", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.revised(context.Background(), s, *s.standing("TS-2026-004").released, revising{summary: "More."})
		},
	},
	{
		"withdraw",
		map[string]string{"site/content/bulletins/TS-2026-004.md": notice("TS-2026-004", "status: published\npublished: 2026-05-03")},
		nil,
		[]string{"withdraw", "TS-2026-004", "--reason", "It was no fault.", "--yes", "TS-2026-004"},
		func(p *program, s *site) (*edition, error) {
			return p.withdrawn(context.Background(), s, *s.standing("TS-2026-004").released, withdrawing{reason: "It was no fault."})
		},
	},
}

// F54: a run that dies after any of its strokes is finished, or begun anew, by the same
// command: the files are in the end those of a run that nothing happened to. At no
// time is a bulletin public without its record.
func TestKilledBetweenStrokes(t *testing.T) {
	for _, deed := range deeds {
		t.Run(deed.name, func(t *testing.T) {
			begin := func() string {
				root := desk(t, deed.files)
				if deed.before != nil {
					if status, said := runOn(root, deed.before...); status != exitDone {
						t.Fatalf("%v: exit status %d\n%s", deed.before, status, said)
					}
				}
				return root
			}
			whole := begin()
			if status, said := runOn(whole, deed.args...); status != exitDone {
				t.Fatalf("exit status %d\n%s", status, said)
			}
			want := papers(t, whole)
			for done := 0; ; done++ {
				root := begin()
				strokes := strokesOf(t, root, deed.make)
				for _, s := range strokes[:min(done, len(strokes))] {
					if err := s.do(); err != nil {
						t.Fatalf("%s: %v", s.what, err)
					}
				}
				onRecord(t, root)
				for range 2 { // once more is no more
					status, said := runOn(root, deed.args...)
					if status != exitDone {
						t.Fatalf("after %d strokes: exit status %d\n%s", done, status, said)
					}
					if got := papers(t, root); !maps.Equal(got, want) {
						t.Fatalf("after %d strokes: %s\n%s", done, differences(got, want), said)
					}
				}
				if done == len(strokes) {
					break
				}
			}
		})
	}
}

func strokesOf(t *testing.T, root string, make func(*program, *site) (*edition, error)) []stroke {
	t.Helper()
	p := &program{dir: filepath.Join(root, "site"), now: may.Format(time.RFC3339)}
	p.Stdout, p.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	s, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := make(p, s)
	if err != nil {
		t.Fatal(err)
	}
	return s.strokes(e)
}

// onRecord holds every bulletin that readers could see by its word against the records,
// for what tocsin itself has made public.
func onRecord(t *testing.T, root string) {
	t.Helper()
	files := papers(t, root)
	text := files["site/content/bulletins/TS-2026-004.md"]
	_, found := files["site/content/decisions/TS-2026-004.json"]
	if strings.Contains(text, "revisions:") && !found {
		t.Errorf("released without a record:\n%s", text)
	}
}

func differences(got, want map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			all = append(all, fmt.Sprintf("%s is\n%s\nwant\n%s", name, got[name], want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[name]; !there {
			all = append(all, name+" is there")
		}
	}
	return strings.Join(all, "\n")
}

// A file that is saved while the command asks is not overwritten.
func TestChangedWhileAsking(t *testing.T) {
	deed := deeds[0]
	root := desk(t, deed.files)
	p := &program{dir: filepath.Join(root, "site"), now: may.Format(time.RFC3339)}
	p.Stdout, p.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	s, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := deed.make(p, s)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "embargo/bulletins/TS-2026-004.md")
	if err := os.WriteFile(name, []byte(notice("TS-2026-004", "status: draft")+"\nMore.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := papers(t, root)
	if err := p.write(t.Context(), s, e, "releasing"); err == nil || !strings.Contains(err.Error(), "was changed while you were reading") {
		t.Errorf("%v", err)
	}
	if got := papers(t, root); !maps.Equal(got, before) {
		t.Error(differences(got, before))
	}
}

// A file that nobody expects in the place of the released one is not overwritten.
func TestForeignFileInPlace(t *testing.T) {
	root := desk(t, deeds[0].files)
	strokes := strokesOf(t, root, deeds[0].make)
	foreign := filepath.Join(root, "site/content/bulletins/TS-2026-004.md")
	if err := os.MkdirAll(filepath.Dir(foreign), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(foreign, []byte("---\nid: ["), 0o644); err != nil {
		t.Fatal(err)
	}
	before := papers(t, root)
	status, said := runOn(root, deeds[0].args...)
	if status != exitRefused || !strings.Contains(said, "is there already: nothing was written") {
		t.Errorf("exit status %d\n%s", status, said)
	}
	if err := strokes[1].do(); err == nil { // it came after the look
		t.Error("it was replaced")
	}
	if got := papers(t, root); !maps.Equal(got, before) {
		t.Error(differences(got, before))
	}
}

// Another command that writes at the same time is waited for by nobody who shows and asks.
func TestLockedOut(t *testing.T) {
	root := desk(t, deeds[0].files)
	s := &site{dir: filepath.Join(root, "site")}
	held, err := s.lock("testing")
	if err != nil {
		t.Fatal(err)
	}
	before := papers(t, root)
	if status, said := runOn(root, deeds[0].args...); status != exitLocked || !strings.Contains(said, "testing") {
		t.Errorf("exit status %d\n%s", status, said)
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	if got := papers(t, root); !maps.Equal(got, before) {
		t.Error(differences(got, before))
	}
}

// F14: the next number follows every one that a bulletin ever had, wherever it stands.
func TestNextID(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             bulletin.ID
	}{
		{"nothing", "site/content/README.md", "", "TS-2026-001"},
		{"a file's name", "site/content/bulletins/TS-2026-007.md", "", "TS-2026-008"},
		{"its claim", "site/content/bulletins/x.md", "---\nid: \"TS-2026-007\"\n[", "TS-2026-008"},
		{"a record", "site/content/decisions/TS-2026-007.json", "{}", "TS-2026-008"},
		{"the drafts root", "embargo/bulletins/TS-2026-007.md", "", "TS-2026-008"},
		{"its claim", "embargo/bulletins/x.md", "---\nid: TS-2026-007\n---\n", "TS-2026-008"},
		{"its record", "embargo/decisions/TS-2026-007.json", "{}", "TS-2026-008"},
		{"more digits", "embargo/bulletins/TS-2026-1000.md", "", "TS-2026-1001"},
		{"another year", "embargo/bulletins/TS-2025-007.md", "", "TS-2026-001"},
		{"another pattern", "embargo/bulletins/EX-2026-007.md", "", "TS-2026-001"},
	} {
		root := desk(t, map[string]string{c.file: c.text})
		s := &site{dir: filepath.Join(root, "site"), now: may}
		s.config.Drafts = "../embargo"
		if got, err := s.nextID(); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

// Who interrupts is not kept waiting for a line.
func TestLineInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	never, _ := io.Pipe()
	if text, err := line(ctx, bufio.NewReader(never)); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", text, err)
	}
}

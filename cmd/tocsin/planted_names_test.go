package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/internal/cli"
)

// mark stands in every name and address of the inventory that is planted here, and
// nowhere else.
const mark = "zqplant"

// plantedSite is the sample site with an inventory in which each name, address and free
// text carries the mark. Only tailnet IDs do not: reports call tailnets by them.
type plantedSite struct {
	folder string
	texts  int // how many texts carry the mark
}

func plantSite(t *testing.T) plantedSite {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	t.Chdir(t.TempDir())
	s := plantedSite{folder: filepath.Join(t.TempDir(), "site")}
	if status, said := s.run("init", s.folder); status != 0 {
		t.Fatalf("init: exit status %d\n%s", status, said)
	}
	for name, table := range plantedTables() {
		s.texts += len(regexp.MustCompile(mark+`\d`).FindAllString(table, -1))
		s.write(t, name, table)
	}
	s.remove(t, "inventory/export.yaml")
	return s
}

// plantedTables holds tailnets of every standing: with and without a confirmed contact,
// with one on file, with none, with nodes that are hit, missed, and of no readable
// version or platform, and one that is only in the findings.
func plantedTables() map[string]string {
	next := 0
	planted := func() string { next++; return mark + strconv.Itoa(next) }
	var tailnets, nodes, users, contacts, findings strings.Builder
	tailnets.WriteString("tailnet,display_name,owner_email,security_email,security_email_verified,language\n")
	nodes.WriteString("tailnet,node_id,node_name,user_id,os,client_version,last_seen\n")
	users.WriteString("tailnet,user_id,login,role\n")
	contacts.WriteString("tailnet,email,source,by\n")
	findings.WriteString("tailnet,node_id,user_id,status,data_visible,first_seen,last_seen,tell,internal_note,done,done_at,email\n")
	platforms := []string{"windows", "linux", "windows", "windows", mark + "-os"}
	versions := []string{"1.60.0", "1.66.1", "1.64.0", mark + "-version"}
	for i := range 100 {
		id := fmt.Sprintf("tailnet-%03d.example.com", i)
		owner, security := planted()+"@example.com", planted()+"@example.com"
		switch i % 10 {
		case 0:
			owner, security = "", ""
		case 1:
			owner, security = "", ""
			fmt.Fprintf(&contacts, "%s,%s@example.com,%s,%s\n", id, planted(), planted(), planted())
		}
		verified := ""
		if security != "" {
			verified = []string{"yes", "no"}[i%2]
		}
		fmt.Fprintf(&tailnets, "%s,%s,%s,%s,%s,%s\n", id, planted(), owner, security, verified, []string{"en", "de", "ar", ""}[i%4])
		user := planted()
		fmt.Fprintf(&users, "%s,%s,%s@example.com,owner\n", id, user, planted())
		var node string
		for j := range 4 {
			node = planted()
			fmt.Fprintf(&nodes, "%s,%s,%s,%s,%s,%s,2026-05-01T08:00:00Z\n", id, node, planted(), user, platforms[(i+j)%5], versions[(i+2*j)%4])
		}
		if i%5 == 2 {
			fmt.Fprintf(&findings, "%s,%s,%s,known_affected,yes,2026-05-02,2026-05-12,%s,%s,%s,2026-05-12,\n", id, node, user, planted(), planted(), planted())
		}
	}
	fmt.Fprintf(&findings, "gone.example.com,,,known_affected,yes,,,%s,%s,,,%s@example.com\n", planted(), planted(), planted())
	return map[string]string{
		"inventory/tailnets.csv": tailnets.String(), "inventory/nodes.csv": nodes.String(), "inventory/users.csv": users.String(),
		"inventory/contacts.csv": contacts.String(), "findings/TS-2026-004.csv": findings.String(),
	}
}

// run runs one command, and returns its exit status and all that it says.
func (s plantedSite) run(args ...string) (status int, said string) {
	var out bytes.Buffer
	world := cli.World{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Random: rand.Reader, Now: func() time.Time { return june }}
	return cli.Run(context.Background(), world, args), out.String()
}

// in runs one command in the site, from elsewhere. SITE in it is the site's folder.
func (s plantedSite) in(command string) (status int, said string) {
	args := []string{"-C", s.folder}
	for word := range strings.FieldsSeq(command) {
		args = append(args, strings.Replace(word, "SITE", s.folder, 1))
	}
	return s.run(args...)
}

func (s plantedSite) path(name string) string {
	return filepath.Join(s.folder, filepath.FromSlash(name))
}

func (s plantedSite) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (s plantedSite) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s plantedSite) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		t.Fatal(err)
	}
}

// TestPlantedNames is F53: of more than 1,000 names, addresses and free texts none
// reaches a terminal, a page, or a file outside of what is made to hold them, whatever
// command is given, but the one that asks for a letter.
func TestPlantedNames(t *testing.T) {
	s := plantSite(t)
	if s.texts < 1000 {
		t.Fatalf("only %d texts are planted", s.texts)
	}
	for _, c := range []struct {
		command string
		status  int
	}{
		{"check", 0},
		{"check --format json --notes", 0},
		{"build", 0},
		{"build --check", 0},
		{"explain TS-2026-002", 0},
		{"explain TS-2026-004 --json", 0},
		{"explain TS-2026-002 --tailnet tailnet-003.example.com", 0},
		{"explain TS-2026-002 --tailnet tailnet-003.example.com --json", 0},
		{"explain TS-2026-004 --tailnet tailnet-002.example.com", 0},
		{"explain TS-2026-002 --tailnet nobody.example.com", 2},
		{"plan TS-2026-002", 4}, // wants a word about the undetermined
		{"plan TS-2026-002 --json", 4},
		{"plan TS-2026-002 --undetermined tell --dry-run", 0},
		{"plan TS-2026-002 --undetermined tell --dry-run --json", 0},
		{"plan TS-2026-002 --undetermined tell --expect 1", 4},
		{"plan TS-2026-002 --undetermined hold", 0},
		{"plan TS-2026-002 --undetermined tell --lists SITE/var/lists", 0},
		{"plan TS-2026-002 --undetermined tell --lists SITE/var/lists", 4}, // it is not empty
		{"plan TS-2026-002 --undetermined tell --json", 0},
		{"plan TS-2026-004", 0},
		{"letters TS-2026-002/2", 0},
		{"letters TS-2026-004/1", 0},
		{"letters TS-2026-002/2 --all", 0},
		{"letters TS-2026-002/2 --out SITE/var/read", 0},
		{"letters TS-2026-002/2 --out SITE/public/read", 4},
		{"letters TS-2026-002/2 --list", 0},
		{"letters TS-2026-002/2 --tailnet nobody.example.com", 2},
		{"letters TS-2026-002/9", 2},
		{"status", 6},
		{"send TS-2026-002/1", 4}, // the second plan has taken its place
		{"send TS-2026-002/2", 6}, // somebody is unreachable
		{"send TS-2026-002/2", 6},
		{"send TS-2026-004/1", 0},
		{"status", 6},
		{"status TS-2026-002", 6},
		{"status TS-2026-002/2", 6},
		{"plan TS-2026-002 --undetermined tell --dry-run", 0},
		{"new bulletin", 0},
		{"ask TS-2026-003", 6},
		{"release TS-2026-003 --dry-run", 4},
		{"revise TS-2026-002 --summary x", 4},
		{"withdraw TS-2026-002 --reason x --yes TS-2026-002", 0},
		{"plan TS-2026-002", 4},
		{"status TS-2026-002", 0},
		{"build --fresh", 0},
		{"check", 0},
	} {
		status, said := s.in(c.command)
		if status != c.status {
			t.Errorf("%s: exit status %d, want %d\n%s", c.command, status, c.status, said)
		}
		wantNone(t, c.command, said)
	}
	if inside := s.searchFiles(t); inside < 100 {
		t.Errorf("%d files hold planted texts: this test looks at too little", inside)
	}
	if _, said := s.in("letters TS-2026-002/2 --tailnet tailnet-003.example.com"); !strings.Contains(said, mark) {
		t.Errorf("the letter that was asked for holds no planted name: this test looks for nothing\n%s", said)
	}
}

// wantNone wants no planted text in what a command has said.
func wantNone(t *testing.T, command, said string) {
	t.Helper()
	if line := regexp.MustCompile(`(?i).*` + mark + `.*`).FindString(said); line != "" {
		t.Errorf("%s prints: %.300s", command, line)
	}
}

// holders are what is made to hold names: the tables, the ledger, the letters, the lists.
var holders = regexp.MustCompile(`^(inventory|findings|var)/`)

// searchFiles wants planted texts nowhere but there, and nobody else able to look; it
// returns how many files hold some.
func (s plantedSite) searchFiles(t *testing.T) (inside int) {
	t.Helper()
	elsewhere, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	outside := 0
	for _, root := range []string{s.folder, elsewhere, os.Getenv("HOME"), os.Getenv("TMPDIR")} {
		walk(t, root, func(name string, info fs.FileInfo, text []byte) {
			if !bytes.Contains(bytes.ToLower(append([]byte(name+"\n"), text...)), []byte(mark)) {
				outside++
				return
			}
			inside++
			if root != s.folder || !holders.MatchString(name) || strings.Contains(name, mark) {
				t.Errorf("a planted name stands in %s", filepath.Join(root, name))
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %04o", name, info.Mode().Perm())
			}
		})
	}
	t.Logf("%d planted texts; %d files hold some, %d hold none", s.texts, inside, outside)
	return inside
}

// walk visits the files of a folder, by their names in it.
func walk(t *testing.T, root string, visit func(name string, info fs.FileInfo, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		visit(filepath.ToSlash(name), info, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

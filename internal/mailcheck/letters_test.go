package mailcheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/cli"
)

// shapes are the letters to judge: each a bulletin's letter to one tailnet of
// testdata/site. A shape is there for what is peculiar to it.
var shapes = []shape{
	{"several platforms, two fixes, a stopgap", "TS-2026-101", "bakery.example.com"},
	{"one node, the Owner, no name for the tailnet", "TS-2026-101", "clinic.example.net"},
	{"3,000 nodes", "TS-2026-101", "chain.example.com"},
	{"right-to-left names", "TS-2026-101", "makhbaz.example.com"},
	{"German", "TS-2026-101", "buecher.example.org"},
	{"Japanese names", "TS-2026-101", "sampuru.example.net"},
	{"undetermined", "TS-2026-101", "custom.example.org"},
	{"names like formulas, tags and templates", "TS-2026-101", "odd.example.com"},
	{"names longer than a line", "TS-2026-101", "long.example.com"},
	{"names that filters have heard of", "TS-2026-101", "pharmacy.example.net"},
	{"no fix, a subject of many scripts", "TS-2026-102", "bakery.example.com"},
	{"no fix, 3,000 nodes", "TS-2026-102", "chain.example.com"},
	{"no fix, right-to-left names", "TS-2026-102", "makhbaz.example.com"},
	{"no fix, German", "TS-2026-102", "buecher.example.org"},
	{"no action, a service, everybody", "TS-2026-103", "bakery.example.com"},
	{"no action, no name for the tailnet", "TS-2026-103", "clinic.example.net"},
	{"no action, German", "TS-2026-103", "buecher.example.org"},
	{"findings about a node", "TS-2026-104", "bakery.example.com"},
	{"findings about a user", "TS-2026-104", "clinic.example.net"},
	{"findings in German", "TS-2026-104", "buecher.example.org"},
}

// shape is whose letter about what it is, and what is peculiar to it.
type shape struct{ name, bulletin, tailnet string }

// letter is one letter of a plan.
type letter struct {
	shape  string
	to     string // the envelope's recipient
	id     string // Message-ID with its angle brackets
	frozen []byte // as it left tocsin
	stored string // path of the message in the mailbox behind the hop
}

// writeLetters makes a site whose inventory is peculiar, plans, and delivers into the
// folder that a rehearsal delivers into. The clock is the true one: what receives the
// letters holds their date against its own.
func writeLetters(t *testing.T, shapes ...shape) []letter {
	t.Helper()
	site := peculiarSite(t)
	sent := make(map[string]bool)
	var letters []letter
	for _, s := range shapes {
		if !sent[s.bulletin] {
			tocsin(t, "-C", site, "plan", s.bulletin, "--undetermined", "tell")
			tocsin(t, "-C", site, "send", s.bulletin+"/1")
			sent[s.bulletin] = true
		}
		raw := tocsin(t, "-C", site, "letters", s.bulletin+"/1", "--tailnet", s.tailnet, "--raw")
		letters = append(letters, delivered(t, site, s.name, raw))
	}
	return letters
}

// delivered finds a letter in the mailbox where send has put it.
func delivered(t *testing.T, site, shape string, raw []byte) letter {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 {
		t.Fatalf("%s: to %d people: %v", shape, len(to), err)
	}
	id := m.Header.Get("Message-Id")
	unique, _, _ := strings.Cut(strings.Trim(id, "<>"), "@")
	files, err := filepath.Glob(filepath.Join(site, "var", "outbox", "new", unique+".*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: the letter stands in %d files: %v", shape, len(files), err)
	}
	frozen, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(frozen, raw) {
		t.Errorf("%s: send has delivered other bytes than letters --raw shows", shape)
	}
	return letter{shape: shape, to: to[0].Address, id: id, frozen: frozen}
}

// peculiarSite is the sample site with the bulletins and the inventory of testdata/site.
func peculiarSite(t *testing.T) string {
	t.Helper()
	site := filepath.Join(t.TempDir(), "site")
	tocsin(t, "init", site)
	for _, sample := range []string{"content/bulletins", "inventory", "findings"} {
		if err := os.RemoveAll(filepath.Join(site, sample)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(site, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"inventory", "findings"} {
		keepPrivate(t, filepath.Join(site, private))
	}
	openShops(t, filepath.Join(site, "inventory", "nodes.csv"))
	return site
}

func keepPrivate(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// openShops gives the chain a till in each of its shops.
func openShops(t *testing.T, nodes string) {
	t.Helper()
	f, err := os.OpenFile(nodes, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		if _, err := fmt.Fprintf(f, "chain.example.com,c%d,till-%04d,,windows,1.60.0,2026-05-01T08:00:00Z\n", i, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// tocsin runs one command, which must do all that it is asked to.
func tocsin(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	world := cli.World{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Random: rand.Reader, Now: time.Now}
	if status := cli.Run(context.Background(), world, args); status != 0 {
		t.Fatalf("tocsin %s: exit status %d\n%s", strings.Join(args, " "), status, &said)
	}
	return out.Bytes()
}

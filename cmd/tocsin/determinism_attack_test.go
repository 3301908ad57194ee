package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// place is where, and how, a site is built.
type place struct {
	folder, zone string
	processors   int
	again        bool // it was built before, when one bulletin was another and one was a draft
	round        int
}

// places are those of F61, each 20 times with TOCSIN_SOAK=1; else 16 in which every folder, zone,
// number of processors and way to build meets every value of one other.
func places() (all []place) {
	folders := []string{"a", filepath.Join("deeper", "with spaces é")}
	zones := []string{"UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"}
	processors := []int{1, 2, 3, 8}
	for z, zone := range zones {
		for n, number := range processors {
			if os.Getenv("TOCSIN_SOAK") == "" {
				all = append(all, place{folders[n%2], zone, number, (z+n/2)%2 == 0, 0})
				continue
			}
			for _, folder := range folders {
				for round := range 20 {
					all = append(all, place{folder, zone, number, round%2 == 1, round})
				}
			}
		}
	}
	return all
}

// The bytes of a site depend on its sources alone: not on where, when, in which zone, on how many
// processors, or after which other build it is made (F61).
func TestOneSiteEverywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: many builds, left out of -short")
	}
	tool := filepath.Join(t.TempDir(), "tocsin")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	digests := make(map[string]place)
	for _, p := range places() {
		dir := filepath.Join(t.TempDir(), p.folder, "site")
		p.build(t, tool, dir)
		digests[digest(t, filepath.Join(dir, "public"))] = p
	}
	if len(digests) != 1 {
		t.Errorf("%d sites of the same sources: %v", len(digests), digests)
	}
	t.Logf("%d builds", len(places()))
}

func (p place) build(t *testing.T, tool, dir string) {
	t.Helper()
	p.run(t, tool, "init", dir)
	file := filepath.Join(dir, "content", "bulletins", "TS-2026-002.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.again {
		p.save(t, file, strings.Replace(string(text), "title: ", "title: Once ", 1))
		p.run(t, tool, "-C", dir, "build")
		p.save(t, file, string(text))
		if p.round%4 == 1 {
			p.run(t, tool, "-C", dir, "--now", "2026-07-02T00:00:00Z", "build")
		}
	}
	p.run(t, tool, "-C", dir, "build")
}

func (p place) save(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p place) run(t *testing.T, tool string, args ...string) {
	t.Helper()
	c := exec.Command(tool, append([]string{"--now", "2026-06-01T12:00:00Z"}, args...)...)
	c.Env = append(os.Environ(), "TZ="+p.zone, "GOMAXPROCS="+strconv.Itoa(p.processors), "LANG=de_DE.UTF-8", "HOSTNAME="+p.folder)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: tocsin %v: %v\n%s", p, args, err, out)
	}
}

// digest is of every path, mode and byte below a folder.
func digest(t *testing.T, root string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, strings.TrimPrefix(name, root), info.Mode())
		if e.IsDir() {
			return nil
		}
		text, err := os.ReadFile(name)
		fmt.Fprintln(h, len(text))
		h.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

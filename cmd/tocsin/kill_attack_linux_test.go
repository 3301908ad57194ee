package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program builds tocsin itself: what is killed here is what people run.
func program(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "tocsin")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return tool
}

// mortal is a site that is built by a program that dies, in two versions in turn.
type mortal struct {
	*testing.T
	tool, dir string
	trees     [2]map[string]string // what public/ holds in either version
	lock      string               // urls.lock, whole
	at        int                  // the version that public/ has
	deaths    int
	found     [2]int // how often the killed build left the old site, the new one
}

// texts are what the two versions of the bulletin are called.
var texts = [2]string{"Other local users could change the settings", "Somebody else could change the settings"}

func newMortal(t *testing.T) *mortal {
	m := &mortal{T: t, tool: program(t), dir: filepath.Join(t.TempDir(), "site")}
	m.must("init", m.dir)
	for version := range texts {
		m.edit(version)
		m.must("-C", m.dir, "build")
		m.trees[version] = m.public()
	}
	m.at = 1
	m.lock = m.read("urls.lock")
	return m
}

func (m *mortal) command(args ...string) *exec.Cmd {
	c := exec.Command(m.tool, args...)
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	return c
}

func (m *mortal) must(args ...string) {
	m.Helper()
	args = append([]string{"--now", "2026-06-01T12:00:00Z"}, args...)
	if out, err := m.command(args...).CombinedOutput(); err != nil {
		m.Fatalf("tocsin %v: %v\n%s", args, err, out)
	}
}

func (m *mortal) read(name string) string {
	text, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		m.Fatal(err)
	}
	return string(text)
}

func (m *mortal) write(name, text string) {
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.Fatal(err)
	}
}

// edit makes the sources those of a version.
func (m *mortal) edit(version int) {
	file := "content/bulletins/TS-2026-002.md"
	m.write(file, strings.ReplaceAll(m.read(file), texts[1-version], texts[version]))
}

func (m *mortal) public() map[string]string {
	files := make(map[string]string)
	root := filepath.Join(m.dir, "public")
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, root)] = string(text)
		return err
	})
	if err != nil {
		m.Fatal(err)
	}
	return files
}

// shortLock is a urls.lock to which a build has to add.
func (m *mortal) shortLock() string {
	return m.lock[:strings.Index(m.lock, "/security-bulletins/ts-2026-002/")]
}

// dies builds the other version with a program that is about to be killed, and looks at what is
// left. It reports whether the program was killed.
func (m *mortal) dies(how string, run func(args ...string) *exec.Cmd) bool {
	m.Helper()
	old, other := m.at, 1-m.at
	m.edit(other)
	m.write("urls.lock", m.shortLock())
	c := run("--now", "2026-06-01T12:00:00Z", "-C", m.dir, "build")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if err != nil && !killed {
		m.Fatalf("%s: %v\n%s", how, err, out)
	}
	switch left := m.public(); {
	case maps.Equal(left, m.trees[old]):
		m.found[0]++
	case maps.Equal(left, m.trees[other]):
		m.found[1]++
	default:
		m.Fatalf("%s: public/ is neither the old site nor the new one", how)
	}
	if lock := m.read("urls.lock"); lock != m.shortLock() && lock != m.lock {
		m.Fatalf("%s: urls.lock is torn:\n%s", how, lock)
	}
	m.must("-C", m.dir, "build")
	m.must("-C", m.dir, "build", "--check")
	if m.at = other; !maps.Equal(m.public(), m.trees[m.at]) || m.read("urls.lock") != m.lock {
		m.Fatalf("%s: the next build leaves another site, or another urls.lock", how)
	}
	for _, name := range []string{".tocsin/memory", ".tocsin/tree"} {
		if info, err := os.Stat(filepath.Join(m.dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			m.Fatalf("%s: %s: %v, %v", how, name, info, err)
		}
	}
	if killed {
		m.deaths++
	}
	return killed
}

// Killed at any instant, the program leaves the old site or the new one, and a whole urls.lock;
// the next build needs no help (F56).
func TestProgramKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: many processes, left out of -short")
	}
	m := newMortal(t)
	rounds := 10
	if os.Getenv("TOCSIN_SOAK") != "" {
		rounds = 400
	}
	began := time.Now()
	m.must("-C", m.dir, "build", "--fresh")
	whole := time.Since(began) // nothing rests on it but how well the deaths are spread
	for i := range rounds {
		after := 2 * whole * time.Duration(i+1) / time.Duration(rounds)
		m.dies(fmt.Sprintf("after %s", after), func(args ...string) *exec.Cmd {
			return exec.Command("timeout", append([]string{"--signal=KILL", fmt.Sprintf("%.4f", after.Seconds()), m.tool}, args...)...)
		})
	}
	t.Logf("%d deaths: %d old sites, %d new ones", m.deaths, m.found[0], m.found[1])
}

// moment is some system calls, or all that name a file.
type moment struct{ call, file string }

func (m moment) options(n int) []string {
	options := []string{"-e", "trace=" + m.call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", m.call, n)}
	if m.file != "" {
		options = append(options, "-P", m.file)
	}
	return options
}

// steps are which of the calls; of those about urls.lock, which nobody could make again, all.
func (m moment) steps(few []int) []int {
	if len(few) > 12 || filepath.Base(m.file) != "urls.lock" {
		return few
	}
	return []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
}

// dying are the system calls by which a build changes anything, and those about the files that
// one build leaves for the next.
func dying(dir string) (all []moment) {
	for _, call := range []string{"write", "renameat,renameat2,rename", "linkat", "unlinkat", "mkdirat", "fchmodat,fchmod", "fsync,fdatasync", "ftruncate", "flock"} {
		all = append(all, moment{call, ""})
	}
	for _, file := range []string{".tocsin/memory", ".tocsin/memory.new", ".tocsin/tree", ".tocsin/stage-tree", ".tocsin/standby", ".tocsin/build.lock", "urls.lock", "public"} {
		all = append(all, moment{"all", filepath.Join(dir, file)})
	}
	return all
}

// Killed as it enters each of its system calls that touch the disk, it does the same (F56).
func TestProgramKilledAtEveryCall(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: many processes, left out of -short")
	}
	strace := tracer(t)
	m := newMortal(t)
	steps := []int{1, 4}
	if os.Getenv("TOCSIN_SOAK") != "" {
		steps = nil
		for n := range 120 {
			steps = append(steps, n+1)
		}
	}
	for _, at := range dying(m.dir) {
		misses := 0
		for _, n := range at.steps(steps) {
			died := m.dies(fmt.Sprintf("killed at call %d of %v", n, at), func(args ...string) *exec.Cmd {
				c := exec.Command(strace, append(append([]string{"-f", "-qq", "-o", os.DevNull}, at.options(n)...), append([]string{m.tool}, args...)...)...)
				c.Env = append(os.Environ(), "GOMAXPROCS=1") // strace counts the calls of each thread
				return c
			})
			if misses++; died {
				misses = 0
			}
			if misses == 4 {
				break
			}
		}
	}
	t.Logf("%d deaths: %d old sites, %d new ones", m.deaths, m.found[0], m.found[1])
	if m.deaths < 12 || m.found[0] == 0 || m.found[1] == 0 {
		t.Error("the kills do not lie on both sides of the exchange: they prove too little")
	}
}

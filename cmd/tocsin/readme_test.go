package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme types what README.md shows, in one shell session, and compares what
// comes back. In the README "…" stands for anything, on its own line for any lines.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir, path := t.TempDir(), tocsinOnPath(t)
	steps := sessions(string(text))
	if len(steps) < 5 {
		t.Fatalf("README.md shows %d commands; the terminal session is missing", len(steps))
	}
	for _, s := range steps {
		if folder, found := strings.CutPrefix(s.command, "cd "); found {
			dir = filepath.Join(dir, folder)
			continue
		}
		shell := exec.Command("sh", "-c", s.command+" 2>err; cat err >&2; rm -f err")
		shell.Dir, shell.Env = dir, append(os.Environ(), "PATH="+path, "GORACE="+endsAtOnce())
		out, _ := shell.CombinedOutput() // exit statuses are the scripts' business
		if !s.shows.MatchString(string(out)) {
			t.Errorf("$ %s\nprints\n%s\nbut README.md shows %s", s.command, out, s.shows)
		}
	}
}

// tocsinOnPath returns a PATH on which tocsin is this test binary.
func tocsinOnPath(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "tocsin")); err != nil {
		t.Fatal(err)
	}
	return bin + string(os.PathListSeparator) + os.Getenv("PATH")
}

type step struct {
	command string
	shows   *regexp.Regexp
}

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```")

// sessions cuts the README's console blocks into commands with what they print.
func sessions(readme string) []step {
	var steps []step
	for _, block := range console.FindAllStringSubmatch(readme, -1) {
		for part := range strings.SplitSeq("\n"+block[1], "\n$ ") {
			command, output, _ := strings.Cut(part, "\n")
			if command == "" {
				continue
			}
			steps = append(steps, step{command, pattern(output)})
		}
	}
	return steps
}

// pattern is a regular expression for output as the README shows it. Notes such as
// "next: …" go to standard error; the README may leave them out at the end.
func pattern(output string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(strings.TrimSuffix(output, "\n"))
	quoted = strings.ReplaceAll(quoted, "…", "(?s:.*)")
	return regexp.MustCompile(`^` + quoted + `\n?(next: .*\n)*$`)
}

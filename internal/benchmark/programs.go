package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hugoVersion is what is installed where there is no Hugo.
const hugoVersion = "v0.165.0"

// programs are the paths of the two.
type programs struct{ tocsin, hugo string }

// findPrograms builds tocsin into a folder, and finds Hugo or installs it.
func findPrograms(ctx context.Context, folder string, say func(string, ...any)) (p programs, err error) {
	if p.tocsin, err = buildTocsin(ctx, folder, say); err != nil {
		return p, err
	}
	p.hugo, err = findHugo(ctx, say)
	return p, err
}

func buildTocsin(ctx context.Context, folder string, say func(string, ...any)) (string, error) {
	program := filepath.Join(folder, "tocsin.exe") // a name that every system runs
	say("go build -o %s tocsin/cmd/tocsin", program)
	return program, goTool(ctx, "build", "-o", program, "tocsin/cmd/tocsin")
}

func findHugo(ctx context.Context, say func(string, ...any)) (string, error) {
	if found, err := locateHugo(ctx); err == nil {
		return found, nil
	}
	say("go install github.com/gohugoio/hugo@%s", hugoVersion)
	if err := goTool(ctx, "install", "github.com/gohugoio/hugo@"+hugoVersion); err != nil {
		return "", err
	}
	return locateHugo(ctx)
}

// locateHugo looks on PATH and where go install puts commands.
func locateHugo(ctx context.Context) (string, error) {
	if found, err := exec.LookPath("hugo"); err == nil {
		return filepath.Abs(found)
	}
	paths, err := exec.CommandContext(ctx, "go", "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOBIN GOPATH: %w", err)
	}
	bin, path, _ := strings.Cut(string(paths), "\n")
	if first := filepath.SplitList(strings.TrimSpace(path)); bin == "" && len(first) > 0 {
		bin = filepath.Join(first[0], "bin")
	}
	return exec.LookPath(filepath.Join(bin, "hugo"))
}

func goTool(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, "go", args...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// version is the first line of what a program says of itself.
func version(ctx context.Context, program string, args ...string) string {
	said, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return program + ": " + err.Error()
	}
	line, _, _ := strings.Cut(string(said), "\n")
	return line
}

func (p programs) tocsinIn(site string) subject {
	return subject{
		name: "tocsin", site: site,
		command: []string{p.tocsin, "-C", site, "build"},
		// A checkout has urls.lock; without it a build writes that file as well.
		outputs: []string{"public", ".tocsin", "urls.lock"},
		source: func(b bulletin) (string, []byte) {
			return filepath.Join("content", "bulletins", b.id+".md"), b.tocsin()
		},
	}
}

// hugoIn is Hugo as it comes: all cores, its own choice of memory. Its caches of other
// sites' files stay out of the way.
func (p programs) hugoIn(site string) subject {
	return subject{
		name: "hugo", site: site,
		command: []string{p.hugo, "build", "--source", site, "--cacheDir", filepath.Join(site, "cache")},
		outputs: []string{"public", "resources", "cache", ".hugo_build.lock"},
		source: func(b bulletin) (string, []byte) {
			return filepath.Join("content", "security-bulletins", strings.ToLower(b.id)+".md"), b.hugo()
		},
	}
}

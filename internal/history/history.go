// Package history asks git what it knows of a site's files: which it tracks, who
// the user is, and whether words that must not be public yet stand anywhere in its
// commits, where deleting a file does not remove them.
//
// It runs the git binary, and trusts neither the repository's own configuration
// (no hook, monitor, pager or fetch of it runs) nor variables that point git
// elsewhere. What git can't answer is an error, never "nothing found".
package history

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

var (
	// ErrNone says that a folder is in no repository.
	ErrNone = errors.New("in no git repository")
	// ErrNoGit says that a folder is in a repository, and that there is no git to ask.
	ErrNoGit = errors.New("git is not installed, or not in PATH: what it tracks and remembers was not checked")
)

// Repository is the repository that a folder is in.
type Repository struct {
	dir string // absolute, without symbolic links
	git string // the binary
}

// Open finds the repository that a folder is in: [ErrNone] where there is none (a
// bare one does not count, for it has no files), [ErrNoGit] where nobody can ask it.
func Open(dir string) (*Repository, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if whole, err = filepath.EvalSymlinks(whole); err != nil {
		return nil, err
	}
	if err := inRepository(whole); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoGit)
	}
	return &Repository{whole, git}, nil
}

// inRepository looks for .git, a folder or (in a submodule, in a second work tree) a
// file, from a folder upwards.
func inRepository(dir string) error {
	for {
		_, err := os.Lstat(filepath.Join(dir, ".git"))
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ErrNone
		}
		dir = parent
	}
}

// Tracked lists the files that git tracks (its index, so added is enough) among
// paths, which are files or folders, relative to the folder that was opened or
// absolute. The answer is relative to that folder, with slashes. A path outside the
// repository is an error.
func (r *Repository) Tracked(ctx context.Context, paths ...string) ([]string, error) {
	if len(paths) == 0 {
		return nil, nil // without paths, git would list everything
	}
	var tracked []string
	err := r.stream(ctx, nil, func(out io.Reader) error {
		return each(out, 0, func(path string) error {
			tracked = append(tracked, path)
			return nil
		})
	}, append([]string{"ls-files", "-z", "--cached", "--"}, paths...)...)
	return slices.Compact(tracked), err // a file in the middle of a merge has three entries
}

// Shallow reports whether the repository holds only the youngest part of its
// history, so that nothing is known of the rest.
func (r *Repository) Shallow(ctx context.Context) (bool, error) {
	answer, err := r.line(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return false, err
	}
	if answer != "true" && answer != "false" {
		return false, fmt.Errorf("git rev-parse --is-shallow-repository says %q: git 2.15 or later is needed", answer)
	}
	return answer == "true", nil
}

// User is who git believes the user to be, as "Name <name@example.com>"; empty where
// name or address is not configured.
func (r *Repository) User(ctx context.Context) (string, error) {
	name, err := r.setting(ctx, "user.name")
	if err != nil {
		return "", err
	}
	email, err := r.setting(ctx, "user.email")
	if err != nil || name == "" || email == "" {
		return "", err
	}
	if strings.ContainsAny(name+email, "<>") || strings.ContainsFunc(name+email, unicode.IsControl) {
		return "", fmt.Errorf("user.name %q and user.email %q of git's configuration don't make one line of the form Name <address>", name, email)
	}
	return name + " <" + email + ">", nil
}

// setting is a value of git's configuration, empty where it is not set.
func (r *Repository) setting(ctx context.Context, key string) (string, error) {
	value, err := r.line(ctx, "config", "--get", key)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return "", nil
	}
	return strings.TrimSpace(value), err
}

// maxAnswer is far above any answer that is one line.
const maxAnswer = 64 << 10

// line is a short answer without its end.
func (r *Repository) line(ctx context.Context, args ...string) (string, error) {
	var answer []byte
	err := r.stream(ctx, nil, func(out io.Reader) (err error) {
		answer, err = io.ReadAll(io.LimitReader(out, maxAnswer))
		return err
	}, args...)
	return strings.TrimRight(string(answer), "\n"), err
}

// maxRecord is far above any path that a file system takes.
const maxRecord = 1 << 20

// each calls f with every record that ends with the byte.
func each(in io.Reader, end byte, f func(record string) error) error {
	records := bufio.NewScanner(in)
	records.Buffer(nil, maxRecord)
	records.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, end); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		return 0, nil, nil
	})
	for records.Scan() {
		if err := f(records.Text()); err != nil {
			return err
		}
	}
	return records.Err()
}

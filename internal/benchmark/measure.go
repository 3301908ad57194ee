package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// figures are what one build cost.
type figures struct {
	Wall    time.Duration `json:"wall_ns"`
	CPU     time.Duration `json:"cpu_ns"`     // user and system time of the process
	System  time.Duration `json:"system_ns"`  // of it: in the kernel, making files above all
	Peak    int64         `json:"peak_bytes"` // the most memory it had at once
	Files   int           `json:"files"`      // that it wrote
	Written int64         `json:"written_bytes"`
}

// patience is how long one build may take.
const patience = 20 * time.Minute

// young is how old files must be before a build remembers them: one that is written at
// the moment may change again within the same tick of the clock.
const young = 300 * time.Millisecond

// subject is a program with its copy of the corpus.
type subject struct {
	name    string
	site    string
	command []string
	outputs []string                               // what a build makes, below site
	source  func(bulletin) (path string, _ []byte) // the file of a bulletin, below site
}

// build runs the program once. What was written before is on the disk by then, so that
// nobody waits for another's files, and what there is to read is in memory: machines that
// take the cache of files away after a few seconds would measure their disk, and the
// program that runs second on a corpus least of all.
func (s subject) build(ctx context.Context) (figures, error) {
	time.Sleep(young)
	flush()
	if err := s.warm(); err != nil {
		return figures{}, err
	}
	began := time.Now()
	state, err := s.run(ctx, s.command)
	took := time.Since(began)
	if err != nil {
		return figures{}, err
	}
	f := figures{Wall: took, CPU: state.UserTime() + state.SystemTime(), System: state.SystemTime(), Peak: peak(state)}
	f.Files, f.Written, err = s.written(began)
	return f, err
}

// warm reads the program and every file of its site once.
func (s subject) warm() error {
	if err := discard(s.command[0]); err != nil {
		return err
	}
	return filepath.WalkDir(s.site, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return discard(path)
	})
}

// discard reads a file to its end.
func discard(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

func (s subject) run(ctx context.Context, command []string) (*os.ProcessState, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = s.site
	c.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%q: %w\n%s", command, errors.Join(err, context.Cause(ctx)), &said)
	}
	return c.ProcessState, nil
}

// written counts the files among the outputs that are younger than a build. The clock of
// files ticks some milliseconds late, on a busy machine many; nothing else was written for young.
func (s subject) written(began time.Time) (files int, size int64, err error) {
	began = began.Add(-young / 2)
	for _, output := range s.outputs {
		err := filepath.WalkDir(filepath.Join(s.site, output), func(_ string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			info, err := d.Info()
			if err == nil && !info.ModTime().Before(began) {
				files, size = files+1, size+info.Size()
			}
			return err
		})
		if err != nil {
			return 0, 0, err
		}
	}
	return files, size, nil
}

// clear takes every output away: the next build is cold. It lies beside the site until the
// whole run ends: ext4 uses the inodes of deleted files again only after a while, and looks
// through all of them whenever a file is made, so that a build after a deletion would measure
// the deletion.
func (s subject) clear() error {
	aside, err := os.MkdirTemp(filepath.Dir(s.site), filepath.Base(s.site)+"-old-")
	if err != nil {
		return err
	}
	for _, output := range s.outputs {
		err := os.Rename(filepath.Join(s.site, output), filepath.Join(aside, filepath.Base(output)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// edit puts another edition of a bulletin into the site.
func (s subject) edit(b bulletin) error {
	path, text := s.source(b)
	return replace(filepath.Join(s.site, path), text)
}

// replace writes a file as careful editors do: readers see the old one or the new one.
func replace(name string, data []byte) error {
	beside := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"~")
	if err := os.WriteFile(beside, data, 0o644); err != nil {
		return err
	}
	return os.Rename(beside, name)
}

// shows fails unless the built page of a bulletin is the page of this edition: a build that
// did not notice the edit would be a quick one.
func (s subject) shows(b bulletin, mark string) error {
	page := filepath.Join(s.site, "public", filepath.FromSlash(b.page()), "index.html")
	text, err := os.ReadFile(page)
	if err == nil && !bytes.Contains(text, []byte(mark)) {
		err = fmt.Errorf("%s: %s does not hold the edit %s", s.name, page, mark)
	}
	return err
}

// median takes the middle of each figure by itself.
func median(all []figures) figures {
	return figures{
		Wall:    middle(all, func(f figures) time.Duration { return f.Wall }),
		CPU:     middle(all, func(f figures) time.Duration { return f.CPU }),
		System:  middle(all, func(f figures) time.Duration { return f.System }),
		Peak:    middle(all, func(f figures) int64 { return f.Peak }),
		Files:   middle(all, func(f figures) int { return f.Files }),
		Written: middle(all, func(f figures) int64 { return f.Written }),
	}
}

func middle[T time.Duration | int | int64](all []figures, of func(figures) T) T {
	values := make([]T, len(all))
	for i, f := range all {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// Package publish writes the files of a site, all of them or none.
//
// It is the contract of the publishing wing: whoever makes pages, feeds or any
// other format yields a [File], and [Write] puts the files on disk. A reader of the
// site, and a machine that dies at any moment, sees the whole old site or the
// whole new one:
//
//	take the lock    .tocsin/build.lock
//	clear away       what killed builds left in .tocsin
//	write, sync      the new tree into .tocsin/stage-*, with manifest.json
//	exchange         the stage and public/, in one step of the file system
//	remove           the old tree, which is the stage now
//
// manifest.json lists the SHA-256 of every file and marks the tree as ours: a
// folder with files but no such manifest is never touched. Whatever else lies in
// a folder that is ours goes with the old tree, except .gitignore, which is kept.
package publish

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"tocsin/internal/lock"
)

// File is one file of the site.
type File struct {
	Path string // slash-separated, relative to the root of the site
	Data []byte
}

// Report counts the files of the site that was written, without manifest.json
// and .gitignore, which are the writer's own.
type Report struct {
	Files int
	Bytes int64
}

// ForeignError refuses to replace a folder that tocsin did not write.
type ForeignError struct{ Dir string }

// Error names the folder.
func (e *ForeignError) Error() string {
	return e.Dir + " holds files that tocsin did not write"
}

// Write makes files the whole content of the folder dir. Work in progress stands in
// the private folder state, beside dir and on the same file system.
//
// After an error dir is what it was, and the error says what was in the way: a
// [*lock.HeldError] is another build, a [*ForeignError] is somebody else's folder,
// a [fs.PathError] is what the system refused; an error that files yields comes
// back wrapped. Two errors come too late for that and say so, with the Report
// filled in: the site is replaced, but the disk did not confirm it, or the old
// tree would not go; the next Write removes it.
func Write(dir, state string, files iter.Seq2[File, error]) (Report, error) {
	s := site{filepath.Clean(dir), filepath.Clean(state), exchange, os.Rename}
	return s.write(files)
}

// site is where a site stands and how its folders change places; tests put other
// file systems, and deaths, in place of exchange and rename.
type site struct {
	dir, state string
	exchange   func(a, b string) error
	rename     func(from, to string) error
}

func (s site) write(files iter.Seq2[File, error]) (report Report, err error) {
	if err := s.checkApart(); err != nil {
		return Report{}, err
	}
	held, err := lock.Acquire(filepath.Join(s.state, "build.lock"), "building "+s.dir)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	if err := s.clear(); err != nil {
		return Report{}, err
	}
	kept, err := s.inspect()
	if err != nil {
		return Report{}, err
	}
	stage, err := os.MkdirTemp(s.state, stagePrefix)
	if err != nil {
		return Report{}, fmt.Errorf("begin a new tree: %w", err)
	}
	// Before the swap the stage is the unfinished new tree, after it the old one.
	defer func() { err = errors.Join(err, remove(stage)) }()
	report, err = fill(stage, kept, files)
	if err != nil {
		return Report{}, err
	}
	if err := s.swap(stage); err != nil {
		return Report{}, err
	}
	return report, s.syncNames()
}

// checkApart makes sure that the swap can move one folder without the other.
func (s site) checkApart() error {
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return fmt.Errorf("find %s: %w", s.dir, err)
	}
	state, err := filepath.Abs(s.state)
	if err != nil {
		return fmt.Errorf("find %s: %w", s.state, err)
	}
	if within(dir, state) || within(state, dir) {
		return fmt.Errorf("%s and %s lie one in the other: build state belongs beside the site", s.dir, s.state)
	}
	return nil
}

func within(outer, inner string) bool {
	path, err := filepath.Rel(outer, inner)
	return err == nil && path != ".." && !strings.HasPrefix(path, ".."+string(filepath.Separator))
}

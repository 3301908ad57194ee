package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tocsin/internal/durable"
)

const (
	stagePrefix = "stage-"
	// previous is the old tree, whole, between the two renames of a swap on a
	// file system that cannot exchange.
	previous = "previous"
)

// clear brings back what a killed build was about to replace, and removes the
// trees that killed builds left. The lock makes sure that nobody works on them.
func (s site) clear() error {
	if err := s.mend(); err != nil {
		return fmt.Errorf("mend an interrupted build: %w", err)
	}
	entries, err := os.ReadDir(s.state)
	if err != nil {
		return fmt.Errorf("look for interrupted builds: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), stagePrefix) {
			if err := remove(filepath.Join(s.state, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// mend undoes the first rename of a swap that never came to its second. Where the
// second was done too, the old tree becomes a stage, to be removed: it is never
// removed under its own name, so that what bears this name is always whole.
func (s site) mend() error {
	old := filepath.Join(s.state, previous)
	if !exists(old) {
		return nil
	}
	if !exists(s.dir) {
		return s.rename(old, s.dir)
	}
	return s.rename(old, filepath.Join(s.state, stagePrefix+previous))
}

// swap puts the finished stage in the place of dir, and the old tree, if there is
// one, in the place of the stage.
func (s site) swap(stage string) error {
	var err error
	if exists(s.dir) {
		err = s.exchange(stage, s.dir)
		if errors.Is(err, errors.ErrUnsupported) {
			err = s.exchangeByRenames(stage)
		}
	} else {
		err = s.rename(stage, s.dir)
	}
	if err != nil {
		return s.explain(err)
	}
	return nil
}

// syncNames waits until the swap itself is on the disk.
func (s site) syncNames() error {
	for _, folder := range []string{filepath.Dir(s.dir), s.state} {
		if err := durable.SyncFolder(folder); err != nil {
			return fmt.Errorf("%s is replaced, but perhaps not for good: %w", s.dir, err)
		}
	}
	return nil
}

// exchangeByRenames does in three steps what exchange does in one. Between the
// first and the second there is no dir; mend brings it back after a death there.
func (s site) exchangeByRenames(stage string) error {
	old := filepath.Join(s.state, previous)
	if err := s.rename(s.dir, old); err != nil {
		return err
	}
	if err := s.rename(stage, s.dir); err != nil {
		return errors.Join(err, s.rename(old, s.dir))
	}
	return s.rename(old, stage)
}

// explain turns what rename says about two folders into what is wrong with dir.
func (s site) explain(err error) error {
	// A union file system answers the first where dir lies in a lower layer; a
	// dir that is itself a mount point answers the second.
	if errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EBUSY) {
		err = fmt.Errorf("it is not on the file system of %s, or is a mount point: %w", s.state, err)
	}
	return &fs.PathError{Op: "replace", Path: s.dir, Err: err}
}

// inspect makes sure that dir may be replaced, and reads the .gitignore to keep;
// nil where there is none.
func (s site) inspect() (gitignore []byte, err error) {
	info, err := os.Lstat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look at the site: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("%s is a symbolic link: only a folder can be exchanged in one step", s.dir)
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a folder", s.dir)
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("look at the site: %w", err)
	}
	defer root.Close()
	if err := s.checkOurs(root); err != nil {
		return nil, err
	}
	return s.keepGitignore(root)
}

func (s site) checkOurs(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("look at the site: %w", err)
	}
	for _, e := range entries {
		if e.Name() != gitignoreName && !isOurs(root) {
			return &ForeignError{s.dir}
		}
	}
	return nil
}

func (s site) keepGitignore(root *os.Root) ([]byte, error) {
	info, err := root.Lstat(gitignoreName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", filepath.Join(s.dir, gitignoreName))
	}
	data, err := root.ReadFile(gitignoreName)
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", filepath.Join(s.dir, gitignoreName), err)
	}
	return data, nil
}

func remove(tree string) error {
	if err := os.RemoveAll(tree); err != nil {
		return fmt.Errorf("remove the leftover tree %s: %w", tree, err)
	}
	return nil
}

// exists answers true where it cannot know, so that nothing is taken for gone
// that is only out of sight.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

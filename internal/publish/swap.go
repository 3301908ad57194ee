package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"tocsin/internal/durable"
)

const (
	lockName = "build.lock"
	// stagePrefix begins the name of what is of no use once its build is over.
	stagePrefix = "stage-"
	// previous is the old tree, whole, between the renames of a swap on a file system
	// that cannot exchange.
	previous = "previous"
)

// clear brings back what a killed build was about to replace, and removes what
// killed builds left. The lock makes sure that nobody works on it.
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

// mend undoes the first rename of a swap that never came to its second, and ends one
// that never came to its third.
func (s site) mend() error {
	old, standby := filepath.Join(s.state, previous), filepath.Join(s.state, standbyName)
	switch {
	case !exists(old):
		return nil
	case !exists(s.dir):
		return s.rename(old, s.dir)
	case !exists(standby):
		return s.rename(old, standby)
	}
	return s.rename(old, filepath.Join(s.state, stagePrefix+previous))
}

// swap puts the finished standby in the place of dir, and the old tree, if there is
// one, in the place of the standby.
func (s site) swap() error {
	standby := filepath.Join(s.state, standbyName)
	var err error
	if exists(s.dir) {
		err = s.exchange(standby, s.dir)
		if errors.Is(err, errors.ErrUnsupported) {
			err = s.exchangeByRenames(standby)
		}
	} else {
		err = s.rename(standby, s.dir)
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
// first and the second there is no dir; mend brings it back after a death there. With
// the second the new site stands: where the third fails, the next build's mend tells.
func (s site) exchangeByRenames(standby string) error {
	old := filepath.Join(s.state, previous)
	if err := s.rename(s.dir, old); err != nil {
		return err
	}
	if err := s.rename(standby, s.dir); err != nil {
		return errors.Join(err, s.rename(old, s.dir))
	}
	_ = s.rename(old, standby)
	return nil
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

// inspect makes sure that dir may be replaced, and looks at the tree that stands there.
func (s site) inspect() (l *live, gitignore []byte, err error) {
	l = &live{}
	info, err := os.Lstat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, nil, nil
	case err != nil:
		return nil, nil, fmt.Errorf("look at the site: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, nil, fmt.Errorf("%s is a symbolic link: only a folder can be exchanged in one step", s.dir)
	case !info.IsDir():
		return nil, nil, fmt.Errorf("%s is not a folder", s.dir)
	}
	l.amiss = !isMode(info.Mode(), folderMode)
	l.begun = s.begun()
	l.stamp = stampOf(info)
	if l.stamp.mtime >= l.begun { // its other time is that of the swap
		l.stamp = stamp{}
	}
	if l.root, err = os.OpenRoot(s.dir); err != nil {
		return nil, nil, fmt.Errorf("look at the site: %w", err)
	}
	gitignore, err = s.look(l)
	if err != nil {
		return nil, nil, errors.Join(err, l.root.Close())
	}
	return l, gitignore, nil
}

// begun is when the build took its lock, by the clock of the file system; 0 where nobody can tell.
func (s site) begun() int64 {
	info, err := os.Lstat(filepath.Join(s.state, lockName))
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}

func (s site) look(l *live) (gitignore []byte, err error) {
	m := s.recall()
	if err := s.checkOurs(l.root, m); err != nil {
		return nil, err
	}
	if gitignore, err = s.keepGitignore(l.root); err != nil {
		return nil, err
	}
	return gitignore, l.look(m)
}

// checkOurs refuses a folder with files but no manifest of ours. A manifest that is
// as remembered need not be read to be known.
func (s site) checkOurs(root *os.Root, m memory) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("look at the site: %w", err)
	}
	// A repository, or a worktree of one, is more than the files that a build replaces.
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".git" }) {
		return &ForeignError{filepath.Join(s.dir, ".git")}
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == gitignoreName })
	if len(entries) == 0 {
		return nil
	}
	info, err := root.Lstat(manifestName)
	if n := m.file(manifestName); err == nil && n != nil && info.Mode().IsRegular() && statOf(info) == n.stat {
		return nil
	}
	if readManifest(root) == nil {
		return &ForeignError{s.dir}
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

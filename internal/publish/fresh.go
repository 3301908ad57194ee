package publish

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// fresh is what this build has made in a tree that was empty before. There everything is known
// without looking: a folder is made once, before the first file in it, and a file is opened from
// the folder above its own, which stays open. That is half of the system calls of a first build.
type fresh struct {
	made  map[string]bool     // folders
	above map[string]*os.Root // folders that have folders
}

func newFresh(root *os.Root) *fresh {
	return &fresh{made: map[string]bool{".": true}, above: map[string]*os.Root{".": root}}
}

// createFresh opens a new file of a tree that was empty.
func (t *standby) createFresh(name string) (*os.File, error) {
	folder, base := path.Dir(name), path.Base(name)
	if folder == "." {
		return t.root.OpenFile(base, newFile, fileMode)
	}
	above, err := t.makeFresh(folder)
	if err != nil {
		return nil, err
	}
	return above.OpenFile(path.Join(path.Base(folder), base), newFile, fileMode)
}

// makeFresh makes a folder, if this build has not yet, and returns the one that it lies in. One
// folder is made at a time, as [standby.mkdir] says.
func (t *standby) makeFresh(folder string) (above *os.Root, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.makeFreshLocked(folder)
}

func (t *standby) makeFreshLocked(folder string) (*os.Root, error) {
	up := path.Dir(folder)
	above, open := t.fresh.above[up]
	if !open {
		if _, err := t.makeFreshLocked(up); err != nil {
			return nil, err
		}
		var err error
		if above, err = t.root.OpenRoot(up); err != nil {
			return nil, err
		}
		t.fresh.above[up] = above
	}
	if t.fresh.made[folder] {
		return above, nil
	}
	err := above.Mkdir(path.Base(folder), folderMode)
	if errors.Is(err, fs.ErrExist) { // links were made before
		err = t.makeWay(folder)
	} else if err == nil && t.masked {
		err = above.Chmod(path.Base(folder), folderMode)
	}
	t.fresh.made[folder] = err == nil
	return above, err
}

// close lets go of the tree.
func (t *standby) close() error {
	var errs []error
	if t.fresh != nil {
		for name, folder := range t.fresh.above {
			if name != "." {
				errs = append(errs, folder.Close())
			}
		}
	}
	return errors.Join(append(errs, t.root.Close())...)
}

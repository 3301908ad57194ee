package publish

import (
	"errors"
	"io/fs"
	"path"
)

// fresh is what this build has made in a tree that was empty before. There everything is known
// without looking: a folder is made once, before the first file in it, and a file is opened from
// the folder above its own, which stays open. That is half of the system calls of a first build.
type fresh struct {
	made  map[string]bool // folders
	above map[string]hold // folders that have folders
}

func newFresh(root hold) *fresh {
	return &fresh{made: map[string]bool{".": true}, above: map[string]hold{".": root}}
}

// placeFresh makes the folder of a new file in a tree that was empty. The path of the file is
// that from the folder above its own.
func (t *standby) placeFresh(name string) (above hold, short string, err error) {
	folder, base := path.Dir(name), path.Base(name)
	if folder == "." {
		return t.hold, base, nil
	}
	above, err = t.makeFresh(folder)
	return above, path.Join(path.Base(folder), base), err
}

// makeFresh makes a folder, if this build has not yet, and returns the one that it lies in. One
// folder is made at a time, as [standby.mkdir] says.
func (t *standby) makeFresh(folder string) (above hold, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.makeFreshLocked(folder)
}

func (t *standby) makeFreshLocked(folder string) (hold, error) {
	up := path.Dir(folder)
	above, open := t.fresh.above[up]
	if !open {
		if _, err := t.makeFreshLocked(up); err != nil {
			return hold{}, err
		}
		var err error
		if above, err = t.holdFolder(up); err != nil {
			return hold{}, err
		}
		t.fresh.above[up] = above
	}
	if t.fresh.made[folder] {
		return above, nil
	}
	err := above.mkdir(path.Base(folder))
	if errors.Is(err, fs.ErrExist) { // links were made before
		err = t.makeWay(folder)
	} else if err == nil && t.masked {
		err = above.Chmod(path.Base(folder), folderMode)
	}
	t.fresh.made[folder] = err == nil
	return above, err
}

func (t *standby) holdFolder(name string) (hold, error) {
	root, err := t.root.OpenRoot(name)
	if err != nil {
		return hold{}, err
	}
	h, err := holdOpen(root)
	if err != nil {
		return hold{}, errors.Join(err, root.Close())
	}
	return h, nil
}

// close lets go of the tree.
func (t *standby) close() error {
	var errs []error
	if t.fresh != nil {
		for name, folder := range t.fresh.above {
			if name != "." {
				errs = append(errs, folder.letGo(), folder.Close())
			}
		}
	}
	return errors.Join(append(errs, t.hold.letGo(), t.root.Close())...)
}

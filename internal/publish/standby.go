package publish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Modes of everything in the site, whatever the umask.
const (
	fileMode   fs.FileMode = 0o644
	folderMode fs.FileMode = 0o755
)

// standbyName is the tree in the state folder that a build makes into the new site.
const standbyName = "standby"

// standby is the tree beside the live one. Between builds it is the site before the
// last, or what a killed build left of it; nothing in it is believed but that a file
// of the same size, time and inode is the same file as the live one. Such a file has
// two names, so none is ever opened for writing: it is replaced.
//
// Every write goes through root, so that no name, and no link somebody planted in
// the site before it came here, leads out of it.
type standby struct {
	root    *os.Root
	hold    hold // of the root
	live    *live
	link    func(from, to *os.Root, path string) error
	folders []folder     // that stood in it when it was opened, by path
	masked  bool         // the umask takes something of the modes
	known   *standbyNote // what is known of it while it is untouched; nil where it was walked
	first   sync.Once    // the first change
	failed  error        // of that
	mu      sync.Mutex   // held while folders are made
	fresh   *fresh       // what was made in a tree that was empty; nil of an older one
}

// openStandby makes the tree, or takes from an older one what is not the same file as
// in the live tree.
func (s site) openStandby(l *live) (*standby, error) {
	masked, err := s.umaskTakes()
	if err != nil {
		return nil, err
	}
	known, err := s.takeKnown()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(s.state, standbyName)
	if info, err := os.Lstat(folder); err == nil && !info.IsDir() {
		if err := remove(folder); err != nil {
			return nil, err
		}
	}
	// The tree is for this user only until it is whole.
	made := os.Mkdir(folder, 0o700)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return nil, fmt.Errorf("begin a new tree: %w", made)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the new tree: %w", err)
	}
	t := &standby{root: root, live: l, link: s.link, masked: masked}
	if t.hold, err = holdOpen(root); err != nil {
		return nil, errors.Join(newTree(err), root.Close())
	}
	if made == nil {
		t.fresh, known = newFresh(t.hold), nil
	}
	if err := t.ready(known); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// umaskTakes looks at what becomes of the mode of a new folder.
func (s site) umaskTakes() (bool, error) {
	probe := filepath.Join(s.state, stagePrefix+"mode")
	if err := os.Mkdir(probe, folderMode); err != nil {
		return false, fmt.Errorf("begin a new tree: %w", err)
	}
	info, err := os.Lstat(probe)
	if err != nil {
		return false, fmt.Errorf("begin a new tree: %w", err)
	}
	return !isMode(info.Mode(), folderMode), remove(probe)
}

// ready finds out what of an older tree the new one shares with the live one.
func (t *standby) ready(known *standbyNote) error {
	if ready, err := t.believe(known); ready || err != nil {
		return err
	}
	return t.clean()
}

// clean leaves of an older tree the folders, and the files it shares with the live one.
func (t *standby) clean() error {
	var mu sync.Mutex
	err := walk(t.root, []string{"."}, func(path string, f found) (enter bool, err error) {
		if f.mode.IsDir() {
			mu.Lock()
			t.folders = append(t.folders, folder{path, f.stamp().before(t.live.begun)})
			mu.Unlock()
			if !f.is(folderMode) {
				err = t.root.Chmod(path, folderMode)
			}
			return true, newTree(err)
		}
		n := t.live.files[path]
		if n != nil && n.stat == f.stat && n.stat.inode != 0 && f.is(fileMode) {
			n.shared = true
			return false, nil
		}
		return false, newTree(t.root.Remove(path))
	})
	sortFolders(t.folders)
	return err
}

// newTree says in what an error got into the way.
func newTree(err error) error {
	if err != nil {
		return fmt.Errorf("write the new tree: %w", err)
	}
	return nil
}

// put writes a file that the live tree does not hold.
func (t *standby) put(name string, data []byte) (stat, error) {
	if err := t.touch(); err != nil {
		return stat{}, err
	}
	in, short := t.hold, name
	if t.fresh != nil {
		var err error
		if in, short, err = t.placeFresh(name); err != nil {
			return stat{}, newTree(err)
		}
	}
	f, done, err := in.put(short, data)
	switch {
	case !done:
		f, err = t.create(in.Root, short, name, data)
	case err != nil:
		err = errors.Join(err, t.root.Remove(name))
	}
	return f.stat, newTree(err)
}

// create writes a new file of the tree, which has the short path in one of its folders.
func (t *standby) create(in *os.Root, short, name string, data []byte) (found, error) {
	f, err := in.OpenFile(short, newFile, fileMode)
	if t.fresh == nil && err != nil {
		err = t.place(name, func() (err error) {
			f, err = t.root.OpenFile(name, newFile, fileMode)
			return err
		})
	}
	if err != nil {
		return found{}, err
	}
	_, err = f.Write(data)
	info, statErr := f.Stat()
	if statErr == nil && !isMode(info.Mode(), fileMode) {
		statErr = f.Chmod(fileMode)
	}
	if err := errors.Join(err, statErr, f.Close()); err != nil {
		return found{}, errors.Join(err, t.root.Remove(name))
	}
	return foundBy(info), nil
}

const newFile = os.O_WRONLY | os.O_CREATE | os.O_EXCL

// place makes a name in the tree, and the folders above it where they are missing,
// in the place of whatever an older tree has there. Those are rare: most names are
// made at the first attempt.
func (t *standby) place(name string, attempt func() error) error {
	var err error
	for range 4 {
		switch err = attempt(); {
		case errors.Is(err, fs.ErrExist):
			err = t.root.RemoveAll(name)
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			err = t.mkdir(path.Dir(name))
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
	return attempt()
}

// mkdir makes one folder at a time: the kernel makes no two in one folder at once
// either, but waits for its turn in a loop that keeps a processor busy.
func (t *standby) mkdir(folder string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mkdirs(folder)
}

func (t *standby) mkdirs(folder string) error {
	if folder == "." {
		return nil
	}
	err := t.root.Mkdir(folder, folderMode)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		if err := t.mkdirs(path.Dir(folder)); err != nil {
			return err
		}
		err = t.root.Mkdir(folder, folderMode)
	case errors.Is(err, fs.ErrExist):
		return t.makeWay(folder)
	}
	if err == nil && t.masked {
		err = t.root.Chmod(folder, folderMode)
	}
	return err
}

// makeWay makes a folder where an older tree has a file. Mostly it meets the folder
// that another goroutine has just made.
func (t *standby) makeWay(folder string) error {
	info, err := t.root.Lstat(folder)
	if err != nil || info.IsDir() {
		return err
	}
	if err := t.root.Remove(folder); err != nil {
		return err
	}
	return t.mkdirs(folder)
}

// settle makes the tree whole once every changed file is in it: what the new tree
// does not have goes, what did not change becomes the same file as in the live tree.
// The folders are those of the files.
func (t *standby) settle(files []file, folders []folder) error {
	if err := t.touch(); err != nil {
		return err
	}
	if err := t.drop(files, folders); err != nil {
		return newTree(err)
	}
	var apart []*file
	for i := range files {
		if f := &files[i]; f.same != nil && !f.same.shared {
			apart = append(apart, f)
		}
	}
	return together(len(apart), func(i int) error { return t.take(apart[i]) })
}

// drop removes the folders and files that the new tree does not have. It leaves
// alone a name that has changed sides, from folder to file or back: whoever writes
// the new one makes way for it, and may have done so.
func (t *standby) drop(files []file, folders []folder) error {
	for f := range without(t.folders, folders) {
		if !covers(files, f.path) {
			if err := t.root.RemoveAll(f.path); err != nil {
				return err
			}
		}
	}
	for n := range t.live.all {
		if n.shared && !n.wanted && !isAmong(folders, n.path) && !covers(files, n.path) {
			if err := t.root.Remove(n.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// covers reports whether the path, or a folder above it, is one of the files.
func covers(files []file, path string) bool {
	for i := len(path); i > 0; i = strings.LastIndexByte(path[:i], '/') {
		if _, is := slices.BinarySearchFunc(files, path[:i], func(f file, path string) int { return strings.Compare(f.path, path) }); is {
			return true
		}
	}
	return false
}

// take brings a file over from the live tree: by a hard link, or where there can be
// none, whatever the reason, by a copy.
func (t *standby) take(f *file) error {
	err := t.place(f.path, func() error { return t.link(t.live.root, t.root, f.path) })
	if err != nil {
		return t.copy(f)
	}
	info, err := t.root.Lstat(f.path)
	if err == nil && statOf(info) != f.stat {
		err = t.changed(f.path)
	}
	return newTree(err)
}

// copy makes the file anew, with the time that it has: a deploy may go by it.
func (t *standby) copy(f *file) error {
	data, err := t.live.root.ReadFile(f.path)
	if err != nil {
		return newTree(err)
	}
	if sha256.Sum256(data) != f.sum {
		return newTree(t.changed(f.path))
	}
	if _, err := t.put(f.path, data); err != nil {
		return err
	}
	if err := t.root.Chtimes(f.path, time.Time{}, time.Unix(0, f.stat.mtime)); err != nil {
		return newTree(err)
	}
	info, err := t.root.Lstat(f.path)
	if err != nil {
		return newTree(err)
	}
	f.stat = statOf(info)
	return nil
}

func (t *standby) changed(path string) error {
	return fmt.Errorf("%s changed while the site was built: build once more", filepath.Join(t.live.root.Name(), path))
}

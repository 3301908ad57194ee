package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"tocsin/internal/tape"
)

// What is known of the standby after a build: it is the tree that was live before, and that build
// had looked at all of it. The next one need not walk it to find out in what it differs. A build
// that opens the standby removes this first, so that only one that came to its end leaves it.
const (
	knownName  = "standby.known"
	knownMagic = "tocsin standby 1\n"
)

// standbyNote is believed while the live tree is, to the last file, as that build remembered it,
// and every folder of the standby has the stamp it had.
type standbyNote struct {
	data    []byte // the file that it was read from
	root    stamp
	differs []string // files that only one of the two trees has, or each of its own
	folders []folder
}

func (k *standbyNote) tape(t *tape.Tape) {
	k.root.tape(t)
	tape.List(t, &k.differs, (*tape.Tape).String)
	tape.List(t, &k.folders, folderTape)
}

// knows is what this build knows of the tree that it is about to replace, all but its root. A folder
// that was touched in the instant in which the build began could have been touched again: then
// nothing is known, and it is nil.
func (w *Writer) knows() *standbyNote {
	if w.live.root == nil || w.live.amiss || !w.live.stamp.known() {
		return nil
	}
	if slices.ContainsFunc(w.live.folders, func(f folder) bool { return !f.stamp.known() }) {
		return nil
	}
	k := &standbyNote{folders: w.live.folders}
	for i := range w.files {
		f := &w.files[i]
		if f.same == nil || f.stat != f.same.stat { // the second where there can be no link
			k.differs = append(k.differs, f.path)
		}
	}
	for n := range w.live.all {
		if !n.wanted {
			k.differs = append(k.differs, n.path)
		}
	}
	return k
}

// know leaves what is known for the next build, once the tree was replaced and so is the standby.
func (w *Writer) know() error {
	k := w.known
	if k == nil {
		return nil
	}
	looked := w.live.stamp
	if k.root = w.site.standbyStamp(); k.root.inode != looked.inode || k.root.mtime != looked.mtime {
		return nil
	}
	const room = 64 // octets that mostly do for a folder
	t := tape.WriteInto(append(make([]byte, 0, 1<<10+room*len(k.folders)), knownMagic...))
	k.tape(t)
	return w.site.keep(knownName, tape.Seal(t.Bytes()))
}

// standbyStamp is zero where there is no standby.
func (s site) standbyStamp() stamp {
	info, err := os.Lstat(filepath.Join(s.state, standbyName))
	if err != nil {
		return stamp{}
	}
	return stampOf(info)
}

// takeKnown is what the last build knew of the standby, nil where that is nothing. It can be taken
// once: from now on the standby may change.
func (s site) takeKnown() (*standbyNote, error) {
	path := filepath.Join(s.state, knownName)
	data, readErr := os.ReadFile(path)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("begin a new tree: %w", err)
	}
	t := tape.Unseal(knownMagic, data)
	if readErr != nil || t == nil {
		return nil, nil
	}
	k := &standbyNote{data: data}
	if k.tape(t); t.End() != nil || !k.root.known() || k.root != s.standbyStamp() {
		return nil, nil
	}
	return k, nil
}

var errTouched = errors.New("a folder of the standby was touched")

// believe knows in what the standby differs from the live tree, without walking it. It changes
// nothing, and reports false where the standby has to be walked.
func (t *standby) believe(k *standbyNote) (bool, error) {
	if k == nil || !t.live.asRemembered {
		return false, nil
	}
	switch err := t.stampsHold(k.folders); {
	case errors.Is(err, errTouched):
		return false, nil
	case err != nil:
		return false, newTree(err)
	}
	k.differs = append(k.differs, t.live.young...)
	t.trust(k)
	return true, nil
}

// touch goes before every change. The first one takes from a standby that was not walked what
// differs from the live tree.
func (t *standby) touch() error {
	t.first.Do(func() {
		if t.known != nil {
			t.failed = newTree(t.differ(t.known.differs))
			t.known = nil
		}
	})
	return t.failed
}

func (t *standby) differ(paths []string) error {
	for _, path := range paths {
		// A folder above may have been a file of the older tree, and be gone.
		err := t.root.RemoveAll(path)
		if err != nil && !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// putBack leaves for the next build what was known of a standby that nobody touched: it was opened
// because the site was expected to be another, and then it was not.
func (t *standby) putBack(s site) error {
	if t.known == nil {
		return nil
	}
	return s.keep(knownName, t.known.data)
}

// stampsHold fails where a folder has not the stamp that it had.
func (t *standby) stampsHold(folders []folder) error {
	v, err := openView(t.root)
	if err != nil {
		return err
	}
	err = together(len(folders), func(i int) error {
		f := folders[i]
		met, err := v.lstat(f.path)
		if err != nil || !f.stamp.known() || met.stamp() != f.stamp {
			return errTouched
		}
		return nil
	})
	return errors.Join(err, v.close())
}

// trust takes every file for shared in which the trees do not differ. All are those that are
// remembered, or the note would not be believed.
func (t *standby) trust(k *standbyNote) {
	t.known, t.folders = k, k.folders
	for i := range t.live.old {
		t.live.old[i].shared = true
	}
	for _, path := range k.differs {
		if n := t.live.files[path]; n != nil {
			n.shared = false
		}
	}
}

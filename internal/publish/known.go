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
	root    stamp
	differs []string // files that only one of the two trees has, or each of its own
	folders []folder
}

func (k *standbyNote) tape(t *tape.Tape) {
	k.root.tape(t)
	tape.List(t, &k.differs, (*tape.Tape).String)
	tape.List(t, &k.folders, folderTape)
}

// know leaves what this build knows of the tree that it has replaced. A folder that was touched
// in the instant in which the build began could have been touched again: then nothing is known.
func (w *Writer) know() error {
	k := standbyNote{root: w.site.standbyStamp()}
	looked := w.live.stamp
	if w.live.root == nil || w.live.amiss || !looked.known() || k.root.inode != looked.inode || k.root.mtime != looked.mtime {
		return nil
	}
	if slices.ContainsFunc(w.live.folders, func(f folder) bool { return !f.stamp.known() }) {
		return nil
	}
	k.folders = w.live.folders
	for _, f := range w.files {
		if f.same == nil || f.stat != f.same.stat { // the second where there can be no link
			k.differs = append(k.differs, f.path)
		}
	}
	for path, n := range w.live.files {
		if !n.wanted {
			k.differs = append(k.differs, path)
		}
	}
	t := tape.Write()
	k.tape(t)
	return w.site.keep(knownName, tape.Seal(append([]byte(knownMagic), t.Bytes()...)))
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
// once: from now on the standby changes.
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
	k := &standbyNote{}
	if k.tape(t); t.End() != nil || !k.root.known() || k.root != s.standbyStamp() {
		return nil, nil
	}
	return k, nil
}

var errTouched = errors.New("a folder of the standby was touched")

// believe takes from the standby what differs from the live tree, without walking it. It reports
// false, and has changed nothing, where the standby has to be walked.
func (t *standby) believe(k *standbyNote) (bool, error) {
	if k == nil || !t.live.asRemembered {
		return false, nil
	}
	if t.stampsHold(k.folders) != nil {
		return false, nil
	}
	differs := slices.Concat(k.differs, t.live.young)
	t.trust(k.folders, differs)
	for _, path := range differs {
		// A folder above may have been a file of the older tree, and be gone.
		err := t.root.RemoveAll(path)
		if err != nil && !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, fs.ErrNotExist) {
			return false, newTree(err)
		}
	}
	return true, nil
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

// trust takes every file for shared in which the trees do not differ.
func (t *standby) trust(folders []folder, differs []string) {
	t.folders = folders
	for _, n := range t.live.files {
		n.shared = true
	}
	for _, path := range differs {
		if n := t.live.files[path]; n != nil {
			n.shared = false
		}
	}
}

// stamps are the folders of the new tree as they stood in a tree when it was opened. Those
// that were touched since have other stamps by now, and are read at the next look.
func (w *Writer) stamps(tree []folder) []folder { return stamped(foldersOf(w.files), tree) }

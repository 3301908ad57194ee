package publish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tocsin/internal/lock"
)

// Writer is a build that has begun. It holds the lock until it is finished or
// abandoned.
type Writer struct {
	site      site
	held      *lock.Lock
	live      *live
	gitignore []byte                   // the one to keep; nil where there is none
	standby   func() (*standby, error) // opens tree when it is first needed
	early     sync.WaitGroup           // while it is opened before that
	tree      *standby                 // nil while it is not open
	memory    []byte                   // what is to be remembered of the new tree, once it is whole
	known     *standbyNote             // and of the old one, once it is the standby
	folders   []folder                 // of the new tree, by path, when all files are known

	mu    sync.Mutex // guards the rest
	names names      // that are not those of the live tree
	mixed bool       // and those that are
	files []file     // that the live tree does not hold; in the end all, by path
	total Report
	err   error // the first
	ended bool
}

// file is a file of the new tree.
type file struct {
	path string
	sum  digest
	stat stat
	same *node // the live file with these bytes; nil where there is none
}

// Begin begins to replace the content of the folder dir. Work in progress stands in
// the private folder state, beside dir and on the same file system. Whoever begins
// also calls [Writer.Finish] or [Writer.Abandon].
//
// A [*lock.HeldError] is another build, a [*ForeignError] is somebody else's folder,
// a [fs.PathError] is what the system refused.
func Begin(dir, state string) (*Writer, error) {
	return siteAt(dir, state).begin()
}

func (s site) begin() (*Writer, error) {
	if err := s.checkApart(); err != nil {
		return nil, err
	}
	held, err := lock.Acquire(filepath.Join(s.state, lockName), "building "+s.dir)
	if err != nil {
		return nil, err
	}
	w := &Writer{site: s, held: held}
	if err := w.look(); err != nil {
		return nil, errors.Join(err, held.Release())
	}
	w.standby = sync.OnceValues(func() (_ *standby, err error) {
		w.tree, err = s.openStandby(w.live)
		return w.tree, err
	})
	return w, nil
}

func (w *Writer) look() (err error) {
	if err := w.site.clear(); err != nil {
		return err
	}
	if w.live, w.gitignore, err = w.site.inspect(); err != nil {
		return err
	}
	w.names = newNames()
	return nil
}

// Expect says that files will differ from those that stand there: the tree that they are written
// to is opened meanwhile. It returns at once; what goes wrong the first such file tells.
func (w *Writer) Expect() {
	w.early.Go(func() { _, _ = w.standby() })
}

// Add makes f a file of the site. Several goroutines may add files at once. After an
// error, which is about this file or is the first of an earlier one, the site can no
// longer be finished.
func (w *Writer) Add(f File) error {
	n := w.live.files[f.Path]
	err := w.admit(f.Path, n)
	if err == nil {
		err = w.add(f, n)
	}
	if err != nil {
		w.fail(err)
	}
	return err
}

// admit lets a path become a file of the site; n is the live file there.
func (w *Writer) admit(path string, n *node) error {
	folded := path
	if n == nil || !n.named {
		if err := checkPath(path); err != nil {
			return err
		}
		folded = fold(path)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended:
		return fmt.Errorf("add %q: the build has ended", path)
	case w.err != nil:
		return w.err
	}
	return w.claim(path, folded, n)
}

// claim sees to it that the names of the site fit together. Those that the live tree has do; as long
// as no other may come in their way, they are not looked at.
func (w *Writer) claim(path, folded string, n *node) error {
	if n != nil && n.named {
		if n.wanted {
			return twice(path)
		}
		n.wanted = true
		if !w.mixed {
			return nil
		}
	} else if !w.mixed && w.live.names.clash(path, folded) {
		w.mixed = true
		for i := range w.live.old {
			if n := &w.live.old[i]; n.named && n.wanted {
				if err := w.names.add(n.path, n.path); err != nil {
					return err
				}
			}
		}
	}
	return w.names.add(path, folded)
}

func (w *Writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) add(f File, n *node) error {
	added, err := w.compare(f, n)
	if err != nil {
		return err
	}
	if added.same != nil {
		added.same.kept = true
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files = append(w.files, added)
	return nil
}

// compare finds the file in the live tree, where n may be it, or writes it to the new one.
func (w *Writer) compare(f File, n *node) (file, error) {
	if f.Again == nil && f.Sum == [32]byte{} {
		f.Sum = sha256.Sum256(f.Data)
	}
	if n != nil && !n.named { // else it was when it was admitted
		n.wanted = true
	}
	if w.live.holds(n, f.Sum) {
		return n.file(), nil
	}
	added := file{path: f.Path, sum: f.Sum}
	err := w.write(f, &added)
	return added, err
}

func (w *Writer) write(f File, added *file) error {
	if f.Again != nil {
		var err error
		if f.Data, err = f.Again(); err != nil {
			return fmt.Errorf("make %q again: %w", f.Path, err)
		}
		if sha256.Sum256(f.Data) != f.Sum {
			return fmt.Errorf("%q, made again, is not what it was at the last build", f.Path)
		}
	}
	tree, err := w.standby()
	if err != nil {
		return err
	}
	added.stat, err = tree.put(f.Path, f.Data)
	return err
}

// Finish makes the files that were added the whole content of dir.
//
// After an error dir is what it was, and the error says what was in the way. Only an
// error that comes too late for that says so, with the Report filled in: the site is
// replaced, but the disk did not confirm it, or it could not be remembered.
func (w *Writer) Finish() (Report, error) {
	w.early.Wait()
	w.mu.Lock()
	ended, err := w.ended, w.err
	w.mu.Unlock()
	if ended {
		return Report{}, errors.New("the build has ended before")
	}
	if err != nil {
		return Report{}, errors.Join(err, w.Abandon())
	}
	changed, err := w.complete()
	if err == nil && w.same(changed) {
		if w.live.hashed.Load() || w.live.learned {
			err = w.site.keep(memoryName, encodeMemory(w.files, w.stamps(w.live.folders)))
		}
		w.total.Changed = changed
		return w.total, errors.Join(err, w.end())
	}
	if err == nil {
		err = w.swap()
	}
	if err != nil {
		return Report{}, errors.Join(err, w.Abandon())
	}
	w.total.Changed = changed
	return w.total, errors.Join(w.site.syncNames(), w.remember(), w.end())
}

// remember leaves for the next build what it need not find out again.
func (w *Writer) remember() error {
	return together(2, func(i int) error {
		if i > 0 {
			return w.know()
		}
		return w.site.keep(memoryName, w.memory)
	})
}

// complete adds the writer's own files and tells what the new tree changes.
func (w *Writer) complete() ([]Change, error) {
	if w.gitignore != nil {
		if err := w.add(File{Path: gitignoreName, Data: w.gitignore}, w.live.files[gitignoreName]); err != nil {
			return nil, err
		}
	}
	w.files = w.all()
	for i := range w.files {
		if f := &w.files[i]; !isOwn(f.path) {
			w.total.Files++
			w.total.Bytes += f.stat.size
		}
	}
	w.folders = foldersOf(w.files)
	data, err := encodeManifest(w.files)
	if err != nil {
		return nil, err
	}
	added, err := w.compare(File{Path: manifestName, Data: data}, w.live.files[manifestName])
	if err != nil {
		return nil, err
	}
	at, _ := slices.BinarySearchFunc(w.files, manifestName, func(f file, path string) int { return strings.Compare(f.path, path) })
	w.files = slices.Insert(w.files, at, added)
	return w.changes(), nil
}

// all are the files of the new tree by path, but for the manifest: those that were written among
// those that the live tree has. Nearly all of these are remembered, and so sorted already.
func (w *Writer) all() []file {
	for _, n := range w.live.others {
		if n.kept {
			w.files = append(w.files, n.file())
		}
	}
	sortByPath(w.files)
	more := w.files
	all := make([]file, 0, len(w.live.old)+len(more)+1)
	for i := range w.live.old {
		n := &w.live.old[i]
		if !n.kept {
			continue
		}
		for len(more) > 0 && more[0].path < n.path {
			all, more = append(all, more[0]), more[1:]
		}
		all = append(all, n.file())
	}
	return append(all, more...)
}

func sortByPath(files []file) {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
}

func (w *Writer) changes() (all []Change) {
	for i := range w.files {
		switch f := &w.files[i]; {
		case f.same != nil:
		case w.live.files[f.path] != nil:
			all = append(all, Change{f.path, Changed})
		default:
			all = append(all, Change{f.path, New})
		}
	}
	for n := range w.live.all {
		if !n.wanted {
			all = append(all, Change{n.path, Gone})
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// same reports whether the live tree is the new one, to the last folder.
func (w *Writer) same(changed []Change) bool {
	if w.live.root == nil || w.live.amiss || len(changed) > 0 {
		return false
	}
	for range without(w.live.folders, w.folders) {
		return false
	}
	return true
}

// swap makes the standby whole, brings it to the disk and puts it in the place of dir.
func (w *Writer) swap() error {
	tree, err := w.standby()
	if err != nil {
		return err
	}
	if err := tree.settle(w.files, w.folders); err != nil {
		return err
	}
	if err := tree.root.Chmod(".", folderMode); err != nil {
		return fmt.Errorf("open the new tree to all: %w", err)
	}
	err = together(2, func(i int) error {
		if i > 0 { // the disk takes its time
			w.memory, w.known = encodeMemory(w.files, w.stamps(tree.folders)), w.knows()
			return nil
		}
		if err := syncTree(tree.root); err != nil {
			return fmt.Errorf("bring the new tree to the disk: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.close(); err != nil { // Windows moves no folder that is open
		return err
	}
	return w.site.swap()
}

// stamps are the folders of the new tree as they stood in a tree when it was opened. Those
// that were touched since have other stamps by now, and are read at the next look.
func (w *Writer) stamps(tree []folder) []folder { return stamped(w.folders, tree) }

// Abandon ends the build and leaves dir as it was. No Add may be running. After
// [Writer.Finish], and after another Abandon, it does nothing.
func (w *Writer) Abandon() error {
	w.early.Wait()
	w.mu.Lock()
	ended := w.ended
	w.mu.Unlock()
	if ended {
		return nil
	}
	return errors.Join(w.discard(), w.end())
}

// discard removes what was written for nothing. What else stands in the standby the
// next build can use, unless there is no site to share it with.
func (w *Writer) discard() error {
	if w.live.root == nil {
		return remove(filepath.Join(w.site.state, standbyName))
	}
	if w.tree == nil {
		return nil
	}
	for _, f := range w.files {
		if f.same == nil {
			if err := w.tree.root.Remove(f.path); err != nil {
				return fmt.Errorf("discard the new tree: %w", err)
			}
		}
	}
	return nil
}

func (w *Writer) end() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.tree != nil {
		_ = w.tree.putBack(w.site) // it saves the next build a walk, and is no reason to fail this one
	}
	return errors.Join(w.close(), w.held.Release())
}

// close lets go of both trees. Closing twice does no harm.
func (w *Writer) close() (err error) {
	if w.tree != nil {
		err = w.tree.close()
	}
	w.tree = nil
	if w.live.root != nil {
		err = errors.Join(err, w.live.root.Close())
	}
	return err
}

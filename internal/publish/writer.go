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

	mu    sync.Mutex // guards the rest
	names names
	files []file
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
	const more = 16 // of what there was before
	w.names = newNames(len(w.live.files) + len(w.live.folders) + more)
	w.files = make([]file, 0, len(w.live.files)+more)
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
	err := w.admit(f.Path)
	if err == nil {
		err = w.add(f)
	}
	if err != nil {
		w.fail(err)
	}
	return err
}

func (w *Writer) admit(path string) error {
	if err := checkPath(path); err != nil {
		return err
	}
	folded := fold(path)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended:
		return fmt.Errorf("add %q: the build has ended", path)
	case w.err != nil:
		return w.err
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

func (w *Writer) add(f File) error {
	if f.Again == nil && f.Sum == [32]byte{} {
		f.Sum = sha256.Sum256(f.Data)
	}
	added := file{path: f.Path, sum: f.Sum}
	n := w.live.files[f.Path]
	if n != nil {
		n.wanted = true
	}
	if w.live.holds(n, f.Sum) {
		added.same = n
		added.stat = added.same.stat
	} else if err := w.write(f, &added); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files = append(w.files, added)
	if !isOwn(f.Path) {
		w.total.Files++
		w.total.Bytes += added.stat.size
	}
	return nil
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
		if err := w.add(File{Path: gitignoreName, Data: w.gitignore}); err != nil {
			return nil, err
		}
	}
	sortByPath(w.files)
	data, err := encodeManifest(w.files)
	if err != nil {
		return nil, err
	}
	if err := w.add(File{Path: manifestName, Data: data}); err != nil {
		return nil, err
	}
	last := len(w.files) - 1
	added := w.files[last]
	at, _ := slices.BinarySearchFunc(w.files[:last], manifestName, func(f file, path string) int { return strings.Compare(f.path, path) })
	w.files = slices.Insert(w.files[:last], at, added)
	return w.changes(), nil
}

func sortByPath(files []file) {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
}

func (w *Writer) changes() (all []Change) {
	for _, f := range w.files {
		switch {
		case f.same != nil:
		case w.live.files[f.path] != nil:
			all = append(all, Change{f.path, Changed})
		default:
			all = append(all, Change{f.path, New})
		}
	}
	for path, n := range w.live.files {
		if !n.wanted {
			all = append(all, Change{path, Gone})
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
	return !slices.ContainsFunc(w.live.folders, func(f folder) bool { return !w.names.folder(f.path) })
}

// swap makes the standby whole, brings it to the disk and puts it in the place of dir.
func (w *Writer) swap() error {
	tree, err := w.standby()
	if err != nil {
		return err
	}
	if err := tree.settle(w.files, w.names); err != nil {
		return err
	}
	if err := tree.root.Chmod(".", folderMode); err != nil {
		return fmt.Errorf("open the new tree to all: %w", err)
	}
	err = together(2, func(i int) error {
		if i > 0 { // the disk takes its time
			w.memory = encodeMemory(w.files, w.stamps(tree.folders))
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

package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"
	"sync/atomic"
)

// walk visits everything below a folder of the tree, several folders at once, in no
// order. It goes into the folders for which visit answers true.
func walk(root *os.Root, folder string, visit func(path string, info fs.FileInfo) (enter bool, err error)) error {
	list := func(folder string) ([]fs.FileInfo, error) { return readFolder(root, folder) }
	return walkBy(list, root, folder, visit)
}

// walkBy is [walk] with another way to list a folder.
func walkBy(list func(folder string) ([]fs.FileInfo, error), root *os.Root, folder string,
	visit func(path string, info fs.FileInfo) (enter bool, err error)) error {
	w := walker{root: root, list: list, visit: visit, spare: make(chan struct{}, runtime.GOMAXPROCS(0)-1)}
	w.enter(folder)
	w.running.Wait()
	return w.err
}

type walker struct {
	root    *os.Root
	list    func(folder string) ([]fs.FileInfo, error)
	visit   func(path string, info fs.FileInfo) (bool, error)
	spare   chan struct{} // a place for each goroutine beside the first
	running sync.WaitGroup
	failed  sync.Once
	err     error
}

func (w *walker) enter(folder string) {
	infos, err := w.list(folder)
	if err != nil {
		w.fail(fmt.Errorf("look at %s: %w", path.Join(w.root.Name(), folder), err))
		return
	}
	for _, info := range infos {
		name := path.Join(folder, info.Name())
		enter, err := w.visit(name, info)
		if err != nil {
			w.fail(err)
			return
		}
		if enter {
			w.share(name)
		}
	}
}

// share has another goroutine enter the folder if one is free.
func (w *walker) share(folder string) {
	select {
	case w.spare <- struct{}{}:
		w.running.Go(func() {
			w.enter(folder)
			<-w.spare
		})
	default:
		w.enter(folder)
	}
}

func (w *walker) fail(err error) { w.failed.Do(func() { w.err = err }) }

// readFolder leaves out what goes while it looks.
func readFolder(root *os.Root, folder string) ([]fs.FileInfo, error) {
	f, err := root.Open(folder)
	if err != nil {
		return nil, err
	}
	infos, err := f.Readdir(-1)
	return infos, errors.Join(err, f.Close())
}

// together does n pieces of work, several at once. After an error it begins no more.
func together(n int, work func(i int) error) error {
	var (
		next    atomic.Int64
		failed  sync.Once
		first   error
		running sync.WaitGroup
	)
	worker := func() {
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			if err := work(int(i)); err != nil {
				failed.Do(func() { first = err })
				next.Store(int64(n))
			}
		}
	}
	for range runtime.GOMAXPROCS(0) - 1 {
		running.Go(worker)
	}
	worker()
	running.Wait()
	return first
}

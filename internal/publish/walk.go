package publish

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"sync"
	"sync/atomic"
)

// walk visits everything below some folders of the tree, several folders at once, in no
// order. It goes into the folders for which visit answers true.
func walk(root *os.Root, folders []string, visit func(path string, f found) (enter bool, err error)) error {
	return walkBut(nil, root, folders, visit)
}

// walkBut is [walk] that passes by what is met already, where that is not nil.
func walkBut(met func(path string) bool, root *os.Root, folders []string, visit func(path string, f found) (enter bool, err error)) error {
	w := walker{root: root, met: met, visit: visit, spare: make(chan struct{}, runtime.GOMAXPROCS(0)-1)}
	for _, folder := range folders {
		w.share(folder)
	}
	w.running.Wait()
	return w.err
}

type walker struct {
	root    *os.Root
	met     func(path string) bool
	visit   func(path string, f found) (bool, error)
	spare   chan struct{} // a place for each goroutine beside the first
	running sync.WaitGroup
	failed  sync.Once
	err     error
}

// named is what lies in a folder.
type named struct {
	path string
	found
}

func (w *walker) enter(folder string) {
	all, err := readFolder(w.root, folder, w.met)
	if err != nil {
		w.fail(fmt.Errorf("look at %s: %w", path.Join(w.root.Name(), folder), err))
		return
	}
	for _, n := range all {
		enter, err := w.visit(n.path, n.found)
		if err != nil {
			w.fail(err)
			return
		}
		if enter {
			w.share(n.path)
		}
	}
}

// below is the path of a name in a folder.
func below(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
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

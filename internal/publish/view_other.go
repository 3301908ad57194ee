//go:build !linux

package publish

import (
	"errors"
	"os"
	"path/filepath"
)

// view is a tree to look at many of its names. What is lost here is more than time: a look goes by
// the whole path and not from the open folder, so that it follows the tree's own folder where that
// is moved or replaced meanwhile. Nothing is opened or written that way: an [os.Root] does both,
// and a file that is read and is not the one that was seen is refused.
type view struct{ root *os.Root }

func openView(root *os.Root) (view, error) { return view{root}, nil }

func (view) close() error { return nil }

// lstat looks at a name.
func (v view) lstat(path string) (found, error) {
	info, err := os.Lstat(filepath.Join(v.root.Name(), filepath.FromSlash(path)))
	if err != nil {
		return found{}, err
	}
	return foundBy(info), nil
}

// readFolder leaves out what is met already. The os package looks at every name, those too, and
// leaves out what goes meanwhile.
func readFolder(root *os.Root, folder string, isMet func(path string) bool) (all []named, err error) {
	f, err := root.Open(folder)
	if err != nil {
		return nil, err
	}
	infos, err := f.Readdir(-1)
	for _, info := range infos {
		if path := below(folder, info.Name()); isMet == nil || !isMet(path) {
			all = append(all, named{path, foundBy(info)})
		}
	}
	return all, errors.Join(err, f.Close())
}

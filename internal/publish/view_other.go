//go:build !linux

package publish

import (
	"errors"
	"os"
	"path/filepath"
)

// view is a tree that is held open to look at many of its names.
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

// readFolder leaves out what is met already, and what goes while it looks.
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

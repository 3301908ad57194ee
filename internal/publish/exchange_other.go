//go:build !linux

package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/internal/durable"
)

// exchange is not known outside Linux; two renames take its place.
func exchange(a, b string) error { return errors.ErrUnsupported }

// syncTree waits until every file and folder of the tree is on the disk.
func syncTree(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return durable.SyncFolder(filepath.Join(root.Name(), path))
		}
		// Windows brings only a file to the disk that is open for writing.
		return flush(root.OpenFile(path, os.O_RDWR, 0))
	})
}

func flush(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// hardLink gives a file of one tree the same name in the other.
func hardLink(from, to *os.Root, name string) error {
	return os.Link(filepath.Join(from.Name(), name), filepath.Join(to.Name(), name))
}

//go:build !linux

package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
			return syncFolder(filepath.Join(root.Name(), path))
		}
		// Windows brings only a file to the disk that is open for writing.
		return flush(root.OpenFile(path, os.O_RDWR, 0))
	})
}

// syncFolder waits until the names in a folder are on the disk; Windows has no
// such call.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return flush(os.Open(path))
}

func flush(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

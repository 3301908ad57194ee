// Package durable brings files and their names to the disk. A file that was written
// and synced is found after a power cut only if the folder that names it was synced
// too (fsync(2)).
package durable

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// SyncFolder waits until the names in a folder are on the disk. Windows has no such
// call: there it does nothing.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// RemoveIfThere removes a file; that there is none is no error.
func RemoveIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

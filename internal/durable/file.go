package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace gives a file new bytes. Whenever the machine dies, the old file or the new
// one stands there, whole. The file keeps its mode; where there is none yet, it gets
// the given one. Whoever writes the same file at the same time must be kept out by a
// lock.
func Replace(path string, data []byte, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return put(path, data, mode, os.Rename)
	}
	mode = info.Mode().Perm()
	return put(path, data, mode, func(from, to string) error {
		if err := os.Chmod(from, mode); err != nil { // the user's umask may be stricter
			return err
		}
		return os.Rename(from, to)
	})
}

// Create writes a new file, making its folder. It never replaces one: that there is
// one already is [fs.ErrExist]. Whenever the machine dies, the file is there whole or
// not at all.
func Create(path string, data []byte, mode fs.FileMode) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return put(path, data, mode, moveNew)
}

// put writes and syncs the bytes beside their place and moves them there.
func put(path string, data []byte, mode fs.FileMode, move func(from, to string) error) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	beside := filepath.Join(folder, "."+filepath.Base(path)+".new")
	if err := RemoveIfThere(beside); err != nil { // of a run that died
		return err
	}
	err := write(beside, data, mode)
	if err == nil {
		err = move(beside, path)
	}
	if err != nil {
		return errors.Join(err, RemoveIfThere(beside))
	}
	return SyncFolder(folder)
}

func write(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// moveNew moves a file to a name that nothing has. A hard link is the one step that
// fails where something has it; where there are no hard links, a look must do.
func moveNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist})
	}
	return os.Rename(from, to)
}

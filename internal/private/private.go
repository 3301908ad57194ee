// Package private keeps what is the customers' own from other users of the machine:
// a file or folder that they can open is refused, with the command that closes it.
package private

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// others are the mode bits of everybody but the owner.
const others fs.FileMode = 0o077

// LooseError is a private file or folder that others than its owner can open.
type LooseError struct {
	Path string
	Mode fs.FileMode
}

// Error says which, and how open it is.
func (e *LooseError) Error() string {
	return fmt.Sprintf("%s is open to others (mode %04o), and what it holds is private", e.Path, e.Mode.Perm())
}

// Remedy is the command that closes it.
func (e *LooseError) Remedy() string {
	if e.Mode.IsDir() {
		return "chmod 700 " + e.Path
	}
	return "chmod 600 " + e.Path
}

// Check refuses what others than its owner can open, with a [LooseError].
func Check(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return check(path, info)
}

func check(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&others != 0 {
		return &LooseError{Path: path, Mode: info.Mode()}
	}
	return nil
}

// Open opens a file for reading that only its owner can open. It looks at the file
// that it has opened, not at what bears its name by then.
func Open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = check(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Read reads a whole file that only its owner can open.
func Read(path string) (data []byte, err error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(f)
}

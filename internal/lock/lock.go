// Package lock lets one process at a time do a piece of work.
//
// A lock is a file that the operating system ties to the process: whoever dies,
// however suddenly, has let go. The file itself says nothing and always stays,
// since removing it would let two processes hold two files of one name. It is the
// only door of gofrs/flock.
package lock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Windows locks the first byte of the file even against reading, so the note of
// who holds the lock stands behind it.
const (
	noteStart = 1
	noteLimit = 200
)

// Lock is a lock that this process holds.
type Lock struct {
	file *flock.Flock
}

// HeldError says that another process, or another part of this one, holds a lock.
type HeldError struct {
	Path string // the lock file
	// Holder is what the winner wrote down, such as "pid 4242: building public/".
	// It is a help for people only: empty, or for an instant that of a killed
	// predecessor, where the winner has not come round to writing yet.
	Holder string
}

// Error names the lock and who holds it.
func (e *HeldError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another process"
	}
	return fmt.Sprintf("%s is held by %s", e.Path, holder)
}

// Acquire takes the lock at path and writes down what it is taken for. It makes
// the file and its folder where they are missing, both for this user only. It
// never waits: a [HeldError] says that somebody else has the lock; any other
// error says what could not be made, opened or written.
func Acquire(path, doing string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// NFS grants an exclusive lock only on a file opened for writing.
	file := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	won, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !won {
		return nil, &HeldError{Path: path, Holder: readNote(path)}
	}
	l := &Lock{file}
	if err := l.writeNote(fmt.Sprintf("pid %d: %s\n", os.Getpid(), doing)); err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// Release lets go of the lock. The file stays, emptied of the note. Releasing
// twice does no harm.
func (l *Lock) Release() error {
	if !l.file.Locked() {
		return nil
	}
	noteErr := l.writeNote("")
	if err := l.file.Unlock(); err != nil {
		return errors.Join(noteErr, fmt.Errorf("release lock %s: %w", l.file.Path(), err))
	}
	return noteErr
}

func (l *Lock) writeNote(note string) error {
	f, err := os.OpenFile(l.file.Path(), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write the holder of lock: %w", err)
	}
	err = f.Truncate(noteStart)
	if err == nil {
		_, err = f.WriteAt([]byte(note), noteStart)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the holder of lock: %w", err)
	}
	return nil
}

// Note is what the holder of a lock has written down; empty where nobody has it. Of a holder that
// was killed it stands there still.
func Note(path string) string { return readNote(path) }

// readNote is what the holder wrote down. Whatever hinders reading it changes
// nothing about the lock being held, so the answer is then empty.
func readNote(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	note, err := io.ReadAll(io.NewSectionReader(f, noteStart, noteLimit))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(note), "\n")
	return line
}

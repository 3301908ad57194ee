package database

import (
	"errors"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// DiskError is a file of a database that the disk would not let be read or written: it is
// full, say, or failing, or the file was moved away.
type DiskError struct {
	Path string
	Err  error
}

// Error names the file.
func (e *DiskError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives what SQLite said.
func (e *DiskError) Unwrap() error { return e.Err }

// OnDisk is an error of a database as a [DiskError] where the disk is to blame
// (https://sqlite.org/rescode.html), and else as it is.
func OnDisk(path string, err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY:
		return &DiskError{path, err}
	}
	return err
}

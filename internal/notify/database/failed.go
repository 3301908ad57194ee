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

// DamagedError is a file of a database that is there and cannot be made sense of: something
// else has written into it, or the disk has lost a part.
type DamagedError struct {
	Path string
	Err  error
}

// Error names the file.
func (e *DamagedError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives what SQLite said.
func (e *DamagedError) Unwrap() error { return e.Err }

// OnDisk is an error of a database as a [DiskError] where the disk is to blame, as a
// [DamagedError] where what is on it is (https://sqlite.org/rescode.html), and else as it is;
// also where it is one of these already.
func OnDisk(path string, err error) error {
	var failure *sqlite.Error
	var disk *DiskError
	var damaged *DamagedError
	if !errors.As(err, &failure) || errors.As(err, &disk) || errors.As(err, &damaged) {
		return err
	}
	switch failure.Code() & 0xff {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY:
		return &DiskError{path, err}
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return &DamagedError{path, err}
	}
	return err
}

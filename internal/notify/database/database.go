// Package database opens the SQLite files of the notifying wing. It is the only
// door of the driver; everybody else speaks database/sql.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// Open opens or makes a database file that only its owner can read. A commit is on
// disk when it returns (synchronous FULL); readers do not wait for a writer (WAL).
// A file that others can read is refused: it holds the customers' addresses.
func Open(ctx context.Context, path string) (*sql.DB, error) {
	if err := claim(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(path, ""))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one connection: transactions are serial, as the file is
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

// OpenReader opens an existing database for reading while another process writes.
func OpenReader(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(path, "&_pragma=query_only(1)"))
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

func source(path, more string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" + more
}

// claim makes the file before SQLite does, so that it is never readable by others,
// not even for a moment. SQLite gives its side files the mode of the main file.
func claim(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if loose := info.Mode().Perm() & 0o077; loose != 0 {
		return &LooseError{Path: path, Mode: info.Mode().Perm()}
	}
	return nil
}

// LooseError is a private file that others than its owner can open.
type LooseError struct {
	Path string
	Mode fs.FileMode
}

// Error says which file, and how open it is.
func (e *LooseError) Error() string {
	return fmt.Sprintf("%s is open to others (mode %04o): it holds customers' addresses", e.Path, e.Mode)
}

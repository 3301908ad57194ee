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
	db, err := sql.Open("sqlite", source(path, "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"))
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
// It refuses a file that others can read, as [Open] does.
func OpenReader(ctx context.Context, path string) (*sql.DB, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(path, "query_only(1)"))
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

// source names a file to the driver, with the pragmas that every connection begins
// with. The path is escaped: it may hold ? and %.
func source(path string, pragmas ...string) string {
	query := "?_pragma=busy_timeout(5000)"
	for _, p := range pragmas {
		query += "&_pragma=" + p
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return u.String() + query
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
	return private(path, info)
}

func private(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return &LooseError{Path: path, Mode: mode}
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

// Package database opens the SQLite files of the notifying wing, and asks the
// databases of others, in SQLite or PostgreSQL. It is the only door of their drivers.
package database

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/sqlite" // registers the driver "sqlite"
	codes "modernc.org/sqlite/lib"

	"tocsin/internal/durable"
	"tocsin/internal/private"
)

// application marks a file as tocsin's, in the header that SQLite keeps for that
// (https://sqlite.org/fileformat2.html#application_id): "tcsn" in ASCII. A file
// without it is a stranger's, or ours after it was cut short.
const application = 0x7463736E

// ForeignError is a file that is there and is no database of tocsin's: another
// program's, or what a truncation left. To go on with it as if it were a new one
// would forget what was sent.
type ForeignError struct{ Path string }

// Error says which file.
func (e *ForeignError) Error() string {
	return e.Path + " is there, and is no database of tocsin's: it was cut short, or is another program's"
}

// Open opens or makes a database file that only its owner can read. A commit is on
// disk when it returns (synchronous FULL, see [Ahead]); readers do not wait for a writer (WAL).
// A file that others can read is refused with a [private.LooseError], one that is
// not ours with a [ForeignError]; neither is written to. Callers see to it that one
// process at a time opens a file for writing.
func Open(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(ctx, path); err != nil {
			return nil, err
		}
	}
	if err := recognize(path); err != nil {
		return nil, err
	}
	return connect(ctx, path, "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)")
}

// OpenReader opens an existing database for reading while another process writes.
// It refuses what [Open] refuses.
func OpenReader(ctx context.Context, path string) (*sql.DB, error) {
	if err := recognize(path); err != nil {
		return nil, err
	}
	db, err := connect(ctx, path, "query_only(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(0) // readers may read while they read
	db.SetMaxIdleConns(mostReaders)
	return db, nil
}

// mostReaders is how many connections stay open for readers that read at the same time: to
// open one takes longer than most queries.
const mostReaders = 16

// Where the header of a database file says what it is
// (https://sqlite.org/fileformat2.html#the_database_header).
const (
	magic        = "SQLite format 3\x00"
	markAt       = 68 // application ID, big-endian, 4 octets
	headerOctets = 100
)

// recognize looks at a file's own bytes before SQLite does: merely opening a
// stranger's or a truncated file would let SQLite write back, or throw away, the
// write-ahead log beside it. The mark is in the file itself from its first day.
func recognize(path string) (err error) {
	f, err := private.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	header := make([]byte, headerOctets)
	_, err = io.ReadFull(f, header)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &ForeignError{path}
	case err != nil:
		return err
	case string(header[:len(magic)]) != magic, binary.BigEndian.Uint32(header[markAt:]) != application:
		return &ForeignError{path}
	}
	return nil
}

// errBeside is a file whose write-ahead log has no place, on a read-only file system say.
var errBeside = errors.New("even for reading, files are kept beside it, and that folder cannot be written: copy it with those beside it to one that can")

// ownLocks ties locks on a database to the descriptor that has it open, where the system can
// (Linux). Those that POSIX knows end when the process closes any other descriptor of the file,
// as recognize does: then another program that looks into a database takes itself for the last
// that has it open, and removes the log that is still written.
var ownLocks = sync.OnceFunc(func() {
	_, _ = sqlite.OFDLocking(true) // where it cannot be had, everything is as it was
})

// openSQLite opens what a source names.
func openSQLite(source string) (*sql.DB, error) {
	ownLocks()
	return sql.Open("sqlite", source)
}

// connect opens a file over one connection: transactions are serial, as the file is.
func connect(ctx context.Context, path string, pragmas ...string) (*sql.DB, error) {
	db, err := openSQLite(source(path, pragmas...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		var failure *sqlite.Error
		switch errors.As(err, &failure); {
		case failure == nil:
		case failure.Code() == codes.SQLITE_NOTADB, failure.Code() == codes.SQLITE_CORRUPT:
			err = &ForeignError{path}
		case failure.Code()&0xff == codes.SQLITE_CANTOPEN: // the file itself was opened before
			err = errBeside
		}
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

// create makes the file with its mark under another name and then gives it its own:
// a process that is killed meanwhile leaves nothing that looks like a broken ledger.
func create(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	raw := path + ".new"
	if err := errors.Join(durable.RemoveIfThere(raw), durable.RemoveIfThere(raw+"-journal")); err != nil {
		return err
	}
	if err := mark(ctx, raw); err != nil {
		return errors.Join(err, durable.RemoveIfThere(raw))
	}
	// A link, unlike a renaming, never puts itself in the place of a file.
	return errors.Join(os.Link(raw, path), os.Remove(raw), durable.SyncFolder(filepath.Dir(path)))
}

// mark makes a private file (SQLite would make it readable by others) and writes the
// mark into it, through to the disk. SQLite gives its side files the file's mode.
func mark(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := connect(ctx, path, "synchronous(FULL)")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", application))
	return errors.Join(err, db.Close())
}

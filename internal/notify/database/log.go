package database

import (
	"context"
	"database/sql"
	"os"

	"tocsin/internal/private"
)

// Log is the write-ahead log of a database that is open for writing. Whoever has several
// things to commit that stand or fall together with others' can commit them with Ahead,
// and wait for the disk once, on another goroutine, while the next are committed.
type Log struct{ file *os.File }

// OpenLog opens the log, which is there from the first commit until the database is closed.
func OpenLog(path string) (*Log, error) {
	f, err := private.Open(path + "-wal")
	if err != nil {
		return nil, err
	}
	return &Log{f}, nil
}

// Sync waits until every commit that returned before is on the disk: it does what a commit
// does under synchronous FULL, and leaves out the file's times, which nobody asks for.
func (l *Log) Sync() error { return syncData(l.file) }

// Close closes the log.
func (l *Log) Close() error { return l.file.Close() }

// Ahead says whether commits of a database opened by [Open] return before they are on the
// disk, from now on. What they write is as consistent as before: a power cut takes the last
// of them, and none from the middle (https://sqlite.org/pragma.html#pragma_synchronous,
// NORMAL with a write-ahead log). A commit that waits takes all those before to the disk.
func Ahead(ctx context.Context, db *sql.DB, ahead bool) error {
	query := "PRAGMA synchronous = FULL"
	if ahead {
		query = "PRAGMA synchronous = NORMAL"
	}
	_, err := db.ExecContext(ctx, query)
	return err
}

package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"tocsin/internal/notify"
)

// FileError is a ledger's file that is damaged, in rows or between them.
type FileError struct{ Path, What string }

// Error says which file, and what SQLite found.
func (e *FileError) Error() string { return fmt.Sprintf("%s is damaged: %s", e.Path, e.What) }

// Unwrap says that it is a change.
func (e *FileError) Unwrap() error { return ErrChanged }

// VerifyFile has SQLite look at the whole file: its pages, its indexes, and that every row
// belongs to a plan; and sees that it is made of what tocsin makes, and of nothing else. What
// the rows say, Verify looks at. The error is a [FileError].
func (l *Ledger) VerifyFile(ctx context.Context) error {
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var found string
		if err := rows.Scan(&found); err != nil || found == "ok" {
			return err
		}
		return &FileError{l.path, found}
	}, "PRAGMA integrity_check(1)")
	if err == nil {
		err = each(ctx, l.db, func(rows *sql.Rows) error {
			var table, parent string
			var row, key sql.NullInt64
			if err := rows.Scan(&table, &row, &parent, &key); err != nil {
				return err
			}
			return &FileError{l.path, fmt.Sprintf("a row of %s belongs to nothing in %s", table, parent)}
		}, "PRAGMA foreign_key_check")
	}
	if err == nil {
		err = l.heldToSchema(ctx, schemaVersion)
	}
	var known *FileError
	if err != nil && ctx.Err() == nil && !errors.As(err, &known) {
		err = &FileError{l.path, err.Error()}
	}
	return err
}

// Head is where the ends of the chains are pinned, and how many events of a plan are; 0
// where nothing of it is, and this may be any earlier state of it.
func (l *Ledger) Head(id notify.PlanID) (path string, pinned int, err error) {
	pins, err := l.pins()
	for _, p := range pins {
		if p.plan == id {
			pinned = p.seq
		}
	}
	return filepath.Clean(HeadPath(l.path)), pinned, err
}

// Events is how many events the chain of a plan has.
func (l *Ledger) Events(ctx context.Context, p Stored) (int, error) {
	seq, _, err := tip(ctx, l.db, p.key)
	return seq, err
}

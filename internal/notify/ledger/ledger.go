// Package ledger is the durable record of plans, letters and deliveries. What it
// says happened, happened; what is only begun, it says is begun.
//
// A delivery moves planned → intent → accepted, or from intent back to planned
// where it is proven that nothing was delivered. One that is planned when a later
// plan is frozen closes as superseded. Whoever changes the ledger holds
// its lock; anybody may read meanwhile.
package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"tocsin/internal/lock"
	"tocsin/internal/notify/database"
)

// State is where one delivery stands.
type State string

const (
	// Planned is frozen and not begun.
	Planned State = "planned"
	// Intent is begun: written down before the letter's first byte moves.
	Intent State = "intent"
	// Accepted is in the mailbox, or taken over by the receiving server.
	Accepted State = "accepted"
	// Superseded is closed, undelivered, because a later plan took its place.
	Superseded State = "superseded"
	// NoLetter is a row that gets no letter: see its standing.
	NoLetter State = "none"
)

// States lists the states of a letter in the order in which they are reported.
var States = [...]State{Planned, Intent, Accepted, Superseded}

// Ledger is an open ledger.
type Ledger struct {
	db    *sql.DB
	held  *lock.Lock // nil in a ledger that is only read
	salts io.Reader  // random octets
}

// ErrNone says that there is no ledger yet.
var ErrNone = errors.New("there is no ledger yet")

// errOlder is a ledger of an older tocsin.
var errOlder = errors.New("the ledger was written by an older tocsin")

// Open opens or makes the ledger for writing. It fails with a [lock.HeldError]
// while another process has it.
func Open(ctx context.Context, path, doing string) (*Ledger, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one ledger has one lock, by whatever name it is reached
	}
	held, err := lock.Acquire(path+".lock", doing)
	if err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, path)
	if err != nil {
		return nil, errors.Join(err, held.Release())
	}
	l := &Ledger{db: db, held: held, salts: rand.Reader}
	if err := l.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), l.Close())
	}
	return l, nil
}

// OpenReader opens an existing ledger for reading; it waits for nobody. One of an older
// tocsin it brings up to date first, as a writer: it fails with a [lock.HeldError] while
// another has it.
func OpenReader(ctx context.Context, path string) (*Ledger, error) {
	l, err := openReader(ctx, path)
	if !errors.Is(err, errOlder) {
		return l, err
	}
	writer, err := Open(ctx, path, "bringing the ledger up to date")
	if err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return openReader(ctx, path)
}

func openReader(ctx context.Context, path string) (*Ledger, error) {
	db, err := database.OpenReader(ctx, path)
	if err != nil {
		return nil, err
	}
	l := &Ledger{db: db}
	if err := l.readable(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), l.Close())
	}
	return l, nil
}

// Close closes the file and lets the lock go.
func (l *Ledger) Close() error {
	err := l.db.Close()
	if l.held != nil {
		err = errors.Join(err, l.held.Release())
	}
	return err
}

// migrate brings the schema up to date, each step in a transaction of its own.
func (l *Ledger) migrate(ctx context.Context) error {
	version, err := l.version(ctx)
	if err != nil {
		return err
	}
	for ; version < schemaVersion; version++ {
		err := l.transact(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return l.readable(ctx)
}

func (l *Ledger) version(ctx context.Context) (int, error) {
	var version int
	err := l.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// readable refuses a ledger that this program does not understand.
func (l *Ledger) readable(ctx context.Context) error {
	version, err := l.version(ctx)
	switch {
	case err != nil:
		return err
	case version > schemaVersion:
		return fmt.Errorf("the ledger was written by a newer tocsin (schema %d, this one knows %d)", version, schemaVersion)
	case version == 0:
		return ErrNone
	case version < schemaVersion:
		return errOlder
	}
	return nil
}

// transact runs change in one transaction: all of it is on disk, or none. Where the
// caller has given up, the error is that: the driver has words of its own for it, and
// has rolled back already.
func (l *Ledger) transact(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err = change(tx); err == nil {
		err = tx.Commit()
	}
	if err == nil {
		return nil
	}
	undo := tx.Rollback()
	if errors.Is(undo, sql.ErrTxDone) {
		undo = nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, undo)
}

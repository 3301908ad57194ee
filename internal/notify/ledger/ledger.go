// Package ledger is the durable record of plans, letters and deliveries. What it
// says happened, happened; what is only begun, it says is begun.
//
// A delivery moves as transitions has it, planned → intent → accepted where all goes
// well. What happens stands in the chain of its plan, which Verify replays and compares
// with the rows; while letters go, for a moment in the journal alone. The ends of the chains
// are pinned beside the ledger, so that an older one is not taken for it. Whoever changes the
// ledger holds its lock; anybody may read meanwhile.
package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"tocsin/internal/lock"
	"tocsin/internal/notify/database"
)

// Ledger is an open ledger.
type Ledger struct {
	db       *sql.DB
	path     string
	held     *lock.Lock // nil in a ledger that is only read
	salts    io.Reader  // random octets
	unpinned int        // events since the ends of the chains were pinned
	pinned   time.Time  // when they were, while letters go
	looks    looking

	statements statements
	unpackers  sync.Pool // of *unpacker
	ahead      ahead

	log     *database.Log // nil before something is written ahead of the disk
	isAhead bool          // commits do not wait for the disk at the moment
	afoot   afoot
}

// ErrNone says that there is no ledger yet.
var ErrNone = errors.New("there is no ledger yet")

// errOlder is a ledger of an older tocsin.
var errOlder = errors.New("the ledger was written by an older tocsin")

// Open opens or makes the ledger for writing. It fails with a [lock.HeldError]
// while another process has it, and with an [OlderError] where this is not the newest.
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
	l := &Ledger{db: db, path: path, held: held, salts: rand.Reader}
	if err := l.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), l.Close())
	}
	if err = l.newest(ctx); err == nil {
		err = l.enterLeft(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// OpenReader opens an existing ledger for reading; it waits for nobody. One of an older
// tocsin it brings up to date first, as a writer: it fails with a [lock.HeldError] while
// another has it. One in whose journal a run has left something it brings up to date as well
// where it can: while that run is at work, or on a full disk, chains and rows are as old as
// they are. It refuses what Open refuses.
func OpenReader(ctx context.Context, path string) (*Ledger, error) {
	l, err := openReader(ctx, path)
	if err == nil {
		return l.caughtUp(ctx, path)
	}
	if !errors.Is(err, errOlder) {
		return nil, err
	}
	if err := bringUpToDate(ctx, path); err != nil {
		return nil, err
	}
	return openReader(ctx, path)
}

// caughtUp is a reader whose rows say all that they can say at the moment. Somebody who has to
// know where letters stand is shown what there is, whatever is wrong with the rest: that
// Verify tells.
func (l *Ledger) caughtUp(ctx context.Context, path string) (*Ledger, error) {
	behind, err := l.lagging(ctx)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if behind {
		_ = bringUpToDate(ctx, path)
	}
	return l, nil
}

// bringUpToDate opens a ledger as a writer does, and closes it again.
func bringUpToDate(ctx context.Context, path string) error {
	writer, err := Open(ctx, path, "bringing the ledger up to date")
	if err != nil {
		return err
	}
	return writer.Close()
}

func openReader(ctx context.Context, path string) (*Ledger, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // and one head
	}
	db, err := database.OpenReader(ctx, path)
	if err != nil {
		return nil, err
	}
	l := &Ledger{db: db, path: path}
	if err := l.readable(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), l.Close())
	}
	if err := l.newest(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close pins the ends of the chains, closes the file and lets the lock go. What a run has left in
// the journal whoever opens the ledger next enters: here the disk may be full.
func (l *Ledger) Close() error {
	err := errors.Join(l.pin(context.Background()), l.lookNoMore(), l.db.Close())
	if l.log != nil {
		err = errors.Join(err, l.log.Close())
	}
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
		err := l.change(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
				return err
			}
			if version+1 == chainedSchema {
				if err := l.adopt(ctx, tx); err != nil {
					return err
				}
			}
			if version+1 == givenSchema {
				if err := recount(ctx, tx); err != nil {
					return err
				}
			}
			if version+1 == journalSchema {
				if err := l.followChains(ctx, tx); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		})
		if err != nil {
			return l.otherSchema(ctx, version, err)
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

// transact runs change in one transaction: all of it is on disk, or none; before it chains
// and rows catch up with the journal. Where the caller has given up, the error is that: the
// driver has words of its own for it, and has rolled back already.
func (l *Ledger) transact(ctx context.Context, change func(*sql.Tx) error) error {
	if err := l.goAhead(ctx, false); err != nil {
		return err
	}
	return l.catchUp(ctx, change)
}

// catchUp is transact for who need not wait for the disk.
func (l *Ledger) catchUp(ctx context.Context, change func(*sql.Tx) error) error {
	err := l.change(ctx, func(tx *sql.Tx) error {
		if l.afoot.behind() {
			if err := l.enterAfoot(ctx, tx); err != nil {
				return err
			}
		}
		if err := l.enterAll(ctx, tx); err != nil {
			return err
		}
		return change(tx)
	})
	var fenced *FencedError
	if err == nil || errors.As(err, &fenced) && fenced.Run == l.afoot.run.ID {
		l.afoot.entered() // of a run that is fenced off nothing is entered any more
	}
	return err
}

// nothingElse is the change of a transaction in which chains and rows only catch up.
func nothingElse(*sql.Tx) error { return nil }

func (l *Ledger) change(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return database.OnDisk(l.path, err)
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
	return errors.Join(database.OnDisk(l.path, err), undo)
}

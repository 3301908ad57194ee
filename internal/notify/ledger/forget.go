package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
)

// KeptError is a plan that cannot be forgotten.
type KeptError struct {
	Plan    notify.PlanID
	Because string
	Open    int // rows that are open; 0 where the reason is another
}

// Error says why not.
func (e *KeptError) Error() string {
	return fmt.Sprintf("%s cannot be forgotten: %s", e.Plan, e.Because)
}

// Forgettable refuses, with a [KeptError], a plan before its deadline, one with rows that
// somebody still has to see to, and one of the first schema: its digest covers the names
// themselves. It reports false of a plan that is forgotten already, and of which nothing was said
// since.
func (l *Ledger) Forgettable(ctx context.Context, p Stored, now time.Time) (bool, error) {
	kept := func(open int, because string, args ...any) (bool, error) {
		return false, &KeptError{p.ID, fmt.Sprintf(because, args...), open}
	}
	if p.form == plainRows {
		return kept(0, "it was made by a tocsin whose digests cover the names themselves")
	}
	if !now.After(p.Deadline) {
		return kept(0, "its deadline is %s, and what becomes of its letters matters until then", stamp(p.Deadline))
	}
	if err := l.Enter(ctx); err != nil {
		return false, err
	}
	open, remembered := 0, 0
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var standing notify.Standing
		var state State
		var settled Event
		var taken, erased bool
		var n int
		if err := rows.Scan(&standing, &state, &settled, &taken, &erased, &n); err != nil {
			return err
		}
		if p.open(standing, state, settled, taken) {
			open += n
		}
		if !erased {
			remembered += n
		}
		return nil
	}, "SELECT standing, state, settled, "+takenUp+", erased <> '', count(*) FROM deliveries WHERE plan = ? GROUP BY 1, 2, 3, 4, 5", p.key)
	switch {
	case err != nil:
		return false, err
	case open > 0:
		return kept(open, "%d of its rows are open", open)
	case remembered > 0:
		return true, nil
	}
	err = l.db.QueryRowContext(ctx, "SELECT count(*) FROM settlements WHERE plan = ? AND salt <> x''", p.key).Scan(&remembered)
	return remembered > 0, err
}

// Forget erases whom a plan concerned: names, addresses, letters, what servers said of
// them, who settled what and why, and the salts by which the chain and the digest are
// committed to all that. IDs, states and instants stay, and still verify. It refuses what
// [Ledger.Forgettable] refuses.
//
// The octets are gone from the file only after [Ledger.Scrub].
func (l *Ledger) Forget(ctx context.Context, p Stored, at time.Time) error {
	left, err := l.Forgettable(ctx, p, at)
	if err != nil || !left {
		return err
	}
	return l.transact(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "UPDATE deliveries SET erased = ? WHERE plan = ? AND erased = ''", stamp(at), p.key)
		if err != nil {
			return err
		}
		rows, err := done.RowsAffected()
		for _, erase := range []string{
			"DELETE FROM recipients WHERE plan = ?",
			"DELETE FROM letters WHERE plan = ?",
			"DELETE FROM replies WHERE plan = ?",
			"UPDATE settlements SET who = '', why = '', salt = x'' WHERE plan = ?",
		} {
			if err == nil {
				_, err = tx.ExecContext(ctx, erase, p.key)
			}
		}
		if err != nil {
			return err
		}
		return l.record(ctx, tx, p, at, forgottenKind, fmt.Sprintf("rows %d", rows))
	})
}

// ErrInUse says that the files still hold what was erased, because somebody reads them.
var ErrInUse = errors.New("somebody reads the ledger, and until they end its files still hold what was erased")

// Scrub writes the file anew without what was erased, and empties the log beside it. It
// needs as much room on the disk as the ledger has now. It waits a few seconds for who reads the
// ledger, and then fails with [ErrInUse]. To scrub again does no harm, and finishes what was cut
// off.
func (l *Ledger) Scrub(ctx context.Context) error {
	for _, statement := range []string{"PRAGMA secure_delete = ON", "VACUUM"} {
		if _, err := l.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	var busy, pages, moved int // an answer tells that it failed, and no error (sqlite.org/pragma.html#pragma_wal_checkpoint)
	if err := l.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return ErrInUse
	}
	return nil
}

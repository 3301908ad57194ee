package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// givenSchema is the first by which a letter that was begun and given back has not been
// attempted: what it finds it counts anew.
const givenSchema = 4

// recount counts the attempts of every letter anew, by the chain of its plan. Of a chain
// that is damaged it leaves them: [Ledger.Verify] says what is wrong with it.
func recount(ctx context.Context, tx *sql.Tx) error {
	plans, err := adopted(ctx, tx)
	for _, p := range plans {
		more := true
		for first := 1; err == nil && more; first += replayRows {
			more, err = recountSome(ctx, tx, p, first)
		}
	}
	return err
}

// recountSome counts anew from a row on, and says whether there are more rows.
func recountSome(ctx context.Context, tx *sql.Tx, p Stored, first int) (more bool, err error) {
	r := newReplay(p, first)
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var seq int
		var text, hash string
		if err := rows.Scan(&seq, &text, &hash); err != nil {
			return err
		}
		return r.link(seq, text, hash)
	}, "SELECT seq, text, hash FROM events WHERE plan = ? ORDER BY seq", p.key)
	if errors.Is(err, ErrChanged) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	update, err := tx.PrepareContext(ctx, "UPDATE deliveries SET attempts = ? WHERE plan = ? AND row = ?")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, update.Close()) }()
	for i, s := range r.rows {
		if s.state == "" {
			continue // nothing has happened to it
		}
		if _, err := update.ExecContext(ctx, s.attempts, p.key, first+i); err != nil {
			return false, err
		}
	}
	return len(r.rows) == replayRows, nil
}

package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
)

// adoptRows is how many rows one event takes in.
const adoptRows = 1000

// adopt begins the chains of plans that were made without one: with what was frozen, and
// with the rows that are not any more as they were frozen. It vouches for nothing: the
// rows are held to the plan's digest as before, and from here on to the chain.
func (l *Ledger) adopt(ctx context.Context, tx *sql.Tx) error {
	plans, err := adopted(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if err := l.adoptPlan(ctx, tx, p); err != nil {
			return fmt.Errorf("%s: %w", p.ID, err)
		}
	}
	return nil
}

func adopted(ctx context.Context, tx *sql.Tx) (plans []Stored, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT plan, bulletin, number, created, digest, coalesce(superseded, '') FROM plans ORDER BY plan")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p Stored
		var created string
		if err := rows.Scan(&p.key, &p.ID.Bulletin, &p.ID.Number, &created, &p.Digest, &p.Superseded); err != nil {
			return nil, err
		}
		if p.Created, err = time.Parse(time.RFC3339, created); err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, rows.Err()
}

func (l *Ledger) adoptPlan(ctx context.Context, tx *sql.Tx, p Stored) error {
	var rows, letters int
	err := tx.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE standing = ?) FROM deliveries WHERE plan = ?",
		string(notify.Mailed), p.key).Scan(&rows, &letters)
	end := link{hash: anchor} // of its chain: there is none yet
	if err == nil {
		err = l.recordAfter(ctx, tx, p, &end, p.Created, frozenKind, frozenLine(p.Digest, rows, letters))
	}
	for from := 0; err == nil && from >= 0; {
		from, err = l.adoptSome(ctx, tx, p, &end, from)
	}
	if err == nil && p.Superseded != "" {
		err = l.recordAfter(ctx, tx, p, &end, p.Created, supersededKind, "by "+p.Superseded)
	}
	return err
}

// adoptSome takes in the next rows after one, and says after which to go on; -1 at the end.
func (l *Ledger) adoptSome(ctx context.Context, tx *sql.Tx, p Stored, end *link, after int) (last int, err error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT row, state, attempts, changed, erased FROM deliveries WHERE plan = ? AND row > ?
		 AND NOT (state IN ('planned', 'none') AND attempts = 0 AND erased = '') ORDER BY row LIMIT ?`, p.key, after, adoptRows)
	if err != nil {
		return 0, err
	}
	var lines []string
	last = -1
	for rows.Next() {
		var state, changed, erased string
		var attempts int
		if err := rows.Scan(&last, &state, &attempts, &changed, &erased); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		lines = append(lines, fmt.Sprintf("%d %s %d %s %s", last, state, attempts, changed, dashed(erased)))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(lines) == 0 {
		return -1, err
	}
	return last, l.recordAfter(ctx, tx, p, end, p.Created, adoptedKind, lines...)
}

func frozenLine(digest string, rows, letters int) string {
	return fmt.Sprintf("digest %s rows %d letters %d", digest, rows, letters)
}

// dashed is a word of an event's line, which is never empty.
func dashed(word string) string {
	if word == "" {
		return "-"
	}
	return word
}

// undashed is the way back.
func undashed(word string) string {
	if word == "-" {
		return ""
	}
	return word
}

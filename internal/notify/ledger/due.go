package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// selectDue has of a letter what is needed to deliver it.
const selectDue = `SELECT row, tailnet, attempts, next, code, enhanced, address, message_id, digest, salt
	FROM deliveries LEFT JOIN recipients USING (plan, row) WHERE plan = ? AND state = ? AND next BETWEEN ? AND ? ORDER BY next, row LIMIT 0 + ?`

// dueNow lists letters whose time has come: each with its state, and with what is needed to
// deliver it. Those that were put off and those that were never tried take turns: the ones are not
// to wait until a million others went, nor the others behind some that a relay puts off each time.
func (l *Ledger) dueNow(ctx context.Context, tx *sql.Tx, p Stored, limit int, at time.Time) ([]Delivery, error) {
	deferred, err := l.dueIn(ctx, tx, p, Deferred, "0", stamp(at), limit)
	if err != nil {
		return nil, err
	}
	planned, err := l.dueIn(ctx, tx, p, Planned, "", "", limit)
	if err != nil {
		return nil, err
	}
	due := inTurns(deferred, planned)
	return due[:min(limit, len(due))], nil
}

// inTurns makes one list of two: of each the next, as long as there is one.
func inTurns(some, others []Delivery) []Delivery {
	turns := min(len(some), len(others))
	all := make([]Delivery, 0, len(some)+len(others))
	for i := range turns {
		all = append(all, some[i], others[i])
	}
	return append(append(all, some[turns:]...), others[turns:]...)
}

// dueIn lists letters in a state that are due from one instant to another.
func (l *Ledger) dueIn(ctx context.Context, tx *sql.Tx, p Stored, state State, from, to string, limit int) (found []Delivery, err error) {
	query, err := l.statement(ctx, tx, selectDue)
	if err != nil {
		return nil, err
	}
	rows, err := query.QueryContext(ctx, p.key, string(state), from, to, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d := Delivery{State: state, Entry: notify.Entry{Standing: notify.Mailed}}
		var to recipient
		if err := rows.Scan(&d.Row, &d.Tailnet, &d.Attempts, &d.Next, &d.Code, &d.Enhanced, &to.address, &to.messageID, &to.digest, &d.salt); err != nil {
			return nil, err
		}
		if !to.address.Valid {
			return nil, fmt.Errorf("row %d and what is kept of its recipient do not agree", d.Row)
		}
		d.Address, d.MessageID, d.Digest = tailnet.Address(to.address.String), to.messageID.String, to.digest.String
		found = append(found, d)
	}
	return found, rows.Err()
}

// LastAccepted is when the last of the letters of a plan was accepted that are; zero where none
// is.
func (l *Ledger) LastAccepted(ctx context.Context, p Stored) (time.Time, error) {
	if err := l.Enter(ctx); err != nil {
		return time.Time{}, err
	}
	var last string
	err := l.db.QueryRowContext(ctx, "SELECT coalesce(max(changed), '') FROM deliveries WHERE plan = ? AND state = ?", p.key, string(Accepted)).Scan(&last)
	if err != nil || last == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, last)
}

// Due is when the first deferred letter of a plan comes due; zero where none is tried
// again.
func (l *Ledger) Due(ctx context.Context, p Stored) (time.Time, error) {
	if err := l.Enter(ctx); err != nil {
		return time.Time{}, err
	}
	var next string
	err := l.db.QueryRowContext(ctx, "SELECT next FROM deliveries WHERE plan = ? AND state = ? AND next > '' ORDER BY next LIMIT 1",
		p.key, string(Deferred)).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, next)
}

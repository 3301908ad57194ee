package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// Delivery is one row of a plan with where its letter stands.
type Delivery struct {
	Row int // its number within the plan, from 1
	notify.Entry
	State    State
	Attempts int
	Changed  string // RFC 3339, UTC: when the state was last set
	Detail   string
	Erased   string // RFC 3339, UTC: since when recipient and letter are forgotten; empty while they are not

	commitment string // to whom it concerns and to its letter
	salt       []byte
}

// A row that has lost its recipient is an error of the ledger, and so joined as NULL: it
// must not drop out in silence.
const (
	deliveryColumns = `row, tailnet, standing, clauses, missing, nodes, state, attempts, changed, detail, erased, commitment,
		name, address, reason, trace, message_id, digest, salt`
	deliveryTables = ` FROM deliveries LEFT JOIN recipients USING (plan, row) `
)

// Each calls visit for every row of a plan, in order, without the letters' bytes.
// In a ledger opened for writing visit must not use the ledger: it has one connection.
func (l *Ledger) Each(ctx context.Context, p Stored, visit func(Delivery) error) (err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? ORDER BY row", p.key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return err
		}
		if err := visit(d); err != nil {
			return err
		}
	}
	return rows.Err()
}

// InState lists up to limit rows of a plan that are in a state, in order.
func (l *Ledger) InState(ctx context.Context, p Stored, state State, limit int) (found []Delivery, err error) {
	rows, err := l.db.QueryContext(ctx,
		"SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? AND state = ? ORDER BY row LIMIT ?", p.key, string(state), limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

// Delivery finds a tailnet's row in a plan.
func (l *Ledger) Delivery(ctx context.Context, p Stored, id tailnet.ID) (Delivery, bool, error) {
	row := l.db.QueryRowContext(ctx, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? AND tailnet = ?", p.key, string(id))
	d, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, false, nil
	}
	return d, err == nil, err
}

// letter is a row's letter as it is stored; NULL where it has none.
type letter struct {
	message []byte
	octets  sql.NullInt64 // of the letter, which is packed where the message has fewer
}

// ErrForgotten says that a letter was forgotten with its recipient.
var ErrForgotten = errors.New("the letter was forgotten, with the name and address it went to")

// Message reads a row's letter, and refuses one that is not what was frozen.
func (l *Ledger) Message(ctx context.Context, p Stored, d Delivery) ([]byte, error) {
	if d.Erased != "" {
		return nil, fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, ErrForgotten)
	}
	var stored letter
	err := l.db.QueryRowContext(ctx, "SELECT message, octets FROM letters WHERE plan = ? AND row = ?", p.key, d.Row).Scan(&stored.message, &stored.octets)
	if err != nil {
		return nil, fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, err)
	}
	letters := unpacker{pattern: p.pattern}
	message, err := letters.unpack(stored.message, int(stored.octets.Int64))
	if err != nil || notify.Digest(message) != d.Digest {
		return nil, fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, ErrChanged)
	}
	return message, nil
}

// Begin writes the intent to deliver some planned letters, before any byte of them
// moves. It fails where one of them is no longer planned.
func (l *Ledger) Begin(ctx context.Context, p Stored, letters []Delivery, at time.Time) error {
	return l.move(ctx, p, letters, Planned, Intent, 1, at)
}

// Accept records that begun letters arrived.
func (l *Ledger) Accept(ctx context.Context, p Stored, letters []Delivery, at time.Time) error {
	return l.move(ctx, p, letters, Intent, Accepted, 0, at)
}

// Return puts begun letters back that are proven not to have been delivered. In a
// plan that another took the place of they close as superseded.
func (l *Ledger) Return(ctx context.Context, p Stored, letters []Delivery, at time.Time) error {
	to := Planned
	if p.Superseded != "" {
		to = Superseded
	}
	return l.move(ctx, p, letters, Intent, to, 0, at)
}

// move takes letters from one state to another in one transaction, all or none.
func (l *Ledger) move(ctx context.Context, p Stored, letters []Delivery, from, to State, attempts int, at time.Time) error {
	if len(letters) == 0 {
		return nil
	}
	return l.transact(ctx, func(tx *sql.Tx) (err error) {
		update, err := tx.PrepareContext(ctx,
			"UPDATE deliveries SET state = ?, attempts = attempts + ?, changed = ? WHERE plan = ? AND row = ? AND state = ?")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, update.Close()) }()
		for _, d := range letters {
			done, err := update.ExecContext(ctx, string(to), attempts, stamp(at), p.key, d.Row, string(from))
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n != 1 {
				return errors.Join(err, fmt.Errorf("letter %d of %s is not %s", d.Row, p.ID, from))
			}
		}
		return nil
	})
}

// States counts a plan's letters by state.
func (l *Ledger) States(ctx context.Context, p Stored) (map[State]int, error) {
	counts := make(map[State]int)
	err := l.tally(ctx, "SELECT state, count(*) FROM deliveries WHERE plan = ? AND state <> 'none' GROUP BY state", p.key,
		func(word string, n int) { counts[State(word)] = n })
	return counts, err
}

// tally runs a query of words with counts.
func (l *Ledger) tally(ctx context.Context, query string, key int64, visit func(word string, n int)) (err error) {
	rows, err := l.db.QueryContext(ctx, query, key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var word string
		var n int
		if err := rows.Scan(&word, &n); err != nil {
			return err
		}
		visit(word, n)
	}
	return rows.Err()
}

// recipient is whom a row concerns, as it is stored; all of it NULL where it is not
// there.
type recipient struct {
	name, address, reason, trace, messageID, digest sql.NullString
	salt                                            []byte
}

// scan reads the columns of a delivery, and into more what the query asked for besides.
func scan(row interface{ Scan(...any) error }, more ...any) (Delivery, error) {
	var d Delivery
	var r recipient
	var clauses, missing string
	columns := []any{&d.Row, &d.Tailnet, &d.Standing, &clauses, &missing, &d.Nodes, &d.State, &d.Attempts, &d.Changed,
		&d.Detail, &d.Erased, &d.commitment, &r.name, &r.address, &r.reason, &r.trace, &r.messageID, &r.digest, &r.salt}
	if err := row.Scan(append(columns, more...)...); err != nil {
		return Delivery{}, err
	}
	return d, errors.Join(json.Unmarshal([]byte(clauses), &d.Clauses), json.Unmarshal([]byte(missing), &d.Missing), d.concern(r))
}

// concern adds whom a row concerns. Only a row that says that it is forgotten may have
// lost that, and none may have kept it.
func (d *Delivery) concern(r recipient) error {
	switch forgotten := d.Erased != ""; {
	case forgotten && !r.name.Valid:
		return nil
	case forgotten || !r.name.Valid:
		return fmt.Errorf("row %d and what is kept of its recipient do not agree", d.Row)
	}
	d.Name, d.Address, d.Reason = r.name.String, tailnet.Address(r.address.String), tailnet.ContactReason(r.reason.String)
	d.MessageID, d.Digest, d.salt = r.messageID.String, r.digest.String, r.salt
	return json.Unmarshal([]byte(r.trace.String), &d.Trace)
}

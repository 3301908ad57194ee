package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// Delivery is one row of a plan with where its letter stands.
type Delivery struct {
	Row int // its number within the plan, from 1
	notify.Entry
	State    State
	Attempts int    // begun and not given back, the present one too
	Changed  string // RFC 3339, UTC: when the state was last set
	// Of a deferred letter, and of one that was deferred before it was begun: when it is
	// due, RFC 3339, UTC. Empty where it is not tried again in this plan.
	Next       string
	Run        int64  // that begun it last; 0 while none has
	Connection int    // over which its dot goes or went in that run; 0 while it is not marked
	Code       int    // of the last reply to it
	Enhanced   string // of the last reply to it
	Settled    Event  // how it was settled last; empty while it was not
	Twice      bool   // it was sent again while nobody knew whether it had arrived
	Erased     string // RFC 3339, UTC: since when recipient and letter are forgotten; empty while they are not

	commitment string // to whom it concerns and to its letter
	salt       []byte
	takenUp    bool // it is in doubt, and a later plan has told its tailnet
}

// A row that has lost its recipient is an error of the ledger, and so joined as NULL: it
// must not drop out in silence.
const (
	deliveryColumns = `row, tailnet, standing, kind, clauses, missing, nodes, state, attempts, changed, next, run, connection, code, enhanced, settled, twice, erased, commitment,
		name, address, reason, trace, message_id, digest, salt, ` + takenUp
	deliveryTables = ` FROM deliveries LEFT JOIN recipients USING (plan, row) `
)

// takenUp is of a row in doubt that a later plan has told its tailnet for certain: by a
// letter that was accepted, or by a person. A rehearsal tells nobody.
const takenUp = `CASE WHEN deliveries.state = 'unknown' THEN EXISTS (
	SELECT 1 FROM plans AS own CROSS JOIN plans AS p CROSS JOIN deliveries AS d
	WHERE own.plan = deliveries.plan AND p.bulletin = own.bulletin AND p.number > own.number AND ` + planLeaves + `
	AND d.plan = p.plan AND d.tailnet = deliveries.tailnet AND (d.state = 'accepted' OR d.settled = 'told')) ELSE 0 END`

// Each calls visit for every row of a plan, in order, without the letters' bytes.
// In a ledger opened for writing visit must not use the ledger: it has one connection.
func (l *Ledger) Each(ctx context.Context, p Stored, visit func(Delivery) error) error {
	if err := l.Enter(ctx); err != nil {
		return err
	}
	return each(ctx, l.db, func(rows *sql.Rows) error {
		d, err := scan(rows)
		if err != nil {
			return err
		}
		return visit(d)
	}, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? ORDER BY row", p.key)
}

// InState lists up to limit rows of a plan that are in a state: in order, and of deferred
// letters those first that are due first.
func (l *Ledger) InState(ctx context.Context, p Stored, state State, limit int) ([]Delivery, error) {
	if err := l.Enter(ctx); err != nil {
		return nil, err
	}
	return deliveries(ctx, l.db, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? AND state = ? ORDER BY next, row LIMIT ?",
		p.key, string(state), limit)
}

// deliveries reads the rows of a query.
func deliveries(ctx context.Context, from querier, query string, args ...any) (found []Delivery, err error) {
	err = each(ctx, from, func(rows *sql.Rows) error {
		d, err := scan(rows)
		found = append(found, d)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Delivery finds a tailnet's row in a plan.
func (l *Ledger) Delivery(ctx context.Context, p Stored, id tailnet.ID) (Delivery, bool, error) {
	if err := l.Enter(ctx); err != nil {
		return Delivery{}, false, err
	}
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
	stored, err := l.stored(ctx, p, d.Row)
	if err != nil {
		return nil, fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, err)
	}
	message, err := l.unpack(p, stored)
	if err != nil || notify.Digest(message) != d.Digest {
		return nil, fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, ErrChanged)
	}
	return message, nil
}

// States counts a plan's letters by state.
func (l *Ledger) States(ctx context.Context, p Stored) (map[State]int, error) {
	if err := l.Enter(ctx); err != nil {
		return nil, err
	}
	counts := make(map[State]int)
	err := l.tally(ctx, "SELECT state, count(*) FROM deliveries WHERE plan = ? AND state <> 'none' GROUP BY state", p.key,
		func(word string, n int) { counts[State(word)] = n })
	return counts, err
}

// tally runs a query of words with counts.
func (l *Ledger) tally(ctx context.Context, query string, key int64, visit func(word string, n int)) error {
	return each(ctx, l.db, func(rows *sql.Rows) error {
		var word string
		var n int
		if err := rows.Scan(&word, &n); err != nil {
			return err
		}
		visit(word, n)
		return nil
	}, query, key)
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
	columns := []any{&d.Row, &d.Tailnet, &d.Standing, &d.Kind, &clauses, &missing, &d.Nodes, &d.State, &d.Attempts, &d.Changed,
		&d.Next, &d.Run, &d.Connection, &d.Code, &d.Enhanced, &d.Settled, &d.Twice, &d.Erased, &d.commitment, &r.name, &r.address, &r.reason, &r.trace, &r.messageID, &r.digest, &r.salt, &d.takenUp}
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

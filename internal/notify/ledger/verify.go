package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tocsin/internal/notify"
)

// ErrChanged says that what the ledger holds is not what was frozen.
var ErrChanged = errors.New("the ledger's bytes are not what was frozen")

// What a plan's digest covers of its rows.
const (
	plainRows     = 1 // all that they say: plans of the first schema, which cannot forget
	committedRows = 2 // of people and letters their commitments
)

// Verify recomputes the plan's digest from its rows, and every letter's digest from
// its bytes, as a stream. States change while letters go out and are in no digest;
// of them it checks that each is one that the row can be in. A row that was forgotten
// is held against the digest by its commitment.
func (l *Ledger) Verify(ctx context.Context, p Stored) (err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT "+deliveryColumns+", message, octets"+deliveryTables+
		"LEFT JOIN letters USING (plan, row) WHERE plan = ? ORDER BY row", p.key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	seal, letters := p.begin(), unpacker{pattern: p.pattern}
	for row := 1; rows.Next(); row++ {
		var stored letter
		d, err := scan(rows, &stored.message, &stored.octets)
		if err != nil {
			return fmt.Errorf("a row of %s cannot be read (%v): %w", p.ID, err, ErrChanged)
		}
		if d.Row != row || !d.whole(stored, &letters) || !p.add(seal, d) {
			return fmt.Errorf("letter %d of %s: %w", d.Row, p.ID, ErrChanged)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if seal.Sum() != p.Digest || p.seal != p.Inputs.Digest() {
		return fmt.Errorf("plan %s: %w", p.ID, ErrChanged)
	}
	return nil
}

// begin begins the digest of a plan.
func (p Stored) begin() notify.Digester {
	seal := notify.NewDigester()
	seal.Head(p.Plan)
	if p.form == committedRows {
		seal.Add(p.tables, notify.Digest(p.pattern))
	}
	return seal
}

// add adds a row to the digest, and reports whether it is what it was committed to.
func (p Stored) add(seal notify.Digester, d Delivery) bool {
	switch p.form {
	case plainRows:
		seal.Row(d.Entry)
		return true
	case committedRows:
		seal.Committed(d.Entry, d.commitment)
		return d.Erased != "" || notify.Commitment(d.salt, d.Entry) == d.commitment
	}
	return false // a form that there is not
}

// whole reports whether a row has the letter that it was frozen with, or none, and
// a state that goes with that. What is forgotten is not to be sent any more.
func (d Delivery) whole(stored letter, letters *unpacker) bool {
	switch {
	case d.Standing != notify.Mailed:
		return stored.message == nil && d.State == NoLetter
	case !slices.Contains(States[:], d.State):
		return false
	case d.Erased != "":
		return stored.message == nil && d.State != Planned && d.State != Intent
	}
	message, err := letters.unpack(stored.message, int(stored.octets.Int64))
	return err == nil && stored.octets.Valid && notify.Digest(message) == d.Digest
}

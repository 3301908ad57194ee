package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// Settlement is what a person, or evidence that a person brought, says of one row.
type Settlement struct {
	How Event  // Told, Resend or Keep by decision; Confirm, Absent or Bounce by evidence
	Who string // decided it, or brought it
	Why string // "by phone", a line of the relay's log
	At  time.Time
}

// settling are the events that settle a row: by decision, and by evidence.
var settling = []Event{Told, Keep, Resend, Confirm, Absent, Bounce}

// SettleError is a row that cannot be settled so.
type SettleError struct {
	Plan    notify.PlanID
	Tailnet tailnet.ID
	How     Event
	State   State
	Because string
}

// Error says why not.
func (e *SettleError) Error() string {
	return fmt.Sprintf("the row of tailnet %q in %s is %s and cannot be settled by %q: %s", e.Tailnet, e.Plan, e.State, e.How, e.Because)
}

// Settle puts a settlement on the record, and moves the row where it leads: see
// transitions. Nothing of a plan that another took the place of becomes sendable by it.
func (l *Ledger) Settle(ctx context.Context, p Stored, d Delivery, s Settlement) error {
	to, err := d.settled(p, s.How)
	if err != nil {
		return err
	}
	salt := make([]byte, notify.SaltOctets)
	if _, err := io.ReadFull(l.salts, salt); err != nil {
		return err
	}
	return l.transact(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, next = '', changed = ?, settled = ?, twice = twice OR ? WHERE plan = ? AND row = ? AND state = ?`,
			string(to), stamp(s.At), string(s.How), d.State == Unknown && s.How == Resend, p.key, d.Row, string(d.State))
		if err := one(done, err, p, d.Row, s.How); err != nil {
			return err
		}
		line := fmt.Sprintf("%d %s %s %s", d.Row, s.How, to, sealed(salt, s.Who, s.Why))
		if err := l.record(ctx, tx, p, s.At, settledKind, line); err != nil {
			return err
		}
		seq, _, err := tip(ctx, tx, p.key)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO settlements (plan, seq, row, how, who, why, salt) VALUES (?, ?, ?, ?, ?, ?, ?)",
			p.key, seq, d.Row, string(s.How), s.Who, s.Why, salt)
		return err
	})
}

// settled is where a settlement takes a row.
func (d Delivery) settled(p Stored, how Event) (State, error) {
	refused := func(because string) (State, error) {
		return "", &SettleError{Plan: p.ID, Tailnet: d.Tailnet, How: how, State: d.State, Because: because}
	}
	to, may := d.State.after(how)
	switch {
	case !slices.Contains(settling, how):
		return refused("that settles nothing")
	case !may && d.State == Intent:
		return refused("a run has begun it, and the next run finds out what became of it")
	case !may:
		return refused("there is nothing to settle so")
	case how == Resend && p.Superseded != "":
		return refused(p.Superseded + " has taken the place of its plan")
	case to == Planned && d.Erased != "":
		return refused("its letter is forgotten")
	case d.State == NoLetter && d.Standing == notify.NotRequired:
		return refused("no notice of it is required")
	case to == Planned && p.Superseded != "":
		return Superseded, nil
	}
	return to, nil
}

// Record is a settlement as the ledger keeps it.
type Record struct {
	Row int
	Settlement
}

// Settlements lists what was settled in a plan, in order. Of rows that are forgotten it
// does not say any more who settled them, and why.
func (l *Ledger) Settlements(ctx context.Context, p Stored) (settled []Record, err error) {
	err = each(ctx, l.db, func(rows *sql.Rows) error {
		var r Record
		var text string
		if err := rows.Scan(&r.Row, &r.How, &r.Who, &r.Why, &text); err != nil {
			return err
		}
		e, err := parseEvent(p.ID, text)
		if err == nil {
			r.At, err = time.Parse(time.RFC3339, e.at)
		}
		settled = append(settled, r)
		return err
	}, "SELECT row, how, who, why, text FROM settlements JOIN events USING (plan, seq) WHERE plan = ? ORDER BY seq", p.key)
	return settled, err
}

// Twice counts the rows that may have got two letters: somebody had them sent again while
// nobody knew whether the first arrived.
func (l *Ledger) Twice(ctx context.Context, p Stored) (n int, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT count(*) FROM deliveries WHERE plan = ? AND twice = 1", p.key).Scan(&n)
	return n, err
}

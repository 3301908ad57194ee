package ledger

import (
	"context"
	"database/sql"
	"errors"
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

// Settled is a row with what is said of it.
type Settled struct {
	Delivery
	Settlement
}

// Settle puts a settlement on the record, and moves the row where it leads: see
// transitions. Nothing of a plan whose place another took becomes sendable by it.
func (l *Ledger) Settle(ctx context.Context, p Stored, d Delivery, s Settlement) error {
	return l.SettleAll(ctx, p, []Settled{{d, s}})
}

// SettleAll settles many rows of a plan in one durable transaction: each, in its order, is
// an event of its own. Where one of them cannot be settled so, none is, and the error joins
// a [SettleError] for each that cannot.
func (l *Ledger) SettleAll(ctx context.Context, p Stored, all []Settled) error {
	if err := Settleable(p, all); err != nil || len(all) == 0 {
		return err
	}
	return l.transact(ctx, func(tx *sql.Tx) error {
		for _, s := range all {
			if err := l.settle(ctx, tx, p, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settleable joins a [SettleError] for each row that cannot be settled so.
func Settleable(p Stored, all []Settled) error {
	var refused []error
	for _, s := range all {
		if _, err := s.Delivery.settled(p, s.How); err != nil {
			refused = append(refused, err)
		}
	}
	return errors.Join(refused...)
}

// settle brings one row to where its settlement leads.
func (l *Ledger) settle(ctx context.Context, tx *sql.Tx, p Stored, s Settled) error {
	to, err := s.Delivery.settled(p, s.How)
	if err != nil {
		return err
	}
	salt := make([]byte, notify.SaltOctets)
	if _, err := io.ReadFull(l.salts, salt); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, next = '', changed = ?, settled = ?, twice = twice OR ? WHERE plan = ? AND row = ? AND state = ?`,
		string(to), stamp(s.At), string(s.How), s.State == Unknown && s.How == Resend, p.key, s.Row, string(s.State))
	if err := one(done, err, p, s.Row, s.How); err != nil {
		return err
	}
	line := fmt.Sprintf("%d %s %s %s", s.Row, s.How, to, sealed(salt, s.Who, s.Why))
	if err := l.record(ctx, tx, p, s.At, settledKind, line); err != nil {
		return err
	}
	seq, _, err := tip(ctx, tx, p.key)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO settlements (plan, seq, row, how, who, why, salt) VALUES (?, ?, ?, ?, ?, ?, ?)",
		p.key, seq, s.Row, string(s.How), s.Who, s.Why, salt)
	return err
}

// DeliveryAt finds a row of a plan by its number.
func (l *Ledger) DeliveryAt(ctx context.Context, p Stored, row int) (Delivery, bool, error) {
	if err := l.Enter(ctx); err != nil {
		return Delivery{}, false, err
	}
	return oneDelivery(l.db.QueryRowContext(ctx, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? AND row = ?", p.key, row))
}

func oneDelivery(row *sql.Row) (Delivery, bool, error) {
	d, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, false, nil
	}
	return d, err == nil, err
}

// Began is when the run began that has begun a letter last; zero where it is not known.
func (l *Ledger) Began(ctx context.Context, d Delivery) (time.Time, error) {
	var began string
	err := l.db.QueryRowContext(ctx, "SELECT began FROM runs WHERE run = ?", d.Run).Scan(&began)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, began)
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
	case how == Resend && d.State == NoLetter && (d.Settled == Told || d.Settled == Keep):
		return NoLetter, nil // nothing goes out: what was said of it is taken back, in whatever plan
	case !may && d.State == Intent:
		return refused("a run has begun it, and the next run finds out what became of it")
	case !may:
		return refused("there is nothing to settle so")
	case how == Resend && p.Dropped != "":
		return refused("its plan was dropped")
	case how == Resend && p.Superseded != "":
		return refused(p.Superseded + " has taken the place of its plan")
	case how == Resend && p.Paused != "":
		return refused(p.Paused + " is to take the place of its plan")
	case to == Planned && d.Erased != "":
		return refused("its letter is forgotten")
	case d.State == NoLetter && d.Standing == notify.NotRequired:
		return refused("no notice of it is required")
	case d.State == NoLetter && d.Standing == notify.Told:
		return refused("it was told before this plan was made")
	case to == Planned && p.closed(): // of one that is paused nothing goes out, unless it goes on
		return Superseded, nil
	}
	return to, nil
}

// OpenRows is how many rows are open: letters to be delivered or looked up, and tailnets
// that a person has to see to.
func (a Account) OpenRows() int {
	n := a.Open()
	for _, rows := range a.Unsettled {
		n += rows
	}
	for _, rows := range a.Untold {
		n += rows
	}
	return n
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

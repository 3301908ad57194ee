package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"tocsin/internal/notify"
)

// Abandon is how the record calls that somebody dropped a plan; it is of row 0.
const Abandon Event = "drop"

// DropError is a plan that cannot be dropped.
type DropError struct {
	Plan    notify.PlanID
	Because string
}

// Error says why not.
func (e *DropError) Error() string { return fmt.Sprintf("%s cannot be dropped: %s", e.Plan, e.Because) }

// Drop abandons a plan none of whose letters has gone out, be it that all of them are in the
// outbox of a rehearsal: it is closed, on the record, and the plans that were paused for it go
// on; it returns their names. None are, where it had begun a letter before: then they are
// closed for good.
func (l *Ledger) Drop(ctx context.Context, p Stored, s Settlement) (lifted []notify.PlanID, err error) {
	salt := make([]byte, notify.SaltOctets)
	if _, err := io.ReadFull(l.salts, salt); err != nil {
		return nil, err
	}
	err = l.transact(ctx, func(tx *sql.Tx) error {
		if err := p.droppable(ctx, tx); err != nil {
			return err
		}
		if err := shut(ctx, tx, p, s.At); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE plans SET dropped = ? WHERE plan = ?", stamp(s.At), p.key); err != nil {
			return err
		}
		if err := l.record(ctx, tx, p, s.At, droppedKind, fmt.Sprintf("%s %s", Abandon, sealed(salt, s.Who, s.Why))); err != nil {
			return err
		}
		seq, _, err := tip(ctx, tx, p.key)
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO settlements (plan, seq, row, how, who, why, salt) VALUES (?, ?, 0, ?, ?, ?, ?)",
				p.key, seq, string(Abandon), s.Who, s.Why, salt)
		}
		if err == nil {
			lifted, err = l.lift(ctx, tx, p, s)
		}
		return err
	})
	return lifted, err
}

// droppable refuses a plan of which letters have gone out, or that is closed or paused
// already.
func (p Stored) droppable(ctx context.Context, tx *sql.Tx) error {
	var by, paused, dropped string
	var out int
	// What a rehearsal has delivered has not left this machine.
	err := tx.QueryRowContext(ctx,
		`SELECT coalesce(superseded, ''), paused, dropped, (SELECT count(*) FROM deliveries WHERE plan = ?1 AND (state = ?2 OR (state IN (?3, ?4, ?5) OR twice) AND NOT ?6))
		 FROM plans WHERE plan = ?1`, p.key, string(Intent), string(Accepted), string(Unknown), string(Bounced), rehearsed(p.Plan)).Scan(&by, &paused, &dropped, &out)
	refused := func(because string, args ...any) error { return &DropError{p.ID, fmt.Sprintf(because, args...)} }
	switch {
	case err != nil:
		return err
	case dropped != "":
		return refused("it was, on %s", dropped)
	case by != "":
		return refused("%s has taken its place", by)
	case out > 0:
		return refused("%d of its letters are out, or may be", out)
	case paused != "":
		return refused("it is paused for %s", paused)
	}
	return nil
}

// lift lets the plans go on that are paused for one.
func (l *Ledger) lift(ctx context.Context, tx *sql.Tx, p Stored, s Settlement) (lifted []notify.PlanID, err error) {
	paused, err := pausedFor(ctx, tx, p.ID)
	for _, e := range paused {
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE plans SET paused = '' WHERE plan = ?", e.key)
		}
		if err == nil {
			err = l.record(ctx, tx, e, s.At, liftedKind, "of "+p.ID.String())
		}
		lifted = append(lifted, e.ID)
	}
	return lifted, err
}

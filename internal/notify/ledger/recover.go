package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// recoverRows is how many letters one transaction settles.
const recoverRows = 256

// Judge says what became of letters that a run had begun that is gone: Accept, Return or
// Lose, one for each.
type Judge func([]Delivery) ([]Event, error)

// Recover settles what other runs of a plan had begun and are gone, and counts it by
// event. The caller holds the ledger's lock: so they are gone, or shut out. First their
// fences are raised, so that none of them can mark a letter any more; then each of their
// letters goes where the judge says. A nil judge goes by the marks: see [Ledger.ByMarks].
//
// It can be cut off anywhere, and the next Recover goes on.
func (l *Ledger) Recover(ctx context.Context, p Stored, by Run, judge Judge, at time.Time) (map[Event]int, error) {
	counts := make(map[Event]int)
	err := l.transact(ctx, func(tx *sql.Tx) error {
		if err := l.stands(ctx, tx, p, by); err != nil {
			return err
		}
		return l.fenceOff(ctx, tx, p, by, at)
	})
	if judge == nil {
		judge = l.ByMarks(ctx, by)
	}
	for err == nil {
		var begun []Delivery
		if begun, err = l.begun(ctx, p, by); err != nil || len(begun) == 0 {
			break
		}
		var events []Event
		if events, err = judge(begun); err == nil {
			err = l.recovered(ctx, p, by, begun, events, at)
		}
		for _, e := range events {
			if err == nil {
				counts[e]++
			}
		}
	}
	return counts, err
}

// ByMarks goes by the dot marks: what is not marked was provably not sent, and what is
// may have arrived. After another boot, marks that had not to be on the disk may be lost:
// then every letter may have arrived.
func (l *Ledger) ByMarks(ctx context.Context, by Run) Judge {
	return func(begun []Delivery) ([]Event, error) {
		events := make([]Event, len(begun))
		machines := make(map[int64]Machine)
		for i, d := range begun {
			m, known := machines[d.Run]
			if !known {
				var err error
				if m, err = l.claimedOn(ctx, d.Run); err != nil {
					return nil, err
				}
				machines[d.Run] = m
			}
			events[i] = Return
			if d.Connection > 0 || !m.Synced && (m.Boot == "" || m.Boot != by.boot) {
				events[i] = Lose
			}
		}
		return events, nil
	}
}

// begun lists letters that another run than this has begun.
func (l *Ledger) begun(ctx context.Context, p Stored, by Run) ([]Delivery, error) {
	return deliveries(ctx, l.db, "SELECT "+deliveryColumns+deliveryTables+"WHERE plan = ? AND state = ? AND run <> ? ORDER BY next, row LIMIT ?",
		p.key, string(Intent), by.ID, recoverRows)
}

// recovered writes down what became of letters of runs that are gone.
func (l *Ledger) recovered(ctx context.Context, p Stored, by Run, begun []Delivery, events []Event, at time.Time) error {
	if len(events) != len(begun) {
		return fmt.Errorf("%d letters of %s were looked up, and %d answers came", len(begun), p.ID, len(events))
	}
	return l.transact(ctx, func(tx *sql.Tx) (err error) {
		if err := l.stands(ctx, tx, p, by); err != nil {
			return err
		}
		update, err := tx.PrepareContext(ctx, "UPDATE deliveries SET state = ?, next = ?, changed = ?, attempts = attempts - ? WHERE plan = ? AND row = ? AND state = 'intent'")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, update.Close()) }()
		lines := []string{by.word()}
		for i, d := range begun {
			to, err := Outcome{Letter: d, Event: events[i]}.outcome(p)
			if err == nil && to.back && d.Connection > 0 {
				err = &MoveError{Plan: p.ID, Row: d.Row, Event: Return, State: d.State}
			}
			if err != nil {
				return err
			}
			done, err := update.ExecContext(ctx, string(to.state), to.next, stamp(at), given(to.state, to.next, d.Next), p.key, d.Row)
			if err := one(done, err, p, d.Row, events[i]); err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%d %s", d.Row, to.state))
		}
		return l.record(ctx, tx, p, at, recoveredKind, lines...)
	})
}

package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// dropEntered ends what followChains looks at, in the same transaction.
const dropEntered = "ALTER TABLE runs DROP COLUMN entered"

// followChains brings the rows of a ledger of the fifth schema up to date with its chains,
// for runs that died before they could: what a run wrote was in the chain at once there, and
// runs.entered says up to which event rows knew it. A plan whose chain is damaged is left as
// it is, and Verify refuses it.
func (l *Ledger) followChains(ctx context.Context, tx *sql.Tx) error {
	type behind struct {
		writing
		entered int
	}
	var all []behind
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var b behind
		err := rows.Scan(&b.plan.key, &b.plan.ID.Bulletin, &b.plan.ID.Number, &b.run.ID, &b.entered)
		all = append(all, b)
		return err
	}, "SELECT r.plan, bulletin, number, run, entered FROM runs AS r JOIN plans AS p USING (plan) WHERE entered <> 0 AND ended = ''")
	for _, b := range all {
		if err == nil {
			err = l.followChain(ctx, tx, b.writing, b.entered)
		}
		if errors.Is(err, ErrChanged) {
			err = nil
		}
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, dropEntered)
	}
	return err
}

func (l *Ledger) followChain(ctx context.Context, tx *sql.Tx, w writing, entered int) error {
	m := moves{Ledger: l, tx: tx, moved: make(map[letterKey]footing)}
	events, err := eventsAfter(ctx, tx, w.plan, entered)
	for _, e := range events {
		if len(e.lines) == 0 || e.lines[0] != w.run.word() {
			return damaged(w.plan.ID, "chain", "event %d is not of run %d", e.seq, w.run.ID)
		}
		for _, line := range e.lines[1:] {
			if err := m.moveAs(ctx, w, e.at, e.kind, line); err != nil {
				return cannotBe(err, w.plan.ID, "chain", "event", e.seq)
			}
		}
	}
	if err != nil {
		return err
	}
	return l.stand(ctx, tx, m.moved)
}

// eventsAfter reads the end of a plan's chain, each event held to the hash before it.
func eventsAfter(ctx context.Context, from querier, p Stored, seq int) (events []event, err error) {
	last := link{seq: seq}
	err = from.QueryRowContext(ctx, "SELECT hash FROM events WHERE plan = ? AND seq = ?", p.key, seq).Scan(&last.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, damaged(p.ID, "runs", "rows say what the chain said at event %d, which there is not", seq)
	}
	if err != nil {
		return nil, err
	}
	err = each(ctx, from, func(rows *sql.Rows) error {
		var at int
		var text, hash string
		if err := rows.Scan(&at, &text, &hash); err != nil {
			return err
		}
		e, err := last.next(p.ID, at, text, hash)
		last = link{at, hash}
		events = append(events, e)
		return err
	}, "SELECT seq, text, hash FROM events WHERE plan = ? AND seq > ? ORDER BY seq", p.key, seq)
	return events, err
}

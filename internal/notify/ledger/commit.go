package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tocsin/internal/notify"
)

// What moves a row of a run, if it stands where that can happen.
const (
	updateClaimed = "UPDATE deliveries SET state = ?, attempts = ?, run = ?, connection = 0, changed = ? WHERE plan = ? AND row = ?"
	updateOutcome = `UPDATE deliveries SET state = ?, code = ?, enhanced = ?, next = ?, changed = ?, attempts = attempts - ?
		WHERE plan = ? AND row = ? AND state = 'intent' AND run = ? AND (connection > 0 OR ?) AND (connection = 0 OR ?)`
	updateMarked = "UPDATE deliveries SET connection = ?, changed = ? WHERE plan = ? AND row = ? AND state = 'intent' AND run = ? AND connection = 0"
)

// Claim writes down the intent to deliver letters that are due, up to a limit, before any
// byte of them moves, and returns them: deferred ones whose time has come, then planned
// ones. None are due after the plan's deadline, or when another took its place. With the
// first letter the plan takes the place of those that are paused for it; a plan that is
// paused itself fails with a [PausedError].
func (l *Ledger) Claim(ctx context.Context, p Stored, r Run, limit int, at time.Time) (due []Delivery, err error) {
	if at.After(p.Deadline) {
		return nil, nil
	}
	if l.unpinned >= pinEvery {
		if err := l.pin(ctx); err != nil {
			return nil, err
		}
	}
	err = l.transact(ctx, func(tx *sql.Tx) error {
		if err := l.stands(ctx, tx, p, r); err != nil {
			return err
		}
		if err := p.flows(ctx, tx); err != nil {
			return err
		}
		if due, err = dueNow(ctx, tx, p, limit, at); err != nil || len(due) == 0 {
			return err
		}
		if err := l.takePlace(ctx, tx, p, at); err != nil {
			return err
		}
		return l.claim(ctx, tx, p, r, due, at)
	})
	return due, err
}

// dueNow lists letters whose time has come.
func dueNow(ctx context.Context, tx *sql.Tx, p Stored, limit int, at time.Time) ([]Delivery, error) {
	query := "SELECT " + deliveryColumns + deliveryTables + `WHERE plan = ? AND state = ? AND next BETWEEN ? AND ?
		AND NOT EXISTS (SELECT 1 FROM plans WHERE plans.plan = deliveries.plan AND superseded IS NOT NULL) ORDER BY next, row LIMIT ?`
	deferred, err := deliveries(ctx, tx, query, p.key, string(Deferred), "0", stamp(at), limit)
	if err != nil {
		return nil, err
	}
	planned, err := deliveries(ctx, tx, query, p.key, string(Planned), "", "", limit-len(deferred))
	return append(deferred, planned...), err
}

func (l *Ledger) claim(ctx context.Context, tx *sql.Tx, p Stored, r Run, due []Delivery, at time.Time) (err error) {
	update, err := l.statement(ctx, tx, updateClaimed)
	if err != nil {
		return err
	}
	lines := []string{r.word()}
	for i := range due {
		d := &due[i]
		d.State, d.Attempts, d.Run, d.Connection, d.Changed = Intent, d.Attempts+1, r.ID, 0, stamp(at)
		if _, err := update.ExecContext(ctx, string(d.State), d.Attempts, d.Run, d.Changed, p.key, d.Row); err != nil {
			return err
		}
		lines = append(lines, strconv.Itoa(d.Row))
	}
	return l.record(ctx, tx, p, at, claimedKind, lines...)
}

// Reply is what a server said of a letter.
type Reply struct {
	Code     int    // RFC 5321 §4.2; 0 where it said nothing
	Enhanced string // RFC 3463; empty where it gave none
	Text     string // kept without addresses, and cut short
	Queue    string // the relay's name of the message; empty where it told none
}

// Outcome is what became of a letter that a run had claimed.
type Outcome struct {
	Letter Delivery // as Claim returned it
	Event  Event    // Accept, Defer, Reject, Lose or Return
	Reply  Reply
	Next   time.Time // of a deferred one: when it is tried again; zero: in this plan not any more
}

// Mark is the dot mark of a letter: all of it but the last line has gone out, and once
// this is written down that line may.
type Mark struct {
	Letter     Delivery // as Claim returned it
	Connection int      // of the run, from 1
	Wire       string   // hex SHA-256 of what goes out, where that is not the letter's own
}

// Commit writes down, in one durable transaction, what became of some letters of a run,
// and the dot marks of others: many connections' at once. Nothing of it is written where a
// letter is not the run's to speak of, or where the run was fenced off.
func (l *Ledger) Commit(ctx context.Context, p Stored, r Run, outcomes []Outcome, marks []Mark, at time.Time) error {
	if err := l.goAhead(ctx, false); err != nil {
		return err
	}
	return l.commit(ctx, p, r, outcomes, marks, at)
}

func (l *Ledger) commit(ctx context.Context, p Stored, r Run, outcomes []Outcome, marks []Mark, at time.Time) error {
	if len(outcomes)+len(marks) == 0 {
		return nil
	}
	return l.change(ctx, func(tx *sql.Tx) error {
		if err := l.stands(ctx, tx, p, r); err != nil {
			return err
		}
		ended, err := l.outcomesOf(ctx, tx, p, r, outcomes, at)
		if err == nil && len(ended) > 0 {
			err = l.record(ctx, tx, p, at, outcomeKind, append([]string{r.word()}, ended...)...)
		}
		if err != nil {
			return err
		}
		marked, err := l.marksOf(ctx, tx, p, r, marks, at)
		if err == nil && len(marked) > 0 {
			err = l.record(ctx, tx, p, at, markedKind, append([]string{r.word()}, marked...)...)
		}
		return err
	})
}

// outcomesOf brings rows to their outcomes, and returns the lines that say so.
func (l *Ledger) outcomesOf(ctx context.Context, tx *sql.Tx, p Stored, r Run, outcomes []Outcome, at time.Time) (lines []string, err error) {
	if len(outcomes) == 0 {
		return nil, nil
	}
	update, err := l.statement(ctx, tx, updateOutcome)
	if err != nil {
		return nil, err
	}
	keep, err := l.statement(ctx, tx, keepReply)
	if err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		to, next, err := o.outcome(p)
		if err != nil {
			return nil, err
		}
		reply := o.Reply.clean()
		done, err := update.ExecContext(ctx, string(to), reply.Code, reply.Enhanced, next, stamp(at), given(to, next, o.Letter.Next),
			p.key, o.Letter.Row, r.ID, o.Event != Lose, o.Event != Return)
		if err := one(done, err, p, o.Letter.Row, o.Event); err != nil {
			return nil, err
		}
		if o.Letter.keeps(reply.Queue, reply.Text) {
			if _, err := keep.ExecContext(ctx, p.key, o.Letter.Row, reply.Queue, reply.Text); err != nil {
				return nil, err
			}
		}
		lines = append(lines, fmt.Sprintf("%d %s %d %s %s %s", o.Letter.Row, to, reply.Code, dashed(reply.Enhanced), dashed(next),
			sealed(o.Letter.salt, reply.Queue, reply.Text)))
	}
	return lines, nil
}

// given is how many attempts an outcome gives back: the one of a letter that was begun and
// stands where it stood before, which was none. Else a sender that cannot reach its relay
// would wait twice as long each time for a letter that nobody has put off yet.
func given(to State, next, before string) int {
	if to == Planned || to == Superseded || to == Deferred && next != "" && next == before {
		return 1
	}
	return 0
}

// outcome is the state that an outcome leads to, and when the letter is due again.
func (o Outcome) outcome(p Stored) (to State, next string, err error) {
	to, may := Intent.after(o.Event)
	switch {
	case !may || o.Event == Dot:
		return "", "", fmt.Errorf("letter %d of %s: %q is no outcome", o.Letter.Row, p.ID, o.Event)
	case o.Event == Return:
		next = o.Letter.Next
		if to = p.returned(next); to == Superseded {
			next = ""
		}
	case o.Event == Defer && !o.Next.IsZero():
		next = stamp(o.Next)
	}
	return to, next, nil
}

// marksOf marks rows, and returns the lines that say so.
func (l *Ledger) marksOf(ctx context.Context, tx *sql.Tx, p Stored, r Run, marks []Mark, at time.Time) (lines []string, err error) {
	if len(marks) == 0 {
		return nil, nil
	}
	update, err := l.statement(ctx, tx, updateMarked)
	if err != nil {
		return nil, err
	}
	keep, err := l.statement(ctx, tx, keepWire)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		if m.Connection < 1 {
			return nil, fmt.Errorf("letter %d of %s is marked without its connection", m.Letter.Row, p.ID)
		}
		done, err := update.ExecContext(ctx, m.Connection, stamp(at), p.key, m.Letter.Row, r.ID)
		if err := one(done, err, p, m.Letter.Row, Dot); err != nil {
			return nil, err
		}
		if m.Letter.keeps(m.Wire) {
			if _, err := keep.ExecContext(ctx, p.key, m.Letter.Row, m.Wire); err != nil {
				return nil, err
			}
		}
		lines = append(lines, fmt.Sprintf("%d %d %s", m.Letter.Row, m.Connection, sealed(m.Letter.salt, m.Wire)))
	}
	return lines, nil
}

// one makes sure that a statement found its letter where the event needs it.
func one(done sql.Result, err error, p Stored, row int, e Event) error {
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, &MoveError{Plan: p.ID, Row: row, Event: e})
	}
	return nil
}

// MoveError is an event that cannot happen to a letter where it stands.
type MoveError struct {
	Plan  notify.PlanID
	Row   int
	Event Event
	State State // where it stands, as far as that was looked at
}

// Error names the letter and the event.
func (e *MoveError) Error() string {
	if e.State == "" {
		return fmt.Sprintf("letter %d of %s does not stand where it can be moved by %q", e.Row, e.Plan, e.Event)
	}
	return fmt.Sprintf("letter %d of %s is %s, and cannot be moved by %q", e.Row, e.Plan, e.State, e.Event)
}

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

// Claim writes down the intent to deliver letters that are due, up to a limit, before any
// byte of them moves, and returns them: deferred ones whose time has come, then planned
// ones. None are due after the plan's deadline, or when another took its place. With the
// first letter the plan takes the place of those that are paused for it; a plan that is
// paused itself fails with a [PausedError].
func (l *Ledger) Claim(ctx context.Context, p Stored, r Run, limit int, at time.Time) (due []Delivery, err error) {
	if at.After(p.Deadline) {
		return nil, nil
	}
	if l.unpinned >= pinEvery || l.unpinned > 0 && (at.Sub(l.pinned) >= EnterAfter || at.Before(l.pinned)) {
		if err := l.pin(ctx); err != nil {
			return nil, err
		}
		l.pinned = at
	}
	m := moves{Ledger: l, moved: make(map[letterKey]footing)}
	var last link
	err = l.transact(ctx, func(tx *sql.Tx) error {
		if err := l.stands(ctx, tx, p, r); err != nil {
			return err
		}
		if flows, err := p.flows(ctx, tx); err != nil || !flows {
			return err
		}
		if due, err = l.dueNow(ctx, tx, p, limit, at); err != nil || len(due) == 0 {
			return err
		}
		if err := l.takePlace(ctx, tx, p, at); err != nil {
			return err
		}
		m.tx = tx
		last, err = m.claim(ctx, p, r, due, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(due) > 0 {
		l.afoot.since = at
		l.afoot.wrote(p, r, m, last, len(due))
	}
	return due, nil
}

// claim moves letters to their intent.
func (m *moves) claim(ctx context.Context, p Stored, r Run, due []Delivery, at time.Time) (link, error) {
	for i := range due {
		d := &due[i]
		f := footing{state: d.State, attempts: d.Attempts, next: d.Next, code: d.Code, enhanced: d.Enhanced}
		if !f.claim(r.ID, stamp(at)) {
			return link{}, &MoveError{Plan: p.ID, Row: d.Row, Event: Claim, State: d.State}
		}
		d.State, d.Attempts, d.Run, d.Connection, d.Changed = f.state, f.attempts, f.run, f.connection, f.changed
		m.moved[letterKey{p.key, d.Row}] = f
		m.lines = append(m.lines, said{kind: claimedKind, line: strconv.Itoa(d.Row)}.text())
	}
	return m.say(ctx, p, r, at)
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
// letter is not the run's to speak of, or where the run was fenced off. Another error says that
// the ledger failed: then what was to be written may stand there.
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
	if err := l.turn(ctx, p, r, at); err != nil {
		return err
	}
	m := moves{Ledger: l, moved: make(map[letterKey]footing, len(outcomes)+len(marks))}
	if err := m.outcomes(ctx, p, r, outcomes, at); err != nil {
		return err
	}
	if err := m.marks(ctx, p, r, marks, at); err != nil {
		return err
	}
	last, err := m.say(ctx, p, r, at)
	if err != nil {
		return err
	}
	if l.afoot.wrote(p, r, m, last, -len(outcomes)); l.afoot.begun > 0 && !l.afoot.long(at) {
		return nil
	}
	return l.catchUp(ctx, nothingElse)
}

// turn gives the journal to a run, when what another has written there is entered.
func (l *Ledger) turn(ctx context.Context, p Stored, r Run, at time.Time) error {
	if r.plan != p.key {
		return fmt.Errorf("run %d is not of %s", r.ID, p.ID)
	}
	if !l.afoot.behind() {
		l.afoot.since = at
		return nil
	}
	if l.afoot.run.ID == r.ID {
		return nil
	}
	l.afoot.since = at
	return l.catchUp(ctx, nothingElse)
}

// outcomes brings letters to their outcomes.
func (m *moves) outcomes(ctx context.Context, p Stored, r Run, outcomes []Outcome, at time.Time) error {
	for _, o := range outcomes {
		o.Reply = o.Reply.clean()
		to, err := o.outcome(p)
		if err != nil {
			return err
		}
		may, err := m.move(ctx, p, o.Letter.Row, func(f *footing) bool { return f.end(r.ID, to, stamp(at)) })
		if err != nil || !may {
			return m.immovable(ctx, p, r, o.Letter.Row, o.Event, err)
		}
		s := said{kind: outcomeKind, line: to.line(o.Letter.Row) + " " + sealed(o.Letter.salt, o.Reply.Queue, o.Reply.Text)}
		if o.Letter.keeps(o.Reply.Queue, o.Reply.Text) {
			s.keep = []string{o.Reply.Queue, o.Reply.Text}
		}
		m.lines = append(m.lines, s.text())
	}
	return nil
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

// outcome is where an outcome leads.
func (o Outcome) outcome(p Stored) (ending, error) {
	to, may := Intent.after(o.Event)
	if !may || o.Event == Dot {
		return ending{}, fmt.Errorf("letter %d of %s: %q is no outcome", o.Letter.Row, p.ID, o.Event)
	}
	e := ending{state: to, back: o.Event == Return, code: o.Reply.Code, enhanced: o.Reply.Enhanced}
	switch {
	case e.back:
		e.next = o.Letter.Next
		if e.state = p.returned(e.next); e.state == Superseded {
			e.next = ""
		}
	case o.Event == Defer && !o.Next.IsZero():
		e.next = stamp(o.Next)
	}
	return e, nil
}

// line is how an ending of a letter stands in the chain, but for what it is committed to.
func (e ending) line(row int) string {
	return fmt.Sprintf("%d %s %d %s %s", row, e.state, e.code, dashed(e.enhanced), dashed(e.next))
}

// marks marks letters.
func (m *moves) marks(ctx context.Context, p Stored, r Run, marks []Mark, at time.Time) error {
	for _, mark := range marks {
		row := mark.Letter.Row
		if mark.Connection < 1 {
			return fmt.Errorf("letter %d of %s is marked without its connection", row, p.ID)
		}
		may, err := m.move(ctx, p, row, func(f *footing) bool { return f.mark(r.ID, mark.Connection, stamp(at)) })
		if err != nil || !may {
			return m.immovable(ctx, p, r, row, Dot, err)
		}
		s := said{kind: markedKind, line: fmt.Sprintf("%d %d %s", row, mark.Connection, sealed(mark.Letter.salt, mark.Wire))}
		if mark.Letter.keeps(mark.Wire) {
			s.keep = []string{mark.Wire}
		}
		m.lines = append(m.lines, s.text())
	}
	return nil
}

// immovable is why an event cannot happen to a letter: where the run was fenced off, that.
func (m *moves) immovable(ctx context.Context, p Stored, r Run, row int, e Event, err error) error {
	if err == nil {
		err = r.may(p, m.from().QueryRowContext(ctx, selectRun, r.ID, p.key))
	}
	if err != nil {
		return err
	}
	return &MoveError{Plan: p.ID, Row: row, Event: e}
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

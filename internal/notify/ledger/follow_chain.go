package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// behind is a run that died before the rows of its letters had caught up with the chain.
type behind struct {
	plan Stored // its key and name
	by   lagged
}

// allBehind lists them.
func (l *Ledger) allBehind(ctx context.Context) (all []behind, err error) {
	err = each(ctx, l.db, func(rows *sql.Rows) error {
		var b behind
		err := rows.Scan(&b.plan.key, &b.plan.ID.Bulletin, &b.plan.ID.Number, &b.by.run.ID, &b.by.run.fence, &b.by.from)
		all = append(all, b)
		return err
	}, "SELECT r.plan, bulletin, number, run, fence, entered FROM runs AS r JOIN plans AS p USING (plan) WHERE entered <> 0 ORDER BY run")
	return all, err
}

// followAll brings the rows up to date with the chains of their plans, for runs that died
// before they could. The caller holds the ledger's lock: so they are dead. A plan whose
// chain is damaged is left as it is, and Verify refuses it: the others go on.
func (l *Ledger) followAll(ctx context.Context) error {
	all, err := l.allBehind(ctx)
	for _, b := range all {
		if err != nil {
			return err
		}
		if err = l.followRun(ctx, b); errors.Is(err, ErrChanged) {
			err = nil
		}
	}
	return err
}

// followRun does it for one.
func (l *Ledger) followRun(ctx context.Context, b behind) error {
	return l.change(ctx, func(tx *sql.Tx) error {
		m := moves{Ledger: l, tx: tx, moved: make(map[letterKey]footing)}
		if err := m.followRun(ctx, tx, b); err != nil {
			return err
		}
		err := l.enter(ctx, tx, m.moved, b.by)
		var ended *FencedError
		if errors.As(err, &ended) {
			return damaged(b.plan.ID, "runs", "run %d has ended, and its letters' rows are behind", b.by.run.ID)
		}
		return err
	})
}

// followRun moves letters as the chain says after the event that their rows know.
func (m *moves) followRun(ctx context.Context, from querier, b behind) error {
	events, err := eventsAfter(ctx, from, b.plan, b.by.from)
	for _, e := range events {
		if err := m.follow(ctx, b, e); err != nil {
			return damaged(b.plan.ID, "chain", "event %d says what cannot be: %v", e.seq, err)
		}
	}
	return err
}

// unentered is where letters of a plan stand whose rows do not say it yet.
func (l *Ledger) unentered(ctx context.Context, p Stored) (map[letterKey]footing, error) {
	all, err := l.allBehind(ctx)
	m := moves{Ledger: l, moved: make(map[letterKey]footing)}
	for _, b := range all {
		if err == nil && b.plan.key == p.key {
			err = m.followRun(ctx, l.db, b)
		}
	}
	return m.moved, err
}

// stands brings a delivery to it.
func (f footing) stands(d *Delivery) {
	code := f.code
	d.State, d.Attempts, d.Changed, d.Next = f.state, f.attempts, f.changed, f.next
	d.Run, d.Connection, d.Code, d.Enhanced = f.run, f.connection, code, f.enhanced
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

// follow moves letters as an event of their run says.
func (m *moves) follow(ctx context.Context, b behind, e event) error {
	if len(e.lines) == 0 || e.lines[0] != runWord(b.by.run.ID) {
		return errEvent
	}
	for _, line := range e.lines[1:] {
		words := strings.Split(line, " ")
		row, err := strconv.Atoi(words[0])
		if err != nil {
			return errEvent
		}
		change, err := e.footing(b.by.run.ID, words[1:])
		if err != nil {
			return err
		}
		if may, err := m.move(ctx, b.plan, row, change); err != nil || !may {
			return errors.Join(err, fmt.Errorf("letter %d does not stand so", row))
		}
	}
	return nil
}

// footing is what an event does to a letter, by the words after its row.
func (e event) footing(run int64, words []string) (func(*footing) bool, error) {
	switch {
	case e.kind == claimedKind && len(words) == 0:
		return func(f *footing) bool { return f.claim(run, e.at) }, nil
	case e.kind == markedKind && len(words) == 2:
		connection, err := strconv.Atoi(words[0])
		return func(f *footing) bool { return f.mark(run, connection, e.at) }, err
	case e.kind == outcomeKind && len(words) == 5:
		code, err := strconv.Atoi(words[1])
		if !slices.Contains(States[:], State(words[0])) {
			return nil, errEvent
		}
		to := ending{state: State(words[0]), code: code, enhanced: undashed(words[2]), next: undashed(words[3])}
		return func(f *footing) bool { return f.end(run, to, e.at) }, err
	}
	return nil, errEvent
}

// ahead takes in an event that rows do not say yet. What is kept of servers' words is there
// at once.
func (r *replay) ahead(e event) error {
	if len(e.lines) == 0 {
		return errEvent
	}
	id, err := runOf(strings.Split(e.lines[0], " "))
	if run := r.runs[id]; err != nil || run == nil || run.ended != "" {
		return errEvent
	}
	lines := e.lines[1:]
	switch e.kind {
	case claimedKind:
		return nil
	case markedKind:
		return r.each(lines, 3, func(s *standing, words []string) (err error) {
			s.wire, err = commitmentOf(words[1])
			return err
		})
	case outcomeKind:
		return r.each(lines, 6, func(s *standing, words []string) (err error) {
			s.reply, err = commitmentOf(words[4])
			return err
		})
	}
	return errEvent // rows are never behind of anything else
}

// lagging reports whether the rows of a ledger say less than its chains.
func (l *Ledger) lagging(ctx context.Context) (is bool, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM runs AS r WHERE entered > 0
		AND EXISTS (SELECT 1 FROM events AS e WHERE e.plan = r.plan AND e.seq > r.entered))`).Scan(&is)
	return is, err
}

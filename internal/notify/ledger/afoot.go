package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// EnterAfter is how long chains and rows may say less than the journal (see there). With the
// time that writing takes readers see no more than a second of the past.
const EnterAfter = 900 * time.Millisecond

// afoot is what the run at work has written into the journal, and what is in no chain and no
// row yet.
type afoot struct {
	run     Run                   // whose it is; one at a time
	plan    Stored                // of that run
	last    link                  // the journal's last record, by its hash; 0: it is empty
	letters map[letterKey]footing // that records moved
	under   map[letterKey]footing // under way, as their rows say
	since   time.Time             // when it was empty
	begun   int                   // letters of the run which have no outcome, as far as is known
}

func (a *afoot) behind() bool { return a.last.seq > 0 }

// letterKey names a letter.
type letterKey struct {
	plan int64
	row  int
}

// footing is where a letter stands by the journal.
type footing struct {
	state      State
	attempts   int
	changed    string
	next       string
	run        int64
	connection int
	code       int
	enhanced   string
}

// claim, mark and end move a letter as a run's events do, and report whether they may.
func (f *footing) claim(run int64, at string) bool {
	to, may := f.state.after(Claim)
	if may {
		f.state, f.run, f.connection, f.changed = to, run, 0, at
		f.attempts++
	}
	return may
}

func (f *footing) mark(run int64, connection int, at string) bool {
	may := f.state == Intent && f.run == run && f.connection == 0 && connection > 0
	if may {
		f.connection, f.changed = connection, at
	}
	return may
}

// end leads to a state of which it is known that an outcome leads there. Without a mark no
// letter is in doubt, and with one none comes back.
func (f *footing) end(run int64, to ending, at string) bool {
	may := f.state == Intent && f.run == run && (f.connection > 0 || to.state != Unknown) && (f.connection == 0 || !to.back)
	if may {
		f.attempts -= given(to.state, to.next, f.next)
		f.state, f.code, f.enhanced, f.next, f.changed = to.state, to.code, to.enhanced, to.next, at
	}
	return may
}

// ending is where an outcome leaves a letter.
type ending struct {
	state    State
	back     bool // it was not sent
	code     int
	enhanced string
	next     string
}

// moves are what one record does to letters: it counts once that is in the journal.
type moves struct {
	*Ledger
	tx    *sql.Tx // nil outside a transaction
	moved map[letterKey]footing
	lines []string // of the record
}

// move changes where a letter stands, from where it stands by the journal; false where it does
// not stand so that it may.
func (m *moves) move(ctx context.Context, p Stored, row int, change func(*footing) bool) (bool, error) {
	key := letterKey{p.key, row}
	f, known := m.moved[key]
	if !known {
		f, known = m.afoot.letters[key]
	}
	if !known {
		f, known = m.afoot.under[key]
	}
	if !known {
		var err error
		if f, err = m.footing(ctx, key); errors.Is(err, sql.ErrNoRows) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	may := change(&f)
	if may {
		m.moved[key] = f
	}
	return may, nil
}

// footing is where a letter stands by its row.
func (m *moves) footing(ctx context.Context, k letterKey) (f footing, err error) {
	const query = "SELECT state, attempts, changed, next, run, connection, code, enhanced FROM deliveries WHERE plan = ? AND row = ?"
	err = m.from().QueryRowContext(ctx, query, k.plan, k.row).Scan(&f.state, &f.attempts, &f.changed, &f.next, &f.run, &f.connection, &f.code, &f.enhanced)
	return f, err
}

// wrote takes in a record of a run, now that it is in the journal: what it moved, and how
// many letters more are begun than before.
func (a *afoot) wrote(p Stored, r Run, m moves, last link, begun int) {
	if a.run.ID != r.ID {
		a.begun, a.under = 0, nil
	}
	if a.letters == nil {
		a.letters = make(map[letterKey]footing, len(m.moved))
	}
	maps.Copy(a.letters, m.moved)
	a.run, a.plan, a.last = r, p, last
	a.begun += begun
}

// entered takes in that chain and rows say all that the journal said.
func (a *afoot) entered() {
	if a.under == nil {
		a.under = make(map[letterKey]footing)
	}
	for key, f := range a.letters {
		if delete(a.under, key); f.state == Intent {
			a.under[key] = f
		}
	}
	a.last, a.letters = link{}, nil
}

// long reports whether chain and rows have been behind for so long that they are brought up to
// date.
func (a *afoot) long(at time.Time) bool {
	return at.Sub(a.since) >= EnterAfter || at.Before(a.since)
}

// Enter brings chains and rows of a ledger up to date with what its run has written down, for
// those who read it meanwhile. Whoever reads them through this ledger finds them so anyway.
func (l *Ledger) Enter(ctx context.Context) error {
	if !l.afoot.behind() {
		return nil
	}
	return l.transact(ctx, nothingElse)
}

// enterAfoot does it in a transaction. What a run knows that was fenced off since is not so
// any more.
func (l *Ledger) enterAfoot(ctx context.Context, tx *sql.Tx) error {
	a := &l.afoot
	if err := l.stands(ctx, tx, a.plan, a.run); err != nil {
		return err
	}
	records, err := l.records(ctx, tx, a.plan, a.run.ID)
	if err != nil {
		return err
	}
	if len(records) != a.last.seq {
		return fmt.Errorf("the journal has %d records of run %d, which wrote %d: %w", len(records), a.run.ID, a.last.seq, ErrChanged)
	}
	return l.enter(ctx, tx, a.plan, a.run, records, a.letters)
}

// enter brings the chain of a plan, its rows and what is kept of servers' words up to date
// with the journal, which is empty after that.
func (l *Ledger) enter(ctx context.Context, tx *sql.Tx, p Stored, r Run, records []record, letters map[letterKey]footing) error {
	events, replies, wires := eventsOf(r, records)
	last, err := l.tip(ctx, tx, p)
	for _, e := range events {
		if err == nil {
			err = l.append(ctx, tx, p, &last, e)
		}
	}
	if err == nil {
		err = l.keep(ctx, tx, keepReplies, p, replies)
	}
	if err == nil {
		err = l.keep(ctx, tx, keepWires, p, wires)
	}
	if err == nil {
		err = l.stand(ctx, tx, letters)
	}
	if err != nil {
		return err
	}
	empty, err := l.statement(ctx, tx, emptyJournal)
	if err == nil {
		_, err = empty.ExecContext(ctx, r.ID)
	}
	return err
}

const updateFooting = `UPDATE deliveries SET state = ?, attempts = ?, changed = ?, next = ?, run = ?, connection = ?, code = ?, enhanced = ?
	WHERE plan = ? AND row IN (SELECT value FROM json_each(?))`

// stand brings rows to where their letters stand. Many stand alike: those are one statement.
func (l *Ledger) stand(ctx context.Context, tx *sql.Tx, letters map[letterKey]footing) error {
	update, err := l.statement(ctx, tx, updateFooting)
	if err != nil {
		return err
	}
	for _, a := range alike(letters) {
		f := a.footing
		done, err := update.ExecContext(ctx, string(f.state), f.attempts, f.changed, f.next, f.run, f.connection, f.code, f.enhanced, a.plan, rowList(a.rows))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != int64(len(a.rows)) {
			return errors.Join(err, fmt.Errorf("of %d letters only %d have their rows: %w", len(a.rows), n, ErrChanged))
		}
	}
	return nil
}

// standingAlike are letters of a plan.
type standingAlike struct {
	plan int64
	footing
	rows []int
}

// alike puts letters together that stand alike, in the order of their first rows.
func alike(letters map[letterKey]footing) []*standingAlike {
	type kind struct {
		plan int64
		footing
	}
	kinds := make(map[kind]*standingAlike)
	for key, f := range letters {
		k := kind{key.plan, f}
		if kinds[k] == nil {
			kinds[k] = &standingAlike{plan: key.plan, footing: f}
		}
		kinds[k].rows = append(kinds[k].rows, key.row)
	}
	for _, a := range kinds {
		slices.Sort(a.rows)
	}
	return slices.SortedFunc(maps.Values(kinds), func(a, b *standingAlike) int {
		return cmp.Or(cmp.Compare(a.plan, b.plan), cmp.Compare(a.rows[0], b.rows[0]))
	})
}

// rowList is a list of rows as a statement takes it.
func rowList(rows []int) string {
	text := []byte{'['}
	for i, row := range rows {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(row), 10)
	}
	return string(append(text, ']'))
}

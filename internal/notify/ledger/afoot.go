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

// What a run writes down is in the chain of its plan at once, and durable. To bring the row
// of a letter up to date as well, three times before it is accepted, takes longer than all
// the rest: so the rows follow, each once, with many others. Until then they say what the
// chain said at the event that stands in runs.entered.
//
// That is not long: rows are brought up to date by the first commit after [EnterAfter] and
// when no letter of a run is on its way, before anything is read from them by whoever writes
// the ledger, and in any transaction but a run's. A sender that waits calls [Ledger.Enter].
// Where a process dies first, the next that opens the ledger does it from the chain: see
// followAll. A run that was fenced off brings no row anywhere.

// EnterAfter is how long rows may say less than the chain. With the time that writing takes
// readers see no more than a second of the past.
const EnterAfter = 900 * time.Millisecond

// afoot are letters whose rows a run has left behind the chain.
type afoot struct {
	behind  bool // the rows say less than the chain
	by      lagged
	letters map[letterKey]footing
	since   time.Time // when they said all
	begun   int       // letters of the run that wrote last which have no outcome, as far as is known
}

// lagged is a run, and the event of its plan up to which the rows say all.
type lagged struct {
	run  Run
	from int
}

// letterKey names a letter.
type letterKey struct {
	plan int64
	row  int
}

// footing is where a letter stands by the chain.
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

// moves are what one transaction does to letters: it counts once that is committed.
type moves struct {
	*Ledger
	tx    *sql.Tx // nil where it is only looked what they come to
	moved map[letterKey]footing
	by    lagged // whose they are
	fresh bool   // what was afoot before has been entered, in this transaction
}

// move changes where a letter stands, from where it stands by the chain; false where it does
// not stand so that it may.
func (m *moves) move(ctx context.Context, p Stored, row int, change func(*footing) bool) (bool, error) {
	key := letterKey{p.key, row}
	f, known := m.moved[key]
	if !known && !m.fresh {
		f, known = m.afoot.letters[key]
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

const selectFooting = "SELECT state, attempts, changed, next, run, connection, code, enhanced FROM deliveries WHERE plan = ? AND row = ?"

// footing is where a letter stands by its row.
func (m *moves) footing(ctx context.Context, k letterKey) (f footing, err error) {
	var row *sql.Row
	if m.tx == nil {
		row = m.db.QueryRowContext(ctx, selectFooting, k.plan, k.row)
	} else {
		query, err := m.statement(ctx, m.tx, selectFooting)
		if err != nil {
			return footing{}, err
		}
		row = query.QueryRowContext(ctx, k.plan, k.row)
	}
	err = row.Scan(&f.state, &f.attempts, &f.changed, &f.next, &f.run, &f.connection, &f.code, &f.enhanced)
	return f, err
}

// wrote takes in what a transaction of a run did, now that it is committed: what it moved,
// and how many letters more are begun than before.
func (a *afoot) wrote(m moves, begun int) {
	if !a.behind || m.fresh {
		a.behind, a.letters = true, make(map[letterKey]footing, len(m.moved))
	}
	maps.Copy(a.letters, m.moved)
	a.begun = a.begunBy(m.by.run) + begun
	a.by = m.by
}

// entered takes in that the rows say all that the chain says.
func (a *afoot) entered(at time.Time) { a.behind, a.letters, a.since = false, nil, at }

// begunBy is how many letters of a run are begun and have no outcome, as far as is known.
func (a *afoot) begunBy(r Run) int {
	if a.by.run.ID != r.ID {
		return 0
	}
	return a.begun
}

// long reports whether the rows have been behind for so long that they are brought up to date.
func (a *afoot) long(at time.Time) bool {
	return at.Sub(a.since) >= EnterAfter || at.Before(a.since)
}

// lag lets the rows fall behind the chain, from its present end on.
func (m *moves) lag(ctx context.Context, r Run, from int) error {
	m.by = lagged{r, from}
	_, err := m.tx.ExecContext(ctx, "UPDATE runs SET entered = ? WHERE run = ?", from, r.ID)
	return err
}

const updateFooting = `UPDATE deliveries SET state = ?, attempts = ?, changed = ?, next = ?, run = ?, connection = ?, code = ?, enhanced = ?
	WHERE plan = ? AND row IN (SELECT value FROM json_each(?))`

// enter brings rows to where the letters of a run stand, and with that all of them. Many
// letters stand alike: those are one statement. What a run knows that was fenced off since is
// not so any more.
func (l *Ledger) enter(ctx context.Context, tx *sql.Tx, letters map[letterKey]footing, by lagged) error {
	done, err := tx.ExecContext(ctx, "UPDATE runs SET entered = 0 WHERE run = ? AND fence = ? AND ended = '' AND entered = ?",
		by.run.ID, by.run.fence, by.from)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, &FencedError{by.run.ID})
	}
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

// Enter brings the rows of a ledger up to date with what its run has written down, for those
// who read it meanwhile. Whoever reads them through this ledger finds them so anyway.
func (l *Ledger) Enter(ctx context.Context) error {
	if !l.afoot.behind {
		return nil
	}
	return l.transact(ctx, func(*sql.Tx) error { return nil })
}

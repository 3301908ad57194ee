package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"tocsin/internal/notify"
)

// Account is where the affected of a plan stand, and where its letters are. It adds
// up: [Ledger.Account] makes no other.
type Account struct {
	Counts  notify.Counts // the affected, by standing
	Letters map[State]int // the letters of those that are mailed, by state
	// Unsettled are those of Letters, and of the rows without a letter by their standing,
	// that a person has to see to: nobody has told the tailnet, as far as anybody knows.
	Unsettled map[State]int
	Untold    notify.Counts
	Clear     int    // of all rows, those of tailnets that were told and are not affected any more, or not listed
	Gone      int    // of those, the not listed, of whom nobody can tell; 0 where the plan is forgotten
	Closed    Closed // rows that a person's decision closed
	Twice     int    // letters that were sent again while nobody knew whether they had arrived
	Due       string // RFC 3339, UTC: when the first deferred letter is due; empty where none is
	// Withheld are those of the superseded Letters that a person kept back, by [Told] and [Keep]:
	// no other plan took their place.
	Withheld map[Event]int
}

// Closed counts rows by the decision that closed them. What evidence moved is in none, nor
// what goes out again.
type Closed struct {
	Told    int // a person told their tailnets by other ways
	Untold  int // left as they are: nobody has told their tailnets
	InDoubt int // left as they are: nobody knows whether their letters arrived
}

// Rows is how many there are.
func (c Closed) Rows() int { return c.Told + c.Untold + c.InDoubt }

// Open is how many letters are still to be delivered, or to be looked up.
func (a Account) Open() int { return a.Letters[Planned] + a.Letters[Intent] + a.Letters[Deferred] }

// Begun is how many letters a run had begun that was cut off.
func (a Account) Begun() int { return a.Letters[Intent] }

// Vain reports whether letters were refused or came back, and no other of the plan has arrived,
// may have, or may yet.
func (a Account) Vain() bool {
	return a.Letters[Rejected]+a.Letters[Bounced] > 0 && a.Letters[Accepted]+a.Letters[Unknown]+a.Open() == 0
}

// Account adds up a plan. Sums that do not add up are an [ErrChanged], never glossed
// over.
func (l *Ledger) Account(ctx context.Context, p Stored) (Account, error) {
	if err := l.Enter(ctx); err != nil {
		return Account{}, err
	}
	a := Account{Counts: make(notify.Counts), Letters: make(map[State]int), Unsettled: make(map[State]int), Untold: make(notify.Counts)}
	err := each(ctx, l.db, func(rows *sql.Rows) error { return a.add(p, rows) },
		`SELECT standing, state, settled, `+takenUp+`, count(*), sum(twice), sum(kind = 'all-clear'), coalesce(min(next) FILTER (WHERE state = 'deferred' AND next <> ''), '')
		FROM deliveries WHERE plan = ? GROUP BY 1, 2, 3, 4`, p.key)
	if err != nil {
		return Account{}, err
	}
	if a.Clear > 0 {
		err = l.db.QueryRowContext(ctx, `SELECT count(*) FROM deliveries AS d JOIN plans AS p USING (plan) JOIN recipients AS r USING (plan, row)
			WHERE d.plan = ? AND d.kind = 'all-clear' AND `+tellsGone, p.key).Scan(&a.Gone)
		if err != nil {
			return Account{}, err
		}
	}
	return a, a.check(p)
}

// add adds the rows of one standing, state and settlement, taken up or not.
func (a *Account) add(p Stored, rows *sql.Rows) error {
	var standing notify.Standing
	var state State
	var settled Event
	var taken bool
	var n, twice, clear int
	var due string
	if err := rows.Scan(&standing, &state, &settled, &taken, &n, &twice, &clear, &due); err != nil {
		return err
	}
	a.Counts[standing] += n
	if state != NoLetter {
		a.Letters[state] += n
	}
	a.decided(state, settled, n)
	a.Twice += twice
	a.Clear += clear
	if due != "" && (a.Due == "" || due < a.Due) {
		a.Due = due
	}
	switch {
	case !p.open(standing, state, settled, taken):
	case state == NoLetter:
		a.Untold[standing] += n
	case state == Rejected || state == Unknown || state == Bounced:
		a.Unsettled[state] += n
	}
	return nil
}

// decided adds rows of one state that were settled last so.
func (a *Account) decided(state State, settled Event, n int) {
	switch {
	case settled == Told:
		a.Closed.Told += n
	case settled == Keep && state == Unknown:
		a.Closed.InDoubt += n
	case settled == Keep:
		a.Closed.Untold += n
	default:
		return
	}
	if state != Superseded {
		return
	}
	if a.Withheld == nil {
		a.Withheld = make(map[Event]int)
	}
	a.Withheld[settled] += n
}

func (a Account) check(p Stored) error {
	affected, letters, all := 0, 0, 0
	for _, standing := range notify.Standings {
		affected += a.Counts[standing]
	}
	for _, state := range States {
		letters += a.Letters[state]
	}
	for _, n := range a.Letters {
		all += n
	}
	switch {
	case affected != a.Counts.Affected():
		return fmt.Errorf("%s: %d rows have a standing, %d were frozen: %w", p.ID, affected, a.Counts.Affected(), ErrChanged)
	case letters != a.Counts[notify.Mailed] || all != letters:
		return fmt.Errorf("%s: %d letters are in some state, %d were frozen: %w", p.ID, letters, a.Counts[notify.Mailed], ErrChanged)
	}
	return nil
}

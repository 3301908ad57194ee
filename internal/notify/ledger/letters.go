package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// Letters go out in order, and to read many costs little more than to read one. So many
// are read before somebody asks for them, and no more octets than that.
const (
	aheadLetters = 64
	aheadOctets  = 1 << 20
)

// ahead are packed letters of a plan that were read before somebody asked.
type ahead struct {
	sync.Mutex
	plan    int64
	last    int // row up to which was read
	letters map[int]letter
	shelf   []byte // holds their octets, many in one piece
}

// shelfOctets is how large a shelf is: one that is full goes when its letters have gone.
const shelfOctets = 32 << 10

// keep copies octets to where nobody else's will be.
func (a *ahead) keep(packed []byte) []byte {
	if cap(a.shelf)-len(a.shelf) < len(packed) {
		a.shelf = make([]byte, 0, max(shelfOctets, len(packed)))
	}
	begin := len(a.shelf)
	a.shelf = append(a.shelf, packed...)
	return slices.Clip(a.shelf[begin:])
}

// The limit is a sum because SQLite plans a query anew each time that a bare limit is given.
const selectLetters = "SELECT row, message, octets FROM letters WHERE plan = ? AND row >= ? ORDER BY row LIMIT 0 + ?"

// stored is a row's letter as it is stored.
func (l *Ledger) stored(ctx context.Context, p Stored, row int) (letter, error) {
	a := &l.ahead
	a.Lock()
	defer a.Unlock()
	if a.plan != p.key || len(a.letters) > 2*aheadLetters {
		a.plan, a.last, a.letters = p.key, 0, make(map[int]letter)
	}
	starts := []int{row} // out of order: nothing is known of what follows
	if row > a.last {
		starts = []int{a.last + 1, row}
	}
	for _, start := range starts {
		if found, is := a.letters[row]; is {
			delete(a.letters, row)
			return found, nil
		}
		if err := l.readAhead(ctx, start, row > a.last); err != nil {
			return letter{}, err
		}
	}
	found, is := a.letters[row]
	delete(a.letters, row)
	if !is {
		return letter{}, sql.ErrNoRows
	}
	return found, nil
}

// readAhead reads the letter of a row, and those that follow where they will be asked for.
func (l *Ledger) readAhead(ctx context.Context, row int, more bool) (err error) {
	query, err := l.prepare(ctx, selectLetters)
	if err != nil {
		return err
	}
	a, limit, octets := &l.ahead, 1, 0
	if more {
		limit = aheadLetters
	}
	rows, err := query.QueryContext(ctx, a.plan, row, limit)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var at int64 // an int would be read from its digits
	var packed sql.RawBytes
	var found letter
	for octets < aheadOctets && rows.Next() {
		if err := rows.Scan(&at, &packed, &found.octets); err != nil {
			return err
		}
		found.message = a.keep(packed)
		a.letters[int(at)], a.last = found, max(a.last, int(at))
		octets += len(packed)
	}
	return rows.Err()
}

package database

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Snapshot is a database of somebody else's as it stood at one moment, for reading
// alone. Whatever its owners write meanwhile, its queries all see that moment. One of
// them runs at a time.
type Snapshot interface {
	// Query asks a query that may hold $1 and so on for its arguments. One that is not
	// understood is refused with a [RefusedError], before it runs.
	Query(ctx context.Context, query string, args ...string) (Rows, error)
	// Close lets the database go.
	Close() error
}

// Rows are what a query comes to. They are read as they come, and never held together.
type Rows interface {
	// Columns are the names that the query gives them.
	Columns() []string
	// Next reads a row: one cell for each column, as text. No value is no text; a
	// truth is true or false; an instant is in UTC, as RFC 3339 has it. [io.EOF]
	// follows the last row. After a [CellError] there may be others; after any other
	// error there are none.
	Next(cells []string) error
	// Close ends the query, and reads past what is left of it.
	Close() error
}

// RefusedError is a query that its database does not understand, or may not answer; or
// a database that is not asked as it is named. It says nothing of what a database holds,
// and repeats no URL.
type RefusedError struct{ What, Why string }

// Error says what is refused, and why.
func (e *RefusedError) Error() string { return "the " + e.What + " is refused: " + e.Why }

// UnreachableError is a database that nobody can be asked at. It names no part of its URL.
type UnreachableError struct{ Why string }

// Error says why.
func (e *UnreachableError) Error() string { return "cannot connect to the database: " + e.Why }

// CellError is a cell that is no text, nor anything that has one way to be written.
type CellError struct {
	Column int // its index in the row
	Why    string
}

// Error says what it is.
func (e *CellError) Error() string { return e.Why }

// ErrTooLong is a row that is too long to be kept in memory.
var ErrTooLong = errors.New("a row is longer than 16 MiB")

// longestRow is the longest row that a database may send, in octets.
const longestRow = 16 << 20

// How long a query may take, its rows and whoever reads them included, and may wait
// for somebody who changes its tables. A plan that nobody waits for any more must not
// hold on to the past of a busy database.
const (
	longestQuery = 30 * time.Minute
	longestWait  = time.Minute
)

// unreadable is what is told where an error may quote the row on which it arose.
func unreadable(which string) error {
	return fmt.Errorf("the query failed with %s; what the database says of it may name customers, so it is not shown: ask the database the same", which)
}

// late tells a query that took too long from one that somebody stopped.
func late(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("the query took longer than %v", longestQuery)
	}
	return ctx.Err()
}

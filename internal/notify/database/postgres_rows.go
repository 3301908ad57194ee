package database

import (
	"context"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresRows are the rows of a query, in PostgreSQL's own text format.
type postgresRows struct {
	ctx     context.Context // of the query
	cancel  context.CancelFunc
	conn    *pgconn.PgConn
	args    [][]byte
	columns []string
	kinds   []uint32 // types of the columns (pg_type.oid)
	reader  *pgconn.ResultReader
	text    []byte // of the row
	ends    []int  // of its cells in it
}

// Columns are the names of the columns.
func (r *postgresRows) Columns() []string { return r.columns }

// Next reads a row. Its cells share one string.
func (r *postgresRows) Next(cells []string) error {
	if r.reader == nil {
		r.reader = r.conn.ExecPrepared(r.ctx, "", r.args, nil, nil)
	}
	if !r.reader.NextRow() {
		if _, err := r.reader.Close(); err != nil {
			return postgresFailure(r.ctx, err)
		}
		return io.EOF
	}
	r.text = r.text[:0]
	for i, value := range r.reader.Values() {
		if value != nil && r.kinds[i] == oidBytea {
			return &CellError{Column: i, Why: "is binary: let the query cast it to text"}
		}
		r.text = appendText(r.text, r.kinds[i], value)
		r.ends[i] = len(r.text)
	}
	all, begins := string(r.text), 0
	for i, end := range r.ends {
		cells[i], begins = all[begins:end], end
	}
	return nil
}

// Close ends the query.
func (r *postgresRows) Close() error {
	defer r.cancel()
	if r.reader != nil {
		_, _ = r.reader.Close() // Next told what it had to
	}
	return nil
}

// The types whose text is not PostgreSQL's own here (pg_type.dat).
const (
	oidBool        = 16
	oidBytea       = 17
	oidChar        = 1042 // character(n)
	oidTimestampTZ = 1184
)

// appendText writes a value that PostgreSQL wrote as text.
func appendText(text []byte, kind uint32, value []byte) []byte {
	switch {
	case kind == oidBool && string(value) == "t":
		return append(text, "true"...)
	case kind == oidBool && string(value) == "f":
		return append(text, "false"...)
	case kind == oidChar: // its padding means nothing
		return append(text, strings.TrimRight(string(value), " ")...)
	case kind == oidTimestampTZ && len(value) >= len("2026-05-01 06:00:00+00") && strings.HasSuffix(string(value), "+00"):
		day, clock, _ := strings.Cut(strings.TrimSuffix(string(value), "+00"), " ")
		return append(append(append(append(text, day...), 'T'), clock...), 'Z')
	}
	return append(text, value...)
}

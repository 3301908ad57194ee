package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"tocsin/internal/private"
)

// sqliteSnapshot is one connection with one transaction.
type sqliteSnapshot struct {
	db   *sql.DB
	conn *sql.Conn
}

// OpenSQLite opens another program's SQLite file for reading, as it stands now. A file
// that others can read is refused with a [private.LooseError].
func OpenSQLite(ctx context.Context, path string) (Snapshot, error) {
	if err := private.Check(path); err != nil {
		return nil, err
	}
	// Without dqs, a column that is misspelt in double quotes would be a text.
	db, err := openSQLite(source(path, "query_only(1)", "trusted_schema(0)") + "&mode=ro&_dqs=0")
	if err != nil {
		return nil, err
	}
	s := &sqliteSnapshot{db: db}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(sqliteFailure(ctx, err), s.Close())
	}
	return s, nil
}

// begin takes the snapshot: SQLite does so at the first look, not at BEGIN.
func (s *sqliteSnapshot) begin(ctx context.Context) (err error) {
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return err
	}
	if _, err := sqlite.Limit(s.conn, codes.SQLITE_LIMIT_LENGTH, longestRow); err != nil {
		return err
	}
	if _, err := s.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var tables int
	return s.conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
}

// Close lets the file go.
func (s *sqliteSnapshot) Close() error {
	if s.conn == nil {
		return s.db.Close()
	}
	_, err := s.conn.ExecContext(context.Background(), "ROLLBACK")
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		err = nil // there is no transaction to end
	}
	return errors.Join(err, s.conn.Close(), s.db.Close())
}

// Query asks a query.
func (s *sqliteSnapshot) Query(ctx context.Context, query string, args ...string) (Rows, error) {
	columns, err := s.columns(query)
	if err != nil {
		return nil, err
	}
	query = asWritten(query, len(columns))
	if _, err := s.columns(query); err != nil {
		return nil, err
	}
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = arg
	}
	ctx, cancel := context.WithTimeout(ctx, longestQuery)
	rows, err := s.conn.QueryContext(ctx, query, values...)
	if err != nil {
		defer cancel()
		return nil, sqliteFailure(ctx, err)
	}
	r := &sqliteRows{ctx: ctx, cancel: cancel, rows: rows, columns: columns, values: make([]any, len(columns))}
	for i := range r.values {
		r.into = append(r.into, &r.values[i])
	}
	return r, nil
}

// columns compiles the query, without running it, for the names that it gives.
func (s *sqliteSnapshot) columns(query string) (names []string, err error) {
	err = s.conn.Raw(func(driver any) error {
		info, err := driver.(interface {
			ColumnInfo(query string) ([]sqlite.ColumnInfo, error)
		}).ColumnInfo(query)
		for _, c := range info {
			names = append(names, c.Name)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, &RefusedError{"query", strings.TrimPrefix(err.Error(), "SQL logic error: ")}
	case len(names) == 0:
		return nil, &RefusedError{"query", "it asks for no rows: it must be one SELECT"}
	}
	return names, nil
}

// asWritten wraps a query so that the driver does not see how its columns were
// declared: it would read the text of a DATETIME, and write it otherwise. The unary
// plus changes no value. It also makes a second statement, after a semicolon, a fault.
func asWritten(query string, columns int) string {
	names, plain := make([]string, columns), make([]string, columns)
	for i := range columns {
		names[i] = "c" + strconv.Itoa(i)
		plain[i] = "+" + names[i]
	}
	return "WITH asked(" + strings.Join(names, ", ") + ") AS (\n" + strings.TrimRight(query, "; \t\r\n") + "\n) SELECT " + strings.Join(plain, ", ") + " FROM asked"
}

// sqliteRows are the rows of a query.
type sqliteRows struct {
	ctx     context.Context // of the query
	cancel  context.CancelFunc
	rows    *sql.Rows
	columns []string
	values  []any
	into    []any // pointers to the values
}

// Columns are the names of the columns.
func (r *sqliteRows) Columns() []string { return r.columns }

// Next reads a row.
func (r *sqliteRows) Next(cells []string) error {
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return sqliteFailure(r.ctx, err)
		}
		return io.EOF
	}
	if err := r.rows.Scan(r.into...); err != nil {
		return err
	}
	for i, value := range r.values {
		text, plain := sqliteText(value)
		if !plain {
			return &CellError{Column: i, Why: "is binary: let the query CAST it AS TEXT"}
		}
		cells[i] = text
	}
	return nil
}

// Close ends the query.
func (r *sqliteRows) Close() error {
	defer r.cancel()
	return r.rows.Close()
}

// sqliteText writes a value as SQLite does where text is asked for.
func sqliteText(value any) (text string, plain bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
		if strings.Trim(text, "-0123456789") == "" {
			text += ".0"
		}
		return text, true
	}
	return "", false
}

// sqliteFailure words what went wrong, without what SQLite may quote of a row.
func sqliteFailure(ctx context.Context, err error) error {
	var failure *sqlite.Error
	switch {
	case ctx.Err() != nil:
		return late(ctx)
	case !errors.As(err, &failure):
		return &RefusedError{"query", err.Error()} // the driver's own: of arguments that are not there
	}
	switch code := failure.Code(); code & 0xff { // the primary code
	case codes.SQLITE_TOOBIG:
		return ErrTooLong
	case codes.SQLITE_NOTADB, codes.SQLITE_CORRUPT:
		return errors.New("it is no SQLite file, or a damaged one")
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return errors.New("another program keeps the SQLite file locked")
	case codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY:
		return errors.New("the SQLite file cannot be opened as it is: another program may have left a journal to be played back")
	default:
		return unreadable(fmt.Sprintf("the SQLite code %d", code))
	}
}

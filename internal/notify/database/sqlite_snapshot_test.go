package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/private"
)

// theirs makes another program's database, and keeps it open.
func theirs(t *testing.T, statements string) (path string, db *sql.DB) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a b?c.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Exec("PRAGMA journal_mode(WAL);" + statements); err != nil {
		t.Fatal(err)
	}
	return path, db
}

func mustOpenSQLite(t *testing.T, path string) Snapshot {
	t.Helper()
	s, err := OpenSQLite(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

const customers = `CREATE TABLE customers (id TEXT, size INT, since DATETIME, day DATE, ok BOOLEAN, picture);
	INSERT INTO customers VALUES ('bakery.example.com', 3, '2026-05-01 06:00:00', '2026-05-01', TRUE, zeroblob(20000000)), ('forge.example.com', NULL, 'never', 1777600000, 0, NULL);`

// TestSQLiteValues: what stands in the file arrives as it stands there, whatever the
// columns were declared as.
func TestSQLiteValues(t *testing.T) {
	path, _ := theirs(t, customers)
	s := mustOpenSQLite(t, path)
	for value, want := range map[string]string{
		"'Zoë ☂'":             "Zoë ☂",
		"''":                  "",
		"NULL":                "",
		"TRUE":                "1",
		"7":                   "7",
		"-7":                  "-7",
		"1.5":                 "1.5",
		"2.0":                 "2.0",
		"1e300":               "1e+300",
		"'1.10'":              "1.10",
		"' x '":               " x ",
		"x'ff'":               "column 0 is binary: let the query CAST it AS TEXT",
		"CAST(x'ff' AS TEXT)": "\xff",
	} {
		if got := mustRead(t, s, "SELECT "+value+" AS a"); len(got) != 1 || got[0][0] != want {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
	}
	got := mustRead(t, s, "SELECT id, size, since, day, ok FROM customers ORDER BY id DESC -- all of them\n; ")
	want := [][]string{{"forge.example.com", "", "never", "1777600000", "0"}, {"bakery.example.com", "3", "2026-05-01 06:00:00", "2026-05-01", "1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = mustRead(t, s, "WITH a(b) AS (SELECT id FROM customers WHERE id = $1) SELECT b, $1 FROM a", "forge.example.com")
	if diff := cmp.Diff([][]string{{"forge.example.com", "forge.example.com"}}, got); diff != "" {
		t.Error(diff)
	}
	rows, err := s.Query(context.Background(), `SELECT 1 AS a, 2 AS "B ""c", 3 AS a, id FROM customers`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if diff := cmp.Diff([]string{"a", `B "c`, "a", "id"}, rows.Columns()); diff != "" {
		t.Error(diff)
	}
}

// TestSQLiteKeepsItsOrder: the order of contacts is that in which they are tried.
func TestSQLiteKeepsItsOrder(t *testing.T) {
	path, _ := theirs(t, "CREATE TABLE n (a INT); WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c WHERE a < 2000) INSERT INTO n SELECT a * 7919 % 2003 FROM c")
	got := mustRead(t, mustOpenSQLite(t, path), "SELECT a FROM n ORDER BY a DESC")
	for i := 1; i < len(got); i++ {
		if len(got[i-1][0]) < len(got[i][0]) || len(got[i-1][0]) == len(got[i][0]) && got[i-1][0] <= got[i][0] {
			t.Fatalf("row %d: %s after %s", i, got[i], got[i-1])
		}
	}
	if len(got) != 2000 {
		t.Errorf("%d rows", len(got))
	}
}

// TestSQLiteMoment: all that a snapshot is asked is of one moment, and nobody waits
// for anybody.
func TestSQLiteMoment(t *testing.T) {
	path, db := theirs(t, "CREATE TABLE moment (a); INSERT INTO moment VALUES (1)")
	s := mustOpenSQLite(t, path)
	if _, err := db.Exec("INSERT INTO moment VALUES (2)"); err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, s, "SELECT a FROM moment"); len(got) != 1 {
		t.Errorf("it sees what came later: %q", got)
	}
	if got := mustRead(t, mustOpenSQLite(t, path), "SELECT a FROM moment"); len(got) != 2 {
		t.Errorf("a later one does not: %q", got)
	}
}

// TestSQLiteRefused: nothing is written, nothing but a question is asked, and what is
// misspelt is no text.
func TestSQLiteRefused(t *testing.T) {
	path, _ := theirs(t, customers)
	before := contents(t, path)
	for query, want := range map[string]string{
		"SELEKT 1":                             "SELEKT",
		"SELECT nope FROM customers":           "no such column: nope",
		`SELECT "nope" FROM customers`:         "no such column",
		"SELECT * FROM nowhere":                "no such table: nowhere",
		"":                                     "one SELECT",
		"-- nothing":                           "one SELECT",
		"DROP TABLE customers":                 "one SELECT",
		"DELETE FROM customers":                "",
		"DELETE FROM customers RETURNING id":   "syntax error",
		"SELECT 1; DELETE FROM customers":      "syntax error",
		"SELECT 1; -- and no more":             "syntax error",
		"COMMIT":                               "",
		"PRAGMA query_only = 0":                "",
		"ATTACH 'other.db' AS other":           "",
		"SELECT id FROM customers WHERE id=$1": "",
	} {
		got, err := read(t, mustOpenSQLite(t, path), query)
		var refused *RefusedError
		if want != "" && !errors.As(err, &refused) || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want %s", query, got, err, want)
		}
	}
	if contents(t, path) != before {
		t.Error("the file is another now")
	}
}

// TestSQLiteSaysNoNames is F53: an error may quote a row; ours does not.
func TestSQLiteSaysNoNames(t *testing.T) {
	path, _ := theirs(t, customers)
	for _, query := range []string{
		"SELECT json_extract('{\"a\": 1}', id) FROM customers",
		"SELECT json(id) FROM customers",
		"SELECT abs(-9223372036854775807 - 1), id FROM customers",
	} {
		_, err := read(t, mustOpenSQLite(t, path), query)
		if err == nil || strings.Contains(err.Error(), "bakery") || !strings.Contains(err.Error(), "SQLite code 1") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestSQLiteLongRows: what would not fit is not gathered, and what was not asked for
// is in nobody's way.
func TestSQLiteLongRows(t *testing.T) {
	path, _ := theirs(t, customers)
	s := mustOpenSQLite(t, path)
	if got := mustRead(t, s, "SELECT id FROM customers"); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if _, err := read(t, s, "SELECT picture FROM customers"); !errors.Is(err, ErrTooLong) {
		t.Errorf("20 MB: %v", err)
	}
}

// TestSQLiteIsPrivate is F53.
func TestSQLiteIsPrivate(t *testing.T) {
	path, _ := theirs(t, customers)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	var loose *private.LooseError
	if _, err := OpenSQLite(context.Background(), path); !errors.As(err, &loose) || loose.Path != path {
		t.Errorf("mode 0640: %v", err)
	}
	if _, err := OpenSQLite(context.Background(), path+"x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(path + "x"); err == nil {
		t.Error("reading made a file")
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte(strings.Repeat("No database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(context.Background(), other); err == nil || !strings.Contains(err.Error(), "no SQLite file") {
		t.Errorf("a text: %v", err)
	}
}

func TestSQLiteStopped(t *testing.T) {
	path, _ := theirs(t, customers)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := OpenSQLite(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Query(ctx, "WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c) SELECT a FROM c")
	if err != nil {
		t.Fatal(err)
	}
	cells := make([]string, 1)
	for n := 0; err == nil; n++ {
		if err = rows.Next(cells); n == 1000 {
			cancel()
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(rows.Close(), s.Close()); err != nil {
		t.Error(err)
	}
}

// BenchmarkSQLiteRows reads a million rows of seven columns.
func BenchmarkSQLiteRows(b *testing.B) {
	path := filepath.Join(b.TempDir(), "nodes.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		b.Fatal(err)
	}
	const many = 1_000_000
	_, err = db.Exec(fmt.Sprintf(`CREATE TABLE nodes (tailnet TEXT, node_id TEXT, node_name TEXT, user_id TEXT, os TEXT, client_version TEXT, last_seen TEXT);
		WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d)
		INSERT INTO nodes SELECT 'bakery-' || n / 10 || '.example.com', 'n' || n, 'desktop-' || n, 'u' || n, 'windows', '1.58.2-t43ae5d5', '2026-05-01T06:00:00Z' FROM c`, many))
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	s, err := OpenSQLite(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	benchmarkRows(b, s, "SELECT * FROM nodes", many)
}

// benchmarkRows reads a query's rows over and over.
func benchmarkRows(b *testing.B, s Snapshot, query string, many int) {
	b.ReportAllocs()
	for b.Loop() {
		rows, err := s.Query(context.Background(), query)
		if err != nil {
			b.Fatal(err)
		}
		cells, n := make([]string, len(rows.Columns())), 0
		for err == nil {
			err = rows.Next(cells)
			n++
		}
		if n != many+1 {
			b.Fatalf("%d rows: %v", n-1, err)
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(many)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

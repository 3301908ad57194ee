//go:build unix

package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify/pgtest"
)

// read reads all that a query comes to, and notes the cells that are no text.
func read(t *testing.T, s Snapshot, query string, args ...string) (rows [][]string, err error) {
	t.Helper()
	r, err := s.Query(context.Background(), query, args...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	cells := make([]string, len(r.Columns()))
	for {
		var cell *CellError
		switch err := r.Next(cells); {
		case err == io.EOF:
			return rows, nil
		case errors.As(err, &cell):
			rows = append(rows, []string{fmt.Sprintf("column %d %s", cell.Column, cell.Why)})
		case err != nil:
			return rows, err
		default:
			rows = append(rows, slices.Clone(cells))
		}
	}
}

func mustRead(t *testing.T, s Snapshot, query string, args ...string) [][]string {
	t.Helper()
	rows, err := read(t, s, query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// ownEnvironment keeps out what the machine says of PostgreSQL.
func ownEnvironment(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func mustOpenPostgres(t *testing.T, url string) Snapshot {
	t.Helper()
	s, err := OpenPostgres(context.Background(), url)
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

// TestPostgres asks a server: what it answers, what it refuses, and what it says of that.
func TestPostgres(t *testing.T) {
	ownEnvironment(t)
	server := pgtest.Start(t)
	server.Run(t, `CREATE TABLE customers (id text PRIMARY KEY, size int);
		INSERT INTO customers VALUES ('bakery.example.com', 3), ('forge.example.com', NULL);
		GRANT SELECT ON customers TO reader;
		CREATE TABLE secrets (x text);
		CREATE TABLE hidden (x text); INSERT INTO hidden VALUES ('a'), ('b'); GRANT SELECT ON hidden TO reader;
		ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY partly ON hidden USING (x = 'a');
		CREATE ROLE locked LOGIN PASSWORD 'a password';`)
	for name, test := range map[string]func(*testing.T, *pgtest.Server){
		"values": postgresValues, "moment": postgresMoment, "writes nothing": postgresWritesNothing, "refused": postgresRefused,
		"says no names": postgresSaysNoNames, "long rows": postgresLongRows, "stopped": postgresStopped, "passwords": postgresPasswords,
		"many rows": postgresManyRows,
	} {
		t.Run(name, func(t *testing.T) { test(t, server) })
	}
}

// postgresValues: every type has one way to be written, whatever the server's and the
// role's own settings are.
func postgresValues(t *testing.T, server *pgtest.Server) {
	server.Run(t, `ALTER ROLE reader SET TimeZone = 'Asia/Tokyo'; ALTER ROLE reader SET DateStyle = 'German, DMY';
		ALTER ROLE reader SET client_encoding = 'LATIN1'`)
	s := mustOpenPostgres(t, server.URL("reader"))
	for value, want := range map[string]string{
		"E'Zo\\u00eb \\u2602'":                 "Zoë ☂",
		"''":                                   "",
		"NULL":                                 "",
		"NULL::int":                            "",
		"true":                                 "true",
		"false":                                "false",
		"1.10":                                 "1.10",
		"7::bigint":                            "7",
		"'x'::char(5)":                         "x",
		"' x '":                                " x ",
		"'t'":                                  "t",
		"timestamptz '2026-05-01 06:00:00+02'": "2026-05-01T04:00:00Z",
		"timestamptz '2026-05-01 06:00:00.25+00'":     "2026-05-01T06:00:00.25Z",
		"timestamptz 'infinity'":                      "infinity",
		"timestamp '2026-05-01 06:00:00'":             "2026-05-01 06:00:00",
		"date '2026-05-01'":                           "2026-05-01",
		"uuid 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
		"inet '100.64.0.1'":                           "100.64.0.1",
		"'\\xff'::bytea":                              "column 0 is binary: let the query cast it to text",
		"NULL::bytea":                                 "",
	} {
		if got := mustRead(t, s, "SELECT "+value+" AS a"); len(got) != 1 || len(got[0]) != 1 || got[0][0] != want {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
	}
	for setting, want := range map[string]string{
		"statement_timeout": "30min", "lock_timeout": "1min", "transaction_isolation": "repeatable read", "transaction_read_only": "on",
		"synchronize_seqscans": "off", "application_name": "tocsin",
	} {
		if got := mustRead(t, s, "SHOW "+setting); got[0][0] != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	got := mustRead(t, s, `SELECT 'a' AS a, NULL AS b, 'c' AS "C d", '' AS e, 'f'`)
	if diff := cmp.Diff([][]string{{"a", "", "c", "", "f"}}, got); diff != "" {
		t.Error(diff)
	}
	rows, err := s.Query(context.Background(), `SELECT 1 AS a, 2 AS "B c", 3 AS a`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "B c", "a"}, rows.Columns()); diff != "" {
		t.Error(diff)
	}
	if err := rows.Close(); err != nil { // that was never read
		t.Error(err)
	}
	got = mustRead(t, s, "SELECT id FROM customers WHERE id = $1", "forge.example.com")
	if diff := cmp.Diff([][]string{{"forge.example.com"}}, got); diff != "" {
		t.Error(diff)
	}
}

// postgresMoment: all that a snapshot is asked is of one moment.
func postgresMoment(t *testing.T, server *pgtest.Server) {
	server.Run(t, "CREATE TABLE moment (a int); INSERT INTO moment VALUES (1); GRANT SELECT ON moment TO reader")
	s := mustOpenPostgres(t, server.URL("reader"))
	server.Run(t, "INSERT INTO moment VALUES (2)")
	if got := mustRead(t, s, "SELECT a FROM moment"); len(got) != 1 {
		t.Errorf("it sees what came later: %q", got)
	}
	if got := mustRead(t, mustOpenPostgres(t, server.URL("reader")), "SELECT a FROM moment"); len(got) != 2 {
		t.Errorf("a later one does not: %q", got)
	}
}

// postgresWritesNothing, not even for a superuser whose queries write.
func postgresWritesNothing(t *testing.T, server *pgtest.Server) {
	server.Run(t, "CREATE TABLE kept (a int); CREATE SEQUENCE counted; CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO kept VALUES (1) RETURNING a'")
	for _, query := range []string{
		"INSERT INTO kept VALUES (1) RETURNING a",
		"WITH x AS (INSERT INTO kept VALUES (1) RETURNING a) SELECT a FROM x",
		"SELECT writes()",
		"SELECT nextval('counted')",
		"SELECT 1; INSERT INTO kept VALUES (1)",
		"COMMIT; INSERT INTO kept VALUES (1)",
		"SET TRANSACTION READ WRITE",
		"DROP TABLE kept",
		"COPY customers TO '/dev/null'",
	} {
		s := mustOpenPostgres(t, server.URL("postgres"))
		if got, err := read(t, s, query); err == nil {
			t.Errorf("%s: %q", query, got)
		}
		if _, err := read(t, s, "INSERT INTO kept VALUES (1) RETURNING a"); err == nil {
			t.Errorf("after %s something can be written", query)
		}
	}
	if got := mustRead(t, mustOpenPostgres(t, server.URL("postgres")), "SELECT a FROM kept"); len(got) != 0 {
		t.Errorf("written: %q", got)
	}
}

func postgresRefused(t *testing.T, server *pgtest.Server) {
	for query, want := range map[string]string{
		"SELEKT 1":                            `syntax error at or near "SELEKT"`,
		"SELECT nope FROM customers":          `column "nope" does not exist`,
		"SELECT * FROM nowhere":               `relation "nowhere" does not exist`,
		"SELECT * FROM secrets":               "permission denied for table secrets",
		"SELECT * FROM hidden":                "row-level security",
		"SELECT 1; SELECT 2":                  "multiple commands",
		"":                                    "one SELECT",
		"SET search_path = a":                 "one SELECT",
		"SELECT * FROM customers WHERE id=$2": "parameter",
		"SELECT $1::text, $2::text":           "2 parameters",
		"SELECT 1":                            "0 parameters",
	} {
		var args []string
		if strings.Contains(want, "parameters") {
			args = []string{"TS-2026-004"}
		}
		_, err := read(t, mustOpenPostgres(t, server.URL("reader")), query, args...)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
}

// postgresSaysNoNames is F53: the server quotes a row where it fails on it; we do not.
func postgresSaysNoNames(t *testing.T, server *pgtest.Server) {
	server.Run(t, `CREATE FUNCTION blabs() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'of bakery.example.com' USING DETAIL = 'bakery.example.com'; END $$;
		CREATE FUNCTION talks() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'of bakery.example.com'; RETURN 'x'; END $$`)
	for query, want := range map[string]string{
		"SELECT id::int FROM customers":           "22P02",
		"SELECT blabs()":                          "P0001",
		"SELECT ('[' || id)::json FROM customers": "22P02",
		"SELECT 1 / (size - 3) FROM customers":    "22012",
	} {
		_, err := read(t, mustOpenPostgres(t, server.URL("reader")), query)
		if err == nil || strings.Contains(err.Error(), "bakery") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if got := mustRead(t, mustOpenPostgres(t, server.URL("reader")), "SELECT talks()"); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// postgresLongRows: what would not fit is not gathered.
func postgresLongRows(t *testing.T, server *pgtest.Server) {
	s := mustOpenPostgres(t, server.URL("reader"))
	if got := mustRead(t, s, "SELECT repeat('x', 2000000)"); len(got[0][0]) != 2000000 {
		t.Errorf("%d octets", len(got[0][0]))
	}
	if _, err := read(t, s, "SELECT repeat('x', 20000000)"); !errors.Is(err, ErrTooLong) {
		t.Errorf("20 MB: %v", err)
	}
}

// postgresStopped: who stops waiting ends the query, before its first row and after,
// here and on the server.
func postgresStopped(t *testing.T, server *pgtest.Server) {
	defer func(usual time.Duration) { longestParting = usual }(longestParting)
	longestParting = 5 * time.Minute
	for query, first := range map[string]bool{
		"SELECT generate_series(1, 100000000)": true,
		"SELECT pg_sleep(600)":                 false,
	} {
		ctx, cancel := context.WithCancel(context.Background())
		s, err := OpenPostgres(ctx, server.URL("reader"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.Query(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, 1)
		if first {
			err = rows.Next(cells)
			cancel()
		} else {
			go func() {
				server.Run(t, untilBusy)
				cancel()
			}()
		}
		for err == nil {
			err = rows.Next(cells)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", query, err)
		}
		if err := errors.Join(rows.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		server.Run(t, untilIdle)
		if _, err := OpenPostgres(ctx, server.URL("reader")); !errors.Is(err, context.Canceled) {
			t.Errorf("connecting: %v", err)
		}
	}
}

// What waits until the reader's query runs, and until no query of the reader's does.
const (
	untilBusy = "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'reader' AND query LIKE '%sleep%' AND state = 'active') LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; END $$"
	untilIdle = "SET statement_timeout = '300s'; DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active') LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; END $$"
)

// postgresPasswords is F53: they come from the environment and from files, and no
// error repeats one.
func postgresPasswords(t *testing.T, server *pgtest.Server) {
	url := server.URL("locked")
	if _, err := OpenPostgres(context.Background(), url); err == nil {
		t.Error("no password, and no error")
	}
	if _, err := OpenPostgres(context.Background(), url+"&password=s3cr3t"); err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("another password: %v", err)
	}
	mustOpenPostgres(t, url+"&password=a%20password")
	file := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(file, []byte("*:*:*:locked:a password\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", file)
	mustOpenPostgres(t, url)
	t.Setenv("PGPASSFILE", "")
	t.Setenv("PGPASSWORD", "a password")
	mustOpenPostgres(t, url)
}

func postgresManyRows(t *testing.T, server *pgtest.Server) {
	const many = 200_000
	rows, err := mustOpenPostgres(t, server.URL("reader")).Query(context.Background(), fmt.Sprintf("SELECT n, 'node ' || n FROM generate_series(1, %d) n", many))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cells := make([]string, 2)
	for n := 1; n <= many; n++ {
		if err := rows.Next(cells); err != nil || cells[0] != fmt.Sprint(n) || cells[1] != fmt.Sprint("node ", n) {
			t.Fatalf("row %d: %q, %v", n, cells, err)
		}
	}
	if err := rows.Next(cells); err != io.EOF {
		t.Errorf("after the last: %v", err)
	}
}

// TestPostgresAddresses: data crosses no network unencrypted, and a URL holds what it
// may alone; what is wrong with it is said without it (F53).
func TestPostgresAddresses(t *testing.T) {
	ownEnvironment(t)
	const clear, odd = "unencrypted", "not named as"
	for address, want := range map[string]string{
		"postgres://a@db.example.com/b":                         "verified",
		"postgres://a@db.example.com,db2.example.com/b":         "verified",
		"postgres://a@db.example.com/b?sslmode=verify-full":     "verified",
		"postgres://a@db.example.com/b?sslmode=require":         "encrypted",
		"postgres://a@db.example.com/b?sslmode=disable":         clear,
		"postgres://a@db.example.com/b?sslmode=allow":           clear,
		"postgres://a@db.example.com/b?sslmode=prefer":          clear,
		"postgres://a@localhost,db.example.com/b?sslmode=allow": clear,
		"postgres://a@localhost/b":                              "local",
		"postgres://a@127.0.0.1/b":                              "local",
		"postgres://a@[::1]/b":                                  "local",
		"postgres:///b?host=/run/postgresql":                    "local",
		"postgres://a@localhost.example.com/b?sslmode=disable":  clear,
		"postgres://a@db.example.com/b?options=-c%20x=s3cr3t":   odd,
		"postgres://a@db.example.com/b?servicefile=s3cr3t":      odd,
		"postgres://a:s3cr3t@db.example.com:x/b":                odd,
		"postgres://a:s3c#r3t@db.example.com/b":                 "verified", // to PostgreSQL's programs as well
		"postgres://a:s3/cr3t@db.example.com/b":                 odd,
		"postgres://a@db.example.com/b?sslmode=s3cr3t":          odd,
	} {
		config, err := postgresConfig(address)
		got := ""
		switch {
		case err != nil && strings.Contains(err.Error(), "s3c"):
			got = "told: " + err.Error()
		case err != nil && strings.Contains(err.Error(), clear):
			got = clear
		case err != nil && strings.Contains(err.Error(), odd):
			got = odd
		case err != nil:
			got = err.Error()
		case config.TLSConfig == nil || len(config.Fallbacks) > 0 && config.Fallbacks[0].TLSConfig == nil:
			got = "local"
		case config.TLSConfig.InsecureSkipVerify:
			got = "encrypted"
		case config.TLSConfig.ServerName == "db.example.com":
			got = "verified"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	t.Setenv("PGSSLMODE", "disable")
	if config, err := postgresConfig("postgres://a@db.example.com/b"); err != nil || config.TLSConfig == nil {
		t.Errorf("the environment takes encryption away: %v", err)
	}
}

// TestNoPostgres is F53: nobody answers, and the words for that name no host, of which
// a malformed URL may have made a password.
func TestNoPostgres(t *testing.T) {
	ownEnvironment(t)
	for _, address := range []string{
		"postgres:///b?host=" + t.TempDir() + "/s3cr3t",
		"postgres://a@127.0.0.1:1/s3cr3t",
	} {
		_, err := OpenPostgres(context.Background(), address)
		if err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.HasPrefix(err.Error(), "cannot connect to the database: ") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// BenchmarkPostgresRows reads a million rows of seven columns.
func BenchmarkPostgresRows(b *testing.B) {
	server := pgtest.Start(b)
	const many = 1_000_000
	server.Run(b, fmt.Sprintf(`CREATE TABLE nodes AS SELECT 'bakery-' || n / 10 || '.example.com' AS tailnet, 'n' || n AS node_id, 'desktop-' || n AS node_name,
		'u' || n AS user_id, 'windows' AS os, '1.58.2-t43ae5d5' AS client_version, timestamptz '2026-05-01 06:00:00+00' AS last_seen FROM generate_series(1, %d) n`, many))
	s, err := OpenPostgres(context.Background(), server.URL("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	benchmarkRows(b, s, "SELECT * FROM nodes", many)
}

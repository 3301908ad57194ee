//go:build unix

package inventory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify/database"
	"tocsin/internal/notify/pgtest"
	"tocsin/internal/tailnet"
)

// asking is a table that a database is asked for.
func asking(s database.Snapshot, name, query string) Table {
	return Table{Query: &Query{Name: name, Open: func() (database.Rows, error) { return s.Query(context.Background(), query) }}}
}

// statements make a table of a database that holds the sheet's rows, empty cells as
// NULL or as text, turn by turn.
func (s sheet) statements(name string) string {
	quoted := func(text, mark string) string { return mark + strings.ReplaceAll(text, mark, mark+mark) + mark }
	var b strings.Builder
	var columns []string
	for _, column := range s[0] {
		columns = append(columns, quoted(column, `"`)+" text")
	}
	fmt.Fprintf(&b, "CREATE TABLE %s (%s);\n", name, strings.Join(columns, ", "))
	for i, row := range s[1:] {
		var values []string
		for _, cell := range row {
			value := quoted(cell, "'")
			if cell == "" && i%2 == 0 {
				value = "NULL"
			}
			values = append(values, value)
		}
		fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", name, strings.Join(values, ", "))
	}
	return b.String()
}

// sqliteWith is a database of SQLite after some statements.
func sqliteWith(t testing.TB, statements string) database.Snapshot {
	t.Helper()
	path := filepath.Join(t.TempDir(), "inventory.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statements)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := database.OpenSQLite(context.Background(), path)
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

// postgresWith is a database of PostgreSQL after some statements.
func postgresWith(t testing.TB, server *pgtest.Server, statements string) database.Snapshot {
	t.Helper()
	server.Run(t, statements)
	s, err := database.OpenPostgres(context.Background(), server.URL("postgres"))
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

// TestSameRowsFromDatabases: what a file holds and what a database answers is read
// alike, under our names, others, or aliases.
func TestSameRowsFromDatabases(t *testing.T) {
	var all strings.Builder
	for table, c := range examples {
		all.WriteString(c.sheet.statements(table))
		other, _ := c.sheet.renamed("x ")
		all.WriteString(other.statements(table + "_x"))
	}
	t.Run("SQLite", func(t *testing.T) { sameRows(t, sqliteWith(t, all.String())) })
	t.Run("PostgreSQL", func(t *testing.T) { sameRows(t, postgresWith(t, pgtest.Start(t), all.String())) })
}

func sameRows(t *testing.T, s database.Snapshot) {
	for table, c := range examples {
		_, names := c.sheet.renamed("x ")
		renamed := asking(s, table, "SELECT * FROM "+table+"_x")
		renamed.Columns = names
		var aliases []string
		for _, name := range c.sheet[0] {
			aliases = append(aliases, fmt.Sprintf(`"x %s" AS %s`, name, name))
		}
		for shape, of := range map[string]Table{
			"plain": asking(s, table, "SELECT * FROM "+table), "renamed": renamed,
			"aliases": asking(s, table, "SELECT "+strings.Join(aliases, ", ")+" FROM "+table+"_x"),
		} {
			var got []any
			read, err := c.read(of, func(v any) { got = append(got, v) })
			if err != nil || len(read.Problems) > 0 || read.Rows != int64(len(c.want)) {
				t.Errorf("%s, %s: %d rows, %v, %v", table, shape, read.Rows, read.Problems, err)
			}
			if diff := cmp.Diff(c.want, got, cells); diff != "" {
				t.Errorf("%s, %s:\n%s", table, shape, diff)
			}
		}
	}
}

// TestDamageInDatabases is F30 and F53: the classes of damage that files have, at the
// numbers of the rows, without a word of what stands in them.
func TestDamageInDatabases(t *testing.T) {
	const (
		tailnets = "SELECT column1 AS tailnet, column2 AS owner_email, column3 AS security_email, column4 AS security_email_verified FROM (VALUES ('acme', 'o@acme.example', '', 'yes'), %s)"
		nodes    = "SELECT column1 AS tailnet, column2 AS node_id, column3 AS os, column4 AS client_version, column5 AS node_name FROM (VALUES ('acme', 'n1', 'linux', '1', ''), %s)"
	)
	s := sqliteWith(t, "")
	for what, c := range map[string]struct{ query, want string }{
		"duplicate":        {fmt.Sprintf(tailnets, "('other', '', '', ''), ('other', '', '', '')"), "inventory.tailnets: row 3: bad-row: tailnet: this tailnet stands in an earlier row too"},
		"empty id":         {fmt.Sprintf(tailnets, "(NULL, '', '', '')"), "inventory.tailnets: row 2: bad-row: tailnet: is empty"},
		"not UTF-8":        {fmt.Sprintf(tailnets, "('other', CAST(x'ff' AS TEXT), '', '')"), "inventory.tailnets: row 2: bad-row: owner_email: not UTF-8"},
		"binary":           {fmt.Sprintf(tailnets, "('other', x'ff', '', '')"), "inventory.tailnets: row 2: bad-row: owner_email: is binary: let the query CAST it AS TEXT"},
		"bad owner":        {fmt.Sprintf(tailnets, "('other', 'verysecret', '', '')"), "inventory.tailnets: row 2: bad-row: owner_email: not of the form name@domain"},
		"bad boolean":      {fmt.Sprintf(tailnets, "('other', '', '', 'verysecret')"), "inventory.tailnets: row 2: bad-row: security_email_verified: must be yes or no"},
		"white space":      {fmt.Sprintf(tailnets, "('other ', '', '', '')"), "inventory.tailnets: row 2: bad-row: tailnet: white space around it"},
		"long":             {fmt.Sprintf(tailnets, "('other', '', '', ''), ('x', hex(zeroblob(600000)), '', '')"), "inventory.tailnets: row 3: bad-row: the row is longer than 1 MiB"},
		"longer":           {fmt.Sprintf(tailnets, "('other', hex(zeroblob(9000000)), '', '')"), "inventory.tailnets: row 2: bad-row: the row is longer than 16 MiB: the rows after it cannot be read"},
		"missing column":   {"SELECT 'verysecret' AS tailnet", `inventory.tailnets: missing-column: the column "owner_email" is missing`},
		"misspelt column":  {`SELECT 'verysecret' AS tailnet, '' AS owner_email, '' AS "Security_Email"`, `inventory.tailnets: missing-column: the column "security_email" is spelt otherwise here: call it that, or name it under inventory.columns`},
		"duplicate column": {"SELECT 'verysecret' AS tailnet, '' AS owner_email, '' AS tailnet", `inventory.tailnets: duplicate-column: the column "tailnet" stands twice`},
	} {
		var got []tailnet.Tailnet
		read, err := asking(s, "inventory.tailnets", c.query).Tailnets(func(n tailnet.Tailnet) { got = append(got, n) })
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		wantProblem(t, what, read.Problems, c.want)
		if strings.Contains(c.query, "VALUES") && (len(got) == 0 || got[0].ID != "acme") {
			t.Errorf("%s: the good row was not read", what)
		}
	}
	for what, c := range map[string]struct{ query, want string }{
		"unknown tailnet": {fmt.Sprintf(nodes, "('nobody', 'n2', 'linux', '1', 'verysecret')"), "inventory.nodes: row 2: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"no tailnet":      {fmt.Sprintf(nodes, "(NULL, 'n2', 'linux', '1', 'verysecret')"), "inventory.nodes: row 2: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"twice":           {fmt.Sprintf(nodes, "('acme', 'n2', 'linux', '1', ''), ('other', 'n1', 'ios', '2', 'verysecret'), ('acme', 'n3', '', '', '')"), "inventory.nodes: row 3: bad-row: node_id: this node stands in an earlier row too"},
	} {
		read, err := asking(s, "inventory.nodes", c.query).Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		wantProblem(t, what, read.Problems, c.want)
	}
	read, err := asking(s, "inventory.findings", "SELECT 'acme' AS tailnet, 'fixed' AS status, 'n1' AS node").Findings(known, func(tailnet.Finding) error { return nil })
	if err != nil {
		t.Error(err)
	}
	wantProblem(t, "strange column", read.Problems, `inventory.findings: bad-row: the column "node" is none that this table has`)
}

// TestRefusedQuery: a query that makes no sense is an error, not an empty table.
func TestRefusedQuery(t *testing.T) {
	s := sqliteWith(t, "CREATE TABLE a (b)")
	for _, query := range []string{"SELECT c FROM a", "SELECT b FROM c", "", "DROP TABLE a"} {
		_, err := asking(s, "inventory.nodes", query).Tailnets(func(tailnet.Tailnet) {})
		var refused *database.RefusedError
		if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), "inventory.nodes: the query is refused: ") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// endlessRows are rows without end, or up to one.
type endlessRows struct{ left int }

func (r *endlessRows) Columns() []string {
	return []string{"tailnet", "node_id", "os", "client_version"}
}
func (r *endlessRows) Close() error { return nil }

func (r *endlessRows) Next(cells []string) error {
	if r.left--; r.left < 0 {
		return io.EOF
	}
	cells[0], cells[1], cells[2], cells[3] = "acme", fmt.Sprint("n", r.left), "linux", "1"
	return nil
}

// TestRowsAreNotHeld: of a million rows, none stays but what tells them apart.
func TestRowsAreNotHeld(t *testing.T) {
	const many = 1_000_000
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, seen, most := held(), 0, uint64(0)
	table := Table{Query: &Query{Name: "inventory.nodes", Open: func() (database.Rows, error) { return &endlessRows{left: many}, nil }}}
	read, err := table.Nodes([]string{"client"}, nil, known, func(tailnet.Node) error {
		if seen++; seen == many/2 {
			most = held() - before
		}
		return nil
	})
	if err != nil || len(read.Problems) > 0 || read.Rows != many || seen != many {
		t.Fatalf("%d rows, %d seen, %v, %v", read.Rows, seen, read.Problems, err)
	}
	if most > 16<<20 {
		t.Errorf("%d octets are held in the middle", most)
	}
}

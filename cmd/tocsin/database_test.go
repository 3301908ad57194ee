//go:build unix

package main

import (
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/internal/notify/pgtest"
)

// TestDatabases plays testdata/databases, each session with an inventory in SQLite and
// with one in PostgreSQL. DATABASE is what tocsin.yaml calls it.
func TestDatabases(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		playDatabase(t, "sqlite", func(env *testscript.Env) { env.Setenv("DATABASE", "sqlite:var/customers.db") }, nil)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := pgtest.Start(t)
		server.Run(t, "CREATE ROLE locked LOGIN PASSWORD 's3cr3t'; GRANT pg_read_all_data TO reader, locked")
		playDatabase(t, "postgres", func(env *testscript.Env) {
			env.Setenv("DATABASE", "env:CUSTOMERS_URL")
			env.Setenv("CUSTOMERS_URL", server.URL("reader"))
			env.Setenv("LOCKED_URL", server.URL("locked"))
		}, func(statements string) { server.Run(t, statements) })
	})
}

// playDatabase plays the sessions with one kind of database. Statements are run by run;
// nil runs them in a file of SQLite.
func playDatabase(t *testing.T, kind string, setup func(*testscript.Env), run func(string)) {
	into := func(ts *testscript.TestScript, statements string) {
		if run == nil {
			ts.Check(inSQLite(ts.MkAbs("var/customers.db"), statements))
			return
		}
		run(statements)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/databases",
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { setup(env); env.Setenv("GORACE", endsAtOnce()); return nil },
		Condition:           func(condition string) (bool, error) { return condition == kind, nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"swap":  swap,
			// load TABLE FILE [BULLETIN] makes a table of a CSV file; its rows are of a bulletin.
			"load": func(ts *testscript.TestScript, _ bool, args []string) {
				statements, err := fromCSV(args[0], ts.MkAbs(args[1]), args[2:])
				ts.Check(err)
				into(ts, statements)
			},
			// sql STATEMENT… runs statements.
			"sql": func(ts *testscript.TestScript, _ bool, args []string) { into(ts, strings.Join(args, ";\n")) },
		},
	})
}

func inSQLite(path, statements string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.Exec(statements)
	return errors.Join(err, db.Close(), f.Close())
}

// fromCSV writes statements that make a table of a CSV file.
func fromCSV(table, name string, bulletin []string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	if len(bulletin) > 0 {
		rows[0] = append(rows[0], "bulletin")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN; CREATE TABLE %s (%s text);\n", table, strings.Join(rows[0], " text, "))
	for _, row := range rows[1:] {
		var cells []string
		for _, cell := range append(row, bulletin...) {
			cells = append(cells, "'"+strings.ReplaceAll(cell, "'", "''")+"'")
		}
		fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", table, strings.Join(cells, ", "))
	}
	return b.String() + "COMMIT;\n", nil
}

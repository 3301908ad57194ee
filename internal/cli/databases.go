package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/internal/content"
	"tocsin/internal/notify/database"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/private"
)

// databases are those that were asked for tables, by their names in tocsin.yaml. Each
// is opened once, so that all its tables are of one moment.
type databases map[string]database.Snapshot

// close lets them all go.
func (d databases) close() error {
	var errs []error
	for _, snapshot := range d {
		errs = append(errs, snapshot.Close())
	}
	return errors.Join(errs...)
}

// query reads one table from the database that it stands in. The export speaks of
// files alone: a query has no rows that could have been lost on the way.
func (r *reading) query(name string, t content.Table, read func(inventory.Table) (inventory.Read, error), args ...string) {
	key := "inventory." + name
	found, err := read(inventory.Table{
		Columns: r.site.config.Inventory.Columns[name],
		Query: &inventory.Query{Name: key, Open: func() (database.Rows, error) {
			snapshot, err := r.snapshot(t.Database)
			if err != nil {
				return nil, err
			}
			return snapshot.Query(r.ctx, t.Query, args...)
		}},
	})
	r.problems = slices.Concat(r.problems, found.Problems)
	var refused *database.RefusedError
	if r.err = err; errors.As(err, &refused) {
		r.err = &refusal{exitProblems, err.Error(), fmt.Sprintf("mend %s in %s", key, content.ConfigFile)}
	}
}

// snapshot opens a database where it is not open yet.
func (r *reading) snapshot(name string) (database.Snapshot, error) {
	if snapshot, open := r.databases[name]; open {
		return snapshot, nil
	}
	snapshot, err := r.site.openDatabase(r.ctx, name)
	if err != nil {
		return nil, err
	}
	if r.databases == nil {
		r.databases = make(databases)
	}
	r.databases[name] = snapshot
	return snapshot, nil
}

// openDatabase opens a database by its name in tocsin.yaml. Its password comes from
// where that leads, or from where PostgreSQL's own programs look for it.
func (s *site) openDatabase(ctx context.Context, name string) (database.Snapshot, error) {
	kind, rest := content.SplitDatabase(name)
	switch kind {
	case content.SQLite:
		return database.OpenSQLite(ctx, s.path(rest))
	case content.URLFile:
		text, err := private.Read(s.path(rest))
		if err != nil {
			return nil, err
		}
		rest = strings.TrimSpace(string(text))
	case content.URLIn:
		text, set := os.LookupEnv(rest)
		if !set {
			return nil, refuse("set it, then the same command again", "the variable %s, which is to name the database, is not set", rest)
		}
		rest = text
	}
	if err := closedPasswords(); err != nil {
		return nil, err
	}
	return database.OpenPostgres(ctx, rest)
}

// closedPasswords refuses a file of PostgreSQL's passwords that others can read, as
// its own programs do.
func closedPasswords() error {
	name := os.Getenv("PGPASSFILE")
	if name == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil // nor will the file be found there
		}
		name = filepath.Join(home, ".pgpass")
	}
	err := private.Check(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

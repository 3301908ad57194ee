package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tocsin/internal/notify/database"
)

// heldToSchema compares what the file is made of with what the migrations up to a version
// make. A trigger or a table of somebody else's could change what is written, or be where it
// is kept; without its indexes a ledger lets a row stand twice. The error is a [FileError]
// that names what is foreign, missing or another.
func (l *Ledger) heldToSchema(ctx context.Context, version int) error {
	want, err := schemaMade(ctx, version)
	if err != nil {
		return err
	}
	has, err := schemaOf(ctx, l.db)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		switch made, known := want[name]; {
		case !known:
			return &FileError{l.path, fmt.Sprintf("it has the %s, which tocsin did not make", name)}
		case made != has[name]:
			return &FileError{l.path, fmt.Sprintf("the %s is not as tocsin made it", name)}
		}
		delete(want, name)
	}
	if missing := slices.Sorted(maps.Keys(want)); len(missing) > 0 {
		return &FileError{l.path, fmt.Sprintf("the %s is not there any more", missing[0])}
	}
	return nil
}

// schemaMade is the schema that the migrations make in an empty file.
func schemaMade(ctx context.Context, version int) (made map[string]string, err error) {
	db, err := database.Scratch(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, step := range migrations[:version] {
		if _, err := db.ExecContext(ctx, step); err != nil {
			return nil, err
		}
	}
	if version >= journalSchema {
		if _, err := db.ExecContext(ctx, dropEntered); err != nil {
			return nil, err
		}
	}
	return schemaOf(ctx, db)
}

// schemaOf is what makes up a file, by words that name it: "table plans", "index
// deliveries_by_state of deliveries". What SQLite itself keeps of its own accord (statistics,
// where somebody had it look) is left out.
func schemaOf(ctx context.Context, from querier) (map[string]string, error) {
	all := make(map[string]string)
	err := each(ctx, from, func(rows *sql.Rows) error {
		var kind, name, table, statement string
		err := rows.Scan(&kind, &name, &table, &statement)
		if kind != "table" {
			name += " of " + table
		}
		all[kind+" "+name] = statement
		return err
	}, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE NOT (type = 'table' AND name GLOB 'sqlite_stat[1-4]')")
	return all, err
}

// otherSchema is why a step of the migrations failed, where it is that the file is not of the
// schema that it says it is of; else the step's own error.
func (l *Ledger) otherSchema(ctx context.Context, version int, failed error) error {
	var differs *FileError
	if errors.As(l.heldToSchema(ctx, version), &differs) {
		return fmt.Errorf("the ledger says that it is of schema %d (PRAGMA user_version), and it is not: %s (%w): %w", version, differs.What, failed, ErrChanged)
	}
	return failed
}

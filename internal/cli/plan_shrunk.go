package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/ledger"
)

// taken is what is known of an inventory once it is read.
type taken struct {
	inventory.Export
	tables   notify.Tables
	findings findingsSum
	// identifiers are whose everything in it is; nil where no letters are to be written
	identifiers *isolation.Identifiers
}

// counted has the rows of a table counted when it is read.
func (r *reading) counted(name string, read func(inventory.Table) (inventory.Read, error)) func(inventory.Table) (inventory.Read, error) {
	return func(t inventory.Table) (inventory.Read, error) {
		found, err := read(t)
		r.rows[name] = found.Rows
		return found, err
	}
}

// tables is what a plan remembers of the inventory. The settings go with it: another
// inventory has other sizes, and says nothing about this one.
func (r *reading) tables() (notify.Tables, error) {
	i := r.site.config.Inventory
	settings, err := json.Marshal([]any{i.Tailnets, i.Nodes, i.Users, i.Columns})
	tables := notify.Tables{Settings: notify.Digest(settings), Rows: make(map[string]int64)}
	for _, name := range notify.CountedTables {
		if rows, read := r.rows[name]; read {
			tables.Rows[name] = rows
		}
	}
	return tables, err
}

// unshrunk refuses an inventory that has lost more since the last plan than customers
// leave, but for the tables of which somebody said that they may: those it notes.
func (s *site) unshrunk(ctx context.Context, id bulletin.ID, tables *notify.Tables, how planHow) (err error) {
	book, err := s.reader(ctx)
	if errors.Is(err, ledger.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, last, found, err := book.LastTables(ctx, tables.Settings)
	if err != nil || !found {
		return err
	}
	var lost []string
	accept := slices.Clone(how.smaller)
	for _, t := range tables.Shrunk(last) {
		if slices.Contains(how.smaller, t.Table) {
			tables.Accepted = append(tables.Accepted, t.Table)
			continue
		}
		accept = append(accept, t.Table)
		lost = append(lost, fmt.Sprintf("the table of %s has %s, and had %d for %s: more than customers leave", t.Table, many(int(t.Now), "row"), t.Then, plan))
	}
	if len(lost) == 0 {
		return nil
	}
	how.smaller = accept
	return refuse(fmt.Sprintf("export the inventory again; or, if that many are gone, tocsin plan %s%s", id, how.flags()),
		"%s", strings.Join(lost, "\n"))
}

// rowsRead says how many rows each table had.
func rowsRead(rows map[string]int64) string {
	var parts []string
	for _, table := range notify.CountedTables {
		if n, read := rows[table]; read {
			parts = append(parts, fmt.Sprintf("%s %d", table, n))
		}
	}
	return strings.Join(parts, ", ")
}

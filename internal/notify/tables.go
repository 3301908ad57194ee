package notify

import (
	"maps"
	"slices"
)

// Tables is how much of the inventory a plan has seen.
type Tables struct {
	Settings string           `json:"settings,omitempty"` // digest of where the tables stand and how they are spelt
	Rows     map[string]int64 `json:"rows,omitempty"`     // by table
	Accepted []string         `json:"accepted,omitempty"` // tables that had shrunk, and that somebody accepted by name; sorted
}

// CountedTables are the tables that must not shrink in silence. Contacts fill gaps and
// findings belong to one bulletin: those come and go.
var CountedTables = [...]string{"tailnets", "nodes", "users"}

// mostShrunk is how many rows in a hundred a table may lose from one plan to the next.
// Customers leave one by one; an export that broke off loses more.
const mostShrunk = 2

// Shrunk is a table that lost more than customers leave.
type Shrunk struct {
	Table     string
	Now, Then int64 // rows
}

// Shrunk compares tables with those of an earlier plan, whatever was accepted. A table
// that is not read any more has no rows.
func (t Tables) Shrunk(last Tables) (all []Shrunk) {
	for _, table := range slices.Sorted(maps.Keys(last.Rows)) {
		now, then := t.Rows[table], last.Rows[table]
		if now < then && (then-now)*100 > then*mostShrunk {
			all = append(all, Shrunk{table, now, then})
		}
	}
	return all
}

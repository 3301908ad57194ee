package tailnet

import "slices"

// Cells are what a node's row says in columns beyond the known ones: those that a
// bulletin's `where:` asks for. Every row of a table can share one list of columns.
type Cells struct{ columns, values []string }

// NewCells puts the values of one row under their columns; one without a value is empty.
func NewCells(columns, values []string) Cells { return Cells{columns, values} }

// Value is what the row says in a column; false where the table has no such column
// or the row leaves it empty: neither says anything.
func (c Cells) Value(column string) (text string, there bool) {
	i := slices.Index(c.columns, column)
	if i < 0 || i >= len(c.values) {
		return "", false
	}
	return c.values[i], c.values[i] != ""
}

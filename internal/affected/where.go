package affected

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// Columns are those of the nodes table that the bulletin's rows ask for, sorted.
func (m *Matcher) Columns() []string { return slices.Clone(m.columns) }

func columns(rows []bulletin.Affected) []string {
	var names []string
	for _, row := range rows {
		for _, c := range row.Where {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// withCells asks for every column that a row names. A cell is equal to one of the
// values, octet for octet, or it is another; one that is empty or not there tells
// nothing, and lets nobody off.
func withCells(cells tailnet.Cells, row bulletin.Affected) answer {
	var parts []answer
	for _, c := range row.Where {
		text, there := cells.Value(c.Name)
		switch {
		case !there:
			parts = append(parts, cannotTell(fmt.Sprintf("the inventory says nothing of its %q", c.Name)))
		case slices.Contains(c.Values, text):
			parts = append(parts, matches(fmt.Sprintf("its %q is %q", c.Name, text)))
		default:
			parts = append(parts, answer{miss: OtherCells})
		}
	}
	return all(parts...)
}

// cells sums up what the node's cells mean to the rows. Values that no row asks for are
// all alike: a column may hold another in every row of an inventory.
func (m *Matcher) cells(cells tailnet.Cells) string {
	if len(m.columns) == 0 {
		return ""
	}
	var key strings.Builder
	for _, row := range m.rows {
		for _, c := range row.Where {
			text, there := cells.Value(c.Name)
			if there {
				key.WriteString(strconv.Itoa(slices.Index(c.Values, text)))
			}
			key.WriteByte(' ')
		}
	}
	return key.String()
}

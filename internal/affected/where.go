package affected

import (
	"encoding/binary"
	"fmt"
	"slices"
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

// withCells asks for every column that a row names. One that the inventory says nothing
// of, or does not answer, lets nobody off.
func withCells(cells tailnet.Cells, row bulletin.Affected) answer {
	parts := make([]answer, len(row.Where))
	for i, c := range row.Where {
		switch says := reply(cells, c); says {
		case silent:
			parts[i] = cannotTell(fmt.Sprintf("the inventory says nothing of its %q", c.Name), "")
		case unclear:
			parts[i] = cannotTell(fmt.Sprintf("what the inventory says of its %q is no answer", c.Name), "")
		case another:
			parts[i] = answer{miss: OtherCells}
		default:
			parts[i] = matches(fmt.Sprintf("its %q is %q", c.Name, c.Values[says]), "")
		}
	}
	return all(parts...)
}

// What a cell says to a column that a row asks for, where it is none of its values.
const (
	silent  = -1 - iota // no such cell, or an empty one
	unclear             // neither yes nor no to whom that was asked, or a word for nothing known
	another             // another value
)

// reply is which of a column's values the node's cell has, else one of the above. Texts
// are compared octet for octet, but for the words of yes and no: programs that export
// write them as they please, and a "TRUE" that is no "yes" would let a customer off.
func reply(cells tailnet.Cells, c bulletin.Column) int {
	text, there := cells.Value(c.Name)
	if !there {
		return silent
	}
	if i := slices.Index(c.Values, text); i >= 0 {
		return i
	}
	said := word(text)
	if i := slices.IndexFunc(c.Values, func(v string) bool { return said != "" && word(v) == said }); i >= 0 {
		return i
	}
	if saysNothing(text) || said == "" && yesOrNo(c.Values) {
		return unclear
	}
	return another
}

// saysNothing reports what programs that export write where they know nothing: PostgreSQL \N,
// MySQL NULL, people the rest.
func saysNothing(text string) bool {
	switch strings.ToLower(text) {
	case "unknown", "null", `\n`, "n/a", "-", "?":
		return true
	}
	return false
}

// word is yes or no, where text is a way to write one of them; else empty.
func word(text string) string {
	switch strings.ToLower(text) {
	case "yes", "true", "1":
		return "yes"
	case "no", "false", "0":
		return "no"
	}
	return ""
}

// yesOrNo reports whether values ask a question of that kind. Digits alone may be a
// number of something.
func yesOrNo(values []string) bool {
	letters := func(v string) bool { return v != "0" && v != "1" }
	return !slices.ContainsFunc(values, func(v string) bool { return word(v) == "" }) && slices.ContainsFunc(values, letters)
}

// cells numbers what the node's cells come to. Values that no row asks for are all alike:
// a column may hold another in every row of an inventory.
func (m *Matcher) cells(cells tailnet.Cells) int {
	if len(m.columns) == 0 {
		return 0
	}
	m.shape = m.shape[:0]
	for _, row := range m.rows {
		for _, c := range row.Where {
			m.shape = binary.AppendVarint(m.shape, int64(reply(cells, c)))
		}
	}
	number, known := m.shapes[string(m.shape)]
	if !known {
		number = len(m.shapes)
		m.shapes[string(m.shape)] = number
	}
	return number
}

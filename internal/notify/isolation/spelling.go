package isolation

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/source"
)

// How the attached lists spell what the inventory has. The rules of those who write the lists
// stand here once more, so that a list is proven octet by octet: to take apostrophes off on
// both sides instead would pass a name for another that has one.

// exact is a text as the JSON has it: as it is, with one U+FFFD for each octet that is not UTF-8.
func exact(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

// cell is a text as the CSV has it: visible, and with an apostrophe before each part that a
// spreadsheet would compute, for some spreadsheets begin a cell after a semicolon too (F26).
func cell(text string) string {
	part, rest, more := strings.Cut(text, ";")
	if !more {
		return cellPart(text)
	}
	var out strings.Builder
	for ; more; part, rest, more = strings.Cut(rest, ";") {
		out.WriteString(cellPart(part))
		out.WriteByte(';')
	}
	out.WriteString(cellPart(part))
	return out.String()
}

func cellPart(text string) string {
	visible := source.Visible(text)
	if computed(text, visible) {
		return "'" + visible
	}
	return visible
}

// computed reports whether a spreadsheet may compute a part, as it is or as it is shown.
func computed(part, visible string) bool {
	if part != "" && strings.IndexByte("\t\r\n", part[0]) >= 0 {
		return true
	}
	for _, r := range visible {
		switch {
		case strings.ContainsRune("=+-@\uFF1D\uFF0B\uFF0D\uFF20", r):
			return true
		case r != '"' && !unicode.IsSpace(r):
			return false
		}
	}
	return false
}

// bare is a cell without the apostrophes that may keep it, and parts of it, from being computed.
func bare(cell string) string {
	return strings.ReplaceAll(strings.TrimPrefix(cell, "'"), ";'", ";")
}

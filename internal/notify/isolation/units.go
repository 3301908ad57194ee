package isolation

import (
	"fmt"
	"html"
	"strings"

	"tocsin/internal/source"
)

// unit is a stretch of a letter in which a name may stand, and beyond which none goes: a
// paragraph, the text between two tags, a cell.
type unit struct {
	text string
	part string // where it stands, as a person finds it
	line int    // of the part as it was written, or of the list; 0 where there is but one
}

// place is where a unit stands.
func (u unit) place() string {
	if u.line == 0 {
		return u.part
	}
	return fmt.Sprintf("line %d of %s", u.line, u.part)
}

// The parts of a letter, as errors call them.
const (
	textPart = "the text"
	htmlPart = "the HTML"
	csvPart  = "the attached CSV"
	jsonPart = "the attached JSON"
)

// units hands out every unit of a message. None of it is in no unit; what stands in
// addresses, parameters and attributes is in two.
func (m *message) units(each func(unit) bool) {
	yield := both(each)
	_ = m.fieldUnits(yield) && textUnits(m.text, yield) && htmlUnits(m.html, 1, yield) && m.listUnits(yield)
}

// both hands on what is not blank: as it is, and divided where it holds what divides.
func both(each func(unit) bool) func(unit) bool {
	return func(u unit) bool {
		if strings.TrimSpace(u.text) == "" {
			return true
		}
		if divided(u.text) && !each(unit{parts(u.text), u.part, u.line}) {
			return false
		}
		return each(u)
	}
}

func (m *message) fieldUnits(yield func(unit) bool) bool {
	for _, f := range m.fields {
		if !yield(unit{text: unmarked(f.value), part: "the header field " + f.name}) {
			return false
		}
	}
	return true
}

// literal begins a line of the text that is never folded, nor the rest of one.
const literal = "    "

// textUnits takes lines together into which one sentence may be folded.
func textUnits(text string, yield func(unit) bool) bool {
	text = unmarked(text)
	begin, first, at, number := 0, 1, 0, 0
	for line := range strings.Lines(text) {
		number++
		end := at + len(line)
		if strings.HasPrefix(line, literal) || strings.TrimSpace(line) == "" {
			if !yield(unit{text[begin:at], textPart, first}) || !yield(unit{line, textPart, number}) {
				return false
			}
			begin, first = end, number+1
		}
		at = end
	}
	return yield(unit{text[begin:], textPart, first})
}

// htmlUnits takes what stands between tags, and in a tag what stands between quotation
// marks of either kind. It expects what html/template writes; of anything else it sees more
// units, not less text. The page, or a piece of it, begins outside of tags, on a line.
func htmlUnits(page string, line int, yield func(unit) bool) bool {
	for page != "" {
		text, rest, _ := strings.Cut(page, "<")
		if !shownUnits(text, line, yield) {
			return false
		}
		end := tagEnd(rest)
		line += strings.Count(text, "\n")
		if !tagUnits(rest[:end], line, yield) {
			return false
		}
		line += strings.Count(rest[:end], "\n")
		page = strings.TrimPrefix(rest[end:], ">")
	}
	return true
}

// shownUnits takes what stands between tags: whole, and in pieces where a browser may see a
// tag end within.
func shownUnits(text string, line int, yield func(unit) bool) bool {
	return yield(unit{unescaped(text), htmlPart, line}) && pieceUnits(text, line, yield)
}

func tagUnits(tag string, line int, yield func(unit) bool) bool {
	for _, quote := range []string{`"`, `'`} {
		if quote == `'` && !strings.Contains(tag, quote) {
			break
		}
		for value := range strings.SplitSeq(tag, quote) {
			if !yield(unit{unescaped(value), htmlPart, line}) {
				return false
			}
		}
	}
	return pieceUnits(tag, line, yield)
}

// pieceUnits takes pieces of what [tagEnd] may have measured otherwise than a browser does,
// which knows single quotation marks, and styles in which no tag begins. Names may hold
// quotation marks, so it cuts with them and without.
func pieceUnits(text string, line int, yield func(unit) bool) bool {
	if !strings.ContainsAny(text, "<>") {
		return true
	}
	for _, marks := range []string{"<>", "<>\"'"} {
		for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
			if !yield(unit{unescaped(piece), htmlPart, line}) {
				return false
			}
		}
	}
	return true
}

func unescaped(text string) string {
	if strings.ContainsRune(text, '&') {
		text = html.UnescapeString(text)
	}
	return unmarked(text)
}

// tagEnd is where a tag ends: before the > that stands in no quotation marks. It counts
// double ones alone, as html/template writes them.
func tagEnd(tag string) int {
	end, marks := 0, 0
	for {
		at := strings.IndexByte(tag[end:], '>')
		if at < 0 {
			return len(tag)
		}
		marks += strings.Count(tag[end:end+at], `"`)
		if end += at; marks%2 == 0 {
			return end
		}
		end++
	}
}

func (m *message) listUnits(yield func(unit) bool) bool {
	return m.cellUnits(yield) && m.stringUnits(yield)
}

// cellUnits takes cells as they are, and without apostrophes where one of those may stand
// within a name, which it would hide.
func (m *message) cellUnits(yield func(unit) bool) bool {
	for n, row := range m.rows {
		for _, cell := range row {
			if !yield(unit{unmarked(cell), csvPart, n + 1}) {
				return false
			}
			if strings.Contains(cell, ";'") && !yield(unit{unmarked(bare(cell)), csvPart, n + 1}) {
				return false
			}
		}
	}
	return true
}

// stringUnits takes keys and strings of the JSON. They are as the inventory has them, so
// they are made visible here, as other parts have made them.
func (m *message) stringUnits(yield func(unit) bool) bool {
	for _, s := range m.strings {
		if !yield(unit{source.Visible(s.text), jsonPart, s.line}) {
			return false
		}
	}
	return true
}

// divided reports whether a text has addresses in it, or values that follow their names,
// as parameters of header fields and attributes do.
func divided(text string) bool {
	if strings.Contains(text, "=") {
		return true
	}
	return strings.Contains(text, ":") && (strings.Contains(text, "://") || strings.Contains(text, "mailto:"))
}

// parts is a text with spaces in place of what divides addresses (RFC 3986 §2.2) and
// parameters (RFC 2045 §5.1, RFC 2231 §4), and without their percent signs.
func parts(text string) string {
	out := []byte(unpercented(text))
	for at, c := range out {
		switch c {
		case '/', '?', '#', '&', '=', ';', ':', '+', '\'':
			out[at] = ' '
		}
	}
	return string(out)
}

// unpercented decodes each octet that is written with a percent sign (RFC 3986 §2.1), and
// leaves other percent signs as they are.
func unpercented(text string) string {
	var out strings.Builder
	for {
		plain, rest, found := strings.Cut(text, "%")
		out.WriteString(plain)
		if !found {
			return out.String()
		}
		if text = rest; len(rest) >= 2 && digit(rest[0])|digit(rest[1]) <= 0xF {
			out.WriteByte(digit(rest[0])<<4 | digit(rest[1]))
			text = rest[2:]
			continue
		}
		out.WriteByte('%')
	}
}

// unmarked takes off the marks that keep a name of another direction to itself (UAX #9).
func unmarked(text string) string {
	if !strings.Contains(text, firstStrongIsolate) && !strings.Contains(text, popIsolate) {
		return text
	}
	return strings.NewReplacer(firstStrongIsolate, "", popIsolate, "").Replace(text)
}

const firstStrongIsolate, popIsolate = "\u2068", "\u2069"

package inventory

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// What can be wrong with a cell.
var (
	errBareQuote = errors.New("a quote in the middle of a cell that does not begin with one")
	errQuote     = errors.New("a quoted cell is not closed, or goes on after its closing quote")
	errOpen      = errors.New("the text ends before the closing quote")
)

// cell reads the cell at an offset. It ends before a comma, before \n or with the text;
// where it is no CSV, at the offset where that shows.
func cell(text string, at int) (content string, ends int, err error) {
	if at < len(text) && text[at] == '"' {
		return quotedCell(text, at+1)
	}
	ends = len(text)
	if length := strings.IndexAny(text[at:], ",\n"); length >= 0 {
		ends = at + length
	}
	content = text[at:ends]
	if ends == len(text) || text[ends] == '\n' {
		content = strings.TrimSuffix(content, "\r")
	}
	if bare := strings.IndexByte(content, '"'); bare >= 0 {
		return "", at + bare, errBareQuote
	}
	return content, ends, nil
}

// quotedCell reads on after an opening quote. Two quotes stand for one, and any line
// end for \n.
func quotedCell(text string, begins int) (content string, ends int, err error) {
	doubled := false
	for ends = begins; ; ends++ {
		length := strings.IndexByte(text[ends:], '"')
		if length < 0 {
			return "", len(text), errOpen
		}
		if ends += length + 1; ends == len(text) || text[ends] != '"' {
			break
		}
		doubled = true
	}
	content = text[begins : ends-1]
	if doubled {
		content = strings.ReplaceAll(content, `""`, `"`)
	}
	content = strings.ReplaceAll(content, "\r\n", "\n")
	switch after := text[ends:]; {
	case after == "", after[0] == ',', after[0] == '\n':
		return content, ends, nil
	case after == "\r", strings.HasPrefix(after, "\r\n"):
		return content, ends + 1, nil
	}
	return "", ends, errQuote
}

// written is a row as it stands in the file, and perhaps more after it.
type written struct {
	text string
	line int // on which it begins
}

// position is where a cell of the row stands. Columns are counted in characters.
func (w written) position(index int) (line, column int) {
	at := 0
	for range index {
		_, ends, _ := cell(w.text, at)
		at = ends + 1
	}
	before := w.text[:at]
	begins := strings.LastIndexByte(before, '\n') + 1
	return w.line + strings.Count(before, "\n"), utf8.RuneCountInString(before[begins:]) + 1
}

// notCSV is the fault of a row, at the line on which it begins: a quote that nobody
// closes swallows the lines after it. It shows on the last line of the row.
func notCSV(line int, row string, err error) fault {
	row = strings.TrimSuffix(strings.TrimSuffix(row, "\r"), "\n") // a \r at the end of a file is no line
	message := err.Error()
	if lines := strings.Count(row, "\n"); lines > 0 {
		message += fmt.Sprintf(" (found on line %d; the row begins here)", line+lines)
	}
	return faultAt(line, 0, "bad-row", message)
}

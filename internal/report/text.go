package report

import (
	"fmt"
	"io"
	"strings"

	"tocsin/internal/source"
)

// Text reports to people: each problem with its place, its line, and what to do.
type Text struct {
	w      io.Writer
	colour bool
	err    error
}

// NewText makes a report that is written to w, with the colours of a terminal where
// they can be seen.
func NewText(w io.Writer, colour bool) *Text { return &Text{w: w, colour: colour} }

// The colours of ECMA-48, "Select Graphic Rendition".
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	green  = "1;32"
)

var levelColour = map[source.Level]string{source.Error: red, source.Warning: yellow, source.Note: cyan}

// Problem prints one problem.
func (t *Text) Problem(p source.Problem) {
	t.print("%s: %s: %s [%s]\n", t.painted(bold, source.Visible(p.Position.String())), t.painted(levelColour[p.Level], p.Level.String()), source.Visible(p.Message), p.Code)
	if p.Excerpt != "" {
		t.excerpt(p)
	}
	if p.Hint != "" {
		t.print("    %s\n", source.Visible(p.Hint))
	}
}

// Done prints the summary.
func (t *Text) Done(s Summary) error {
	t.print("%s\n", s)
	return t.err
}

// excerptWidth is how many characters of a line are shown.
const excerptWidth = 100

// excerpt prints the line with a caret under the column.
func (t *Text) excerpt(p source.Problem) {
	line := []rune(p.Excerpt)
	if len(line) > excerptWidth || p.Position.Column < 1 || p.Position.Column > len(line)+1 {
		t.print("    | %s\n", source.Visible(string(line[:min(len(line), excerptWidth)])))
		return
	}
	before := []rune(source.Visible(string(line[:p.Position.Column-1])))
	t.print("    | %s\n    | %s%s\n", source.Visible(p.Excerpt), strings.Repeat(" ", len(before)), t.painted(green, "^"))
}

func (t *Text) painted(colour, text string) string {
	if !t.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// print writes until something fails, and nothing after that.
func (t *Text) print(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

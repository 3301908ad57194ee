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

// excerpt prints the line with a caret under the column; of a long line the part
// around the column.
func (t *Text) excerpt(p source.Problem) {
	line, column := []rune(p.Excerpt), p.Position.Column-1
	if column < 0 || column > len(line) {
		t.print("    | %s\n", source.Visible(string(line[:min(len(line), excerptWidth)])))
		return
	}
	from := 0
	if len(line) > excerptWidth {
		from = max(0, min(column-excerptWidth/2, len(line)-excerptWidth))
	}
	lead := ""
	if from > 0 {
		lead = "…"
	}
	to := min(len(line), from+excerptWidth)
	before := []rune(lead + source.Visible(string(line[from:column])))
	shown := lead + source.Visible(string(line[from:to]))
	t.print("    | %s\n    | %s%s\n", shown, strings.Repeat(" ", len(before)), t.painted(green, "^"))
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

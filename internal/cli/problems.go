package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"tocsin/internal/source"
)

// problems prints findings, each with its place, its line, and what to do. They are
// the data of check, and talk of every other command.
func (p *program) problems(w io.Writer, found source.Problems) {
	for _, f := range found {
		fmt.Fprintf(w, "%s: %s: %s [%s]\n", p.fromHere(f.Position), f.Level, source.Visible(f.Message), f.Code)
		if f.Excerpt != "" {
			excerpt(w, f)
		}
		if f.Hint != "" {
			fmt.Fprintf(w, "    %s\n", source.Visible(f.Hint))
		}
	}
}

// fromHere names a place of the site as seen from where the command was typed, so
// that an editor finds it.
func (p *program) fromHere(at source.Position) source.Position {
	at.File = filepath.Join(p.dir, filepath.FromSlash(at.File))
	return at
}

const excerptWidth = 100

// excerpt prints the line with a caret under the column.
func excerpt(w io.Writer, f source.Problem) {
	line := []rune(f.Excerpt)
	if len(line) > excerptWidth || f.Position.Column < 1 || f.Position.Column > len(line)+1 {
		fmt.Fprintf(w, "    | %s\n", source.Visible(string(line[:min(len(line), excerptWidth)])))
		return
	}
	before := []rune(source.Visible(string(line[:f.Position.Column-1])))
	fmt.Fprintf(w, "    | %s\n    | %s^\n", source.Visible(f.Excerpt), strings.Repeat(" ", len(before)))
}

// summary counts what was found.
func summary(found source.Problems) string {
	return many(found.Errors(), "error") + ", " + many(found.Warnings(), "warning")
}

// many is a number with its noun.
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

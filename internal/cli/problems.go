package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"tocsin/internal/source"
)

// problems prints findings, each with its place, its line, and what to do.
func (p *program) problems(found source.Problems) {
	for _, f := range found {
		p.say("%s: %s: %s [%s]", p.fromHere(f.Position), f.Level, source.Visible(f.Message), f.Code)
		if f.Excerpt != "" {
			p.excerpt(f)
		}
		if f.Hint != "" {
			p.say("    %s", source.Visible(f.Hint))
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
func (p *program) excerpt(f source.Problem) {
	line := []rune(f.Excerpt)
	if len(line) > excerptWidth || f.Position.Column < 1 || f.Position.Column > len(line)+1 {
		p.say("    | %s", source.Visible(string(line[:min(len(line), excerptWidth)])))
		return
	}
	p.say("    | %s", source.Visible(f.Excerpt))
	before := []rune(source.Visible(string(line[:f.Position.Column-1])))
	p.say("    | %s^", strings.Repeat(" ", len(before)))
}

// summary counts what was found.
func (p *program) summary(found source.Problems) {
	p.say("%s, %s", many(found.Errors(), "error"), many(found.Warnings(), "warning"))
}

// many is a number with its noun.
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

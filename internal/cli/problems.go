package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	findings "tocsin/internal/report"
	"tocsin/internal/source"
)

// problems prints findings, each with its place, its line, and what to do. They are
// the data of check, and talk of every other command.
func (p *program) problems(w io.Writer, found source.Problems) {
	out := findings.NewText(w, colours(w))
	for _, f := range found {
		f.Position = p.fromHere(f.Position)
		out.Problem(f)
	}
}

// fromHere names a place of the site as seen from where the command was typed, so
// that an editor finds it.
func (p *program) fromHere(at source.Position) source.Position {
	at.File = here(p.dir, at.File)
	return at
}

// here is a file of a site as seen from where the command was typed.
func here(site, file string) string {
	if name := filepath.FromSlash(file); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(site, filepath.FromSlash(file))
}

// colours reports whether colours can be seen: on a terminal that knows them, unless
// somebody asked for none (no-color.org).
func colours(w io.Writer) bool { return isTerminal(w) && wanted(os.Getenv) }

func wanted(env func(string) string) bool { return env("NO_COLOR") == "" && env("TERM") != "dumb" }

func isTerminal(w io.Writer) bool {
	if s, is := w.(*sink); is {
		w = s.w
	}
	f, is := w.(*os.File)
	return is && term.IsTerminal(int(f.Fd()))
}

// summary counts what was found.
func summary(found source.Problems) string { return findings.Summary{}.Count(found).Found() }

// many is a number with its noun.
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return many(n, "policie")
}

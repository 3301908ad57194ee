package cli

import (
	"fmt"
	"strings"

	"tocsin/internal/check"
	"tocsin/internal/source"
)

// allCodes is the word that lists the codes, and is none itself.
const allCodes = "codes"

// explainCode says what a check wants, and why; of the word for all, what each wants.
func (p *program) explainCode(word string) {
	c, found := check.Find(word)
	if !found {
		p.listCodes()
		return
	}
	p.print("%s", hang(fmt.Sprintf("%s (%s): %s", c.Name, c.Level, c.Wants), 4))
	p.print("\n%s", hang(strings.Join(strings.Fields(c.Why), " "), 0))
	p.sample("For instance", c.Example)
	p.sample("Mended", c.Mended)
	p.print("")
	for _, line := range fate(c) {
		p.print("%s", hang(line, 0))
	}
}

// nearby are the codes that share a word with what was typed, for a hint; all, where
// none does.
func nearby(word string) []string {
	var near []string
	for _, name := range check.Names() {
		for part := range strings.SplitSeq(word, "-") {
			if len(part) > 2 && strings.Contains(name, part) {
				near = append(near, name)
				break
			}
		}
	}
	if len(near) == 0 {
		return check.Names()
	}
	return near
}

// sample prints a small text, with the file that it stands in.
func (p *program) sample(title, text string) {
	where := ""
	if !strings.HasPrefix(text, "-- ") {
		where = ", in a bulletin"
	}
	p.print("\n%s%s:\n", title, where)
	for line := range strings.Lines(text) {
		p.print("    %s", source.Visible(strings.TrimSuffix(line, "\n")))
	}
}

// fate says what becomes of a problem with the code.
func fate(c check.Code) []string {
	var lines []string
	if c.By != "" {
		lines = append(lines, "Found by tocsin "+c.By+".")
	}
	if c.Level == source.Error {
		lines = append(lines, "In a draft it is a warning, unless the draft's being there is the fault.")
	}
	if c.Fixable {
		lines = append(lines, "tocsin check --fix mends it, where there is only one way to.")
	}
	if c.Suppressible {
		return append(lines, "A suppress: entry with a code, a reason and a day silences it in one file.")
	}
	return append(lines, "It cannot be suppressed.")
}

func (p *program) listCodes() {
	for _, c := range check.Codes() {
		p.print("%-26s %s", c.Name, hang(c.Wants, 27))
	}
}

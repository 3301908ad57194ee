package cli

import (
	"iter"
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/notify/planning"
	"tocsin/internal/source"
)

// sampleLines is how much of a letter `plan` shows: what it is about, and what to do.
const sampleLines = 20

// printSample shows how the letters begin, with nobody's name in them.
func (p *program) printSample(sources planning.Sources, rows iter.Seq2[notify.Row, error], plan notify.Plan) error {
	letter, found, err := sources.Sample(rows, plan)
	if err != nil || !found {
		return err
	}
	lines := strings.Split(strings.TrimSpace(letter.Text), "\n")
	p.print("  a letter begins like this, with its names masked:")
	p.print("  | Subject: %s", source.Visible(letter.Subject))
	p.print("  |")
	for _, line := range lines[:min(sampleLines, len(lines))] {
		p.print("%s", strings.TrimRight("  | "+source.Visible(line), " "))
	}
	if more := len(lines) - sampleLines; more > 0 {
		p.print("  | … and %s more", many(more, "line"))
	}
	return nil
}

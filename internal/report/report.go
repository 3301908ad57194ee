// Package report tells people and programs what is wrong: problems as text with the
// line and a caret, or as one JSON document. It knows neither terminals nor flags: who
// calls says whether colours can be seen.
package report

import (
	"fmt"
	"strings"

	"tocsin/internal/source"
)

// Reporter is told every problem of a run, then how the run ended.
type Reporter interface {
	Problem(source.Problem)
	// Done ends the report. The error is the first failure to write any of it.
	Done(Summary) error
}

// Summary counts what a run looked at and what it found.
type Summary struct {
	Bulletins  int `json:"bulletins"`
	Drafts     int `json:"drafts"` // of the bulletins
	Policies   int `json:"policies"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Notes      int `json:"notes"`
	Suppressed int `json:"suppressed"` // problems that suppress: entries took out
	Fixable    int `json:"fixable"`    // problems that check --fix can mend

	Unshown bool `json:"-"` // the notes were counted and not told
}

// Count adds up what was found.
func (s Summary) Count(found source.Problems) Summary {
	for _, p := range found {
		if len(p.Fix) > 0 {
			s.Fixable++
		}
		switch p.Level {
		case source.Error:
			s.Errors++
		case source.Warning:
			s.Warnings++
		default:
			s.Notes++
		}
	}
	return s
}

// Found says what was found: 2 errors, 1 warning. Notes and suppressed problems are
// named only where there are any.
func (s Summary) Found() string {
	parts := []string{many(s.Errors, "error", "errors"), many(s.Warnings, "warning", "warnings")}
	if s.Notes > 0 {
		notes := many(s.Notes, "note", "notes")
		if s.Unshown {
			notes += " (--notes shows them)"
		}
		parts = append(parts, notes)
	}
	if s.Suppressed > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed", s.Suppressed))
	}
	return strings.Join(parts, ", ")
}

// String says what was looked at, what was found, and how much of it mends itself.
func (s Summary) String() string {
	text := fmt.Sprintf("checked %s (%s) and %s: %s", many(s.Bulletins, "bulletin", "bulletins"),
		many(s.Drafts, "draft", "drafts"), many(s.Policies, "policy", "policies"), s.Found())
	if s.Fixable > 0 {
		text += fmt.Sprintf(" (check --fix mends %d)", s.Fixable)
	}
	return text
}

// many is a number with its noun.
func many(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

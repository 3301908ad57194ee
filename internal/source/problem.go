package source

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level is how grave a problem is.
type Level int

const (
	// Error stops what was asked for.
	Error Level = iota
	// Warning is printed and stops nothing.
	Warning
	// Note tells what somebody may want to know.
	Note
)

// String is the word that is printed.
func (l Level) String() string {
	return [...]string{"error", "warning", "note"}[l]
}

// Problem is one thing that is wrong, where it stands, and what to do about it.
type Problem struct {
	Position Position
	Level    Level
	Code     string // stable name of the kind of problem, such as unknown-key
	Message  string // what is wrong: lower case, no full stop, the thing quoted
	Hint     string // what to do about it; may be empty
	Excerpt  string // the line it stands on, as written; may be empty
	Softened bool   // an error, but for standing in a draft
	Fix      []Edit // what mends it without changing its meaning; empty where only a person can
}

// Suppression silences the problems of one code in one file, for a reason and until
// a day.
type Suppression struct {
	Code     string
	Reason   string
	Until    time.Time // the day on which the problem shows again, UTC
	Position Position
}

// Edit replaces a stretch of a file's bytes.
type Edit struct {
	Start, End int // byte offsets; End is the first one that stays
	Text       string
}

// Problems is everything found in one run. It is never cut short at the first.
type Problems []Problem

// Errors counts the problems that stop the work.
func (ps Problems) Errors() int { return ps.count(Error) }

// Warnings counts the problems that stop nothing but want a look.
func (ps Problems) Warnings() int { return ps.count(Warning) }

func (ps Problems) count(level Level) int {
	n := 0
	for _, p := range ps {
		if p.Level == level {
			n++
		}
	}
	return n
}

// Soften turns the errors into warnings and remembers that they were errors: they
// are again once the draft is released.
func (ps Problems) Soften() {
	for i := range ps {
		if ps[i].Level == Error {
			ps[i].Level, ps[i].Softened = Warning, true
		}
	}
}

// Sort orders the problems by file, line and column, so that two runs print alike.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.Position.File, b.Position.File); c != 0 {
			return c
		}
		if a.Position.Line != b.Position.Line {
			return a.Position.Line - b.Position.Line
		}
		return a.Position.Column - b.Position.Column
	})
}

// Error says how many problems there are and the first of them, which makes the
// list an error that a caller can return whole and print in full with errors.As.
func (ps Problems) Error() string {
	switch len(ps) {
	case 0:
		return "no problems"
	case 1:
		return fmt.Sprintf("%s: %s", ps[0].Position, ps[0].Message)
	}
	return fmt.Sprintf("%s: %s (and %d more)", ps[0].Position, ps[0].Message, len(ps)-1)
}

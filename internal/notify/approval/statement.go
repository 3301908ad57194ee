package approval

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/source"
)

// About is what a statement says of the bulletin itself, for whoever reads it. The
// digests of the plan's inputs bind it.
type About struct {
	Title    string
	Revision int         // 1 is the first
	Kind     notify.Kind // of the letters; empty is a first notice
}

// Statement is what is signed. Each of its values stands in one place of the text, on a
// line of its own, and the letter behind bars.
type Statement struct {
	Role    notify.Role
	Reason  string // why the glass is broken; else empty
	About   About
	Plan    notify.Plan // without Tables and Counts
	Terms   Terms
	Decided []notify.Decided // in the order of the ledger
	Sample  string           // one letter of the plan, nobody's, as its reader sees it
	earlier bool             // in the form of a tocsin that said of all-clears nothing but their rows
}

// opening is the sentence that is signed, by role.
var opening = map[notify.Role]string{
	notify.Approving:     "I have read this plan, and approve that its letters are delivered as they are frozen.",
	notify.Planning:      "I have made this plan, or answer for it, and leave it to others to approve it.",
	notify.BreakingGlass: "I alone decide that the letters of this plan are delivered, without the approvals that it needs.",
}

// What was signed in the first form still counts: plans were frozen and approved by it. The
// second is written where it says more, of all-clears.
const (
	title       = "tocsin plan statement 1"
	titleClear  = "tocsin plan statement 2"
	sampleTitle = "A letter of this plan that is nobody's (it quotes every sentence that any of them can):"
)

// Text is the statement as it is read and signed: lines of UTF-8, with nothing in them
// that acts or hides. The same statement has the same bytes anywhere.
func (s Statement) Text() []byte {
	var w writer
	w.line(s.title())
	w.line("")
	w.line(opening[s.Role])
	w.line("")
	w.value("Signed as", string(s.Role))
	if s.Role == notify.BreakingGlass {
		w.value("Reason", s.Reason)
	}
	w.value("Plan", s.Plan.ID.String())
	w.value("Digest", s.Plan.Digest)
	w.value("Bulletin", s.About.Title)
	w.value("Revision", strconv.Itoa(s.About.Revision))
	w.value("Letters", kindWord(s.About.Kind))
	w.value("Transport", s.Plan.Transport)
	w.value("Planned", s.Plan.Created.UTC().Format(time.RFC3339))
	w.value("Deadline", s.Plan.Deadline.UTC().Format(time.RFC3339))
	w.value("Undetermined", choiceWord(s.Plan.Undetermined))
	w.value("Approvals required", strconv.Itoa(s.Terms.Required))
	w.value("Planner excluded", yesNo(s.Terms.ExcludePlanner))
	w.value("Break-glass after", s.Terms.BreakGlass.String())
	w.value("Allowed signers", s.Terms.Signers)
	w.rows(s)
	w.inputs(s.Plan.Inputs)
	w.sample(s.Sample)
	return []byte(w.String())
}

// writer writes lines that show all that is in them.
type writer struct{ strings.Builder }

func (w *writer) line(text string) {
	w.WriteString(source.Visible(text))
	w.WriteByte('\n')
}

func (w *writer) value(name, text string) { w.line(name + ": " + text) }

// title is the first line, which says the form.
func (s Statement) title() string {
	if s.clears() {
		return titleClear
	}
	return title
}

// clears reports whether the text says of all-clears how many are told, and what.
func (s Statement) clears() bool {
	return !s.earlier && slices.ContainsFunc(s.Decided, func(d notify.Decided) bool { return d.Kind == notify.AllClear })
}

// allClear is what an all-clear of the plan tells. It follows from the digest of the bulletin's
// status, which is signed as well: of a bulletin that is withdrawn there is no other letter.
func (s Statement) allClear() string {
	if s.Plan.Inputs[notify.StatusInput] == notify.Digest([]byte(bulletin.Withdrawn)) {
		return "the bulletin is withdrawn"
	}
	return "the bulletin does not touch them any more"
}

// rows writes how the affected add up, by standing and by clauses; and apart from them, who was
// told before and gets an all-clear.
func (w *writer) rows(s Statement) {
	sum, clear := 0, 0
	for _, d := range s.Decided {
		if d.Kind == notify.AllClear {
			clear += d.Rows
		} else {
			sum += d.Rows
		}
	}
	w.line("")
	w.value("Affected", strconv.Itoa(sum))
	if s.clears() {
		w.value("Told before, and affected no more", strconv.Itoa(clear))
		w.value("All-clear", s.allClear())
	}
	for _, d := range s.Decided {
		line := fmt.Sprintf("  %d %s", d.Rows, d.Standing)
		if d.Kind != "" {
			line += " " + string(d.Kind)
		}
		if len(d.Clauses) > 0 {
			line += ": " + strings.Join(d.Clauses, ", ")
		}
		w.line(line)
	}
}

// inputs writes what the plan was made from, sorted by name.
func (w *writer) inputs(inputs notify.Inputs) {
	w.line("")
	w.line("Made from:")
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		w.line("  " + name + " " + inputs[name])
	}
}

// sample writes a letter behind bars, so that nothing in it is taken for the statement.
func (w *writer) sample(text string) {
	w.line("")
	w.line(sampleTitle)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		w.line(strings.TrimRight("| "+source.Visible(line), " "))
	}
}

// kindWord is a kind of letter as the statement has it.
func kindWord(k notify.Kind) string {
	if k == "" {
		return string(notify.FirstNotice)
	}
	return string(k)
}

// choiceWord is what was chosen for those that nobody can tell of; none where there was
// nothing to choose.
func choiceWord(c notify.Choice) string {
	if c == notify.Undecided {
		return "none"
	}
	return string(c)
}

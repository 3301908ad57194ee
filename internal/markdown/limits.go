package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// The limits stop what makes goldmark take time or space out of all proportion
// to the text (32 KiB of table made 164 MB of HTML in 38 s). It cannot be
// cancelled, so the text is weighed before. No text that a person wrote comes near.
const (
	maxBody       = 256 << 10
	maxLine       = 8 << 10
	maxLines      = 20_000
	maxBlank      = 2_000 // empty lines in a row: each is tried in every list around
	maxBareLinks  = 10_000
	maxEntities   = 10_000 // the characters & that may begin one
	maxDepth      = 16     // quotes and list items within each other
	maxContainers = 8_000  // marks of quotes and list items, of all lines together
	maxSteps      = 64     // list marks, each further in than the one before
	maxColumns    = 32     // of a table
	maxRows       = 1000   // of a table
	maxCells      = 40_000 // of all tables together
	cellsAnyway   = 4_000  // more than one for two bytes of text: short rows are filled up
	maxHeadings   = 2_000
	maxFootnotes  = 1_000   // and references to them
	maxFootnested = 4       // footnotes within lists and each other
	maxReferences = 500     // lines beginning with [ in one block
	maxMarks      = 64_000  // of the inside of all blocks together
	maxWork       = 8 << 20 // squares of the numbers of marks in each block, summed
	maxProblems   = 1_000   // that anybody would read; one is enough to refuse a text
	maxPieces     = 15_000  // tags of raw HTML and the texts between them, with the cells of tables
	tableCost     = 8       // pieces that a table counts as besides
	startingCost  = 4       // pieces that a beginning of raw HTML counts as
	maxAttributes = 32      // of one tag
	maxNesting    = 64      // tags of raw HTML within each other
)

// marks are the characters whose matching takes goldmark quadratic time in a block.
const marks = "*_~`[](<!"

// excess tells which limit the text exceeds first, nil where it keeps to all.
func (d *Document) excess() *Problem {
	if len(d.source) > maxBody {
		return tooComplex(1, "the text has %d bytes, more than %d", len(d.source), maxBody)
	}
	t, p := excessOfLines(d.source)
	if p != nil || t.work <= maxWork && t.marks <= maxMarks {
		return p
	}
	return d.excessOfBlocks()
}

func tooDeep(line int) *Problem {
	return tooComplex(line, "quotes and lists stand more than %d deep in each other", maxDepth)
}

func tooComplex(line int, format string, args ...any) *Problem {
	return &Problem{
		Line: line, Column: 1, Code: "too-complex",
		Message: fmt.Sprintf(format, args...),
		Hint:    "split it up, or say it more simply",
	}
}

// tally is what excessOfLines knows of the lines so far.
type tally struct {
	columns    int   // of the table that may be going on; 0 for none
	rows       int   // of it, below its head
	references int   // since the last blank line
	cells      int   // since the beginning
	steps      []int // indents of the list marks that the next line may stand under
	blank      int   // lines just before
	entities   int   // since the beginning
	bareLinks  int   // since the beginning
	containers int   // since the beginning
	footnotes  int   // since the beginning, with the references to them
	marks      int   // since the beginning
	weight     int   // marks since the last blank line
	work       int64 // squares of the numbers of marks before that, summed
	marked     bool  // there are so many marks that they have to be weighed
	crowded    bool  // there are too many entities, bare links or footnotes: they are counted to find the line
}

// look finds out what does not have to be counted line by line: hardly a text comes
// near these limits as a whole.
func (t *tally) look(source []byte) {
	t.marked = square(countMarks(source)) > maxWork
	t.crowded = bytes.Count(source, []byte("&")) > maxEntities ||
		bytes.Count(source, []byte(":")) > maxBareLinks || bytes.Count(source, []byte("^")) > maxFootnotes
}

// excessOfLines looks at what shows without parsing. What it counts is the most that
// the insides of the blocks can have: no block goes on over a blank line.
func excessOfLines(source []byte) (t tally, excess *Problem) {
	t.look(source)
	number := 0
	for line := range bytes.Lines(source) {
		number++
		switch {
		case len(line) > maxLine:
			return t, tooComplex(number, "the line has %d bytes, more than %d", len(line), maxLine)
		case number > maxLines:
			return t, tooComplex(number, "the text has more than %d lines", maxLines)
		}
		depth, rest := containers(line)
		if p := t.nest(number, line, depth); p != nil {
			return t, p
		}
		if p := t.add(number, rest); p != nil {
			return t, p
		}
		if t.marked {
			t.weigh(line)
		}
	}
	if t.cells > cellsAnyway+len(source)/2 {
		return t, tooComplex(number, "the tables have %d cells, most of them empty", t.cells)
	}
	t.work += square(t.weight)
	return t, nil
}

// nest follows how quotes, list items and footnotes stand in each other.
func (t *tally) nest(number int, line []byte, depth int) *Problem {
	if depth == 0 {
		return nil
	}
	inner := bytes.TrimLeft(line, " \t")
	t.step(len(line) - len(inner))
	t.containers += depth
	switch {
	case depth > maxDepth || len(t.steps) > maxSteps, inner[0] == '[' && len(t.steps) > maxFootnested:
		return tooDeep(number)
	case t.containers > maxContainers:
		return tooComplex(number, "there are more than %d marks of quotes and list items", maxContainers)
	}
	return nil
}

// weigh counts the marks of a line. Only a blank line surely ends a block.
func (t *tally) weigh(line []byte) {
	if len(bytes.TrimLeft(line, " \t\r\n")) == 0 {
		t.work += square(t.weight)
		t.weight = 0
		return
	}
	marks := countMarks(line)
	t.marks += marks
	t.weight += marks
}

// countMarks is how many of the [marks] a text has.
func countMarks(text []byte) int {
	n := 0
	for i := range len(marks) {
		n += bytes.Count(text, []byte(marks[i:i+1]))
	}
	return n
}

// square is the work of so many marks. An int of 32 bits would not hold that of a text which is
// all marks.
func square(n int) int64 { return int64(n) * int64(n) }

// step keeps the staircase of list marks. Code may hold a staircase too, so its
// limit is generous; how deep the lists are in truth is seen once they are read.
func (t *tally) step(indent int) {
	for len(t.steps) > 0 && t.steps[len(t.steps)-1] >= indent {
		t.steps = t.steps[:len(t.steps)-1]
	}
	t.steps = append(t.steps, indent)
}

// add counts what stands in a line, without what it stands in.
func (t *tally) add(number int, line []byte) *Problem {
	if len(line) == 0 {
		t.blank++
		if t.blank > maxBlank {
			return tooComplex(number, "more than %d empty lines stand in a row", maxBlank)
		}
		t.columns, t.rows, t.references = 0, 0, 0
		return nil
	}
	t.blank = 0
	if t.crowded {
		t.entities += bytes.Count(line, []byte("&"))
		t.bareLinks += bytes.Count(line, https)
		t.footnotes += bytes.Count(line, []byte("[^"))
	}
	if line[0] == '[' {
		t.references++
	}
	if columns := delimiters(line); columns > 0 {
		t.columns, t.rows = max(t.columns, columns), 0
	} else {
		t.rows++
	}
	t.cells += t.columns
	return t.excess(number)
}

func (t *tally) excess(number int) *Problem {
	switch {
	case t.columns > maxColumns:
		return tooComplex(number, "the table has more than %d columns", maxColumns)
	case t.columns > 0 && t.rows > maxRows:
		return tooComplex(number, "the table has more than %d rows", maxRows)
	case t.cells > maxCells:
		return tooComplex(number, "the tables have more than %d cells", maxCells)
	case t.bareLinks > maxBareLinks:
		return tooComplex(number, "there are more than %d links", maxBareLinks)
	case t.entities > maxEntities:
		return tooComplex(number, "there are more than %d of the character &", maxEntities)
	case t.footnotes > maxFootnotes:
		return tooComplex(number, "there are more than %d footnotes and references to them", maxFootnotes)
	case t.references > maxReferences:
		return tooComplex(number, "more than %d lines in a row begin with [", maxReferences)
	}
	return nil
}

// containers counts the block quote and list marks a line begins with, and gives
// the rest without white space around it.
func containers(line []byte) (int, []byte) {
	depth := 0
	for {
		line = bytes.TrimSpace(line)
		n := containerMark(line)
		if n == 0 || depth > maxDepth || isThematicBreak(line) {
			return depth, line
		}
		line, depth = line[n:], depth+1
	}
}

// containerMark is the length of the mark that opens a quote, a list item
// (CommonMark 5.1, 5.2) or a footnote, 0 where the line begins with none.
func containerMark(line []byte) int {
	digits := 0
	for digits < len(line) && digits < 10 && '0' <= line[digits] && line[digits] <= '9' {
		digits++
	}
	switch {
	case len(line) == 0:
		return 0
	case line[0] == '>':
		return 1
	case bytes.HasPrefix(line, []byte("[^")):
		if end := bytes.Index(line, []byte("]:")); end > 0 {
			return end + 2
		}
	case digits > 0 && digits < len(line) && (line[digits] == '.' || line[digits] == ')'):
		digits++
	case line[0] == '-' || line[0] == '+' || line[0] == '*':
		digits = 1
	default:
		return 0
	}
	if digits == len(line) || line[digits] == ' ' || line[digits] == '\t' {
		return digits
	}
	return 0
}

func isThematicBreak(line []byte) bool {
	return len(bytes.Trim(line, "* \t")) == 0 || len(bytes.Trim(line, "- \t")) == 0
}

// delimiters counts the columns that a line opens if it is the delimiter row of a
// table (GFM 4.10), generously; 0 where it cannot be one.
func delimiters(line []byte) int {
	dashes := false
	for _, c := range line {
		switch c {
		case '-':
			dashes = true
		case '|', ':', ' ', '\t', '\v', '\f', '\r':
		default:
			return 0
		}
	}
	if !dashes {
		return 0
	}
	return bytes.Count(bytes.Trim(line, "| \t"), []byte("|")) + 1
}

// excessOfBlocks reads the blocks and weighs the inside of each: goldmark's work
// on it grows with the square of its marks.
func (d *Document) excessOfBlocks() *Problem {
	var found *Problem
	work, total := int64(0), 0
	root := outlineGrammar().Parse(text.NewReader(d.source))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		weight := d.weight(n)
		work += square(weight)
		total += weight
		if work > maxWork || total > maxMarks {
			found = tooComplex(d.place(blockOffset(n)).line, "there are too many of the characters %s here", marks)
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// weight counts the marks of a block that has inline content.
func (d *Document) weight(n ast.Node) int {
	if n.Type() == ast.TypeInline || n.IsRaw() {
		return 0
	}
	weight := 0
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		weight += countMarks(d.source[segment.Start:segment.Stop])
	}
	return weight
}

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
	maxDepth      = 16      // quotes and list items within each other
	maxSteps      = 64      // list marks, each further in than the one before
	maxColumns    = 32      // of a table
	maxRows       = 1000    // of a table
	maxCells      = 64_000  // of all tables together: short rows are filled up
	maxReferences = 500     // lines beginning with [ in one block
	maxWork       = 8 << 20 // squares of the numbers of marks in each block, summed
	maxPieces     = 50_000  // tags of raw HTML and the texts between them
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
	if p := excessOfLines(d.source); p != nil {
		return p
	}
	return d.excessOfBlocks()
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
}

// excessOfLines looks at what shows without parsing.
func excessOfLines(source []byte) *Problem {
	var t tally
	number := 0
	for line := range bytes.Lines(source) {
		number++
		if len(line) > maxLine {
			return tooComplex(number, "the line has %d bytes, more than %d", len(line), maxLine)
		}
		depth, rest := containers(line)
		if depth > 0 {
			t.step(len(line) - len(bytes.TrimLeft(line, " \t")))
		}
		if depth > maxDepth || len(t.steps) > maxSteps {
			return tooComplex(number, "quotes and lists stand more than %d deep in each other", maxDepth)
		}
		if p := t.add(number, rest); p != nil {
			return p
		}
	}
	return nil
}

// step keeps the staircase of list marks. Code may hold a staircase too, so its
// limit is generous; how deep the lists are in truth is seen once they are read.
func (t *tally) step(indent int) {
	for len(t.steps) > 0 && t.steps[len(t.steps)-1] >= indent {
		t.steps = t.steps[:len(t.steps)-1]
	}
	t.steps = append(t.steps, indent)
}

func (t *tally) add(number int, line []byte) *Problem {
	if len(line) == 0 {
		*t = tally{cells: t.cells, steps: t.steps}
		return nil
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
	switch {
	case t.columns > maxColumns:
		return tooComplex(number, "the table has more than %d columns", maxColumns)
	case t.columns > 0 && t.rows > maxRows:
		return tooComplex(number, "the table has more than %d rows", maxRows)
	case t.cells > maxCells:
		return tooComplex(number, "the tables have more than %d cells", maxCells)
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

// containerMark is the length of the mark that opens a quote or a list item
// (CommonMark 5.1, 5.2), 0 where the line begins with none.
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
	case digits > 0 && digits < len(line) && (line[digits] == '.' || line[digits] == ')'):
		digits++
	case digits == 0 && bytes.IndexByte([]byte("-+*"), line[0]) >= 0:
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
	work := 0
	root := outlineGrammar().Parse(text.NewReader(d.source))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		line := func() int { return d.place(blockOffset(n)).line }
		if nesting(n) > maxDepth {
			found = tooComplex(line(), "quotes and lists stand more than %d deep in each other", maxDepth)
			return ast.WalkStop, nil
		}
		weight := d.weight(n)
		work += weight * weight
		if work > maxWork {
			found = tooComplex(line(), "there are too many of the characters %s here", marks)
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
		for _, c := range d.source[segment.Start:segment.Stop] {
			if bytes.IndexByte([]byte(marks), c) >= 0 {
				weight++
			}
		}
	}
	return weight
}

// nesting counts the quotes and list items around a block that is one itself.
// The cost of counting upwards is bounded: the walk stops at the limit.
func nesting(n ast.Node) int {
	depth := 0
	for p := n; p != nil; p = p.Parent() {
		if k := p.Kind(); k == ast.KindBlockquote || k == ast.KindListItem {
			depth++
		}
	}
	return depth
}

// Package markdown turns Markdown into HTML that is safe to put on a page, and
// says what in it cannot be put there.
//
// The language is CommonMark 0.31 with tables, strikethrough and bare https
// links. It has no attributes and no raw HTML: whatever would come out other
// than written is a [Problem] with its place. [Document.HTML] is safe even where
// problems are ignored: an unsafe link becomes its text, raw HTML is shown.
//
// This is the only door of goldmark; none of its types leave the package.
package markdown

import (
	"bytes"
	"errors"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Problem is one thing in a text that a page cannot show as it is written.
type Problem struct {
	Line, Column int    // within the text, from 1; Column in characters
	Code         string // raw-html, unsafe-link, remote-image or too-complex
	Message      string // what is wrong: lower case, the thing quoted
	Hint         string // what to do about it
}

// Document is a text that was parsed once. It does not change any more: any
// number of goroutines may read and render it.
type Document struct {
	source   []byte
	lines    []int    // where each line of source begins
	root     ast.Node // nil where the text is too complex to be parsed
	problems []Problem
	headings []Heading
	outline  map[ast.Node]Heading
}

var errTooComplex = errors.New("the text is too complex to be rendered")

// Parse reads a text. It never fails: what is wrong stands in Problems. A text
// too complex to be read in reasonable time has that as its only problem, and
// then no headings and no words.
func Parse(body []byte) *Document {
	// A copy of exact capacity: goldmark appends to slices of the source.
	d := &Document{source: slices.Clip(bytes.Clone(body))}
	d.lines = lineStarts(d.source)
	if excess := d.excess(); excess != nil {
		d.problems = []Problem{*excess}
		return d
	}
	d.root = grammar().Parse(text.NewReader(d.source))
	d.readHeadings()
	d.findProblems()
	return d
}

// Problems lists what the page cannot show, in the order of the text.
func (d *Document) Problems() []Problem { return slices.Clone(d.problems) }

// Package markdown turns Markdown into HTML that is safe to put on a page, and
// says what in it cannot be put there.
//
// The language is CommonMark 0.31 with tables, strikethrough, bare https links,
// footnotes and callouts (> [!NOTE]), without attributes. Raw HTML may have what
// Markdown cannot say (tables with lists in them, details, anchors) and must be
// balanced; its tags are read, checked one by one and written anew, and the whole
// page is then held against an allow-list and against what a browser's parser makes
// of it.
//
// Whatever would come out other than written is a [Problem] with its place.
// [Document.HTML] is safe even where problems are ignored: an unsafe link becomes
// its text, and raw HTML with a problem is shown as text.
//
// This is the only door of goldmark, bluemonday and x/net/html; none of their
// types leave the package.
package markdown

import (
	"cmp"
	"errors"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Problem is one thing in a text that a page cannot show as it is written.
type Problem struct {
	Line, Column int    // within the text, from 1; Column in characters
	Code         string // html-removed, html-unbalanced, html-comment, duplicate-anchor, unsafe-link, remote-image, footnote or too-complex
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
	anchors  []string
	links    []Link
	outline  map[ast.Node]int     // where in headings those of Markdown stand
	html     map[ast.Node][]piece // raw HTML
	shown    bool                 // raw HTML has problems and is shown as text
	unlinked map[ast.Node]bool    // addresses that stand in a link already
	callouts map[ast.Node]callout // quotes that are more
	struck   *int                 // how many <del> stand open; nil where struck-out text counts
}

var errTooComplex = errors.New("the text is too complex to be rendered")

// Parse reads a text, which must not change any more. It never fails: what is wrong
// stands in Problems. A text too complex to be read in reasonable time has that as its
// only problem, and then no headings and no words.
func Parse(body []byte) *Document {
	d := &Document{source: slices.Clip(body)} // goldmark appends to slices of the source
	d.lines = lineStarts(d.source)
	if excess := d.excess(); excess != nil {
		d.problems = []Problem{*excess}
		return d
	}
	found, complete := d.parseQuickly()
	if !complete {
		d.forget()
		found = d.parse(grammar())
	}
	if excess := d.learn(&found); excess != nil {
		d.forget()
		d.problems = []Problem{*excess}
	}
	return d
}

// forget leaves only what was known before the text was parsed.
func (d *Document) forget() { *d = Document{source: d.source, lines: d.lines} }

// material is what there is to learn from, once a text was parsed.
type material struct {
	footnotes
	nodes  []ast.Node // see survey
	excess *Problem
}

// parse reads a text that keeps to the first limits.
func (d *Document) parse(g parser.Parser) material {
	var m material
	pc := parser.NewContext()
	pc.Set(footnotesKey, &m.footnotes)
	d.root = g.Parse(text.NewReader(d.source), parser.WithContext(pc))
	m.nodes, m.excess = d.survey()
	return m
}

// learn finds out everything there is to know of a parsed text. What it returns is a
// limit that the text exceeds.
func (d *Document) learn(m *material) *Problem {
	if m.excess != nil {
		return m.excess
	}
	nodes := m.nodes
	d.readHeadings(nodes)
	if excess := d.checkBalance(); excess != nil {
		return excess
	}
	d.findProblems(nodes)
	d.checkFootnotes(&m.footnotes)
	d.readAnchors(nodes)
	d.checkPage()
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return nil
}

// Problems lists what the page cannot show, in the order of the text: the first 1,000
// that were found.
func (d *Document) Problems() []Problem { return slices.Clone(d.problems) }

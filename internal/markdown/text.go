package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// Kind is what a [Block] is.
type Kind string

// The kinds of blocks.
const (
	HeadingBlock Kind = "heading"
	Paragraph    Kind = "paragraph"
	Item         Kind = "item" // a paragraph of a list
	Row          Kind = "row"  // of a table, its cells joined by spaces
	Code         Kind = "code"
)

// Block is one piece of a text as a reader sees it, without its markup.
type Block struct {
	Kind  Kind
	Level int    // of a heading: as rendered
	Line  int    // within the text, from 1
	Text  string // on one line, white space folded; never empty
}

// Text is the plain text: markup stripped, one line a block, white space folded.
func (d *Document) Text() string {
	var b strings.Builder
	for i, block := range d.Blocks() {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(block.Text)
	}
	return b.String()
}

// passage is a block with its words as they stand, and who writes which of them.
type passage struct {
	Block
	words  string
	leaves []leaf
}

// Blocks lists the pieces of the text in their order.
func (d *Document) Blocks() []Block { return blocks(d.passages(false)) }

func blocks(passages []passage) []Block {
	var blocks []Block
	for _, q := range passages {
		blocks = append(blocks, q.Block)
	}
	return blocks
}

// passages lists the blocks; who writes their words only where that is asked for.
func (d *Document) passages(whole bool) []passage {
	if d.root == nil {
		return nil
	}
	var found []passage
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		kind := d.kind(n)
		if entering && n.Kind() == ast.KindHTMLBlock {
			found = append(found, d.htmlPassages(n, whole)...)
			return ast.WalkSkipChildren, nil
		}
		if !entering || kind == "" {
			return ast.WalkContinue, nil
		}
		r := reading{whole: whole}
		d.read(&r, n)
		if q := r.passage(Block{Kind: kind, Level: d.level(n), Line: d.place(blockOffset(n)).line}); q.Text != "" {
			found = append(found, q)
		}
		return ast.WalkSkipChildren, nil
	})
	return found
}

// Standing lists the pieces of the text as [Document.Blocks] does, without what is
// struck out: nobody stands by that any more. A <del> that does not end strikes out all
// that follows.
func (d *Document) Standing() []Block { return blocks(d.standing(false)) }

func (d *Document) standing(whole bool) []passage {
	standing := *d
	standing.struck = new(int)
	return standing.passages(whole)
}

// strike follows the tags of raw HTML that strike words out, and reports whether a piece
// is struck out itself.
func (d *Document) strike(p *piece) bool {
	if d.struck == nil {
		return false
	}
	if p.name == "del" || p.name == "s" || p.name == "strike" {
		switch p.kind {
		case startPiece:
			*d.struck++
		case endPiece:
			*d.struck = max(*d.struck-1, 0)
		}
		return true
	}
	return p.kind == wordsPiece && *d.struck > 0
}

// kind tells what a node is to a reader; empty where it only holds others.
func (d *Document) kind(n ast.Node) Kind {
	switch n.Kind() {
	case ast.KindHeading:
		return HeadingBlock
	case ast.KindCodeBlock, ast.KindFencedCodeBlock:
		return Code
	case east.KindTableRow, east.KindTableHeader:
		return Row
	case ast.KindParagraph, ast.KindTextBlock:
		if within(n, ast.KindListItem) {
			return Item
		}
		return Paragraph
	}
	return ""
}

func within(n ast.Node, kind ast.NodeKind) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == kind {
			return true
		}
	}
	return false
}

// reading gathers the words of a block.
type reading struct {
	bytes.Buffer
	whole  bool // note who writes them
	leaves []leaf
}

// leaf is a node, or a *piece of raw HTML, that writes some of the words of a block.
type leaf struct {
	by         any
	start, end int // within them
}

func (r *reading) add(by any, words []byte) {
	if r.whole {
		r.leaves = append(r.leaves, leaf{by, r.Len(), r.Len() + len(words)})
	}
	r.Write(words)
}

// addText adds words, with the end of their line where it breaks.
func (r *reading) addText(t *ast.Text, d *Document) {
	start := r.Len()
	r.Write(d.plainValue(t))
	if breaks(t) {
		r.WriteByte('\n')
	}
	if r.whole {
		r.leaves = append(r.leaves, leaf{t, start, r.Len()})
	}
}

// text is what was read, on one line.
func (r *reading) text() string { return fold(r.String()) }

func (r *reading) passage(b Block) passage {
	b.Text = r.text()
	q := passage{Block: b}
	if r.whole {
		q.words, q.leaves = r.String(), r.leaves
	}
	return q
}

// words is the plain text of a node on one line.
func (d *Document) words(n ast.Node) string {
	if t, is := n.FirstChild().(*ast.Text); is && t.NextSibling() == nil && !breaks(t) {
		return fold(string(d.plainValue(t))) // as in most headings
	}
	var r reading
	d.read(&r, n)
	return r.text()
}

func (d *Document) read(r *reading, n ast.Node) {
	if raw, is := n.(*ast.RawHTML); is {
		r.WriteString(d.wordsOf(d.html[raw]))
		return
	}
	if d.struck != nil && (n.Kind() == east.KindStrikethrough || *d.struck > 0 && n.FirstChild() == nil) {
		r.WriteByte(' ')
		return
	}
	switch n := n.(type) {
	case *ast.Text:
		r.addText(n, d)
	case *ast.AutoLink:
		r.add(n, n.Label(d.source))
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		r.add(n, n.Lines().Value(d.source))
	case *ast.Image:
		var alt reading // an attribute: it is marked as a whole
		d.readChildren(&alt, n)
		r.add(n, alt.Bytes())
	default:
		d.readChildren(r, n)
	}
}

func (d *Document) readChildren(r *reading, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		d.read(r, c)
		if c.Kind() == east.KindTableCell {
			r.WriteByte(' ')
		}
	}
}

// level is that of a heading as rendered, 0 of anything else.
func (d *Document) level(n ast.Node) int {
	if at, is := d.outline[n]; is {
		return d.headings[at].Level
	}
	return 0
}

// join makes one of a text and those that follow it: goldmark leaves them cut where it
// looked for links.
func (d *Document) join(n *ast.Text) {
	for next := n.NextSibling(); next != nil && n.Segment.Len() > 0 && n.Merge(next, d.source); next = n.NextSibling() {
		n.Parent().RemoveChild(n.Parent(), next)
	}
}

// textValue is what a reader sees of a piece of text, with the end of its line where
// it breaks.
func (d *Document) textValue(n *ast.Text) []byte {
	value := d.plainValue(n)
	if breaks(n) {
		value = append(slices.Clip(value), '\n')
	}
	return value
}

// plainValue is what a reader sees of a piece of text: escapes and entities are
// resolved, except in code. Both must happen in one pass (\&amp; is "&amp;"), so the
// text is cut at its backslashes.
func (d *Document) plainValue(n *ast.Text) []byte {
	value := n.Segment.Value(d.source)
	if n.IsRaw() || isResolved(value) {
		return value
	}
	return unescaped(value)
}

// isResolved tells whether words have nothing that Markdown reads as something else.
func isResolved(words []byte) bool {
	return bytes.IndexByte(words, '\\') < 0 && bytes.IndexByte(words, '&') < 0
}

// breaks tells whether a line ends behind a piece of text that is not code.
func breaks(n *ast.Text) bool { return !n.IsRaw() && (n.SoftLineBreak() || n.HardLineBreak()) }

func unescaped(value []byte) []byte {
	var out []byte
	for {
		i := bytes.IndexByte(value, '\\')
		if i < 0 || i+1 == len(value) {
			return append(out, resolved(value)...)
		}
		out = append(out, resolved(value[:i])...)
		if !util.IsPunct(value[i+1]) {
			out = append(out, '\\')
			value = value[i+1:]
			continue
		}
		out = append(out, value[i+1])
		value = value[i+2:]
	}
}

func resolved(value []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(slices.Clone(value)))
}

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

// Blocks lists the pieces of the text in their order.
func (d *Document) Blocks() []Block {
	if d.root == nil {
		return nil
	}
	var blocks []Block
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		kind := d.kind(n)
		if entering && n.Kind() == ast.KindHTMLBlock {
			blocks = append(blocks, d.htmlBlocks(n)...)
			return ast.WalkSkipChildren, nil
		}
		if !entering || kind == "" {
			return ast.WalkContinue, nil
		}
		if words := d.words(n); words != "" {
			blocks = append(blocks, Block{kind, d.outline[n].Level, d.place(blockOffset(n)).line, words})
		}
		return ast.WalkSkipChildren, nil
	})
	return blocks
}

// Standing lists the pieces of the text as [Document.Blocks] does, without what is
// struck out: nobody stands by that any more. A <del> that does not end strikes out all
// that follows.
func (d *Document) Standing() []Block {
	standing := *d
	standing.struck = new(int)
	return standing.Blocks()
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

// words is the plain text of a node on one line.
func (d *Document) words(n ast.Node) string {
	var b bytes.Buffer
	d.writeWords(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (d *Document) writeWords(b *bytes.Buffer, n ast.Node) {
	if raw, is := n.(*ast.RawHTML); is {
		b.WriteString(d.wordsOf(d.html[raw]))
		return
	}
	if d.struck != nil && (n.Kind() == east.KindStrikethrough || *d.struck > 0 && n.FirstChild() == nil) {
		b.WriteByte(' ')
		return
	}
	switch n := n.(type) {
	case *ast.Text:
		b.Write(d.textValue(n))
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte(' ')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(d.source))
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		b.Write(n.Lines().Value(d.source))
	default:
		d.writeChildren(b, n)
	}
}

func (d *Document) writeChildren(b *bytes.Buffer, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		d.writeWords(b, c)
		if c.Kind() == east.KindTableCell {
			b.WriteByte(' ')
		}
	}
}

// textValue is what a reader sees of a piece of text: escapes and entities are
// resolved, except in code. Both must happen in one pass (\&amp; is "&amp;"), so
// the text is cut at its backslashes.
func (d *Document) textValue(n *ast.Text) []byte {
	value := n.Segment.Value(d.source)
	if n.IsRaw() || !bytes.ContainsAny(value, `\&`) {
		return value
	}
	var out []byte
	for {
		i := bytes.IndexByte(value, '\\')
		if i < 0 || i+1 == len(value) {
			return append(out, entities(value)...)
		}
		out = append(out, entities(value[:i])...)
		if !util.IsPunct(value[i+1]) {
			out = append(out, '\\')
			value = value[i+1:]
			continue
		}
		out = append(out, value[i+1])
		value = value[i+2:]
	}
}

func entities(value []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(slices.Clone(value)))
}

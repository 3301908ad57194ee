package markdown

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// survey walks a text that was just parsed.
type survey struct {
	d      *Document
	nodes  []ast.Node // those that there is more to know of, in their order
	depth  int        // quotes and list items around
	room   int        // for pieces of raw HTML, and cells beside them
	titles int        // headings
	excess *Problem
}

// survey puts right what goldmark leaves to others: cut texts, callouts. It reads raw
// HTML, and lists the nodes that there is more to know of: most of a text is plain
// words. What it returns beside is a limit that the text exceeds.
func (d *Document) survey() ([]ast.Node, *Problem) {
	s := survey{d: d, room: maxPieces, nodes: make([]ast.Node, 0, 16)}
	s.walk(d.root)
	return s.nodes, s.excess
}

func (s *survey) walk(n ast.Node) {
	depth := s.depth
	s.enter(n)
	for c := n.FirstChild(); c != nil && s.excess == nil; c = c.NextSibling() {
		s.walk(c)
	}
	s.depth = depth
}

func (s *survey) enter(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		s.d.join(n)
		return
	case *ast.Blockquote:
		s.d.readCallout(n)
		s.deeper(n)
		return
	case *ast.ListItem:
		s.deeper(n)
		return
	case *ast.HTMLBlock, *ast.RawHTML:
		s.html(n)
	case *east.Table:
		s.spend(n, tableCost)
		return
	case *east.TableCell:
		s.spend(n, 1)
		return
	case *ast.Heading:
		if s.titles++; s.titles > maxHeadings {
			s.excess = tooComplex(s.d.place(blockOffset(n)).line, "there are more than %d headings", maxHeadings)
		}
	case *ast.Link, *ast.AutoLink, *ast.Image, *ast.LinkReferenceDefinition, *ast.FencedCodeBlock, *east.FootnoteLink, *east.Footnote:
	default:
		return
	}
	s.nodes = append(s.nodes, n)
}

func (s *survey) deeper(n ast.Node) {
	if s.depth++; s.depth > maxDepth {
		s.excess = tooDeep(s.d.place(blockOffset(n)).line)
	}
}

// html reads raw HTML into pieces, which are rendered from then on: a browser never
// sees what was written, only how it was understood.
func (s *survey) html(n ast.Node) {
	if s.d.html == nil {
		s.d.html = make(map[ast.Node][]piece)
	}
	pieces := s.d.pieces(n)
	s.d.html[n] = pieces
	if s.spend(n, startingCost+costOf(pieces)); s.excess == nil {
		s.excess = s.d.crowded(pieces)
	}
}

// costOf counts pieces; a table is wrapped and named.
func costOf(pieces []piece) int {
	cost := len(pieces)
	for i := range pieces {
		if pieces[i].kind == startPiece && pieces[i].name == "table" {
			cost += tableCost
		}
	}
	return cost
}

// spend takes room for what the page as a whole is looked at for, where it holds any raw HTML.
func (s *survey) spend(n ast.Node, pieces int) {
	s.room -= pieces
	if s.room < 0 && s.d.html != nil {
		s.excess = tooComplex(s.d.place(s.d.offset(n)).line, "there are more than %d HTML tags, texts between them and cells of tables", maxPieces)
	}
}

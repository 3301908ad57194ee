package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// text is what a reader sees of a piece. What is no tag of HTML was meant as text.
func (p *piece) text() string {
	switch {
	case p.kind == wordsPiece:
		return p.words
	case p.kind == commentPiece:
		return ""
	case elements[p.name] == phrase && p.name != "br":
		return ""
	case elements[p.name] != 0:
		return " "
	}
	return p.raw
}

// wordsOf is the plain text of pieces on one line.
func wordsOf(pieces []piece) string { return new(Document).wordsOf(pieces) }

// wordsOf is the plain text of pieces on one line, as far as it stands.
func (d *Document) wordsOf(pieces []piece) string {
	var b strings.Builder
	for i := range pieces {
		if !d.strike(&pieces[i]) {
			b.WriteString(pieces[i].text())
		}
	}
	return b.String()
}

// gatherer cuts raw HTML into the blocks that a reader sees.
type gatherer struct {
	found  []passage
	next   Block // the one that is growing
	text   reading
	depth  map[string]int // how many of tr, li, pre and headings stand open
	around Kind           // of what stands in none of them
}

// htmlPassages lists the blocks of raw HTML. A row of a table is one, with all that
// stands in its cells.
func (d *Document) htmlPassages(n ast.Node, whole bool) []passage {
	g := gatherer{depth: make(map[string]int), around: Paragraph}
	g.text.whole = whole
	if within(n, ast.KindListItem) {
		g.around = Item
	}
	for i := range d.html[n] {
		p := &d.html[n][i]
		g.tag(p)
		if d.strike(p) {
			continue
		}
		if words := p.text(); words != "" {
			g.add(p, words, d.place(p.offset).line)
		}
	}
	g.flush()
	return g.found
}

func (g *gatherer) tag(p *piece) {
	if elements[p.name] < block {
		return
	}
	if p.name == "tr" || g.depth["tr"] == 0 {
		g.flush()
	}
	switch {
	case p.kind == endPiece:
		g.depth[p.name] = max(g.depth[p.name]-1, 0)
	case p.kind == startPiece && !p.ends:
		g.depth[p.name]++
	}
	g.next.Level = 0
	if p.kind == startPiece && p.heading != nil {
		g.next.Level = p.heading.Level
	}
}

func (g *gatherer) add(p *piece, words string, line int) {
	if g.text.Len() == 0 {
		if strings.TrimSpace(words) == "" {
			return
		}
		g.next.Line, g.next.Kind = line, g.kind()
	}
	if p.kind == wordsPiece {
		g.text.add(p, []byte(words))
	} else {
		g.text.WriteString(words)
	}
}

func (g *gatherer) kind() Kind {
	switch {
	case g.depth["tr"] > 0:
		return Row
	case g.next.Level > 0:
		return HeadingBlock
	case g.depth["pre"] > 0:
		return Code
	case g.depth["li"] > 0:
		return Item
	}
	return g.around
}

func (g *gatherer) flush() {
	if g.text.Len() > 0 {
		g.found = append(g.found, g.text.passage(g.next))
	}
	g.text = reading{whole: g.text.whole}
}

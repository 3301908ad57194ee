package markdown

import (
	"fmt"
	"slices"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Anchors lists every id that the page will have from this text, in the order of
// the text: those of headings and those that raw HTML gives. It is what a
// #fragment can point at, percent-encoding resolved.
func (d *Document) Anchors() []string { return slices.Clone(d.anchors) }

// anchor is an id and who gives it.
type anchor struct {
	id     string
	offset int
	raw    bool // by an attribute, not by the words of a heading
}

// readAnchors collects the ids, and reports those that stand twice. An id that
// somebody wrote is the one to change: a heading's comes from its words.
func (d *Document) readAnchors(nodes []ast.Node) {
	found := d.allAnchors(nodes)
	if len(found) == 0 {
		return
	}
	d.anchors = make([]string, 0, len(found))
	for _, a := range found {
		d.anchors = append(d.anchors, a.id)
	}
	if len(d.html) > 0 { // else all ids are made here, and no two are the same
		d.findSecond(found)
	}
}

func (d *Document) findSecond(found []anchor) {
	first := make(map[string]anchor, len(found))
	for _, a := range found {
		b, taken := first[a.id]
		switch {
		case !taken:
			first[a.id] = a
		case a.raw:
			d.reportAnchor(a, b)
		default:
			d.reportAnchor(b, a)
		}
	}
}

func (d *Document) reportAnchor(a, other anchor) {
	d.reportHTML(a.offset, "duplicate-anchor", fmt.Sprintf("the id %q stands on line %d too", a.id, d.place(other.offset).line),
		"a link to it can mean one place only: give this one another id; a heading has its own, made of its words")
}

func (d *Document) allAnchors(nodes []ast.Node) []anchor {
	found := make([]anchor, 0, len(d.headings))
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.Heading:
			found = append(found, anchor{d.headings[d.outline[n]].ID, d.offset(n), false})
		case *east.Footnote:
			found = append(found, anchor{footnoteID(n.Index), d.offset(n), false})
		case *east.FootnoteLink:
			if !within(n, ast.KindLink) && !within(n, ast.KindImage) {
				found = append(found, anchor{referenceID(n.Index, n.RefIndex), d.offset(n), false})
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			if !within(n, ast.KindImage) {
				found = append(found, d.rawAnchors(n)...)
			}
		}
	}
	return found
}

func (d *Document) rawAnchors(n ast.Node) []anchor {
	var found []anchor
	for i := range d.html[n] {
		if a, ok := d.html[n][i].anchor(); ok {
			found = append(found, a)
		}
	}
	return found
}

func (p *piece) anchor() (anchor, bool) {
	id := p.attr("id")
	switch {
	case elements[p.name] == 0: // will not be there
	case id != nil:
		return anchor{id.value, id.offset, true}, true
	case p.heading != nil && p.kind == startPiece:
		return anchor{p.heading.ID, p.offset, false}, true
	}
	return anchor{}, false
}

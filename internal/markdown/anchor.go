package markdown

import (
	"fmt"
	"slices"

	"github.com/yuin/goldmark/ast"
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
func (d *Document) readAnchors() {
	first := make(map[string]anchor)
	for _, a := range d.allAnchors() {
		d.anchors = append(d.anchors, a.id)
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

func (d *Document) allAnchors() []anchor {
	var found []anchor
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Kind() == ast.KindImage {
			return ast.WalkSkipChildren, nil
		}
		if h, ok := d.outline[n]; ok {
			found = append(found, anchor{h.ID, d.offset(n), false})
		}
		for i := range d.html[n] {
			if a, ok := d.html[n][i].anchor(); ok {
				found = append(found, a)
			}
		}
		return ast.WalkContinue, nil
	})
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

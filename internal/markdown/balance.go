package markdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// balance follows the elements of a text as they begin and end, those of raw HTML
// and those that goldmark writes. A tag that stands open swallows the rest of the
// page; one in a wrong place makes browsers move what is around it.
type balance struct {
	d      *Document
	open   []opened
	owed   map[string]int // end tags whose start tags were reported
	excess *Problem
}

// opened is an element that has begun and not ended.
type opened struct {
	name    string
	node    ast.Node    // that writes it, or that holds its tag
	tag     *piece      // nil for what goldmark writes
	misfits []complaint // about what cannot stand in it
	loose   bool        // Markdown or text is among that: one complaint about those is enough
	settled bool        // its end tag was reported
}

// complaint is about one place. What cannot stand in an element waits until that is
// closed: in one that never is, the rest of the page cannot stand either.
type complaint struct {
	offset        int
	message, hint string
}

// checkBalance reports tags that are not closed, close nothing, or stand where
// HTML has no place for them. What it returns is a limit that the text exceeds.
func (d *Document) checkBalance() *Problem {
	if len(d.html) == 0 {
		return nil
	}
	b := &balance{d: d, owed: make(map[string]int)}
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case b.excess != nil:
			return ast.WalkStop, nil
		case !entering:
			b.leave(n)
		default:
			b.enter(n)
			if n.Kind() == ast.KindImage {
				return ast.WalkSkipChildren, nil // its words become an attribute
			}
		}
		return ast.WalkContinue, nil
	})
	return b.excess
}

func (b *balance) enter(n ast.Node) {
	pieces, raw := b.d.html[n]
	for i := range pieces {
		if b.piece(n, &pieces[i]); b.excess != nil {
			return
		}
	}
	name := element(n)
	text, words := n.(*ast.Text)
	switch {
	case raw:
	case words:
		b.words(string(text.Segment.Value(b.d.source)), text.Segment.Start)
	case n.Kind() == ast.KindAutoLink && b.linked() && b.d.source[b.d.offset(n)] != '<':
		b.d.unlink(n) // an address that is the words of a link needs no link of its own
	case name != "":
		b.place(n, name, nil)
		b.open = append(b.open, opened{name: name, node: n})
	case n.Kind() == ast.KindDocument:
		b.open = append(b.open, opened{node: n})
	}
}

func (b *balance) leave(n ast.Node) {
	if at := b.own(); at >= 0 && b.open[at].node == n {
		b.closeTo(at, "the "+noun(n))
	}
}

// own is where the innermost element that goldmark writes stands.
func (b *balance) own() int {
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i].tag == nil {
			return i
		}
	}
	return -1
}

// closeTo ends the elements from one on, and reports those of raw HTML within it.
func (b *balance) closeTo(at int, what string) {
	for _, o := range b.open[at+1:] {
		if o.settled {
			b.report(o.misfits...)
		} else {
			b.owed[o.name]++
			b.report(complaint{o.tag.offset, fmt.Sprintf("%q is not closed before the end of %s", shortened([]byte(o.tag.raw)), what),
				fmt.Sprintf("write </%s> where it ends: within the paragraph, list item or cell that it begins in", o.name)})
		}
	}
	b.report(b.open[at].misfits...)
	b.open = b.open[:at]
}

func (b *balance) piece(n ast.Node, p *piece) {
	_, known := elements[p.name]
	switch {
	case p.kind == wordsPiece:
		b.words(p.words, p.offset)
	case p.kind == cutPiece:
		b.owed[cutName(p.raw)]++
		b.report(complaint{p.offset, fmt.Sprintf("the tag %q does not end", shortened([]byte(p.raw))), "write its > before the next empty line; if it is no tag, write &lt; for <"})
	case !known:
	case p.kind == endPiece:
		b.end(n, p)
	case p.kind == startPiece, p.kind == emptyPiece:
		b.start(n, p)
	}
}

// cutName is the name of a start tag that does not end.
func cutName(raw string) string {
	end := strings.IndexAny(raw, " \t\r\n\f/")
	if end < 0 {
		end = len(raw)
	}
	return strings.ToLower(raw[1:end])
}

func (b *balance) start(n ast.Node, p *piece) {
	if last := &b.open[len(b.open)-1]; p.name == "li" && last.name == "li" && last.tag != nil {
		p.ends = true
		b.closeTo(len(b.open)-1, "")
	}
	b.place(n, p.name, p)
	switch {
	case isVoid(p.name):
	case p.kind == emptyPiece:
		b.owed[p.name]++
		b.report(complaint{p.offset, fmt.Sprintf("%q is not closed: the / closes <br> and its like only", shortened([]byte(p.raw))), fmt.Sprintf("write </%s> where it ends", p.name)})
	default:
		b.open = append(b.open, opened{name: p.name, node: n, tag: p})
	}
	if len(b.open)-b.own() > maxNesting {
		b.excess = tooComplex(b.d.place(p.offset).line, "HTML tags stand more than %d deep in each other", maxNesting)
	}
}

func (b *balance) end(n ast.Node, p *piece) {
	at := b.find(p.name)
	switch {
	case isVoid(p.name):
		b.report(complaint{p.offset, fmt.Sprintf("%q ends what has no end", p.raw), fmt.Sprintf("write <%s> alone", p.name)})
	case at > b.own():
		if isHeading(p.name) && b.open[at].node != n {
			b.report(complaint{p.offset, fmt.Sprintf("%q stands apart from its <%s>", p.raw, p.name), "write a heading without empty lines, or in Markdown"})
		}
		b.closeTo(at, fmt.Sprintf("<%s>", p.name))
	case at < 0 && b.owed[p.name] > 0:
		b.owed[p.name]--
	default:
		if at >= 0 {
			b.open[at].settled = true
		}
		b.report(complaint{p.offset, fmt.Sprintf("%q closes nothing that is open here", p.raw),
			fmt.Sprintf("delete it, or write <%s> where it begins: within the same paragraph, list item or cell", p.name)})
	}
}

// find is where the innermost open tag of a name stands, -1 for none. Those outside
// of what goldmark writes around cannot be closed here, and are found once.
func (b *balance) find(name string) int {
	own := b.own()
	for i := len(b.open) - 1; i >= 0; i-- {
		if o := b.open[i]; o.tag != nil && o.name == name && (i > own || !o.settled) {
			return i
		}
	}
	return -1
}

// linked tells whether this is within a link of raw HTML.
func (b *balance) linked() bool {
	return slices.ContainsFunc(b.open, func(o opened) bool { return o.name == "a" && o.tag != nil })
}

// place reports an element that cannot stand here. P is its tag, nil where
// goldmark writes it; what goldmark puts into its own is always right.
func (b *balance) place(n ast.Node, name string, p *piece) {
	parent := &b.open[len(b.open)-1]
	c := complaint{b.d.offset(n), "a " + noun(n), "an empty line ends HTML and begins Markdown: delete it, or close the tag before it"}
	if p != nil {
		c = complaint{p.offset, fmt.Sprintf("%q", shortened([]byte(p.raw))), home(name)}
	}
	switch {
	case name == "a" && slices.ContainsFunc(b.open, func(o opened) bool { return o.name == "a" && (o.tag != nil || p != nil) }):
		c.message += " cannot stand in another link"
		b.report(c)
	case p == nil && parent.tag == nil || fits(parent.name, name):
	default:
		c.message += " cannot stand in " + b.name(*parent)
		b.complain(parent, c, p == nil)
	}
}

// complain notes what cannot stand in an element. What is loose there comes in
// numbers: the first is enough.
func (b *balance) complain(parent *opened, c complaint, loose bool) {
	switch {
	case parent.tag == nil:
		b.report(c)
	case !loose || !parent.loose:
		parent.misfits = append(parent.misfits, c)
		parent.loose = parent.loose || loose
	}
}

// home says where an element has its place.
func home(name string) string {
	switch {
	case parts[name] != nil:
		return "its place is directly in <" + strings.Join(parts[name], "> or <") + ">"
	case name == "a":
		return "close the first link before"
	case elements[name] == block:
		return "begin it on a line of its own after an empty line"
	}
	return "its place is in a cell, an item or a paragraph"
}

func (b *balance) name(o opened) string {
	switch {
	case o.tag == nil && o.node.Kind() == ast.KindDocument:
		return "the text by itself"
	case o.tag == nil:
		return "a " + noun(o.node)
	}
	return fmt.Sprintf("<%s> (line %d)", o.name, b.d.place(o.tag.offset).line)
}

// words reports text where there can be none: browsers move it out of the table.
func (b *balance) words(words string, offset int) {
	parent := &b.open[len(b.open)-1]
	text := strings.Trim(words, " \t\r\n\f")
	if text != "" && parent.tag != nil && holdsParts(parent.name) {
		b.complain(parent, complaint{offset, fmt.Sprintf("the text %q stands directly in %s", shortened([]byte(text)), b.name(*parent)), "its place is in a cell or an item"}, true)
	}
}

func (b *balance) report(complaints ...complaint) {
	for _, c := range complaints {
		b.d.reportHTML(c.offset, "html-unbalanced", c.message, c.hint)
	}
}

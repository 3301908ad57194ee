package markdown

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// footnotes is what the parser learns of the footnotes of a text and would forget:
// it drops a footnote that nothing refers to, and leaves a reference to none as text.
type footnotes struct {
	defined []*east.Footnote
	missing []missing
}

// missing is a reference to a footnote that nobody wrote.
type missing struct {
	label  string
	offset int
}

// footnotesKey is where the parser keeps them while it reads a text.
var footnotesKey = parser.NewContextKey()

// definitions is goldmark's parser of [^1]: …, and remembers what it found.
type definitions struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (p definitions) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	n, state := p.BlockParser.Open(parent, reader, pc)
	if footnote, is := n.(*east.Footnote); is {
		if found, listening := pc.Get(footnotesKey).(*footnotes); listening {
			found.defined = append(found.defined, footnote)
		}
	}
	return n, state
}

// references is goldmark's parser of [^1], and remembers what it did not find.
type references struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p references) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("[^")) && !bytes.HasPrefix(line, []byte("![^")) {
		return nil
	}
	n := p.InlineParser.Parse(parent, block, pc)
	found, listening := pc.Get(footnotesKey).(*footnotes)
	if n == nil && listening && line[0] == '[' {
		if end := bytes.IndexAny(line, "] \t\r\n"); end > 2 && line[end] == ']' && !bytes.HasPrefix(line[end:], []byte("](")) {
			found.missing = append(found.missing, missing{string(line[:end+1]), segment.Start})
		}
	}
	return n
}

func footnoteBlocks() util.PrioritizedValue {
	return util.Prioritized(definitions{extension.NewFootnoteBlockParser()}, 999)
}

func footnoteReferences() util.PrioritizedValue {
	return util.Prioritized(references{extension.NewFootnoteParser()}, 101)
}

// checkFootnotes reports what a page would lose, or show without its sense.
func (d *Document) checkFootnotes(found *footnotes) {
	first := make(map[string]int)
	for _, f := range found.defined {
		label := fmt.Sprintf("[^%s]", f.Ref)
		at, again := first[label]
		switch {
		case again:
			d.reportFootnote(f.Pos(), fmt.Sprintf("the footnote %q stands on line %d already", label, d.place(at).line), "give this one another name, and refer to it by that")
		case f.Index < 0:
			d.reportFootnote(f.Pos(), fmt.Sprintf("nothing refers to the footnote %q: the page would lose it", label), "write "+label+" where it belongs, or delete it")
		}
		if !again {
			first[label] = f.Pos()
		}
	}
	for _, m := range found.missing {
		d.reportFootnote(m.offset, fmt.Sprintf("there is no footnote %q", m.label), "write "+m.label+": and its text in a paragraph of its own; if it is text, write \\"+m.label)
	}
}

// checkReference reports a reference that cannot be a link.
func (d *Document) checkReference(n *east.FootnoteLink) {
	switch {
	case within(n, ast.KindImage):
		d.reportFootnote(d.offset(n), "the words of an image are plain text: they would lose the footnote", "put it behind the image")
	case within(n, ast.KindLink):
		d.reportFootnote(d.offset(n), "a footnote is a link, and cannot stand in another link", "put it behind the link")
	}
}

func (d *Document) reportFootnote(offset int, message, hint string) {
	d.report(offset, Problem{Code: "footnote", Message: message, Hint: hint})
}

// The ids of footnotes have a colon, which those of headings never have.

func footnoteID(index int) string { return "fn:" + strconv.Itoa(index) }

// referenceID is the id of one of the places that refer to a footnote, counted from 0.
func referenceID(index, reference int) string {
	id := "fnref:" + strconv.Itoa(index)
	if reference > 0 {
		id += ":" + strconv.Itoa(reference+1)
	}
	return id
}

// footnoteLink writes the number that stands in the text.
func (p *page) footnoteLink(n *east.FootnoteLink) error {
	number := strconv.Itoa(n.Index)
	if within(n, ast.KindLink) {
		p.put("<sup>", number, "</sup>") // it is no link, and nothing leads back to it
		return nil
	}
	p.put("<sup><a")
	p.id(referenceID(n.Index, n.RefIndex))
	p.put(` class="footnote"`)
	if err := p.fragment(footnoteID(n.Index)); err != nil {
		return err
	}
	p.put(` role="doc-noteref" aria-label="`)
	p.fill(p.words.Footnote, number)
	p.put(`">`, number, "</a></sup>")
	return nil
}

func (p *page) footnoteBacklink(n *east.FootnoteBacklink) error {
	number := strconv.Itoa(n.Index)
	if n.RefIndex > 0 {
		number += "." + strconv.Itoa(n.RefIndex+1)
	}
	p.put(` <a class="backlink"`)
	if err := p.fragment(referenceID(n.Index, n.RefIndex)); err != nil {
		return err
	}
	p.put(` role="doc-backlink" aria-label="`)
	p.fill(p.words.BackToText, number)
	p.put(`">↩</a>`)
	return nil
}

func (p *page) footnoteText(n *east.Footnote) error {
	p.put("<li")
	p.id(footnoteID(n.Index))
	return p.within(">\n", n, "</li>\n")
}

// footnoteList writes all footnotes. Their heading is none of the text's, so it has no
// id and stands in no list of contents.
func (p *page) footnoteList(n *east.FootnoteList) error {
	p.put(`<section class="footnotes" role="doc-endnotes" aria-label="`)
	p.escape(p.words.Footnotes)
	p.put(`">`, "\n<h2>")
	p.escape(p.words.Footnotes)
	return p.within("</h2>\n<ol>\n", n, "</ol>\n</section>\n")
}

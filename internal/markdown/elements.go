package markdown

import (
	"slices"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// class says where an element may stand (HTML Standard, 3.2.5.2).
type class int

const (
	phrase class = iota + 1 // among words
	block                   // beside paragraphs
	part                    // in certain elements only, see parts
)

// elements are the elements that raw HTML may have.
var elements = map[string]class{
	"a": phrase, "abbr": phrase, "b": phrase, "br": phrase, "cite": phrase, "code": phrase, "del": phrase, "dfn": phrase,
	"em": phrase, "i": phrase, "img": phrase, "ins": phrase, "kbd": phrase, "mark": phrase, "q": phrase, "s": phrase,
	"samp": phrase, "small": phrase, "span": phrase, "strong": phrase, "sub": phrase, "sup": phrase, "u": phrase,
	"var": phrase, "wbr": phrase,

	"blockquote": block, "details": block, "div": block, "dl": block, "h1": block, "h2": block, "h3": block, "h4": block,
	"h5": block, "h6": block, "hr": block, "ol": block, "p": block, "pre": block, "table": block, "ul": block,

	"caption": part, "col": part, "colgroup": part, "dd": part, "dt": part, "li": part, "summary": part, "tbody": part,
	"td": part, "tfoot": part, "th": part, "thead": part, "tr": part,
}

// parts says in which elements alone a part may stand.
var parts = map[string][]string{
	"caption": {"table"}, "colgroup": {"table"}, "col": {"colgroup"},
	"thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"}, "tr": {"table", "thead", "tbody", "tfoot"},
	"td": {"tr"}, "th": {"tr"},
	"li": {"ul", "ol"}, "dt": {"dl"}, "dd": {"dl"}, "summary": {"details"},
}

// isVoid tells whether an element has no end tag.
func isVoid(name string) bool {
	switch name {
	case "br", "col", "hr", "img", "wbr":
		return true
	}
	return false
}

// isHeading tells whether an element is one of h1 to h6.
func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && '1' <= name[1] && name[1] <= '6'
}

// holdsParts tells whether an element has parts as its children and nothing else,
// no words either.
func holdsParts(name string) bool {
	switch name {
	case "table", "colgroup", "thead", "tbody", "tfoot", "tr", "ul", "ol", "dl":
		return true
	}
	return false
}

// fits tells whether an element may be the child of another.
func fits(parent, child string) bool {
	switch {
	case parts[child] != nil:
		return slices.Contains(parts[child], parent)
	case holdsParts(parent):
		return false
	case elements[child] == phrase:
		return true
	case parent == "summary":
		return isHeading(child)
	}
	return elements[parent] != phrase && parent != "p" && parent != "pre" && !isHeading(parent)
}

// element is the element that goldmark writes for a node; empty for none of its own.
func element(n ast.Node) string {
	switch n.Kind() {
	case ast.KindParagraph:
		return "p"
	case ast.KindHeading:
		return "h2"
	case ast.KindBlockquote:
		return "blockquote"
	case ast.KindList, east.KindFootnoteList:
		return "ul"
	case ast.KindListItem, east.KindFootnote:
		return "li"
	case ast.KindThematicBreak:
		return "hr"
	case ast.KindCodeBlock, ast.KindFencedCodeBlock:
		return "pre"
	case east.KindTable:
		return "table"
	case east.KindTableHeader, east.KindTableRow:
		return "tr"
	case east.KindTableCell:
		return "td"
	case ast.KindEmphasis, east.KindStrikethrough:
		return "em"
	case ast.KindCodeSpan:
		return "code"
	case ast.KindLink, ast.KindAutoLink, east.KindFootnoteLink:
		return "a"
	case ast.KindImage:
		return "img"
	}
	return ""
}

// noun says what a node is to the reader of a message.
func noun(n ast.Node) string {
	switch n.Kind() {
	case ast.KindDocument:
		return "text"
	case ast.KindHeading:
		return "heading"
	case ast.KindBlockquote:
		return "quote"
	case ast.KindList:
		return "list"
	case ast.KindListItem:
		return "list item"
	case east.KindFootnoteList, east.KindFootnote, east.KindFootnoteLink:
		return "footnote"
	case ast.KindThematicBreak:
		return "line"
	case ast.KindCodeBlock, ast.KindFencedCodeBlock:
		return "code block"
	case ast.KindCodeSpan:
		return "piece of code"
	case ast.KindLink, ast.KindAutoLink:
		return "link"
	case ast.KindImage:
		return "picture"
	case ast.KindEmphasis, east.KindStrikethrough:
		return "highlighted text"
	case east.KindTable:
		return "table"
	case east.KindTableHeader, east.KindTableRow:
		return "table row"
	case east.KindTableCell:
		return "table cell"
	}
	return "paragraph"
}

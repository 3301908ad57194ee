package markdown

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/yuin/goldmark/ast"
)

// findProblems walks the text once.
func (d *Document) findProblems() {
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			d.examine(n)
		}
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

func (d *Document) examine(n ast.Node) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		d.reportHTML(n, d.blockHTML(n))
	case *ast.RawHTML:
		d.reportHTML(n, n.Segments.Value(d.source))
	case *ast.LinkReferenceDefinition:
		d.examineLink(n, destination(n.Destination))
	case *ast.Link:
		if n.Reference == nil { // the definition says it once for all its uses
			d.examineLink(n, destination(n.Destination))
		}
	case *ast.AutoLink:
		d.examineLink(n, d.autoDestination(n))
	case *ast.Image:
		d.examineImage(n)
	case *ast.FencedCodeBlock:
		n.Language(d.source) // keeps its answer in the node: later readers find it there
	}
}

func (d *Document) examineLink(n ast.Node, to link) {
	if fault := to.fault(); fault != "" {
		d.report(n, Problem{
			Code:    "unsafe-link",
			Message: fmt.Sprintf("the link %q %s", to.raw, fault),
			Hint:    "link to an https: or mailto: address, to a path of this site such as /security-bulletins/, or to a #heading",
		})
	}
}

func (d *Document) examineImage(n *ast.Image) {
	to := destination(n.Destination)
	switch {
	case to.fault() == "" && to.scheme() != "":
		d.report(n, Problem{
			Code:    "remote-image",
			Message: fmt.Sprintf("the image %q comes from another place than this site", to.raw),
			Hint:    "readers' browsers would tell that place about them: put the image on this site and give its path, or link to it",
		})
	case n.Reference == nil:
		d.examineLink(n, to)
	}
}

func (d *Document) reportHTML(n ast.Node, html []byte) {
	d.report(n, Problem{
		Code:    "raw-html",
		Message: fmt.Sprintf("%q is raw HTML, which is not rendered", shortened(html)),
		Hint:    htmlHint(html),
	})
}

func htmlHint(html []byte) string {
	switch {
	case isComment(html):
		return "delete the comment: it would be no secret in the page's source"
	case len(html) < 40 && bytes.IndexByte(html, '\n') < 0:
		return fmt.Sprintf("write &lt;%s, or put it in backticks; for formatting use Markdown", html[1:])
	}
	return "use Markdown, or show it as text in a code block or with &lt; for <"
}

func (d *Document) report(n ast.Node, p Problem) {
	at := d.place(d.offset(n))
	p.Line, p.Column = at.line, at.column
	d.problems = append(d.problems, p)
}

// offset is where a node begins in the text. A bare link is found with the white
// space before it, a raw node only through its segments.
func (d *Document) offset(n ast.Node) int {
	if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
		return raw.Segments.At(0).Start
	}
	at := blockOffset(n)
	if n.Kind() == ast.KindAutoLink && at < len(d.source) && bytes.IndexByte([]byte(" *_~("), d.source[at]) >= 0 {
		return at + 1
	}
	return at
}

// blockHTML is the HTML of a block from its first character on.
func (d *Document) blockHTML(n *ast.HTMLBlock) []byte {
	html := n.Lines().Value(d.source)
	if n.HasClosure() {
		html = append(html, n.ClosureLine.Value(d.source)...)
	}
	return bytes.TrimSpace(html)
}

// shortened is the first line of something, for a message.
func shortened(text []byte) string {
	const most = 60
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if len(rest) == 0 && len(first) <= most {
		return string(first)
	}
	runes := []rune(string(first))
	return string(runes[:min(len(runes), most)]) + "…"
}

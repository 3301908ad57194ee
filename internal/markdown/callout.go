package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// callout is what a quote that begins with [!NOTE] or its like is (GitHub's way to
// write one): the name of its class. Any other [!WORD] leaves a quote a quote.
type callout string

// title is the word that a callout is headed with.
func (c callout) title(w *Words) string {
	switch c {
	case "note":
		return w.Note
	case "tip":
		return w.Tip
	case "important":
		return w.Important
	case "warning":
		return w.Warning
	}
	return w.Caution
}

// calloutOf reads the line that makes a quote a callout; empty where it is none.
func calloutOf(line []byte) callout {
	line = bytes.TrimRight(line, " \t\r\n")
	if len(line) < 4 || len(line) > len("[!important]") || line[0] != '[' || line[1] != '!' || line[len(line)-1] != ']' {
		return ""
	}
	switch name := strings.ToLower(string(line[2 : len(line)-1])); name {
	case "note", "tip", "important", "warning", "caution":
		return callout(name)
	}
	return ""
}

// readCallout finds out whether a quote is a callout, and takes the line that says
// so out of its text. One without a text stays a quote.
func (d *Document) readCallout(quote *ast.Blockquote) {
	first, is := quote.FirstChild().(*ast.Paragraph)
	if !is || first.Lines().Len() == 0 {
		return
	}
	line := first.Lines().At(0)
	found := calloutOf(line.Value(d.source))
	if found == "" || first.Lines().Len() == 1 && first.NextSibling() == nil {
		return
	}
	if !takeLine(first) {
		return
	}
	if d.callouts == nil {
		d.callouts = make(map[ast.Node]callout)
	}
	d.callouts[quote] = found
	if first.Lines().Len() == 0 {
		quote.RemoveChild(quote, first)
	}
}

// takeLine removes the first line of a paragraph. It reports false where that line is
// not plain text: a reference may have made a link of it.
func takeLine(p *ast.Paragraph) bool {
	var line []ast.Node
	for n := p.FirstChild(); n != nil; n = n.NextSibling() {
		words, plain := n.(*ast.Text)
		if !plain {
			return false
		}
		line = append(line, n)
		if words.SoftLineBreak() || words.HardLineBreak() {
			break
		}
	}
	for _, n := range line {
		p.RemoveChild(p, n)
	}
	rest := text.NewSegments()
	rest.AppendAll(p.Lines().Sliced(1, p.Lines().Len()))
	p.SetLines(rest)
	return true
}

// quote writes a quote, or the callout that it is.
func (p *page) quote(n *ast.Blockquote) error {
	c := p.d.callouts[n]
	if c == "" {
		return p.within("<blockquote>\n", n, "</blockquote>\n")
	}
	p.put(`<aside class="callout `, string(c), `" role="note">`, "\n", `<p class="callout-title">`)
	p.escape(c.title(&p.words))
	return p.within("</p>\n", n, "</aside>\n")
}

package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
)

// text writes words. Those of code are kept as they are, on one line.
func (p *page) text(n ast.Node, entering bool) (ast.WalkStatus, error) {
	t := n.(*ast.Text)
	switch {
	case !entering:
	case p.cuts[n] != nil:
		p.marked(n, string(p.d.textValue(t)), func(words string) { p.line(t, words) })
	case t.IsRaw():
		value, cut := bytes.CutSuffix(t.Segment.Value(p.d.source), []byte("\n"))
		html.DefaultWriter.RawWrite(p, value)
		if cut {
			p.put(" ")
		}
	default:
		html.DefaultWriter.Write(p, t.Segment.Value(p.d.source))
		if t.HardLineBreak() {
			p.put("<br>")
		}
		if t.HardLineBreak() || t.SoftLineBreak() {
			p.put("\n")
		}
	}
	return ast.WalkContinue, nil
}

// line writes some of the words of a node, or all of them with the end of its line.
func (p *page) line(t *ast.Text, words string) {
	words, ends := strings.CutSuffix(words, "\n")
	p.escape(words)
	switch {
	case !ends:
	case t.IsRaw():
		p.put(" ")
	case t.HardLineBreak():
		p.put("<br>\n")
	default:
		p.put("\n")
	}
}

func (p *page) code(_ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		p.put("<code>")
	} else {
		p.put("</code>")
	}
	return ast.WalkContinue, nil
}

// codeBlock writes code so that those who have no mouse can scroll it too.
func (p *page) codeBlock(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		p.put("</code></pre>\n")
		return ast.WalkContinue, nil
	}
	p.put(`<pre tabindex="0"><code`)
	if fenced, is := n.(*ast.FencedCodeBlock); is && fenced.Language(p.d.source) != nil {
		p.put(` class="language-`)
		html.DefaultWriter.Write(p, fenced.Language(p.d.source))
		p.put(`"`)
	}
	p.put(">")
	if p.cuts[n] != nil {
		p.marked(n, string(n.Lines().Value(p.d.source)), p.escape)
		return ast.WalkContinue, nil
	}
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		html.DefaultWriter.RawWrite(p, line.Value(p.d.source))
	}
	return ast.WalkContinue, nil
}

// table puts a table into an element that scrolls where the table is too wide. Who
// reaches that by keyboard hears the head of the table.
func (p *page) table(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		p.put("</table></div>\n")
		return ast.WalkContinue, nil
	}
	var head []string
	for cell := n.FirstChild().FirstChild(); cell != nil; cell = cell.NextSibling() {
		if words := p.d.words(cell); words != "" {
			head = append(head, words)
		}
	}
	p.scroller(strings.Join(head, ", "))
	p.put("<table>\n")
	return ast.WalkContinue, nil
}

// scroller opens the element around a table.
func (p *page) scroller(head string) {
	p.put(`<div class="table" role="group" tabindex="0" aria-label="`)
	p.escape(strings.TrimRight(fill(p.words.Table, head), ": "))
	p.put(`">`)
}

func (p *page) cell(n ast.Node, entering bool) (ast.WalkStatus, error) {
	c := n.(*east.TableCell)
	tag := "td"
	if n.Parent().Kind() == east.KindTableHeader {
		tag = "th"
	}
	switch {
	case !entering:
		p.put("</", tag, ">\n")
	case c.Alignment == east.AlignNone:
		p.put("<", tag, ">")
	default:
		p.put("<", tag, ` class="`, c.Alignment.String(), `">`)
	}
	return ast.WalkContinue, nil
}

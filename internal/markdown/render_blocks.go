package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

func (p *page) list(n *ast.List) error {
	if !n.IsOrdered() {
		return p.within("<ul>\n", n, "</ul>\n")
	}
	p.put("<ol")
	if n.Start != 1 {
		p.put(` start="`, strconv.Itoa(n.Start), `"`)
	}
	return p.within(">\n", n, "</ol>\n")
}

func (p *page) item(n *ast.ListItem) error {
	p.put("<li>")
	if first := n.FirstChild(); first != nil && first.Kind() != ast.KindTextBlock {
		p.put("\n")
	}
	return p.within("", n, "</li>\n")
}

// textBlock writes the words of an item that is no paragraph.
func (p *page) textBlock(n *ast.TextBlock) error {
	err := p.children(n)
	if n.NextSibling() != nil && n.FirstChild() != nil {
		p.put("\n")
	}
	return err
}

// table puts a table into an element that scrolls where the table is too wide. Who
// reaches that by keyboard hears the head of the table.
func (p *page) table(n *east.Table) error {
	var head []string
	for cell := n.FirstChild().FirstChild(); cell != nil; cell = cell.NextSibling() {
		if words := p.d.words(cell); words != "" {
			head = append(head, words)
		}
	}
	name := strings.Join(head, ", ")
	p.scroller(name)
	p.put("<table")
	if name != "" {
		p.put(` aria-label="`)
		p.escape(name)
		p.put(`"`)
	}
	return p.within(">\n", n, "</table></div>\n")
}

// scroller opens the element around a table.
func (p *page) scroller(head string) {
	p.put(`<div class="table" role="group" tabindex="0" aria-label="`)
	p.escape(strings.TrimRight(fill(p.words.Table, head), ": "))
	p.put(`">`)
}

func (p *page) tableHeader(n *east.TableHeader) error {
	err := p.within("<thead>\n<tr>\n", n, "</tr>\n</thead>\n")
	if n.NextSibling() != nil {
		p.put("<tbody>\n")
	}
	return err
}

func (p *page) tableRow(n *east.TableRow) error {
	err := p.within("<tr>\n", n, "</tr>\n")
	if n.NextSibling() == nil {
		p.put("</tbody>\n")
	}
	return err
}

func (p *page) cell(n *east.TableCell) error {
	start, end := "<td", "</td>\n"
	if n.Parent().Kind() == east.KindTableHeader {
		start, end = "<th", "</th>\n"
	}
	p.put(start)
	if n.Alignment != east.AlignNone {
		p.put(` class="`, n.Alignment.String(), `"`)
	}
	return p.within(">", n, end)
}

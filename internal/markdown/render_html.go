package markdown

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// mark says which place of the text a place of the output comes from.
type mark struct{ out, offset int }

// rawHTML writes tags among words.
func (p *page) rawHTML(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	if p.d.shown {
		_, err := w.WriteString(escaped(asWritten(p.d.html[n])))
		return ast.WalkSkipChildren, err
	}
	return ast.WalkSkipChildren, p.write(w, p.d.html[n])
}

func (p *page) htmlBlock(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	if !p.d.shown {
		return ast.WalkSkipChildren, p.write(w, p.d.html[n])
	}
	text := strings.TrimSpace(asWritten(p.d.html[n]))
	if text == "" {
		return ast.WalkSkipChildren, nil
	}
	_, err := fmt.Fprintf(w, "<p>%s</p>\n", escaped(text))
	return ast.WalkSkipChildren, err
}

var comments = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)

// asWritten is raw HTML to be shown as text. A comment was meant for nobody's eyes.
func asWritten(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.raw)
	}
	return comments.ReplaceAllString(b.String(), "")
}

func (p *page) write(w util.BufWriter, pieces []piece) error {
	for i := range pieces {
		html, err := p.piece(&pieces[i])
		if err != nil {
			return err
		}
		p.marks = append(p.marks, mark{w.Buffered(), pieces[i].offset})
		if _, err := w.WriteString(html); err != nil {
			return err
		}
	}
	return nil
}

// piece writes a piece anew: whatever a browser could make of its spelling, there
// is one way to read this. Anything but tags and words is left out.
func (p *page) piece(x *piece) (string, error) {
	name, permalink := x.name, ""
	if x.heading != nil {
		name, permalink = fmt.Sprintf("h%d", x.heading.Level), p.permalink(*x.heading)
	}
	switch x.kind {
	case wordsPiece:
		return escaped(x.words), nil
	case endPiece:
		return permalink + "</" + name + ">", nil
	case startPiece, emptyPiece:
		return p.startTag(name, x)
	}
	return "", nil
}

func (p *page) startTag(name string, x *piece) (string, error) {
	var b strings.Builder
	if x.ends {
		b.WriteString("</" + name + ">")
	}
	b.WriteString("<" + name)
	if x.heading != nil && x.attr("id") == nil {
		fmt.Fprintf(&b, ` id="%s"`, escaped(x.heading.ID))
	}
	key, _ := linkKey(name)
	for _, a := range x.attrs {
		value := a.value
		if a.key == key {
			to, err := p.href(attributeLink(value))
			if err != nil {
				return "", err
			}
			value = to
		}
		fmt.Fprintf(&b, ` %s="%s"`, a.key, escaped(value))
	}
	b.WriteByte('>')
	return b.String(), nil
}

package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// step says which place of the text a place of the output comes from.
type step struct{ out, offset int }

// rawHTML writes tags among words.
func (p *page) rawHTML(n *ast.RawHTML) error {
	if !p.d.shown {
		return p.pieces(p.d.html[n])
	}
	p.escape(asWritten(p.d.html[n]))
	return nil
}

func (p *page) htmlBlock(n *ast.HTMLBlock) error {
	if !p.d.shown {
		return p.pieces(p.d.html[n])
	}
	if text := strings.TrimSpace(asWritten(p.d.html[n])); text != "" {
		p.put("<p>")
		p.escape(text)
		p.put("</p>\n")
	}
	return nil
}

// asWritten is raw HTML to be shown as text. A comment was meant for nobody's eyes.
func asWritten(pieces []piece) string {
	var raw, shown strings.Builder
	for _, p := range pieces {
		raw.WriteString(p.raw)
	}
	for rest := raw.String(); ; {
		words, comment, found := strings.Cut(rest, "<!--")
		shown.WriteString(words)
		if !found {
			return shown.String()
		}
		_, rest, _ = strings.Cut(comment, "-->")
	}
}

func (p *page) pieces(pieces []piece) error {
	for i := range pieces {
		p.steps = append(p.steps, step{len(p.html), pieces[i].offset})
		if pieces[i].name == "table" && pieces[i].kind == startPiece {
			p.scroller(headOf(pieces[i:]))
		}
		if err := p.piece(&pieces[i]); err != nil {
			return err
		}
		if pieces[i].name == "table" && pieces[i].kind == endPiece {
			p.put("</div>")
		}
	}
	return nil
}

// headOf is what names a table that begins here: its caption, or else its first row. It looks no
// further than the table: one without either must not cost all that follows.
func headOf(pieces []piece) string {
	var head []string
	for i := range pieces {
		p := &pieces[i]
		if p.kind == endPiece && (p.name == "table" || len(head) > 0 && (p.name == "caption" || p.name == "tr")) {
			break
		}
		if words := fold(p.words); words != "" {
			head = append(head, words)
		}
	}
	return strings.Join(head, ", ")
}

// piece writes a piece anew: whatever a browser could make of its spelling, there
// is one way to read this. Anything but tags and words is left out.
func (p *page) piece(x *piece) error {
	switch x.kind {
	case wordsPiece:
		p.marked(x, x.words, p.escape)
	case endPiece:
		p.put("</", x.tag(), ">")
		p.summary, p.linked = p.summary && x.name != "summary", p.linked && x.name != "a"
		if x.heading != nil {
			p.closeHeading(*x.heading)
		}
	case startPiece, emptyPiece:
		return p.startTag(x)
	}
	return nil
}

// tag is the name of the element that a page has for a tag.
func (p *piece) tag() string {
	if p.heading != nil {
		return "h" + strconv.Itoa(p.heading.Level)
	}
	return p.name
}

func (p *page) startTag(x *piece) error {
	if x.ends {
		p.put("</", x.name, ">")
	}
	if x.heading != nil {
		p.openHeading()
	}
	p.summary, p.linked = p.summary || x.name == "summary", p.linked || x.name == "a"
	p.put("<", x.tag())
	if x.heading != nil && x.attr("id") == nil {
		p.id(x.heading.ID)
	}
	for i := range x.attrs {
		if err := p.attribute(x.name, &x.attrs[i]); err != nil {
			return err
		}
	}
	if x.name == "pre" {
		p.codeGroup(nil) // as that of Markdown
	}
	p.put(">")
	return nil
}

// attribute writes an attribute of a tag. HTML has no align= any more; a class says
// the same.
func (p *page) attribute(element string, a *attribute) error {
	key, value := a.key, a.value
	linked, _ := linkKey(element)
	switch key {
	case linked:
		to, err := p.href(attributeLink(value))
		if err != nil {
			return err
		}
		value = to
	case "id":
		p.id(value)
		return nil
	case "headers":
		value = p.ids(value)
	case "align":
		key = "class"
	}
	p.put(" ", key, `="`)
	p.escape(value)
	p.put(`"`)
	return nil
}

// ids puts the prefix before each id of a list.
func (p *page) ids(list string) string {
	if p.o.Prefix == "" {
		return list
	}
	ids := strings.Fields(list)
	for i := range ids {
		ids[i] = p.o.Prefix + ids[i]
	}
	return strings.Join(ids, " ")
}

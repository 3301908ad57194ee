package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// entities are how characters are written that HTML would read otherwise; empty for
// all others.
var entities = func() (entities [256]string) {
	for c := range entities {
		entities[c] = string(util.EscapeHTMLByte(byte(c)))
	}
	return entities
}()

// escaped tells which characters those are: the smaller table is asked for every one.
var escaped = func() (escaped [256]bool) {
	for c, entity := range entities {
		escaped[c] = entity != ""
	}
	return escaped
}()

// escape writes text.
func (p *page) escape(text string) { escape(&p.limited, text) }

func escape[T string | []byte](l *limited, text T) {
	from := 0
	for i := range len(text) {
		if escaped[text[i]] {
			add(l, text[from:i])
			add(l, entities[text[i]])
			from = i + 1
		}
	}
	add(l, text[from:])
}

// resolve writes words of Markdown, their escapes and entities resolved. Few have any.
func (p *page) resolve(words []byte) {
	if isResolved(words) {
		escape(&p.limited, words)
	} else {
		html.DefaultWriter.Write(p, words)
	}
}

// fill writes a word with what it is about.
func (p *page) fill(word, about string) {
	before, after, found := strings.Cut(word, "{1}")
	p.escape(before)
	if found {
		p.escape(about)
		p.escape(after)
	}
}

// text writes words. Those of code are kept as they are, on one line.
func (p *page) text(t *ast.Text) {
	if p.cuts[t] != nil {
		p.marked(t, string(p.d.textValue(t)), func(words string) { p.line(t, words) })
		return
	}
	value := t.Segment.Value(p.d.source)
	if t.IsRaw() {
		value, cut := bytes.CutSuffix(value, []byte("\n"))
		escape(&p.limited, value)
		if cut {
			p.put(" ")
		}
		return
	}
	p.resolve(value)
	switch {
	case t.HardLineBreak():
		p.put("<br>\n")
	case t.SoftLineBreak():
		p.put("\n")
	}
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

// codeBlock writes code so that those who have no mouse can scroll it too.
func (p *page) codeBlock(n ast.Node) {
	var language []byte
	if fenced, is := n.(*ast.FencedCodeBlock); is {
		language = fenced.Language(p.d.source)
	}
	p.put("<pre")
	p.codeGroup(language)
	p.put("><code")
	if language != nil {
		p.put(` class="language-`)
		p.resolve(language)
		p.put(`"`)
	}
	p.put(">")
	if p.cuts[n] != nil {
		p.marked(n, string(n.Lines().Value(p.d.source)), p.escape)
	} else {
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			escape(&p.limited, line.Value(p.d.source))
		}
	}
	p.put("</code></pre>\n")
}

// codeGroup writes the attributes by which who has no mouse reaches code, and hears what it is.
func (p *page) codeGroup(language []byte) {
	p.put(` role="group" tabindex="0" aria-label="`)
	if language == nil {
		p.escape(strings.TrimRight(fill(p.words.Code, ""), ": "))
	} else {
		before, after, _ := strings.Cut(p.words.Code, "{1}")
		p.escape(before)
		p.resolve(language)
		p.escape(after)
	}
	p.put(`"`)
}

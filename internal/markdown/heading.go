package markdown

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// Heading is one heading of a text.
type Heading struct {
	Level int    // as rendered: 2 to 6
	ID    string // unique in the document; letters and digits of any script, and hyphens
	Text  string // plain
	Line  int    // within the text, from 1
}

// Headings lists the headings in their order.
func (d *Document) Headings() []Heading { return slices.Clone(d.headings) }

// readHeadings names and levels the headings. The page around the text has the
// only h1, so a heading becomes h2, and one deeper for every heading of a lower
// level that it stands under: texts that begin at #### make no reader's outline
// skip levels.
func (d *Document) readHeadings() {
	d.outline = make(map[ast.Node]Heading)
	taken := make(map[string]int)
	var above []int // levels, as written, of the headings that the next may stand under
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !entering || !ok {
			return ast.WalkContinue, nil
		}
		above = slices.DeleteFunc(above, func(level int) bool { return level >= h.Level })
		words := d.words(h)
		heading := Heading{
			Level: min(2+len(above), 6),
			ID:    uniqueID(words, taken),
			Text:  words,
			Line:  d.place(blockOffset(h)).line,
		}
		above = append(above, h.Level)
		d.headings = append(d.headings, heading)
		d.outline[h] = heading
		return ast.WalkSkipChildren, nil
	})
}

// uniqueID makes an id of a heading's words: the first of several equal ones has
// it unchanged, the next get -2, -3, so that a new heading at the end moves no
// link. Taken has the last number given to each id, so that thousands of equal
// headings take no longer than others.
func uniqueID(words string, taken map[string]int) string {
	base := slug(words)
	id := base
	for taken[id] > 0 {
		taken[base]++
		id = base + "-" + strconv.Itoa(taken[base])
	}
	taken[id] = 1
	return id
}

// slug keeps letters, their marks and digits of any script, in lower case, and
// joins them by single hyphens. An apostrophe joins: "don't" is dont.
func slug(words string) string {
	var b strings.Builder
	gap := false
	for _, r := range words {
		switch {
		case unicode.In(r, unicode.L, unicode.M, unicode.N):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '’':
		default:
			gap = true
		}
	}
	if b.Len() == 0 {
		return "section"
	}
	return b.String()
}

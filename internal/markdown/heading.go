package markdown

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// Heading is one heading of a text.
type Heading struct {
	Level int    // as rendered: 2 to 6
	ID    string // unique in the document; letters and digits of any script, and hyphens, unless raw HTML gives another
	Text  string // plain
	Line  int    // within the text, from 1
}

// Headings lists the headings in their order, those of raw HTML too.
func (d *Document) Headings() []Heading { return slices.Clone(d.headings) }

// outliner names and levels headings. The page around the text has the only h1, so
// a heading becomes h2, and one deeper for every heading of a lower level that it
// stands under: texts that begin at #### make no reader's outline skip levels.
type outliner struct {
	taken map[string]int
	above []int // levels, as written, of the headings that the next may stand under
}

// heading is the next one. An id may be given; else it is made of the words.
func (o *outliner) heading(level int, words, id string, line int) Heading {
	o.above = slices.DeleteFunc(o.above, func(above int) bool { return above >= level })
	h := Heading{Level: min(2+len(o.above), 6), ID: id, Text: words, Line: line}
	if id == "" {
		h.ID = uniqueID(words, o.taken)
	}
	o.above = append(o.above, level)
	return h
}

func (d *Document) readHeadings(nodes []ast.Node) {
	o := &outliner{taken: make(map[string]int), above: make([]int, 0, 6)}
	for _, n := range nodes {
		switch h, is := n.(*ast.Heading); {
		case is:
			d.addHeading(h, o.heading(h.Level, d.words(h), "", d.place(blockOffset(h)).line))
		case d.html[n] != nil && !within(n, ast.KindHeading):
			d.readHTMLHeadings(o, d.html[n])
		}
	}
}

func (d *Document) addHeading(n ast.Node, h Heading) {
	if d.outline == nil {
		d.outline = make(map[ast.Node]int)
		d.headings = slices.Grow(d.headings, 8)
	}
	d.outline[n] = len(d.headings)
	d.headings = append(d.headings, h)
}

// readHTMLHeadings reads the headings of a piece of raw HTML. One that is not
// closed within it is reported elsewhere.
func (d *Document) readHTMLHeadings(o *outliner, pieces []piece) {
	for i := range pieces {
		start := &pieces[i]
		if start.kind != startPiece || !isHeading(start.name) {
			continue
		}
		end := i + 1
		for end < len(pieces) && !isHeading(pieces[end].name) {
			end++
		}
		id := ""
		if a := start.attr("id"); a != nil {
			id = a.value
		}
		h := o.heading(int(start.name[1]-'0'), wordsOf(pieces[i+1:end]), id, d.place(start.offset).line)
		d.headings = append(d.headings, h)
		start.heading = &h
		if end < len(pieces) && pieces[end].kind == endPiece {
			pieces[end].heading = &h
		}
	}
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
	b.Grow(len(words))
	gap := false
	for _, r := range words {
		switch {
		case isWordly(r):
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

// isWordly tells whether a character is a letter, a mark or a digit of any script.
func isWordly(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

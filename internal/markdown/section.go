package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
)

// Section is a heading, with whether anything stands under it.
type Section struct {
	Heading
	// Empty tells that no word stands between the heading and the end of the text, or the next
	// heading that is not a deeper one.
	Empty bool
}

// Sections lists the headings that have words, in their order.
func (d *Document) Sections() []Section {
	if sections, plain := d.plainSections(); plain {
		return sections
	}
	var sections []Section
	blocks := d.Blocks()
	for i, b := range blocks {
		if b.Kind == HeadingBlock {
			empty := i+1 == len(blocks) || blocks[i+1].Kind == HeadingBlock && blocks[i+1].Level <= b.Level
			sections = append(sections, Section{Heading{Level: b.Level, Text: b.Text, Line: b.Line}, empty})
		}
	}
	return sections
}

// plainSections does the same for a text without raw HTML whose headings stand in nothing else:
// nearly every one, and of those not all words need to be read. It is false of any other text.
func (d *Document) plainSections() (sections []Section, plain bool) {
	if d.root == nil || len(d.html) > 0 {
		return nil, false
	}
	open := -1 // the section under which nothing has stood yet
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		at, is := d.outline[n]
		switch {
		case is && d.headings[at].Text == "":
			return nil, false
		case is:
			h := d.headings[at]
			if open >= 0 && h.Level > sections[open].Level {
				sections[open].Empty = false
			}
			sections = append(sections, Section{h, true})
			open = len(sections) - 1
		case open >= 0 && d.hasWords(n):
			sections[open].Empty = false
			open = -1
		}
	}
	return sections, len(sections) == len(d.headings)
}

// hasWords reports whether a reader finds a word in a node.
func (d *Document) hasWords(n ast.Node) bool {
	found := false
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || d.kind(n) == "" {
			return ast.WalkContinue, nil
		}
		if t, is := n.FirstChild().(*ast.Text); is {
			found = len(bytes.TrimSpace(d.plainValue(t))) > 0 // the rest need not be read then
		}
		if found = found || d.words(n) != ""; found {
			return ast.WalkStop, nil
		}
		return ast.WalkSkipChildren, nil
	})
	return found
}

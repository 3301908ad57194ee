package markdown

import (
	"bytes"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// place is a line and a column, both from 1, the column in characters.
type place struct{ line, column int }

// place tells where the byte at offset stands.
func (d *Document) place(offset int) place {
	before := d.source[:min(max(offset, 0), len(d.source))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1}
}

// blockOffset is where a block begins, or the nearest thing to it that has a place.
func blockOffset(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Pos() >= 0 {
			return n.Pos()
		}
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return 0
}

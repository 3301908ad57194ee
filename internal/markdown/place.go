package markdown

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// place is a line and a column, both from 1, the column in characters.
type place struct{ line, column int }

// place tells where the byte at offset stands.
func (d *Document) place(offset int) place {
	offset = min(max(offset, 0), len(d.source))
	line := sort.SearchInts(d.lines, offset+1) // the first line that begins behind it
	return place{line, utf8.RuneCount(d.source[d.lines[line-1]:offset]) + 1}
}

// lineStarts lists where each line begins.
func lineStarts(source []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(source, []byte("\n")))
	for at := 0; len(starts) < cap(starts); {
		at += bytes.IndexByte(source[at:], '\n') + 1
		starts = append(starts, at)
	}
	return starts
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

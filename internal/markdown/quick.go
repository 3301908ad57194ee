package markdown

import (
	"bytes"
	"slices"

	"github.com/yuin/goldmark/ast"
)

// maxQuick is the longest text that is read quickly: should that fail, it is read twice.
const maxQuick = 16 << 10

var https = []byte("https:")

// parseQuickly reads a text without looking for bare links. It reports false where there
// may be one, or where goldmark would read something else otherwise for having looked;
// then nothing in the document counts.
func (d *Document) parseQuickly() (m material, complete bool) {
	if len(d.source) > maxQuick || !d.hasPlainEnds() {
		return m, false
	}
	links, bare := countLinks(d.source)
	if bare {
		return m, false
	}
	m = d.parse(quickGrammar())
	// Each https: was found again as the beginning of a destination: none is left that
	// could have been a bare link.
	return m, countDestinations(m.nodes, d.source) == links
}

// countDestinations counts the destinations that begin with https:, each where it is
// written.
func countDestinations(nodes []ast.Node, source []byte) int {
	count := 0
	for _, n := range nodes {
		var to []byte
		switch n := n.(type) {
		case *ast.Link:
			if n.Reference == nil {
				to = n.Destination
			}
		case *ast.Image:
			if n.Reference == nil {
				to = n.Destination
			}
		case *ast.AutoLink:
			to = n.Label(source)
		}
		if bytes.HasPrefix(to, https) {
			count++
		}
	}
	return count
}

// hasPlainEnds reports whether no line ends in white space. Of that goldmark keeps all
// but the last character where it has cut the text at spaces, and nothing where not.
func (d *Document) hasPlainEnds() bool {
	end := len(d.source)
	for _, start := range slices.Backward(d.lines) {
		last := end - 1
		for last >= start && (d.source[last] == '\n' || d.source[last] == '\r') {
			last--
		}
		if last >= start && (d.source[last] == ' ' || d.source[last] == '\t') {
			return false
		}
		end = start
	}
	return true
}

// countLinks counts each https: of a text, up to one that is bare: that stands elsewhere than
// in [words](https:…) and <https:…>.
func countLinks(source []byte) (count int, bare bool) {
	for {
		before, after, found := bytes.Cut(source, https)
		if !found {
			return count, false
		}
		if !bytes.HasSuffix(before, []byte("](")) && !bytes.HasSuffix(before, []byte("<")) {
			return count, true
		}
		count++
		source = after
	}
}

package content

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// Limits of what is plain. People stay far below them.
const (
	maxPlainLine  = 2 << 10 // octets of a line
	maxPlainKey   = 64      // octets of a key
	maxPlainKeys  = 64      // keys of one mapping
	maxPlainDepth = 8       // mappings, and what stands in brackets, within each other
)

// plainRoom is for how many nodes room is made at once: most headers need no more.
const plainRoom = 96

// plainReader reads the YAML that nearly every header is written in: keys and lists,
// equally far in, with values of one line. It makes the tree that the library makes, at a
// tenth of the cost, and gives up at the first thing that is not certain: what YAML has
// more ways to read than one, what this format does without, and every mistake. The
// library reads the text then, and words what is wrong with it.
//
// So nothing is odd in a tree that it makes: no anchor, tag, merge key or null, no key
// that stands twice, no value that runs on, no hidden character, no # that cuts a value
// off. The tags of its nodes are empty, and comments are left out: see
// TestPlainLeavesOut for who asks.
type plainReader struct {
	rest   []byte // the lines below
	line   string // the line that is read, without its end: a value that is kept keeps no more than that
	number int    // of the line, from 1
	in     int    // the column at which the line's own text begins, from 0; negative at the end
	at     int    // how far the line is read
	ascii  bool   // the line is, so that octets are columns
	depth  int

	nodes []yaml.Node  // room for nodes
	parts []*yaml.Node // room for their contents
	open  []*yaml.Node // what the nodes hold that are not whole yet
}

// read returns the library's document node of a plain text; nil of any other. The tree
// holds until the next text is read.
func (r *plainReader) read(text []byte) *yaml.Node {
	*r = plainReader{rest: text, nodes: r.nodes[:0], parts: r.parts[:0], open: r.open[:0]}
	if !r.next() || r.in != 0 {
		return nil
	}
	root := r.node(yaml.DocumentNode, 0)
	top := r.mapping()
	if top == nil || r.in >= 0 { // a line that is further in than its block belongs to none
		return nil
	}
	root.Content = r.contents(0, top)
	return root
}

// next goes to the next line that holds more than a comment. It reports false where a
// line on the way is not plain.
func (r *plainReader) next() bool {
	for len(r.rest) > 0 {
		line, below, _ := bytes.Cut(r.rest, []byte("\n"))
		r.line, r.rest = string(line), below
		r.number++
		r.at = blanks(r.line)
		r.in = r.at
		switch {
		case !r.isText():
			return false
		case r.at == len(r.line):
		case r.line[r.at] != '#':
			return true
		case !isRemark(r.line[r.at:]):
			return false
		}
	}
	r.line, r.at, r.in = "", 0, -1
	return true
}

// blanks is how many blanks begin a text.
func blanks(text string) int {
	n := 0
	for n < len(text) && text[n] == ' ' {
		n++
	}
	return n
}

// isText tells whether the line holds nothing but what a person can see.
func (r *plainReader) isText() bool {
	if r.ascii = isPlain(r.line); !r.ascii {
		for _, c := range r.line {
			if c == utf8.RuneError || source.Hidden(c) {
				return false
			}
		}
	}
	return len(r.line) <= maxPlainLine
}

// isRemark tells whether a # begins a comment: with no blank behind it, it may have
// been meant as text.
func isRemark(text string) bool {
	return strings.HasPrefix(text, "# ") && blanks(text[1:]) < len(text)-1
}

// endLine goes on to the next line, if nothing but a comment is left of this one.
func (r *plainReader) endLine() bool {
	left := r.line[r.at:]
	n := blanks(left)
	return (n == len(left) || n > 0 && isRemark(left[n:])) && r.next()
}

// skip passes over blanks, and reports whether anything is left behind them.
func (r *plainReader) skip() bool {
	r.at += blanks(r.line[r.at:])
	return r.at < len(r.line)
}

// node is a new node that begins at an offset of the line.
func (r *plainReader) node(kind yaml.Kind, at int) *yaml.Node {
	if len(r.nodes) == cap(r.nodes) {
		r.nodes = make([]yaml.Node, 0, max(plainRoom, 2*cap(r.nodes))) // the next text will fit in it
	}
	if !r.ascii {
		at = utf8.RuneCountInString(r.line[:at])
	}
	r.nodes = append(r.nodes, yaml.Node{Kind: kind, Line: r.number, Column: at + 1})
	return &r.nodes[len(r.nodes)-1]
}

// contents are the nodes that were opened from a number on, and more.
func (r *plainReader) contents(first int, more ...*yaml.Node) []*yaml.Node {
	found := append(r.open[first:], more...)
	r.open = r.open[:first]
	if len(found) > cap(r.parts)-len(r.parts) {
		r.parts = make([]*yaml.Node, 0, max(plainRoom, 2*cap(r.parts), len(found)))
	}
	from := len(r.parts)
	r.parts = append(r.parts, found...)
	return r.parts[from:len(r.parts):len(r.parts)]
}

// hold makes a node a part of the one that is being read; false where there is none.
func (r *plainReader) hold(n *yaml.Node) bool {
	r.open = append(r.open, n)
	return n != nil
}

// key is the length of the key that begins here: a plain word, a colon, and a blank or
// the end of the line. It is 0 where there is none.
func (r *plainReader) key() int {
	text := r.line[r.at:]
	for i := 0; i < len(text) && i <= maxPlainKey; i++ {
		switch c := text[i]; {
		case isLetter(c), c == '_', i > 0 && (isDigit(c) || c == '-'):
		case c != ':', i == 0, i+1 < len(text) && text[i+1] != ' ', isNull(text[:i]):
			return 0
		default:
			return i
		}
	}
	return 0
}

func isLetter(c byte) bool { return 'a' <= c|' ' && c|' ' <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// isNull tells whether a plain word is no text: null, or what merges mappings.
func isNull(word string) bool {
	return word == "null" || word == "Null" || word == "NULL" || word == "<<"
}

// holdKey reads the key that begins here, with its colon, into a mapping whose contents
// are open from a number on.
func (r *plainReader) holdKey(first int) bool {
	length := r.key()
	if length == 0 || len(r.open) >= first+2*maxPlainKeys {
		return false
	}
	word := r.line[r.at : r.at+length]
	for i := first; i < len(r.open); i += 2 {
		if r.open[i].Value == word {
			return false
		}
	}
	return r.hold(r.scalar(word, 0, length+1))
}

// mapping reads the lines that begin in this column, of which each is a key.
func (r *plainReader) mapping() *yaml.Node {
	n, first, in := r.node(yaml.MappingNode, r.at), len(r.open), r.in
	if r.depth++; r.depth > maxPlainDepth {
		return nil
	}
	for r.in == in {
		if !r.holdKey(first) || !r.hold(r.below(in)) {
			return nil
		}
	}
	r.depth--
	n.Content = r.contents(first)
	return n
}

// below reads the value of a key of a mapping that begins in a column: in the same line,
// or in those below.
func (r *plainReader) below(in int) *yaml.Node {
	left := r.line[r.at:]
	if n := blanks(left); n < len(left) && left[n] != '#' {
		r.at += n
		return r.valueLine()
	}
	switch {
	case !r.endLine():
	case r.in >= in && r.isEntry():
		return r.sequence()
	case r.in > in:
		return r.mapping()
	}
	return nil
}

// isEntry tells whether an entry of a list begins here.
func (r *plainReader) isEntry() bool { return strings.HasPrefix(r.line[r.at:], "- ") }

// sequence reads the lines that begin in this column with a dash.
func (r *plainReader) sequence() *yaml.Node {
	n, first, in := r.node(yaml.SequenceNode, r.at), len(r.open), r.in
	for r.in == in && r.isEntry() {
		r.at++
		if !r.skip() || !r.hold(r.entry()) {
			return nil
		}
	}
	n.Content = r.contents(first)
	return n
}

// entry reads what stands behind the dash of a list: a mapping of which the first key
// does, or a value.
func (r *plainReader) entry() *yaml.Node {
	if r.key() > 0 {
		r.in = r.at
		return r.mapping()
	}
	return r.valueLine()
}

// valueLine reads a value that ends its line.
func (r *plainReader) valueLine() *yaml.Node {
	n := r.value(false)
	if n == nil || !r.endLine() {
		return nil
	}
	return n
}

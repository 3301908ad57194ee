package content

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// layout is a file with the bytes that each node of its header takes. The library
// says where a node begins; where it ends, the text itself has to say.
type layout struct {
	file   source.File
	lines  []int // offset at which each line begins
	header int   // offset of the header's own text
	fence  int   // offset of the line that ends it
	root   *spot
}

// spot is a node with its place.
type spot struct {
	node       *yaml.Node
	start, end int     // offsets in the file; end is the first byte behind
	head       int     // of a block (>- or |): the end of its mark; else 0
	in         *spot   // the mapping or list that holds it; nil for the whole header
	parts      []*spot // of a mapping keys and values by turns, of a list its entries
}

// layOut reads a file's header. The error is [source.Problems].
func layOut(file source.File) (*layout, error) {
	p, problems := split(file)
	if len(problems) > 0 {
		return nil, problems
	}
	d := &document{file: file, above: headerLine - 1}
	top, ok := d.load(p.header)
	if !ok || slices.ContainsFunc(d.problems, unplaced) {
		return nil, d.problems
	}
	l := &layout{file: file}
	for offset := 0; offset < len(file.Data); offset = l.lineEnd(offset) {
		l.lines = append(l.lines, offset)
	}
	l.header = l.lines[headerLine-1]
	l.fence, _, _ = closingFence(file, &d.problems)
	l.root = l.place(top.node, nil)
	return l, nil
}

// unplaced reports whether a problem leaves in doubt where something stands.
func unplaced(p source.Problem) bool { return p.Code != "no-value" && p.Code != "cut-comment" }

// place finds the bytes of a node and of everything in it.
func (l *layout) place(n *yaml.Node, in *spot) *spot {
	s := &spot{node: n, in: in, start: l.offset(n.Line+headerLine-1, n.Column)}
	for _, c := range n.Content {
		s.parts = append(s.parts, l.place(c, s))
	}
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0:
		l.vacant(s)
	case n.Kind == yaml.ScalarNode:
		l.scalarEnd(s)
	case s.braced(l):
		s.end = l.bracketEnd(s)
	default:
		s.start, s.end = s.parts[0].start, s.parts[len(s.parts)-1].end
	}
	return s
}

// nullWord is a value that is written and none, as YAML 1.2 has them (chapter 10.2).
var nullWord = regexp.MustCompile(`^(~|null|Null|NULL)([\s,\]}]|$)`)

// vacant finds the place of a value that is none: the word that says so, or the
// byte behind the colon of its key.
func (l *layout) vacant(s *spot) {
	if word := nullWord.FindSubmatch(l.file.Data[s.start:]); word != nil {
		s.end = s.start + len(word[1])
		return
	}
	if s.in != nil && len(s.in.parts) > 0 {
		key := s.in.parts[len(s.in.parts)-1]
		s.start = key.end
		if colon, err := l.colon(key); err == nil {
			s.start = colon
		}
	}
	s.end = s.start
}

// offset is the byte at a line and column, both counted from 1, columns in characters.
func (l *layout) offset(line, column int) int {
	if line > len(l.lines) {
		return len(l.file.Data)
	}
	at := l.lines[line-1]
	for ; column > 1 && at < len(l.file.Data); column-- {
		_, size := utf8.DecodeRune(l.file.Data[at:])
		at += size
	}
	return at
}

// lineEnd is the first byte behind the line that holds a byte.
func (l *layout) lineEnd(offset int) int {
	if i := bytes.IndexByte(l.file.Data[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(l.file.Data)
}

// lineStart is the first byte of the line that holds a byte.
func (l *layout) lineStart(offset int) int {
	return bytes.LastIndexByte(l.file.Data[:offset], '\n') + 1
}

// line is the text of the line that holds a byte, without its end.
func (l *layout) line(offset int) string {
	return trimEnd(l.file.Data[l.lineStart(offset):l.lineEnd(offset)])
}

// newline is how the line that holds a byte ends: LF or CR LF.
func (l *layout) newline(offset int) string {
	if bytes.HasSuffix(l.file.Data[:l.lineEnd(offset)], []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// column is how many characters stand before a byte in its line.
func (l *layout) column(offset int) int {
	return utf8.RuneCount(l.file.Data[l.lineStart(offset):offset])
}

// scalarEnd finds where a value ends. The strict reader has seen to it that only a
// block goes on in the next line.
func (l *layout) scalarEnd(s *spot) {
	rest := string(l.file.Data[s.start:l.lineEnd(s.start)])
	switch style := s.node.Style; {
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		l.blockEnd(s, rest)
	case style&yaml.DoubleQuotedStyle != 0:
		s.end = s.start + len(doubleQuoted.FindString(rest))
	case style&yaml.SingleQuotedStyle != 0:
		s.end = s.start + len(singleQuoted.FindString(rest))
	default:
		s.end = s.start + len(s.node.Value)
	}
}

// blockEnd finds where a block ends (YAML 1.2, chapter 8.1): at the first line that
// is indented less than its first. Empty lines at its end count only behind a +.
func (l *layout) blockEnd(s *spot, rest string) {
	mark := rest[:len(rest)-len(strings.TrimLeft(rest, "|>+-0123456789"))]
	s.head = s.start + len(mark)
	s.end = s.head
	indent := -1
	if i := strings.IndexAny(mark, "123456789"); i >= 0 {
		indent = s.in.indent(l) + int(mark[i]-'0')
	}
	for next := l.lineEnd(s.start); next < l.fence; next = l.lineEnd(next) {
		line := l.line(next)
		depth := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case depth == len(line): // an empty line
			if strings.Contains(mark, "+") || indent >= 0 && depth > indent {
				s.end = next + len(line)
			}
			continue
		case indent < 0 && depth > s.in.indent(l):
			indent = depth
		}
		if indent < 0 || depth < indent {
			return
		}
		s.end = next + len(line)
	}
}

// braced reports whether a mapping or list stands in { } or [ ]. A pair within [ ]
// is a mapping without any.
func (s *spot) braced(l *layout) bool {
	return s.start < len(l.file.Data) && strings.IndexByte("{[", l.file.Data[s.start]) >= 0
}

// bracketEnd finds the bracket that closes a mapping or list: behind its last part
// nothing stands but white space, a comma and comments.
func (l *layout) bracketEnd(s *spot) int {
	at := s.start + 1
	if len(s.parts) > 0 {
		at = s.parts[len(s.parts)-1].end
	}
	for ; at < l.fence; at++ {
		switch l.file.Data[at] {
		case '}', ']':
			return at + 1
		case '#':
			at = l.lineEnd(at) - 1
		}
	}
	return at
}

// flow reports whether the node stands in { } or [ ], its own or others'.
func (s *spot) flow() bool {
	for ; s != nil; s = s.in {
		if s.node.Style&yaml.FlowStyle != 0 {
			return true
		}
	}
	return false
}

// block reports whether the node is a mapping or list of which each part has lines of its own.
func (s *spot) block() bool { return s.node.Kind != yaml.ScalarNode && !s.flow() }

// indent is how far the keys of a block mapping, or the dashes of a list, stand
// from the left; -1 where nothing holds the node.
func (s *spot) indent(l *layout) int {
	if s == nil {
		return -1
	}
	return l.column(l.offset(s.node.Line+headerLine-1, s.node.Column))
}

// find walks along a path as far as there is something, and returns what is left of it.
func (l *layout) find(path []any) (*spot, []any) {
	at := l.root
	for i, name := range path {
		next := at.part(name)
		if next == nil {
			return at, path[i:]
		}
		at = next
	}
	return at, nil
}

// part is the value of a key, or the entry of an index; nil where there is none.
func (s *spot) part(name any) *spot {
	switch name := name.(type) {
	case string:
		for i := 0; s.node.Kind == yaml.MappingNode && i+1 < len(s.parts); i += 2 {
			if s.parts[i].node.Value == name {
				return s.parts[i+1]
			}
		}
	case int:
		if s.node.Kind == yaml.SequenceNode && name >= 0 && name < len(s.parts) {
			return s.parts[name]
		}
	}
	return nil
}

// index is the place of a node among the parts of what holds it.
func (s *spot) index() int {
	for i, part := range s.in.parts {
		if part == s {
			return i
		}
	}
	return -1
}

// nearest is the place of the last node along a path.
func (l *layout) nearest(path []any) source.Position {
	s, _ := l.find(path)
	return l.file.Position(s.start)
}

// comments lists the comments of the header that begin between two bytes, as they
// stand there. Whatever lies outside the values and begins with # is one.
func (l *layout) comments(from, to int) []string {
	var found []string
	at := l.header
	for _, s := range l.scalars(l.root) {
		found = append(found, l.commentsIn(max(at, from), min(s.start, to))...)
		at = s.end
		if s.head > 0 {
			found = append(found, l.commentsIn(max(s.head, from), min(l.lineEnd(s.head), to))...)
			at = max(at, l.lineEnd(s.head))
		}
	}
	return append(found, l.commentsIn(max(at, from), min(l.fence, to))...)
}

// scalars lists the keys and values below a node, in the order of the text.
func (l *layout) scalars(s *spot) []*spot {
	if s.node.Kind == yaml.ScalarNode {
		return []*spot{s}
	}
	var all []*spot
	for _, part := range s.parts {
		all = append(all, l.scalars(part)...)
	}
	return all
}

// commentsIn lists the comments of a stretch that holds no value.
func (l *layout) commentsIn(from, to int) []string {
	var found []string
	for at := from; at < to; at++ {
		if l.file.Data[at] == '#' {
			end := l.lineEnd(at)
			found = append(found, strings.TrimRight(trimEnd(l.file.Data[at:end]), " \t"))
			at = end - 1
		}
	}
	return found
}

package content

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// removing takes away a key with its value, or an entry of a list.
func removing(path []any) step {
	return func(l *layout) ([]source.Edit, error) {
		s, rest := l.find(path)
		switch {
		case len(rest) > 0:
			return nil, errors.New("it is not there")
		case s.in.flow():
			return l.cut(s)
		case len(s.in.parts) == 1, s.in.node.Kind == yaml.MappingNode && len(s.in.parts) == 2:
			return nil, errors.New("nothing would be left of what holds it")
		case s.in.node.Kind == yaml.SequenceNode:
			return l.cutEntry(s)
		}
		return l.cutKey(s)
	}
}

// first is where a part begins: a value with its key.
func (s *spot) first() *spot {
	if s.in.node.Kind == yaml.MappingNode {
		return s.in.parts[s.index()-1]
	}
	return s
}

// cut takes a part out of { } or [ ], with one of the commas beside it.
func (l *layout) cut(s *spot) ([]source.Edit, error) {
	i, first := s.index(), s.first()
	from, to := first.start, s.end
	switch {
	case i+1 < len(s.in.parts):
		to = s.in.parts[i+1].start
	case s.in.parts[0] != first:
		before := i - 1
		if first != s {
			before--
		}
		from = s.in.parts[before].end
	}
	if len(l.comments(from, to)) > 0 {
		return nil, errors.New("comments stand between the brackets")
	}
	return []source.Edit{{Start: from, End: to}}, nil
}

// cutKey takes a key out of a block mapping. The first of an entry shares its line
// with the dash: there the next key moves up.
func (l *layout) cutKey(s *spot) ([]source.Edit, error) {
	first := s.first()
	if strings.TrimSpace(string(l.file.Data[l.lineStart(first.start):first.start])) == "" {
		edit := l.cleared(s, "")
		edit.Start = l.lineStart(first.start)
		edit.Text = l.kept(edit.Start, edit.End, l.column(first.start))
		return []source.Edit{edit}, nil
	}
	if first != s.in.parts[0] {
		return nil, errors.New("the key is written in an unusual way")
	}
	next := s.in.parts[2]
	if len(l.comments(first.start, next.start)) > 0 {
		return nil, errors.New("a comment stands behind the dash")
	}
	return []source.Edit{{Start: first.start, End: next.start}}, nil
}

// cutEntry takes an entry out of a block list, with its dash.
func (l *layout) cutEntry(s *spot) ([]source.Edit, error) {
	from, to := l.lineStart(s.start), l.lineEnd(s.end)
	if s.head > 0 {
		to = max(to, l.lineEnd(s.start))
	}
	if strings.TrimSpace(string(l.file.Data[from:s.start])) != "-" {
		return nil, errors.New("the dash stands on another line")
	}
	return []source.Edit{{Start: from, End: to, Text: l.kept(from, to, s.in.indent(l))}}, nil
}

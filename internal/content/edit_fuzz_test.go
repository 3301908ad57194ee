package content

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// FuzzEdit: whatever header can be read, an edit changes what it was asked to and
// nothing else. The library's own idea of values and comments is the judge (F3).
func FuzzEdit(f *testing.F) {
	texts := seeds(f)
	for _, text := range editLayouts(f) {
		texts = append(texts, text)
	}
	for i, text := range texts {
		for kind := range byte(4) {
			f.Add(text, kind, uint8(7*i), "2026-05-03")
			f.Add(text, kind, uint8(5*i+1), `Note: it's "fixed", {now} # or`)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, kind, choice uint8, value string) {
		e, err := NewEditor(source.File{Name: "a.md", Data: data})
		if err != nil {
			return
		}
		before := seenIn(t, data)
		path := choose(before.root, choice)
		pairs := []Pair{{Key: "is", Value: value}, {Key: "platforms", List: []string{value, "windows"}}}
		key := fmt.Sprint(path[0])
		switch kind % 4 {
		case 0:
			err = e.Set(value, path...)
		case 1:
			path, err = path[:1], e.SetMapping(key, pairs)
		case 2:
			path, err = path[:1], e.Append(key, pairs)
		default:
			err = e.Remove(path...)
		}
		if err != nil {
			if !bytes.Equal(e.Bytes(), data) {
				t.Errorf("%v, and the file is %q", err, e.Bytes())
			}
			return
		}
		after := seenIn(t, e.Bytes())
		if kind%4 == 3 && found(after.root, path[:len(path)-1]) == nil || kind%4 != 3 && found(after.root, path) == nil {
			t.Errorf("%v is not there in %q", path, e.Bytes())
		}
		if kind%4 == 0 && found(after.root, path).Value != value {
			t.Errorf("%v is %q, not %q", path, found(after.root, path).Value, value)
		}
		before.unchanged(t, after, key)
	})
}

// seen is a file as the library reads it.
type seen struct {
	data   []byte
	page   page
	root   *yaml.Node
	values map[string]any
}

func seenIn(t *testing.T, data []byte) seen {
	t.Helper()
	s := seen{data: data}
	var problems source.Problems
	if s.page, problems = split(source.File{Name: "a.md", Data: data}); len(problems) > 0 {
		t.Fatalf("%q: %v", data, problems)
	}
	var root yaml.Node
	if err := yaml.Load(s.page.header, &root); err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	s.root = root.Content[0]
	if err := yaml.Load(s.page.header, &s.values); err != nil {
		t.Skipf("the library cannot make values of it: %v", err)
	}
	return s
}

// unchanged holds everything but one key of the top against the file after an edit.
func (s seen) unchanged(t *testing.T, after seen, key string) {
	t.Helper()
	if !bytes.Equal(s.page.body, after.page.body) {
		t.Errorf("the text changed: %q, then %q", s.page.body, after.page.body)
	}
	delete(s.values, key)
	delete(after.values, key)
	if fmt.Sprint(s.values) != fmt.Sprint(after.values) {
		t.Errorf("other values changed: %v, then %v", s.values, after.values)
	}
	header := string(after.page.header)
	for _, comment := range remarked(s.root) {
		if !strings.Contains(header, comment) {
			t.Errorf("%q lost its comment %q", header, comment)
		}
	}
	if was, is := s.others(key), after.others(key); s.root.Style&yaml.FlowStyle == 0 && !slices.Equal(was, is) {
		t.Errorf("other lines changed: %q, then %q", was, is)
	}
}

// remarked lists the comments that the library sees.
func remarked(n *yaml.Node) []string {
	var all []string
	for _, text := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	for _, c := range n.Content {
		all = append(all, remarked(c)...)
	}
	return all
}

// others are the lines of the header that do not belong to one key of the top:
// comments and empty lines may move from one key to the next.
func (s seen) others(key string) []string {
	var out []string
	lines := strings.SplitAfter(string(s.page.header), "\n")
	for i, line := range lines {
		text := strings.TrimSpace(line)
		if text != "" && text[0] != '#' && s.owner(i+1) != key {
			out = append(out, line)
		}
	}
	return out
}

// owner is the key of the top that a line belongs to.
func (s seen) owner(line int) string {
	owner := ""
	for i := 0; i+1 < len(s.root.Content); i += 2 {
		if s.root.Content[i].Line <= line {
			owner = s.root.Content[i].Value
		}
	}
	return owner
}

// choose picks a place of a header, or a new key of one of its mappings.
func choose(root *yaml.Node, choice uint8) []any {
	all := paths(root, nil)
	return all[int(choice)%len(all)]
}

func paths(n *yaml.Node, to []any) [][]any {
	var all [][]any
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			path := append(slices.Clone(to), n.Content[i].Value)
			all = append(append(all, path), paths(n.Content[i+1], path)...)
		}
		for _, key := range []string{"available", "severity"} {
			all = append(all, append(slices.Clone(to), key))
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			path := append(slices.Clone(to), i)
			all = append(append(all, path), paths(c, path)...)
		}
	}
	return all
}

// found is the node at a path; nil where there is none.
func found(n *yaml.Node, path []any) *yaml.Node {
	n, err := followPath(n, path)
	if err != nil {
		return nil
	}
	return n
}

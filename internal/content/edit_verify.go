package content

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// verifyEdit holds a changed file against the one it was: what was wanted is different,
// and nothing else.
func verifyEdit(before, after *layout, want func(root *yaml.Node) error) error {
	wanted := cloneTree(before.root.node)
	if err := want(wanted); err != nil {
		return err
	}
	was, is := before.file.Data, after.file.Data
	switch {
	case !bytes.Equal(was[before.fence:], is[after.fence:]), !bytes.Equal(was[:before.header], is[:after.header]):
		return errors.New("the text outside the header would change")
	case !sameTree(wanted, after.root.node), !sameOrder(before.root.node, after.root.node):
		return errors.New("something else would change with it")
	case !slices.Equal(before.remarks(), after.remarks()):
		return errors.New("a comment would change with it")
	}
	return nil
}

// remarks are all comments of the header, sorted.
func (l *layout) remarks() []string {
	found := l.comments(l.header, l.fence)
	slices.Sort(found)
	return found
}

// sameTree tells whether two trees hold the same values, whatever the order of their keys.
func sameTree(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i, c := range a.Content {
		switch {
		case a.Kind != yaml.MappingNode:
			if !sameTree(c, b.Content[i]) {
				return false
			}
		case i%2 == 0:
			if v := valueIn(b, c.Value); v == nil || !sameTree(a.Content[i+1], v) {
				return false
			}
		}
	}
	return true
}

// sameOrder tells whether the keys that two trees share come in the same order.
func sameOrder(a, b *yaml.Node) bool {
	if a.Kind != b.Kind {
		return true
	}
	if a.Kind == yaml.SequenceNode {
		for i := 0; i < min(len(a.Content), len(b.Content)); i++ {
			if !sameOrder(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	}
	shared := func(n, other *yaml.Node) (keys []string) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if key := n.Content[i].Value; valueIn(other, key) != nil {
				keys = append(keys, key)
			}
		}
		return keys
	}
	keys := shared(a, b)
	if !slices.Equal(keys, shared(b, a)) {
		return false
	}
	return !slices.ContainsFunc(keys, func(key string) bool { return !sameOrder(valueIn(a, key), valueIn(b, key)) })
}

// valueIn is the value of a key of a mapping; nil where there is none.
func valueIn(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// cloneTree copies a tree.
func cloneTree(n *yaml.Node) *yaml.Node {
	c := &yaml.Node{Kind: n.Kind, Value: n.Value}
	for _, part := range n.Content {
		c.Content = append(c.Content, cloneTree(part))
	}
	return c
}

func scalarNode(value string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: value} }

func mappingNode(pairs []Pair) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, pair := range pairs {
		value := scalarNode(pair.Value)
		if pair.List != nil {
			value = &yaml.Node{Kind: yaml.SequenceNode}
			for _, word := range pair.List {
				value.Content = append(value.Content, scalarNode(word))
			}
		}
		n.Content = append(n.Content, scalarNode(pair.Key), value)
	}
	return n
}

// putAt sets the value at a path of a tree. Keys that are not there are made.
func putAt(root *yaml.Node, path []any, value *yaml.Node) error {
	var held *yaml.Node
	index, in := 0, root
	for i, name := range path {
		if held, index = in, partOrNew(in, name); index < 0 {
			return errAbsent(path[:i+1])
		}
		in = in.Content[index]
	}
	held.Content[index] = value
	return nil
}

// partOrNew is [partOf] of a mapping that has every key: a new one holds a mapping.
func partOrNew(n *yaml.Node, name any) int {
	key, isKey := name.(string)
	if partOf(n, name) < 0 && isKey && n.Kind == yaml.MappingNode {
		n.Content = append(n.Content, scalarNode(key), &yaml.Node{Kind: yaml.MappingNode})
	}
	return partOf(n, name)
}

// appendTo adds an entry to the list of a key, which it makes where there is none.
func appendTo(root *yaml.Node, key string, entry *yaml.Node) error {
	list := valueIn(root, key)
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		root.Content = append(root.Content, scalarNode(key), list)
	}
	if list.Kind != yaml.SequenceNode {
		return fmt.Errorf("%s holds no list", key)
	}
	list.Content = append(list.Content, entry)
	return nil
}

// dropAt takes what stands at a path out of a tree.
func dropAt(root *yaml.Node, path []any) error {
	in, err := followPath(root, path[:len(path)-1])
	if err != nil {
		return err
	}
	i := partOf(in, path[len(path)-1])
	if i < 0 {
		return errors.New("it is not there")
	}
	from := i
	if in.Kind == yaml.MappingNode {
		from--
	}
	in.Content = slices.Delete(in.Content, from, i+1)
	return nil
}

// followPath walks along a path that must be there.
func followPath(n *yaml.Node, path []any) (*yaml.Node, error) {
	for _, name := range path {
		i := partOf(n, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no %v here", name)
		}
		n = n.Content[i]
	}
	return n, nil
}

// partOf is the index of a key's value, or of an entry, among a node's contents; -1
// where there is none.
func partOf(n *yaml.Node, name any) int {
	switch name := name.(type) {
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return i + 1
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && name >= 0 && name < len(n.Content) {
			return name
		}
	}
	return -1
}

package content

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// fields is one mapping. Its keys are known by being asked for; done reports the rest.
type fields struct {
	doc    *document
	within string // the key that holds the mapping; empty at the top
	path   string // what stands before the mapping's own keys in their paths: affected[]. Empty outside tests
	node   *yaml.Node
	known  []string
	lacks  []lack
}

// lack is a key that must be there and is not.
type lack struct{ key, hint string }

func (d *document) fields(n *yaml.Node, within string) *fields {
	return &fields{doc: d, within: within, node: n, known: make([]string, 0, 40)}
}

// inner is a mapping that stands under a key, or in a list (more is []) under it.
func (f *fields) inner(n *yaml.Node, key, more string) *fields {
	in := &fields{doc: f.doc, within: key, node: n}
	if f.doc.asked != nil {
		in.path = f.path + key + more + "."
	}
	return in
}

// value returns the node of a key, nil where the key is absent.
func (f *fields) value(key string) *yaml.Node {
	if f.known == nil {
		f.known, f.doc.spare = f.doc.spare, nil
	}
	if !contains(f.known, key) {
		f.known = append(f.known, key)
		if f.doc.asked != nil {
			f.doc.asked[f.path+key] = true
		}
	}
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		if f.node.Content[i].Value == key {
			return f.node.Content[i+1]
		}
	}
	return nil
}

// done reports every key that nothing asked for, and every one that is missing: a
// key that is only misspelt is not missing too. Nothing is asked of an inner mapping after it.
func (f *fields) done() {
	var open, meant []string
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		key := f.node.Content[i]
		if contains(f.known, key.Value) || f.doc.said[key] {
			continue
		}
		if open == nil {
			open = f.open()
		}
		best, known := nearest(key.Value, open), open
		if best == "" {
			known = f.known // or it stands there twice
		}
		f.doc.report(key, "unknown-key", fmt.Sprintf("unknown key %q%s", key.Value, f.inside()), didYouMean(key.Value, known))
		meant = append(meant, best)
	}
	for _, l := range f.lacks {
		if !contains(meant, l.key) && !f.lost(l.key) {
			f.doc.report(f.node, "missing-key", fmt.Sprintf("the key %q is missing%s", l.key, f.inside()), l.hint)
		}
	}
	if f.within != "" { // what the top knows, keyInBody asks for
		f.known, f.doc.spare = nil, f.known[:0]
	}
}

// open are the known keys that the mapping does not hold: one of them may be meant by
// one that it does.
func (f *fields) open() []string {
	held := make(map[string]bool, len(f.node.Content)/2)
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		held[f.node.Content[i].Value] = true
	}
	open := make([]string, 0, len(f.known))
	for _, k := range f.known {
		if !held[k] {
			open = append(open, k)
		}
	}
	return open
}

// lost tells whether a key may stand in what could not be read.
func (f *fields) lost(key string) bool {
	return f.within == "" && (f.doc.lost[key] || f.doc.lost[""])
}

func (f *fields) inside() string {
	if f.within == "" {
		return ""
	}
	return " in " + f.within
}

// position is the place of a key's value; of the whole mapping where it is absent.
func (f *fields) position(key string) source.Position {
	if n := f.value(key); n != nil {
		return f.doc.position(n)
	}
	return f.doc.position(f.node)
}

// places is where the values stand: of the mapping itself under the empty key, of its
// keys, and of the keys of mappings in it as decision.disclose.
func (f *fields) places() source.Places {
	places := make(source.Places, 0, 1+len(f.node.Content)/2)
	places.Set("", f.doc.position(f.node))
	f.doc.note(&places, "", f.node, deepest)
	return places
}

// deepest is how many mappings lie within each other in this format.
const deepest = 3

func (d *document) note(places *source.Places, path string, n *yaml.Node, depth int) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := path+n.Content[i].Value, n.Content[i+1]
		places.Set(key, d.position(value))
		if value.Kind == yaml.MappingNode && depth > 1 {
			d.note(places, key+".", value, depth-1)
		}
	}
}

// missing makes done report a key that must be there and is not.
func (f *fields) missing(key, hint string) { f.lacks = append(f.lacks, lack{key, hint}) }

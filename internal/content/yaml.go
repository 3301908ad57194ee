package content

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// document reads one YAML text strictly, by walking its nodes. The library's own
// decoding passes null, aliases, merge keys and tags in silence and reads 1.60 as
// a number; here every value stays text until it is asked for, and every value
// that was not asked for is reported.
type document struct {
	file     source.File
	above    int      // lines of the file above the YAML text
	absolute []placed // full paths of private files
	problems source.Problems
}

// load parses the text. It reports false, with problems, where there is no mapping to read.
func (d *document) load(text []byte) (*fields, bool) {
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		d.syntax(err, text)
		return nil, false
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		d.report(&root, "not-a-mapping", "expected keys with values, such as title: …", "")
		return nil, false
	}
	before := len(d.problems)
	d.strict(root.Content[0])
	if len(d.problems) > before {
		return nil, false
	}
	return d.fields(root.Content[0], ""), true
}

// syntax words a parse error. The library stops at the first, and gives no place
// for an empty text or a second document.
func (d *document) syntax(err error, text []byte) {
	var one *yaml.LoadError
	switch {
	case strings.Contains(err.Error(), "no documents in stream"):
		d.at(1, 1, "empty-header", "there are no keys", "title: is the least; copy the head of another file")
	case strings.Contains(err.Error(), "found multiple"):
		d.at(secondDocument(text), 1, "second-document", "a line --- or ... begins a second document", "keep everything in one")
	case errors.As(err, &one):
		place := beginning(one)
		d.at(place.Line, place.Column, "yaml-syntax", one.Message, syntaxHint(one.Message))
	default:
		d.at(1, 1, "yaml-syntax", err.Error(), "")
	}
}

// beginning is where a person finds the fault: where a quote, bracket or word
// begins that has no end, which the library notices much further down.
func beginning(e *yaml.LoadError) yaml.Mark {
	for _, unended := range []string{"quoted scalar", "flow", "simple key"} {
		if strings.Contains(e.ContextMsg, unended) {
			return e.ContextMark
		}
	}
	return e.Mark
}

// secondDocument is the line of the mark behind which a second document begins.
func secondDocument(text []byte) int {
	number, keys := 0, false
	for line := range strings.Lines(string(text)) {
		number++
		mark := strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")
		if mark && keys {
			return number
		}
		keys = keys || !mark && strings.TrimSpace(line) != "" && line[0] != '#'
	}
	return 1
}

func syntaxHint(message string) string {
	if strings.Contains(message, "mapping values are not allowed") {
		return "quote a value that holds a colon: title: \"Note: it is fixed\""
	}
	return ""
}

// strict reports every use of YAML that this format does without: anchors,
// aliases, merge keys, tags, null, keys that are not plain text, duplicate keys.
func (d *document) strict(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		d.report(n, "yaml-alias", "aliases (*"+n.Value+") are not used here", "write the value out")
	case n.Anchor != "":
		d.report(n, "yaml-anchor", "anchors (&"+n.Anchor+") are not used here", "remove it")
	case n.Style&yaml.TaggedStyle != 0 || n.Tag == "!":
		d.report(n, "yaml-tag", "tags ("+n.Tag+") are not used here", "remove the tag")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		d.report(n, "no-value", "a value is missing here", "write one, or remove the key")
	case n.Kind == yaml.ScalarNode && n.Style == 0 && strings.HasPrefix(n.LineComment, "#") && !strings.HasPrefix(n.LineComment, "# "):
		d.report(n, "cut-comment", fmt.Sprintf("YAML takes %q as a comment and drops it", clip(n.LineComment)), "quote the whole value, or put a space after the #")
	case d.runsOn(n):
		d.report(n, "several-lines", "a value goes on in the next line", "write it in one line, or begin it with >- and put its lines below")
	}
	d.hidden(n)
	if n.Kind == yaml.MappingNode {
		d.keys(n)
	}
	for _, c := range n.Content {
		d.strict(c)
	}
}

// hidden reports what "\u202E" in quotes becomes: the file shows it, no page would.
func (d *document) hidden(n *yaml.Node) {
	for line := range strings.SplitSeq(n.Value, "\n") {
		if offset, what := firstHidden([]byte(line)); offset >= 0 {
			d.report(n, "hidden-character", what+" in this value", "remove it")
			return
		}
	}
}

// runsOn tells whether a plain or quoted value goes on in the next line, where it may
// look like another key; a block (>- or |) says that it does.
func (d *document) runsOn(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return false
	}
	line := []rune(d.file.Line(n.Line + d.above))
	return !endsWithin(string(line[max(0, min(len(line), n.Column-1)):]), n)
}

// endsWithin tells whether a plain or quoted value ends in the line that it begins.
func endsWithin(line string, n *yaml.Node) bool {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted.MatchString(line)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return singleQuoted.MatchString(line)
	}
	return strings.HasPrefix(line, n.Value)
}

var (
	doubleQuoted = regexp.MustCompile(`^"([^"\\]|\\.)*"`)
	singleQuoted = regexp.MustCompile(`^'([^']|'')*'`)
)

// keys reports keys that are no plain words or stand twice in a mapping.
func (d *document) keys(n *yaml.Node) {
	seen := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch first := seen[key.Value]; {
		case key.Tag == "!!merge":
			d.report(key, "yaml-merge", "merge keys (<<) are not used here", "write the keys out")
		case key.Kind != yaml.ScalarNode:
			d.report(key, "odd-key", "a key must be a plain word", "")
		case first != nil:
			d.report(key, "duplicate-key", fmt.Sprintf("%q stands twice: here and in line %d", key.Value, first.Line+d.above), "keep one of them")
		default:
			seen[key.Value] = key
		}
	}
}

// report adds an error at a node.
func (d *document) report(n *yaml.Node, code, message, hint string) {
	d.at(n.Line, n.Column, code, message, hint)
}

// at adds an error at a line and column of the YAML text.
func (d *document) at(line, column int, code, message, hint string) {
	line = max(line, 1) + d.above
	d.problems = append(d.problems, problem(d.file, line, max(column, 1), code, source.Visible(message), hint))
}

// position is the place of a node in the file.
func (d *document) position(n *yaml.Node) source.Position {
	return d.file.At(n.Line+d.above, n.Column)
}

// fields is one mapping. Its keys are known by being asked for; done reports the rest.
type fields struct {
	doc    *document
	within string // the key that holds the mapping; empty at the top
	node   *yaml.Node
	known  []string
	lacks  []lack
}

// lack is a key that must be there and is not.
type lack struct{ key, hint string }

func (d *document) fields(n *yaml.Node, within string) *fields {
	return &fields{doc: d, within: within, node: n}
}

// value returns the node of a key, nil where the key is absent.
func (f *fields) value(key string) *yaml.Node {
	if !contains(f.known, key) {
		f.known = append(f.known, key)
	}
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		if f.node.Content[i].Value == key {
			return f.node.Content[i+1]
		}
	}
	return nil
}

// done reports every key that nothing asked for, and every one that is missing: a
// key that is only misspelt is not missing too.
func (f *fields) done() {
	var meant []string
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		key := f.node.Content[i]
		if !contains(f.known, key.Value) {
			f.doc.report(key, "unknown-key", fmt.Sprintf("unknown key %q%s", key.Value, f.inside()), didYouMean(key.Value, f.known))
			meant = append(meant, nearest(key.Value, f.known))
		}
	}
	for _, l := range f.lacks {
		if !contains(meant, l.key) {
			f.doc.report(f.node, "missing-key", fmt.Sprintf("the key %q is missing%s", l.key, f.inside()), l.hint)
		}
	}
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

// places is where the value of each key stands, and the mapping itself.
func (f *fields) places() source.Places {
	places := source.Places{"": f.doc.position(f.node)}
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		places[f.node.Content[i].Value] = f.doc.position(f.node.Content[i+1])
	}
	return places
}

// lines are those on which the keys and their values stand, and nothing else does:
// none within { }, where others may share them.
func (f *fields) lines(keys ...string) []int {
	var out []int
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		key, value := f.node.Content[i], f.node.Content[i+1]
		if !contains(keys, key.Value) || f.node.Style&yaml.FlowStyle != 0 {
			continue
		}
		for line := key.Line; line <= value.Line; line++ {
			out = append(out, line+f.doc.above)
		}
	}
	return out
}

// missing makes done report a key that must be there and is not.
func (f *fields) missing(key, hint string) { f.lacks = append(f.lacks, lack{key, hint}) }

package content

import (
	"bytes"
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

	starts []int               // offsets in the file at which the text's lines begin, and its end
	said   map[*yaml.Node]bool // what was reported as odd YAML: nothing more is said of it
	lost   map[string]bool     // keys of entries that could not be read; the empty one where their names could not either
	spare  []string            // room for the keys that the next mapping knows
	faulty bool                // something in the text cannot be taken at its word
	asked  map[string]bool     // paths of the keys that were asked for; nil outside tests
}

// load parses the text. It reports false, with problems, where there is no mapping
// to read. What is odd in a part of it does not keep the rest from being read.
func (d *document) load(text []byte) (*fields, bool) { return d.loadIn(new(plainReader), text) }

// loadIn is [document.load] in the room of a reader, which is taken until it reads again.
func (d *document) loadIn(r *plainReader, text []byte) (*fields, bool) {
	d.index(text)
	if root := r.read(text); root != nil {
		return d.fields(root.Content[0], ""), true
	}
	root, ok := d.parse(text)
	if !ok {
		return nil, false
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		d.report(root, "not-a-mapping", "expected keys with values, such as title: …", "")
		return nil, false
	}
	d.strict(root.Content[0])
	return d.fields(root.Content[0], ""), true
}

// index notes where the text's lines begin, so that each is found at once.
func (d *document) index(text []byte) {
	at := 0
	for range d.above {
		at += bytes.IndexByte(d.file.Data[at:], '\n') + 1
	}
	d.starts = append(make([]int, 0, bytes.Count(text, []byte("\n"))+2), at)
	for line := range bytes.Lines(text) {
		at += len(line)
		d.starts = append(d.starts, at)
	}
}

// line is a line of the text, counted from 1, without its end; empty where there is none.
func (d *document) line(number int) string {
	if number < 1 || number >= len(d.starts) {
		return ""
	}
	return trimEnd(d.file.Data[d.starts[number-1]:d.starts[number]])
}

// lastLine is the number of the text's last line.
func (d *document) lastLine() int { return len(d.starts) - 1 }

// strict reports every use of YAML that this format does without: anchors,
// aliases, merge keys, tags, null, keys that are not plain text, duplicate keys.
func (d *document) strict(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		d.odd(n, "yaml-alias", "aliases (*"+n.Value+") are not used here", "write the value out")
	case n.Anchor != "":
		d.odd(n, "yaml-anchor", "anchors (&"+n.Anchor+") are not used here", "remove it")
	case n.Style&yaml.TaggedStyle != 0 || n.Tag == "!":
		d.odd(n, "yaml-tag", "tags ("+n.Tag+") are not used here", "remove the tag")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		d.empty(n)
	case n.Kind == yaml.ScalarNode && n.Style == 0 && strings.HasPrefix(n.LineComment, "#") && !strings.HasPrefix(n.LineComment, "# "):
		d.odd(n, "cut-comment", fmt.Sprintf("YAML takes %q as a comment and drops it", clip(n.LineComment)), "quote the whole value, or put a space after the #")
	case d.runsOn(n):
		d.odd(n, "several-lines", "a value goes on in the next line", "write it in one line, or begin it with >- and put its lines below")
	default:
		d.hidden(n)
	}
	if n.Kind == yaml.MappingNode {
		d.keys(n)
	}
	for _, c := range n.Content {
		d.strict(c)
	}
}

// odd reports a node that cannot be taken at its word.
func (d *document) odd(n *yaml.Node, code, message, hint string) {
	d.report(n, code, message, hint)
	d.faulty = true
	if n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode { // what those hold is not in doubt
		d.silence(n)
	}
}

// empty reports a key without a value, which then reads as if it were absent.
func (d *document) empty(n *yaml.Node) {
	d.report(n, "no-value", "a value is missing here", "write one, or remove the key")
	n.Value = ""
	d.silence(n)
}

// silence keeps what depends on a reported node from being reported too.
func (d *document) silence(n *yaml.Node) {
	if d.said == nil {
		d.said = make(map[*yaml.Node]bool)
	}
	d.said[n] = true
}

// hidden reports what "\u202E" in quotes becomes: the file shows it, no page would.
func (d *document) hidden(n *yaml.Node) {
	if isPlain(n.Value) {
		return
	}
	for line := range strings.SplitSeq(n.Value, "\n") {
		if offset, what := firstHidden([]byte(line)); offset >= 0 {
			d.odd(n, "hidden-character", what+" in this value", "remove it")
			return
		}
	}
}

// isPlain tells whether a text holds nothing but visible ASCII: nearly all do.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// runsOn tells whether a plain or quoted value goes on in the next line, where it may
// look like another key; a block (>- or |) says that it does.
func (d *document) runsOn(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return false
	}
	_, _, within := d.span(n)
	return !within
}

// span is where a plain or quoted value stands in the file, its quotes included; false
// where it does not end in the line that it begins.
func (d *document) span(n *yaml.Node) (start, end int, ok bool) {
	line := d.line(n.Line)
	from := columnOffset(line, n.Column)
	length := lengthWithin(line[from:], n)
	if length < 0 || n.Line < 1 || n.Line >= len(d.starts) {
		return 0, 0, false
	}
	start = d.starts[n.Line-1] + from
	return start, start + length, true
}

// columnOffset is the offset in a line of a column, which counts characters from 1.
func columnOffset(line string, column int) int {
	for i := range line {
		if column--; column == 0 {
			return i
		}
	}
	return len(line)
}

// lengthWithin is how long a plain or quoted value is that begins a text; negative
// where it does not end there.
func lengthWithin(text string, n *yaml.Node) int {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return lengthOf(doubleQuoted, text)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return lengthOf(singleQuoted, text)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && strings.HasPrefix(text, n.Value):
		return len(n.Value)
	}
	return -1
}

func lengthOf(form *regexp.Regexp, text string) int {
	if at := form.FindStringIndex(text); at != nil {
		return at[1]
	}
	return -1
}

var (
	doubleQuoted = regexp.MustCompile(`^"([^"\\]|\\.)*"`)
	singleQuoted = regexp.MustCompile(`^'([^']|'')*'`)
)

// keys reports keys that are no plain words or stand twice in a mapping.
func (d *document) keys(n *yaml.Node) {
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch first := seen[key.Value]; {
		case key.Tag == "!!merge":
			d.odd(key, "yaml-merge", "merge keys (<<) are not used here", "write the keys out")
		case key.Kind != yaml.ScalarNode:
			d.odd(key, "odd-key", "a key must be a plain word", "")
			d.silence(key)
		case first != nil:
			d.odd(key, "duplicate-key", fmt.Sprintf("%q stands twice: here and in line %d", key.Value, first.Line+d.above), "keep one of them")
		default:
			seen[key.Value] = key
		}
	}
}

// report adds an error at a node, if nothing was said of it yet as YAML.
func (d *document) report(n *yaml.Node, code, message, hint string) {
	if !d.said[n] {
		d.at(n.Line, n.Column, code, message, hint)
	}
}

// mend adds an error at a node, with the text that should stand in its place; none
// where the text is empty, for then a person has to choose.
func (d *document) mend(n *yaml.Node, text, code, message, hint string) {
	if d.said[n] {
		return
	}
	d.at(n.Line, n.Column, code, message, hint)
	if start, end, ok := d.span(n); ok && text != "" {
		d.problems[len(d.problems)-1].Fix = []source.Edit{{Start: start, End: end, Text: text}}
	}
}

// at adds an error at a line and column of the YAML text.
func (d *document) at(line, column int, code, message, hint string) {
	line = max(line, 1)
	d.problems = append(d.problems, source.Problem{
		Position: d.file.At(line+d.above, max(column, 1)),
		Level:    source.Error,
		Code:     code,
		Message:  source.Visible(message),
		Hint:     hint,
		Excerpt:  d.excerpt(line),
	})
}

// excerpt is a line of the text, or the one below it, where the text is empty.
func (d *document) excerpt(line int) string {
	if line <= d.lastLine() {
		return d.line(line)
	}
	return d.file.Line(line + d.above)
}

// position is the place of a node in the file.
func (d *document) position(n *yaml.Node) source.Position {
	return d.file.At(n.Line+d.above, n.Column)
}

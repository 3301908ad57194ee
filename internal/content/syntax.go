package content

import (
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxSyntax is how many errors of syntax are looked for in one text: each takes
// another reading of it.
const maxSyntax = 20

// parse reads the text as far as it is YAML. The library stops at the first error; the
// entry that holds it is left out then and the rest is read again, so that one run
// finds all of them.
func (d *document) parse(text []byte) (*yaml.Node, bool) {
	for i := range maxSyntax {
		var root yaml.Node
		err := yaml.Load(text, &root)
		if err == nil {
			return &root, true
		}
		if i > 0 && isEmpty(err) {
			break // what was there has been reported
		}
		d.faulty = true
		if text = d.syntax(err, text); text == nil {
			break
		}
	}
	return nil, false
}

// syntax words a parse error, and returns the text without what it spoils; nil where
// nothing remains. The library gives no place for an empty text or a second document.
func (d *document) syntax(err error, text []byte) []byte {
	var one *yaml.LoadError
	switch {
	case isEmpty(err):
		d.at(1, 1, "empty-header", "there are no keys", "title: is the least; copy the head of another file")
	case strings.Contains(err.Error(), "found multiple"):
		line := secondDocument(text)
		d.at(line, 1, "second-document", "a line --- or ... begins a second document", "keep everything in one")
		return d.upTo(line, text)
	case errors.As(err, &one):
		place := beginning(one)
		d.at(place.Line, place.Column, "yaml-syntax", one.Message, syntaxHint(one))
		return d.without(place.Line, text)
	default:
		d.at(1, 1, "yaml-syntax", err.Error(), "")
	}
	return nil
}

func isEmpty(err error) bool { return strings.Contains(err.Error(), "no documents in stream") }

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

// syntaxHint says what to do about the errors that people make, of which the
// library's own words speak to those who wrote it.
func syntaxHint(e *yaml.LoadError) string {
	for _, h := range [...]struct{ context, message, hint string }{
		{"", "mapping values are not allowed", "quote a value that holds a colon: title: \"Note: it is fixed\""},
		{"quoted scalar", "", "a quote begins here and does not end: close it, or quote the whole value with the other kind"},
		{"flow sequence", "", "a list that begins with [ ends with ], with commas between"},
		{"flow mapping", "", "what begins with { ends with }, with commas between; quote text that holds a comma or a bracket"},
		{"simple key", "", "every line is a key, a colon and a blank, then the value"},
		{"", "cannot start any token", "quote a value that begins with @, % or a backquote; indent with blanks, not with tabs"},
		{"block mapping", "", "the keys of one mapping begin in one column"},
		{"block collection", "", "the entries of one list begin in one column, each with - and a blank"},
	} {
		if strings.Contains(e.ContextMsg, h.context) && strings.Contains(e.Message, h.message) {
			return h.hint
		}
	}
	return ""
}

// upTo is the text above a line. What the rest would have said is not missing.
func (d *document) upTo(line int, text []byte) []byte {
	d.lose("")
	if line <= 1 || line > d.lastLine() {
		return nil
	}
	return text[:d.starts[line-1]-d.starts[0]]
}

// without is the text with the entry blanked that a line belongs to: the lines from
// one that begins at the margin up to the next, which keep their numbers.
func (d *document) without(line int, text []byte) []byte {
	if line < 1 || line > d.lastLine() {
		return nil
	}
	first, last := line, line
	for first > 1 && !atMargin(d.line(first)) {
		first--
	}
	for last < d.lastLine() && !atMargin(d.line(last+1)) {
		last++
	}
	d.lose(keyOf(d.line(first)))
	out := []byte(string(text))
	from, to := d.starts[first-1]-d.starts[0], min(d.starts[last]-d.starts[0], len(out))
	for i := from; i < to; i++ {
		if out[i] != '\n' && out[i] != '\r' {
			out[i] = ' '
		}
	}
	return out
}

// atMargin tells whether a line begins an entry of the outermost mapping.
func atMargin(line string) bool {
	return line != "" && !strings.ContainsRune(" \t#-]}", rune(line[0]))
}

var entryKey = regexp.MustCompile(`^["']?([a-z_]+)["']?[ \t]*:`)

// keyOf is the key that a line begins with; empty where it is not certain.
func keyOf(line string) string {
	if m := entryKey.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// lose notes a key whose entry could not be read: it is not missing.
func (d *document) lose(key string) {
	if d.lost == nil {
		d.lost = make(map[string]bool)
	}
	d.lost[key] = true
}

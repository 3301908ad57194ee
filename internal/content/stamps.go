package content

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// stretch is a run of lines of the YAML text, both ends included; none where last is
// below first.
type stretch struct{ first, last int }

// nowhere is no line at all.
var nowhere = stretch{1, 0}

// stamped are the lines of the file that release and status write: status, published,
// notified, the decision to disclose, and the first revision.
func (f *fields) stamped() []int {
	return f.linesOf(func(key string, value *yaml.Node, all stretch) stretch {
		switch key {
		case "status", "published", "notified":
			return all
		case "decision":
			return f.doc.entryOf(value, "disclose", all)
		case "revisions":
			return f.doc.firstOf(value, all)
		}
		return nowhere
	})
}

// recorded are the stamped lines and those of everything else that commands write, or
// that no reader sees.
func (f *fields) recorded() []int {
	return f.linesOf(func(key string, _ *yaml.Node, all stretch) stretch {
		if slices.Contains([]string{"status", "published", "notified", "decision", "revisions", "withdrawn", "suppress"}, key) {
			return all
		}
		return nowhere
	})
}

// linesOf picks lines of every key, of which it is told all: from the key to the last
// line of its value. Within { } there are none, for others may share them.
func (f *fields) linesOf(pick func(key string, value *yaml.Node, all stretch) stretch) []int {
	if f.node.Style&yaml.FlowStyle != 0 {
		return nil
	}
	var out []int
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		key := f.node.Content[i]
		s := pick(key.Value, f.node.Content[i+1], f.doc.stretchOf(f.node, i, f.doc.lastLine()+1))
		for line := s.first; line <= s.last; line++ {
			out = append(out, line+f.doc.above)
		}
	}
	return out
}

// stretchOf is where a mapping's i-th key and its value stand; below is the first line
// that is not the mapping's.
func (d *document) stretchOf(n *yaml.Node, i, below int) stretch {
	if i+2 < len(n.Content) {
		below = n.Content[i+2].Line
	}
	return stretch{n.Content[i].Line, d.end(n.Content[i+1], below)}
}

// entryOf is where one key of a mapping stands: all of the mapping where it is the only
// one, nowhere where others may share its line.
func (d *document) entryOf(n *yaml.Node, key string, all stretch) stretch {
	i := slices.IndexFunc(n.Content, func(c *yaml.Node) bool { return c.Value == key })
	switch {
	case n.Kind != yaml.MappingNode || i < 0 || i%2 == 1:
		return nowhere
	case len(n.Content) == 2:
		return all
	case n.Style&yaml.FlowStyle != 0:
		return nowhere
	}
	return d.stretchOf(n, i, all.last+1)
}

// firstOf is where a list's key and its first entry stand; nowhere where others may
// share their lines.
func (d *document) firstOf(n *yaml.Node, all stretch) stretch {
	switch {
	case n.Kind != yaml.SequenceNode || len(n.Content) == 0:
		return nowhere
	case len(n.Content) == 1:
		return all
	case n.Style&yaml.FlowStyle != 0:
		return nowhere
	}
	return stretch{all.first, d.end(n.Content[0], n.Content[1].Line)}
}

// end is the last line of a value; below is the first line that belongs to something
// else. The library tells where a value begins only.
func (d *document) end(n *yaml.Node, below int) int {
	switch {
	case n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle != 0:
		return d.lastUsed(n.Line, below)
	case len(n.Content) > 0:
		return d.end(n.Content[len(n.Content)-1], below)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && strings.TrimSpace(n.Value) != "":
		return d.blockEnd(n.Line, below)
	}
	return n.Line
}

// lastUsed is the last line from first on that holds more than a comment, or the dash
// of the next entry.
func (d *document) lastUsed(first, below int) int {
	for line := below - 1; line > first; line-- {
		if text := strings.TrimSpace(d.line(line)); text != "" && text != "-" && text[0] != '#' {
			return line
		}
	}
	return first
}

// blockEnd is the last line of a value that is written below a | or >: those as far
// in as its first. (A # in them is text.)
func (d *document) blockEnd(first, below int) int {
	last, margin := first, -1
	for line := first + 1; line < below; line++ {
		text := d.line(line)
		in := len(text) - len(strings.TrimLeft(text, " "))
		switch {
		case strings.TrimSpace(text) == "":
			continue
		case margin < 0:
			margin = in
		case in < margin:
			return last
		}
		last = line
	}
	return last
}

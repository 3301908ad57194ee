package content

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// value reads a value of one line; within brackets, commas and brackets end it.
func (r *plainReader) value(bracketed bool) *yaml.Node {
	if r.at == len(r.line) {
		return nil
	}
	switch r.line[r.at] {
	case '"':
		return r.doubleQuoted()
	case '\'':
		return r.singleQuoted()
	case '[':
		return r.brackets(yaml.SequenceNode, ']')
	case '{':
		return r.brackets(yaml.MappingNode, '}')
	}
	return r.unquoted(bracketed)
}

// scalar is a text that stands here, and takes so many octets of the line.
func (r *plainReader) scalar(value string, style yaml.Style, length int) *yaml.Node {
	n := r.node(yaml.ScalarNode, r.at)
	n.Value, n.Style = value, style
	r.at = min(r.at+length, len(r.line))
	return n
}

// unquoted reads a text without quotes. A colon that might make a key of it, or a
// bracket where brackets count, is not plain.
func (r *plainReader) unquoted(bracketed bool) *yaml.Node {
	text := r.line[r.at:]
	if c := text[0]; c < 0x80 && !isLetter(c) && !isDigit(c) && !strings.ContainsRune("_(/.+$<=", rune(c)) {
		return nil
	}
	end := len(text)
	for i := 1; i < end; i++ {
		switch c := text[i]; {
		case c == ':' && (i+1 == end || isSign(text[i+1]) || text[i+1] == ' '):
			return nil
		case c == '#' && text[i-1] == ' ', bracketed && isSign(c):
			end = i
		}
	}
	value := strings.TrimRight(text[:end], " ")
	if isNull(value) {
		return nil
	}
	return r.scalar(value, 0, len(value))
}

// isSign tells whether a character is one that brackets give a meaning to.
func isSign(c byte) bool { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

// doubleQuoted reads a text in double quotes, in which only quotes and backslashes are
// escaped.
func (r *plainReader) doubleQuoted() *yaml.Node {
	text, escaped := r.line[r.at:], false
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			value := text[1:i]
			if escaped {
				value = unescape.Replace(value)
			}
			return r.scalar(value, yaml.DoubleQuotedStyle, i+1)
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return nil
			}
			escaped = true
		}
	}
	return nil
}

var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

// singleQuoted reads a text in single quotes, in which two of them are one.
func (r *plainReader) singleQuoted() *yaml.Node {
	text, doubled := r.line[r.at:], false
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '\'':
		case i+1 < len(text) && text[i+1] == '\'':
			i, doubled = i+1, true
		default:
			value := text[1:i]
			if doubled {
				value = strings.ReplaceAll(value, "''", "'")
			}
			return r.scalar(value, yaml.SingleQuotedStyle, i+1)
		}
	}
	return nil
}

// brackets reads a list or a mapping in brackets, which end in the line.
func (r *plainReader) brackets(kind yaml.Kind, closing byte) *yaml.Node {
	n, first := r.node(kind, r.at), len(r.open)
	n.Style = yaml.FlowStyle
	if r.depth++; r.depth > maxPlainDepth {
		return nil
	}
	r.at++
	for more := r.skip() && r.line[r.at] != closing; more; {
		if kind == yaml.MappingNode && !r.holdKey(first) || !r.skip() || !r.hold(r.value(true)) || !r.skip() {
			return nil
		}
		switch c := r.line[r.at]; {
		case c == ',':
			r.at++
			if !r.skip() {
				return nil
			}
		case c == closing:
			more = false
		default:
			return nil
		}
	}
	if r.at == len(r.line) {
		return nil
	}
	r.at++
	r.depth--
	n.Content = r.contents(first)
	return n
}

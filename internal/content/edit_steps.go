package content

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// keyOrder is the order in which keys are written, by the key that holds them; the
// header's own are under the empty one. Of any other mapping new keys come last.
var keyOrder = map[string][]string{
	"": {
		"id", "title", "summary", "status", "published", "severity", "cvss", "cwe", "aliases", "related",
		"affected", "action", "exploited", "data_visible", "users_affected", "scope", "routine_dependency_patch",
		"identification", "legal", "credits", "references", "timeline", "next_update", "done", "decision",
		"revisions", "withdrawn", "notified", "suppress",
	},
	"affected": {
		"product", "platforms", "introduced", "fixed", "last_affected", "unfixed", "available", "channel",
		"remedy", "stopgap", "where", "deployed", "tailnets",
	},
	"action":         {"required", "text", "audience", "steps"},
	"exploited":      answerOrder,
	"data_visible":   answerOrder,
	"users_affected": answerOrder,
	"legal":          {"regime", "applies", "effect", "deadline"},
	"decision":       {"disclose", "notify", "override", "reason", "by"},
}

var answerOrder = []string{"is", "for", "data", "by", "at", "basis", "next_check"}

// setting writes one value.
func setting(value string, path []any) step {
	return func(l *layout) ([]source.Edit, error) {
		at, rest := l.find(path)
		text, err := scalarText(value, at.flow())
		if err != nil {
			return nil, err
		}
		if len(rest) == 0 {
			return l.replace(at, text)
		}
		if at.node.Kind == yaml.MappingNode {
			text, err = underKeys(rest, text, at.flow())
		} else {
			err = errAbsent(path[:len(path)-len(rest)+1])
		}
		if err != nil {
			return nil, err
		}
		return l.add(at, l.before(at, fmt.Sprint(rest[0]), orderHolder(path)), text), nil
	}
}

// errAbsent says what of a path is not there.
func errAbsent(path []any) error {
	return fmt.Errorf("there is no %s here", strings.TrimSuffix(pathText(path), ": "))
}

// underKeys writes a value below new keys, each in the mapping of the one before it.
func underKeys(path []any, text string, flow bool) (string, error) {
	var open, ends strings.Builder
	for depth, name := range path {
		key, isKey := name.(string)
		switch {
		case !isKey:
			return "", errAbsent(path[:depth+1])
		case depth > 0 && flow:
			open.WriteString(" {")
			ends.WriteString("}")
		case depth > 0:
			open.WriteString("\n" + strings.Repeat("  ", depth))
		}
		open.WriteString(key + ":")
	}
	return open.String() + " " + text + ends.String(), nil
}

// orderHolder is the key whose order of keys a path follows.
func orderHolder(path []any) string {
	if key, isKey := path[0].(string); isKey && len(path) > 1 {
		return key
	}
	return ""
}

// before is the part of a mapping behind which a new key is written: the value of
// the nearest key that comes before it; the last where none does.
func (l *layout) before(s *spot, key, within string) *spot {
	order := keyOrder[within]
	for _, earlier := range slices.Backward(order[:max(0, slices.Index(order, key))]) {
		if found := s.part(earlier); found != nil {
			return found
		}
	}
	return nil
}

// add writes a key into a mapping: behind one of its parts, or at its end. The
// text may have several lines, which end as those of the file do.
func (l *layout) add(s, behind *spot, text string) []source.Edit {
	if s.flow() {
		return l.addFlow(s, behind, text)
	}
	at := 0
	if behind != nil {
		at = l.behind(behind, s.indent(l))
	} else {
		at = l.bottom(s)
	}
	return []source.Edit{{Start: at, End: at, Text: l.indented(text, s.indent(l), at)}}
}

// addFlow writes a key or an entry into { } or [ ].
func (l *layout) addFlow(s, behind *spot, text string) []source.Edit {
	switch {
	case len(s.parts) == 0:
		return []source.Edit{{Start: s.start + 1, End: s.start + 1, Text: text}}
	case behind == nil:
		behind = s.parts[len(s.parts)-1]
	}
	return []source.Edit{{Start: behind.end, End: behind.end, Text: ", " + text}}
}

// indented puts a text on lines of its own in front of a byte.
func (l *layout) indented(text string, indent, at int) string {
	var out strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		out.WriteString(strings.Repeat(" ", indent) + line + l.newline(at-1))
	}
	return out.String()
}

// behind is the line behind a part of a block mapping or list, and behind the
// comments that belong to it: they stand further in than its own keys or dashes.
func (l *layout) behind(s *spot, indent int) int {
	at := l.lineEnd(s.end)
	for next := at; next < l.fence; next = l.lineEnd(next) {
		line := l.line(next)
		text := strings.TrimLeft(line, " \t")
		switch {
		case text == "":
		case text[0] == '#' && len(line)-len(text) > indent:
			at = l.lineEnd(next)
		default:
			return at
		}
	}
	return at
}

// bottom is the line behind everything in a block mapping; at the end of the header,
// behind the comments there too.
func (l *layout) bottom(s *spot) int {
	at := l.behind(s.parts[len(s.parts)-1], s.indent(l))
	if s != l.root {
		return at
	}
	for next := at; next < l.fence; next = l.lineEnd(next) {
		if strings.TrimSpace(l.line(next)) != "" {
			at = l.lineEnd(next)
		}
	}
	return at
}

// replace writes a value of one line in the place of another, whatever that is.
func (l *layout) replace(s *spot, text string) ([]source.Edit, error) {
	switch {
	case s.start == s.end: // a key without a value
		return []source.Edit{{Start: s.start, End: s.end, Text: " " + text}}, nil
	case s.head > 0:
		return []source.Edit{{Start: s.start, End: s.head, Text: text}, {Start: l.lineEnd(s.start), End: max(l.lineEnd(s.start), l.lineEnd(s.end))}}, nil
	case !s.block():
		return []source.Edit{{Start: s.start, End: s.end, Text: text}}, l.uncommented(s)
	}
	colon, err := l.colonOf(s)
	return []source.Edit{{Start: colon, End: colon, Text: " " + text}, l.cleared(s, "")}, err
}

// uncommented refuses to replace what has comments between its brackets.
func (l *layout) uncommented(s *spot) error {
	if len(l.comments(s.start, s.end)) > 0 {
		return errors.New("comments stand between the brackets")
	}
	return nil
}

// colonOf is the byte behind the colon of a value's key.
func (l *layout) colonOf(s *spot) (int, error) {
	if s.in == nil || s.in.node.Kind != yaml.MappingNode {
		return 0, errors.New("a single value cannot take the place of this")
	}
	return l.colon(s.first())
}

// colon is the byte behind the colon of a key.
func (l *layout) colon(key *spot) (int, error) {
	rest := string(l.file.Data[key.end:l.lineEnd(key.end)])
	if space := len(rest) - len(strings.TrimLeft(rest, " \t")); strings.HasPrefix(rest[space:], ":") {
		return key.end + space + 1, nil
	}
	return 0, errors.New("the key is written in an unusual way")
}

// cleared puts a text in the place of all lines of a node but for their comments.
func (l *layout) cleared(s *spot, text string) source.Edit {
	from, to := l.lineStart(s.start), l.lineEnd(s.end)
	if s.head > 0 {
		to = max(to, l.lineEnd(s.start))
	}
	return source.Edit{Start: from, End: to, Text: l.kept(from, to, l.column(s.start)) + text}
}

// kept is the comments of some lines, each on a line of its own.
func (l *layout) kept(from, to, indent int) string {
	found := l.comments(from, to)
	if len(found) == 0 {
		return ""
	}
	return l.indented(strings.Join(found, "\n"), indent, from)
}

// mappingUnder writes a key with a mapping in block style, or puts one in the place of
// what the key holds.
func mappingUnder(key string, pairs []Pair) step {
	return func(l *layout) ([]source.Edit, error) {
		lines, err := blockMapping(pairs, "  ", "  ")
		if err == nil && len(pairs) == 0 {
			err = errors.New("there is nothing to write")
		}
		if err != nil {
			return nil, err
		}
		s, rest := l.find([]any{key})
		switch {
		case len(rest) > 0 && l.root.flow():
			return l.add(l.root, l.before(l.root, key, ""), key+": "+flowMapping(pairs)), nil
		case len(rest) > 0:
			return l.add(l.root, l.before(l.root, key, ""), key+":\n"+lines), nil
		case l.root.flow():
			return l.replace(s, flowMapping(pairs))
		}
		return l.unfold(s, lines)
	}
}

// unfold puts lines below a key in the place of what stands behind it.
func (l *layout) unfold(s *spot, lines string) ([]source.Edit, error) {
	colon, err := l.colonOf(s)
	if err != nil {
		return nil, err
	}
	text := l.indented(lines, s.in.indent(l), l.lineEnd(colon))
	switch below := l.lineStart(s.start) > colon; {
	case below:
		return []source.Edit{l.cleared(s, text)}, nil
	case s.head > 0:
		from := l.lineEnd(s.start)
		return []source.Edit{{Start: colon, End: s.head}, {Start: from, End: max(from, l.lineEnd(s.end)), Text: text}}, nil
	}
	at := l.lineEnd(s.end)
	return []source.Edit{{Start: colon, End: s.end}, {Start: at, End: at, Text: text}}, l.uncommented(s)
}

// merging turns one block mapping into another: values are changed or added in the
// order of the new one, then the keys go that it does not have.
func merging(key string, pairs []Pair, held *spot) []step {
	var steps []step
	for i, pair := range pairs {
		steps = append(steps, merged(key, pairs[:i], pair))
	}
	for i := 0; i < len(held.parts); i += 2 {
		name := held.parts[i].node.Value
		if !slices.ContainsFunc(pairs, func(p Pair) bool { return p.Key == name }) {
			steps = append(steps, removing([]any{key, name}))
		}
	}
	if len(pairs) == 0 {
		return []step{func(*layout) ([]source.Edit, error) { return nil, errors.New("there is nothing to write") }}
	}
	return steps
}

// merged writes one pair into the mapping of a key, behind the pair before it.
func merged(key string, earlier []Pair, pair Pair) step {
	return func(l *layout) ([]source.Edit, error) {
		text, err := pair.text()
		if err != nil {
			return nil, err
		}
		held, _ := l.find([]any{key})
		if there := held.part(pair.Key); there != nil {
			return l.replace(there, text)
		}
		var behind *spot
		if len(earlier) > 0 {
			behind = held.part(earlier[len(earlier)-1].Key)
		}
		return l.add(held, behind, pair.Key+": "+text), nil
	}
}

// appending writes an entry at the end of a list.
func appending(key string, pairs []Pair) step {
	return func(l *layout) ([]source.Edit, error) {
		if _, err := blockMapping(pairs, "", ""); err != nil {
			return nil, err
		}
		s, rest := l.find([]any{key})
		switch {
		case len(rest) > 0 && l.root.flow():
			return l.add(l.root, l.before(l.root, key, ""), key+": ["+flowMapping(pairs)+"]"), nil
		case len(rest) > 0:
			lines, err := blockMapping(pairs, "  - ", "    ")
			return l.add(l.root, l.before(l.root, key, ""), key+":\n"+lines), err
		case s.node.Kind != yaml.SequenceNode:
			return nil, fmt.Errorf("%s holds no list", key)
		case s.flow():
			return l.addFlow(s, nil, flowMapping(pairs)), nil
		}
		return l.entry(s, pairs)
	}
}

// entry writes an entry of a block list, in the style of the last one.
func (l *layout) entry(s *spot, pairs []Pair) ([]source.Edit, error) {
	last := s.parts[len(s.parts)-1]
	indent := s.indent(l)
	lines := "- " + flowMapping(pairs)
	if !last.flow() {
		gap := max(l.column(last.start)-indent, 2)
		if strings.TrimSpace(string(l.file.Data[l.lineStart(last.start):last.start])) != "-" {
			gap = 2
		}
		lines, _ = blockMapping(pairs, "-"+strings.Repeat(" ", gap-1), strings.Repeat(" ", gap))
	}
	within := indent // comments of a list whose dashes stand below its key are the next key's
	if s.in != nil && s.in.indent(l) < indent {
		within = indent - 1
	}
	at := l.behind(last, within)
	return []source.Edit{{Start: at, End: at, Text: l.indented(lines, indent, at)}}, nil
}

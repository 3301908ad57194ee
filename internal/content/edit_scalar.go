package content

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// plainKey is a key of this format.
var plainKey = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// scalarText writes a value of one line: plain where YAML reads it back as it is, else
// in quotes. Within { } and [ ] more needs them.
func scalarText(value string, flow bool) (string, error) {
	switch offset, what := firstHidden([]byte(value)); {
	case strings.TrimSpace(value) == "":
		return "", errors.New("the value is empty")
	case strings.ContainsAny(value, "\r\n"):
		return "", errors.New("the value has several lines")
	case offset >= 0:
		return "", fmt.Errorf("%s in the value", what)
	}
	if readsBack(value, value, flow) {
		return value, nil
	}
	if strings.ContainsAny(value, `"\`) {
		return "'" + strings.ReplaceAll(value, "'", "''") + "'", nil
	}
	return `"` + value + `"`, nil
}

// readsBack tells whether a text stands for a value behind a key.
func readsBack(text, value string, flow bool) bool {
	header := "k: " + text
	if flow {
		header = "{k: " + text + ", l: m}"
	}
	var root yaml.Node
	if err := yaml.Load([]byte(header), &root); err != nil || len(root.Content) != 1 {
		return false
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode || flow != (len(top.Content) == 4) {
		return false
	}
	n := top.Content[1]
	return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == value && n.Anchor == "" &&
		n.Tag != "!!null" && n.Tag != "!!merge" && n.Line == 1
}

// text is the value of a pair as it stands behind its key, in any style.
func (p Pair) text() (string, error) {
	switch {
	case !plainKey.MatchString(p.Key):
		return "", fmt.Errorf("%q is no key", p.Key)
	case p.List == nil:
		return scalarText(p.Value, false)
	}
	words := make([]string, len(p.List))
	for i, word := range p.List {
		var err error
		if words[i], err = scalarText(word, true); err != nil {
			return "", err
		}
	}
	return "[" + strings.Join(words, ", ") + "]", nil
}

// blockMapping writes pairs one a line: behind first, then behind rest.
func blockMapping(pairs []Pair, first, rest string) (string, error) {
	var lines []string
	for _, pair := range pairs {
		text, err := pair.text()
		if err != nil {
			return "", fmt.Errorf("%s: %w", pair.Key, err)
		}
		lines = append(lines, first+pair.Key+": "+text)
		first = rest
	}
	return strings.Join(lines, "\n"), nil
}

// flowMapping writes pairs on one line, in { }.
func flowMapping(pairs []Pair) string {
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		text := flowScalar(pair.Value)
		if pair.List != nil {
			text, _ = pair.text()
		}
		parts[i] = pair.Key + ": " + text
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// flowScalar writes a value as it can stand anywhere; one that can stand nowhere as it is.
func flowScalar(value string) string {
	text, err := scalarText(value, true)
	if err != nil {
		return value
	}
	return text
}

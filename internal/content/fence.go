package content

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// firstLine is the first line of a text without its end.
func firstLine(data []byte) string {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return trimEnd(line)
}

// openingMeant puts --- in place of what was certainly meant to begin the front
// matter: the fence with white space around it or above it, or dashes that an editor
// has joined, with a key below.
func openingMeant(data []byte) []source.Edit {
	offset := 0
	for line := range bytes.Lines(data) {
		text := trimEnd(line)
		below := firstLine(data[offset+len(line):])
		switch {
		case strings.TrimSpace(text) == fence, joinedDashes(text) && keyLine.MatchString(below):
			return []source.Edit{{Start: 0, End: offset + len(text), Text: fence}}
		case strings.TrimSpace(text) != "":
			return nil
		}
		offset += len(line)
	}
	return nil
}

// joinedDashes tells whether a line holds nothing but dashes, of which at least one is
// what editors make of -- and ---.
func joinedDashes(text string) bool {
	return strings.ContainsAny(text, "–—―−") && strings.Trim(text, "-–—―−") == ""
}

// unclosed reports a header without an end. Where some other line was certainly meant
// to be the end, it names and mends it: dashes that an editor has joined, too many of
// them, or the three dots of YAML, below a header that can be read.
func unclosed(file source.File) source.Problem {
	p := problem(file, 1, 1, "unclosed-header", "the front matter has no closing ---", "end it with a line that holds only ---")
	offset, number := 0, 0
	for line := range bytes.Lines(file.Data) {
		number++
		text := trimEnd(line)
		if number > 1 && endsHeader(text) {
			if isMapping(file.Data[len(firstLine(file.Data))+1 : offset]) {
				p.Hint = fmt.Sprintf("line %d is %q: write ---", number, text)
				p.Fix = []source.Edit{{Start: offset, End: offset + len(text), Text: fence}}
			}
			return p
		}
		offset += len(line)
	}
	return p
}

// endsHeader tells whether a line is such as people end a header with, but for ---.
func endsHeader(text string) bool {
	return text == "..." || joinedDashes(text) || strings.HasPrefix(text, fence) && strings.Trim(text, "-") == ""
}

func isMapping(header []byte) bool {
	var root yaml.Node
	return len(header) <= maxHeader && yaml.Load(header, &root) == nil &&
		len(root.Content) == 1 && root.Content[0].Kind == yaml.MappingNode
}

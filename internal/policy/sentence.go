package policy

import (
	"fmt"
	"strings"

	"tocsin/internal/markdown"
	"tocsin/internal/source"
)

// Text is the plain text of a policy (Markdown stripped, white space folded), parsed
// once for any number of quotes.
type Text struct {
	policy Policy
	blocks []markdown.Block
}

// Text parses the policy.
func (p Policy) Text() Text { return Text{p, markdown.Parse(p.Body).Blocks()} }

// Sentence finds the place of a quote in the text. It must stand there exactly once:
// under the paragraph that begins with the words of under and the list after it, or
// in the section of the heading that does; anywhere, where under is empty.
func (t Text) Sentence(under, quote string) (source.Position, error) {
	p := t.policy
	var found []markdown.Block
	for _, b := range region(t.blocks, under) {
		for range strings.Count(b.Text, quote) {
			found = append(found, b)
		}
	}
	switch len(found) {
	case 0:
		return source.Position{}, fmt.Errorf("%q does not stand%s in %s", quote, below(under), p.Source.Name)
	case 1:
		return p.Source.At(found[0].Line+p.BodyLine-1, 0), nil
	}
	return source.Position{}, fmt.Errorf("%q stands %d times%s in %s", quote, len(found), below(under), p.Source.Name)
}

func below(under string) string {
	if under == "" {
		return ""
	}
	return fmt.Sprintf(" under %q", under)
}

// region is the part of a page that a quote is looked for in.
func region(blocks []markdown.Block, under string) []markdown.Block {
	if under == "" {
		return blocks
	}
	for i, b := range blocks {
		if !strings.HasPrefix(b.Text, under) {
			continue
		}
		end := i + 1
		for end < len(blocks) && belongs(b, blocks[end]) {
			end++
		}
		return blocks[i:end]
	}
	return nil
}

// belongs reports whether a block is part of what an earlier one begins: the items
// of a paragraph's list, the section of a heading.
func belongs(first, b markdown.Block) bool {
	if first.Kind == markdown.HeadingBlock {
		return b.Kind != markdown.HeadingBlock || b.Level > first.Level
	}
	return b.Kind == markdown.Item
}

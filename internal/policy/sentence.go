package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/markdown"
	"tocsin/internal/source"
)

// Text is the plain text of a policy (Markdown stripped, white space folded), parsed
// once for any number of quotes.
type Text struct {
	policy Policy
	blocks []markdown.Block
	room   *int // how many more pairs of words are compared, for all quotes together
}

// Text parses the policy. What is struck out is no part of it.
func (p Policy) Text() Text {
	room := mostPairs
	return Text{p, markdown.Parse(p.Body).Standing(), &room}
}

// Sentence finds the place of a quote in the text. It must stand there exactly once:
// under the paragraph that begins with the words of under and the list after it, or
// in the section of the heading that does; anywhere, where under is empty. The place
// is the line of the paragraph, item or heading that holds the quote.
//
// The error is a [*Misquote].
func (t Text) Sentence(under, quote string) (source.Position, error) {
	under, quote = fold(under), fold(quote)
	region, misquote := t.region(under)
	if misquote == nil {
		region, misquote = t.only(region, under, quote)
	}
	if misquote != nil {
		misquote.Under, misquote.Quote, misquote.File = under, quote, t.policy.Source.Name
		return source.Position{}, misquote
	}
	return t.policy.Source.At(t.line(region[0]), 0), nil
}

// region is the part of the page that a quote is looked for in.
func (t Text) region(under string) ([]markdown.Block, *Misquote) {
	if under == "" {
		return t.blocks, nil
	}
	begins := t.beginning(under)
	switch len(begins) {
	case 0:
		return nil, t.noParagraph(under)
	case 1:
	default:
		return nil, &Misquote{Why: SeveralParagraphs, Lines: t.lines(begins)}
	}
	first := begins[0]
	end := first + 1
	for end < len(t.blocks) && belongs(t.blocks[first], t.blocks[end]) {
		end++
	}
	return t.blocks[first:end], nil
}

// beginning lists the blocks that begin with some words. Where one of them is those
// words and no more, such as a heading, it is the one that is meant.
func (t Text) beginning(under string) []int {
	var begin, are []int
	for i, b := range t.blocks {
		if !strings.HasPrefix(b.Text, under) || withinWord(b.Text, len(under)) {
			continue
		}
		begin = append(begin, i)
		if b.Text == under {
			are = append(are, i)
		}
	}
	if len(are) == 1 {
		return are
	}
	return begin
}

// belongs reports whether a block is part of what an earlier one begins: the items
// of a paragraph's list, the section of a heading.
func belongs(first, b markdown.Block) bool {
	if first.Kind == markdown.HeadingBlock {
		return b.Kind != markdown.HeadingBlock || b.Level > first.Level
	}
	return b.Kind == markdown.Item
}

// only is the one block of the region that holds the quote.
func (t Text) only(region []markdown.Block, under, quote string) ([]markdown.Block, *Misquote) {
	var found []markdown.Block
	for _, b := range region {
		for range count(b.Text, quote) {
			found = append(found, b)
		}
	}
	switch len(found) {
	case 0:
		return nil, t.notThere(region, quote)
	case 1:
		return found, nil
	}
	m := &Misquote{Why: SeveralTimes}
	for _, b := range found {
		m.Lines = append(m.Lines, t.line(b))
	}
	return nil, m
}

// count tells how often a quote stands in a text as whole words: "no user" does not
// stand in "no users".
func count(text, quote string) int {
	n := 0
	for from := 0; quote != "" && from < len(text); {
		i := strings.Index(text[from:], quote)
		if i < 0 {
			break
		}
		start := from + i
		end := start + len(quote)
		if withinWord(text, start) || withinWord(text, end) {
			_, size := utf8.DecodeRuneInString(text[start:])
			from = start + size
			continue
		}
		n++
		from = end
	}
	return n
}

// withinWord reports whether a place in a text lies within a word. A hyphen or an
// apostrophe joins the letters around it into one.
func withinWord(text string, at int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:at])
	after, width := utf8.DecodeRuneInString(text[at:])
	switch {
	case isLetter(before) && isLetter(after):
		return true
	case isLetter(before) && joins(after):
		next, _ := utf8.DecodeRuneInString(text[at+width:])
		return isLetter(next)
	case joins(before) && isLetter(after):
		last, _ := utf8.DecodeLastRuneInString(text[:at-size])
		return isLetter(last)
	}
	return false
}

func isLetter(r rune) bool {
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func joins(r rune) bool { return strings.ContainsRune("-'’‐‑_", r) }

// line is where a block begins in the policy's file.
func (t Text) line(b markdown.Block) int { return b.Line + t.policy.BodyLine - 1 }

func (t Text) lines(indexes []int) []int {
	var lines []int
	for _, i := range indexes {
		lines = append(lines, t.line(t.blocks[i]))
	}
	return lines
}

// fold puts a text on one line, with single spaces between its words.
func fold(text string) string { return strings.Join(strings.Fields(text), " ") }

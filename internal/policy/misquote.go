package policy

import (
	"fmt"
	"strconv"
	"strings"

	"tocsin/internal/markdown"
	"tocsin/internal/source"
)

// Why is how a quote fails to stand where a rule says.
type Why string

const (
	// NotThere means that the words do not stand under the paragraph.
	NotThere Why = "not-there"
	// SeveralTimes means that they stand there more than once.
	SeveralTimes Why = "several-times"
	// NoParagraph means that no paragraph or heading begins as the rule says.
	NoParagraph Why = "no-paragraph"
	// SeveralParagraphs means that more than one does.
	SeveralParagraphs Why = "several-paragraphs"
)

// Misquote says why a quote does not stand where a rule says, and what stands there.
type Misquote struct {
	Why   Why
	Under string // how the paragraph begins; empty: anywhere
	Quote string
	File  string // the policy's
	// Lines are those of the file where the words stand, or where the paragraphs
	// begin; of NotThere, where the words stand under another paragraph.
	Lines []int
	// Near is what the page says in place of the quote, or of under, where only a few
	// words are different; empty where nothing is like it.
	Near     string
	NearLine int // line of the file on which the paragraph of Near begins; 0 without one
}

// Error says what is wrong and in which file.
func (m *Misquote) Error() string {
	switch m.Why {
	case SeveralTimes:
		return fmt.Sprintf("%q stands %d times%s in %s, in %s", m.Quote, len(m.Lines), m.below(), m.File, inLines(m.Lines))
	case NoParagraph:
		return fmt.Sprintf("%q cannot be found: no paragraph or heading of %s begins with %q", m.Quote, m.File, m.Under)
	case SeveralParagraphs:
		return fmt.Sprintf("%q cannot be found: %d paragraphs of %s begin with %q, in %s", m.Quote, len(m.Lines), m.File, m.Under, inLines(m.Lines))
	}
	return fmt.Sprintf("%q does not stand%s in %s", m.Quote, m.below(), m.File)
}

// Hint says what a person can do about it.
func (m *Misquote) Hint() string {
	switch {
	case m.Why == SeveralTimes:
		return "quote more words, so that they stand there once"
	case m.Why == SeveralParagraphs:
		return "write more of how the paragraph begins into under"
	case m.Why == NotThere && len(m.Lines) > 0:
		return fmt.Sprintf("it stands in %s, under another paragraph: read both again, then change under", inLines(m.Lines))
	case m.Near != "":
		return fmt.Sprintf("line %d says %q: did you mean that? read the policy again, then change the rule", m.NearLine, m.Near)
	}
	return "read the policy again, then change the rule or put the words back"
}

func (m *Misquote) below() string {
	if m.Under == "" {
		return ""
	}
	return fmt.Sprintf(" under %q", m.Under)
}

// inLines words a list of lines, of which two can be the same.
func inLines(lines []int) string {
	var all []string
	for _, n := range lines {
		if text := strconv.Itoa(n); len(all) == 0 || all[len(all)-1] != text {
			all = append(all, text)
		}
	}
	if len(all) == 1 {
		return "line " + all[0]
	}
	return "lines " + strings.Join(all, ", ")
}

// notThere looks for where the quote stands instead, or what stands in its place:
// first under the paragraph, then elsewhere.
func (t Text) notThere(region []markdown.Block, quote string) *Misquote {
	m := &Misquote{Why: NotThere}
	for _, b := range t.blocks {
		if count(b.Text, quote) > 0 {
			m.Lines = append(m.Lines, t.line(b))
		}
	}
	if len(m.Lines) > 0 {
		return m
	}
	if !t.near(m, region, quote) {
		t.near(m, t.blocks, quote)
	}
	return m
}

// near looks for the words of the blocks that are most like a quote.
func (t Text) near(m *Misquote, blocks []markdown.Block, quote string) bool {
	wanted := strings.Fields(quote)
	least := alike(len(wanted)) + 1
	for _, b := range blocks {
		words := strings.Fields(b.Text)
		from, to, distance := t.closest(words, wanted)
		if distance < least {
			least = distance
			m.Near, m.NearLine = shown(words[from:to]), t.line(b)
		}
	}
	return m.Near != ""
}

// noParagraph looks for the paragraph whose beginning is most like the one wanted.
func (t Text) noParagraph(under string) *Misquote {
	m, wanted := &Misquote{Why: NoParagraph}, strings.Fields(under)
	least := alike(len(wanted)) + 1
	for _, b := range t.blocks {
		words := strings.Fields(b.Text)
		words = words[:min(len(words), len(wanted))]
		if _, _, distance := t.closest(words, wanted); distance < least {
			least = distance
			m.Near, m.NearLine = shown(words), t.line(b)
		}
	}
	return m
}

// alike is in how many of its words a text may differ and still be taken for another.
func alike(words int) int { return min(max(1, words/3), words-1) }

// mostWords is up to how long a quote is compared word by word.
const mostWords = 300

// mostPairs is how many pairs of words are compared for the suggestions about one
// policy, about a second's worth: enough for dozens of quotes that are a little wrong.
// After that what is wrong is still reported, without a suggestion.
const mostPairs = 10_000_000

// closest is the closest stretch while there is room for looking, none afterwards.
func (t Text) closest(words, wanted []string) (from, to, distance int) {
	pairs := len(words) * len(wanted)
	if t.room == nil || *t.room < pairs {
		return 0, 0, len(wanted)
	}
	*t.room -= pairs
	return closest(words, wanted)
}

// closest finds the stretch of some words that differs in the fewest of them from
// the words wanted. A word more, a word less and another word count as one each.
func closest(words, wanted []string) (from, to, distance int) {
	if len(wanted) > mostWords {
		return 0, 0, len(wanted)
	}
	// One row of the usual table, for every end of a stretch: its distance from the
	// words wanted so far, and where it starts.
	type cell struct{ distance, start int }
	row := make([]cell, len(words)+1)
	for j := range row {
		row[j].start = j
	}
	for i, want := range wanted {
		diagonal := row[0]
		row[0] = cell{i + 1, 0}
		for j, word := range words {
			next := cell{diagonal.distance, diagonal.start}
			if !sameWord(word, want) {
				next.distance++
			}
			diagonal = row[j+1]
			if diagonal.distance+1 < next.distance {
				next = cell{diagonal.distance + 1, diagonal.start}
			}
			if row[j].distance+1 < next.distance {
				next = cell{row[j].distance + 1, row[j].start}
			}
			row[j+1] = next
		}
	}
	best := 0
	for j, c := range row {
		if c.distance < row[best].distance {
			best = j
		}
	}
	return row[best].start, best, row[best].distance
}

// sameWord compares words without their case and the punctuation around them: a
// person has to see which word became another.
func sameWord(a, b string) bool {
	return a == b || strings.EqualFold(bare(a), bare(b))
}

func bare(word string) string {
	return strings.TrimFunc(word, func(r rune) bool { return !isLetter(r) })
}

// shown is a stretch of the page as it is fit for a message.
func shown(words []string) string {
	const most = 240
	text := []rune(source.Visible(strings.Join(words, " ")))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

package markdown

import "strings"

// Options says how a text is rendered. The zero value renders it as written.
type Options struct {
	// Rewrite maps the destination of every link and image that is safe, such as
	// /security-policies/ or #scope; nil leaves them as they are. What it returns
	// must be a safe link again, or rendering fails.
	Rewrite func(destination string) string
	// Permalinks puts a small link to itself beside each heading.
	Permalinks bool
	// Marks are sentences that others refer to. One that is not found makes
	// rendering fail: whoever refers to it must hear of that.
	Marks []Mark
	// Prefix is put before every id of the text and before every #fragment that it
	// links to, so that several texts can stand on one page.
	Prefix string
	// Words are those that the renderer adds itself.
	Words Words
	// Room is what the HTML is written over, where it has the capacity; as a rule, an earlier
	// text's that nobody needs any more.
	Room []byte
}

// Mark is a sentence of the text that gets an id of its own: <span id=… class="clause">.
type Mark struct {
	ID    string // unique among the marks and [Document.Anchors]
	Line  int    // of the block that holds the sentence, as in [Block]
	Quote string // whole words of that block: without markup, white space folded
	// Href and Name are of a link behind the sentence, <a href=… class="pointer">, written as they
	// are; none where Href is empty, or where the sentence ends within a link.
	Href, Name string
}

// Words are those that no text has and every page needs. {1} stands for what the
// word is about. An empty one is English.
type Words struct {
	Note, Tip, Important, Warning, Caution string // titles of callouts

	Footnotes  string // heading of the footnotes
	Footnote   string // name of the link to a footnote; {1}: its number
	BackToText string // name of the link from a footnote to where it is referred to; {1}: its number
	Permalink  string // name of the link of a heading to itself; {1}: the heading
	Table      string // name of a table; {1}: its head
	Code       string // name of a block of code; {1}: its language, nothing where none is stated
}

var english = Words{
	Note: "Note", Tip: "Tip", Important: "Important", Warning: "Warning", Caution: "Caution",
	Footnotes: "Footnotes", Footnote: "Footnote {1}", BackToText: "Back to reference {1}", Permalink: "Link to “{1}”", Table: "Table: {1}",
	Code: "Code: {1}",
}

// orEnglish fills in the words that are missing.
func (w Words) orEnglish() Words {
	for _, pair := range []struct {
		word  *string
		other string
	}{
		{&w.Note, english.Note},
		{&w.Tip, english.Tip},
		{&w.Important, english.Important},
		{&w.Warning, english.Warning},
		{&w.Caution, english.Caution},
		{&w.Footnotes, english.Footnotes},
		{&w.Footnote, english.Footnote},
		{&w.BackToText, english.BackToText},
		{&w.Permalink, english.Permalink},
		{&w.Table, english.Table},
		{&w.Code, english.Code},
	} {
		if *pair.word == "" {
			*pair.word = pair.other
		}
	}
	return w
}

// fill puts what a word is about into it.
func fill(word, about string) string { return strings.Replace(word, "{1}", about, 1) }

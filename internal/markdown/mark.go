package markdown

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// cut is a part of the words of one node that belongs to a mark.
type cut struct {
	from, to int
	mark     string // its id
	first    bool   // the mark begins here
	end      *Mark  // the mark that ends here; nil where it goes on
}

// place finds the sentences that are to be marked.
func (p *page) place(marks []Mark) error {
	if len(marks) == 0 {
		return nil
	}
	p.cuts = make(map[any][]cut)
	taken := make(map[string]bool)
	for _, id := range p.d.anchors {
		taken[id] = true
	}
	passages := p.d.standing(true)
	for _, m := range marks {
		if taken[m.ID] || m.ID == "" {
			return fmt.Errorf("the id %q of the sentence %q on line %d is taken: give it another", m.ID, m.Quote, m.Line)
		}
		taken[m.ID] = true
		if !slices.ContainsFunc(passages, func(q passage) bool { return q.Line == m.Line && p.mark(q, m) }) {
			return fmt.Errorf("the sentence %q is not on line %d: quote it as it stands there", m.Quote, m.Line)
		}
	}
	return nil
}

// mark cuts a sentence out of the nodes that write it. It reports whether it stands
// there at all.
func (p *page) mark(q passage, m Mark) bool {
	start, end := q.find(m.Quote)
	var last any // what holds the mark's last words
	for _, l := range q.leaves {
		c := cut{max(start, l.start) - l.start, min(end, l.end) - l.start, m.ID, last == nil, nil}
		if c.from >= c.to || strings.TrimSpace(q.words[l.start+c.from:l.start+c.to]) == "" {
			continue
		}
		if picture, is := l.by.(*ast.Image); is {
			c.from, c.to = 0, len(p.d.words(picture))
		}
		p.cuts[l.by] = append(p.cuts[l.by], c)
		last = l.by
	}
	if cuts := p.cuts[last]; last != nil {
		cuts[len(cuts)-1].end = &m
	}
	return last != nil
}

// find is where a quote stands in the words of a passage, as whole words; nowhere is
// two equal numbers.
func (q passage) find(quote string) (start, end int) {
	quote = fold(quote)
	folded, origins := foldWithOrigins(q.words)
	for from := 0; quote != ""; {
		i := strings.Index(folded[from:], quote)
		if i < 0 {
			break
		}
		i += from
		j := i + len(quote)
		if !withinWord(folded, i) && !withinWord(folded, j) {
			return origins[i], origins[j-1] + 1
		}
		_, size := utf8.DecodeRuneInString(folded[i:])
		from = i + size
	}
	return 0, 0
}

// fold puts a text on one line, with single spaces between its words.
func fold(text string) string {
	folded := true
	space := true // the last character was one, or there is none yet
	for _, r := range text {
		if unicode.IsSpace(r) && (r != ' ' || space) {
			folded = false
			break
		}
		space = r == ' '
	}
	if folded && (text == "" || !space) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// foldWithOrigins folds a text, and tells where in it every byte comes from.
func foldWithOrigins(text string) (folded string, origins []int) {
	var b strings.Builder
	gap := false
	for i, r := range text {
		if unicode.IsSpace(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			origins = append(origins, i-1)
			gap = false
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+size])
		for k := range size {
			origins = append(origins, i+k)
		}
	}
	return b.String(), origins
}

// withinWord reports whether a place in a text lies within a word. A hyphen or an
// apostrophe joins the letters around it into one.
func withinWord(text string, at int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:at])
	after, width := utf8.DecodeRuneInString(text[at:])
	switch {
	case inWords(before) && inWords(after):
		return true
	case inWords(before) && joins(after):
		next, _ := utf8.DecodeRuneInString(text[at+width:])
		return inWords(next)
	case joins(before) && inWords(after):
		last, _ := utf8.DecodeLastRuneInString(text[:at-size])
		return inWords(last)
	}
	return false
}

func inWords(r rune) bool { return r != utf8.RuneError && isWordly(r) }

func joins(r rune) bool { return strings.ContainsRune("-'’‐‑_", r) }

// marked writes the words of a node or piece, what is marked of them in elements of
// its own. Where marks overlap, each piece is in one element: spans cannot overlap.
func (p *page) marked(by any, words string, write func(string)) {
	cuts := p.cuts[by]
	if len(cuts) == 0 {
		write(words)
		return
	}
	bounds := []int{0, len(words)}
	for _, c := range cuts {
		bounds = append(bounds, c.from, c.to)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	for i := range len(bounds) - 1 {
		spans := p.open(by, bounds[i])
		write(words[bounds[i]:bounds[i+1]])
		if bounds[i+1] == len(words) && p.goesOn(by) {
			return
		}
		for range spans {
			p.put("</span>")
		}
		p.pointers(cuts, bounds[i+1])
	}
}

// pointers writes the links of the marks that end at a place.
func (p *page) pointers(cuts []cut, at int) {
	for _, c := range cuts {
		if c.end == nil || c.to != at || c.end.Href == "" || p.linked {
			continue
		}
		p.put(`<a class="pointer" href="`)
		p.escape(c.end.Href)
		p.put(`" aria-label="`)
		p.escape(c.end.Name)
		p.put(`"></a>`)
	}
}

// open begins the elements of the marks that hold the words at a place: one for each
// that begins there, one for all others together.
func (p *page) open(by any, at int) (spans int) {
	marked := false
	for _, c := range p.cuts[by] {
		if c.from <= at && at < c.to {
			marked = true
		}
		if c.from == at && c.first {
			p.put("<span")
			p.id(c.mark)
			p.put(` class="clause">`)
			spans++
		}
	}
	if !marked || spans > 0 {
		return spans
	}
	if text, is := by.(*ast.Text); !is || at > 0 || !p.goesOn(text.PreviousSibling()) {
		p.put(`<span class="clause">`)
	}
	return 1
}

// goesOn tells whether the element around the last words of a text holds the first
// ones of the next too: they stand side by side, and in the same mark alone.
func (p *page) goesOn(by any) bool {
	text, is := by.(*ast.Text)
	if !is || text.NextSibling() == nil {
		return false
	}
	here, there := p.cuts[text], p.cuts[text.NextSibling()]
	if len(here) != 1 || len(there) != 1 || text.NextSibling().Kind() != ast.KindText {
		return false
	}
	return here[0].mark == there[0].mark
}

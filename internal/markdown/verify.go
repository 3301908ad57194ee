package markdown

import (
	"bytes"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// token is a token of rendered HTML and where it begins.
type token struct {
	html.Token
	at int
}

func (t token) equal(u token) bool {
	return t.Type == u.Type && t.Data == u.Data && slices.Equal(t.Attr, u.Attr)
}

// runsOn tells whether a text was found to be longer: what is behind it is wrong.
func (t token) runsOn(kind html.TokenType, text string) bool {
	return t.Type == html.TextToken && kind == html.TextToken && strings.HasPrefix(text, t.Data)
}

// readTokens reads HTML into tokens, texts joined. A line end right behind <pre>
// is none for browsers, and is left out.
func readTokens(source []byte) []token {
	found := make([]token, 0, 2*bytes.Count(source, []byte("<"))+1) // tags, and texts between them
	z := html.NewTokenizer(bytes.NewReader(source))
	for at := 0; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			if at < len(source) { // a tag that does not end
				found = append(found, token{at: at})
			}
			return found
		}
		size := len(z.Raw())
		found = appendToken(found, token{z.Token(), at})
		at += size
	}
}

func appendToken(found []token, t token) []token {
	var last token
	if len(found) > 0 {
		last = found[len(found)-1]
	}
	switch {
	case t.Type == html.SelfClosingTagToken:
		t.Type = html.StartTagToken
	case t.Type == html.TextToken && last.Type == html.TextToken:
		found[len(found)-1].Data += t.Data
		return found
	case t.Type == html.TextToken && last.Type == html.StartTagToken && last.DataAtom == atom.Pre:
		t.Data = strings.TrimPrefix(t.Data, "\n")
	}
	if t.Type == html.TextToken && t.Data == "" {
		return found
	}
	return append(found, t)
}

// checkPage renders a text with raw HTML that has passed every other check, and
// looks at the page as a whole: what they overlooked shows here, at the tag before it.
func (d *Document) checkPage() {
	if len(d.html) == 0 || d.shown {
		return
	}
	p := d.page(Options{})
	out, err := p.render()
	if err != nil {
		d.reportHTML(0, "too-complex", err.Error(), "split it up, or say it more simply")
		return
	}
	at, what := altered(out)
	if at < 0 {
		return
	}
	i := sort.Search(len(p.steps), func(i int) bool { return p.steps[i].out > at })
	d.reportHTML(p.steps[max(i-1, 0)].offset, "html-unbalanced", "from here on "+what+" "+strconv.Quote(shortened(out[at:])),
		"look for a tag that HTML does not allow here, or write it in Markdown")
}

// altered is where a rendered page would first come out otherwise than it is
// written, and how; -1 where it will come out as it is.
func altered(page []byte) (at int, what string) {
	tokens := readTokens(page)
	if at := removedFrom(page, tokens); at >= 0 {
		return at, "the page would lose"
	}
	return misreadFrom(page, tokens), "browsers would read otherwise"
}

// removedFrom is where the sanitiser would change a rendered page first, -1 where
// it would leave everything as it is.
func removedFrom(page []byte, before []token) int {
	after := readTokens(pagePolicy().SanitizeBytes(page))
	i := 0
	for i < len(before) && i < len(after) && before[i].equal(after[i]) {
		i++
	}
	if i < len(before) && i < len(after) && before[i].runsOn(after[i].Type, after[i].Data) {
		i++
	}
	switch {
	case i < len(before):
		return before[i].at
	case len(after) != len(before):
		return len(page)
	}
	return -1
}

// misreadFrom is where a browser would first understand a rendered page otherwise
// than its tags say: because it closes, moves or adds elements. -1 where it reads
// them as they stand.
func misreadFrom(page []byte, tokens []token) int {
	r := reader{tokens: tokens}
	nodes, err := html.ParseFragment(bytes.NewReader(page), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return 0
	}
	for _, n := range nodes {
		r.read(n)
	}
	switch {
	case r.next < len(r.tokens):
		return r.tokens[r.next].at
	case r.lost:
		return len(page)
	}
	return -1
}

// reader holds a parsed page against its tokens.
type reader struct {
	tokens []token
	next   int // the first token that was not found in the page
	lost   bool
}

func (r *reader) read(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		r.expect(html.TextToken, n)
	case n.Type != html.ElementNode || n.Namespace != "":
		r.lost = true
	case n.DataAtom == atom.Tbody && !r.at(html.StartTagToken, n):
		r.readChildren(n) // a table's rows stand in a tbody, written or not
	default:
		r.expect(html.StartTagToken, n)
		r.readChildren(n)
		if !isVoid(n.Data) {
			r.expect(html.EndTagToken, n)
		}
	}
}

func (r *reader) readChildren(n *html.Node) {
	for c := range n.ChildNodes() {
		r.read(c)
	}
}

func (r *reader) at(kind html.TokenType, n *html.Node) bool {
	return r.next < len(r.tokens) && r.tokens[r.next].Type == kind && r.tokens[r.next].Data == n.Data
}

// expect goes on to the next token; after a difference it stays.
func (r *reader) expect(kind html.TokenType, n *html.Node) {
	same := r.at(kind, n) && (kind != html.StartTagToken || slices.Equal(sorted(r.tokens[r.next].Attr), sorted(n.Attr)))
	runsOn := !r.lost && r.next < len(r.tokens) && r.tokens[r.next].runsOn(kind, n.Data)
	if r.lost = r.lost || !same; !r.lost || runsOn {
		r.next++
	}
}

// sorted gives attributes an order, for the parser changes that of some.
func sorted(attrs []html.Attribute) []html.Attribute {
	if len(attrs) < 2 {
		return attrs
	}
	return slices.SortedFunc(slices.Values(attrs), func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
}

package markdown

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// Where links may go, once more: [link.fault] has looked at them and decides more
// finely, but the sanitiser must not rest on that. Its own check of URLs would
// rewrite them.
const (
	thisSite = `[^:/?#\\\s]*(?:[?#][^\\\s]*)?|[^:/?#\\\s]+/[^\\\s]*|/|/[^/\\\s][^\\\s]*`
	anywhere = thisSite + `|(?i:https)://[^/?#@\\\s]+(?:[/?#][^\\\s]*)?|(?i:mailto):[^\\\s]*`
)

// htmlPolicy is what people may write as raw HTML. Nothing here runs, loads from
// elsewhere, covers the page or asks for input.
var htmlPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	allowHTML(p, slices.Sorted(maps.Keys(elements)))
	return p
})

// pagePolicy is what a rendered text may have: also what is written for Markdown.
var pagePolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	allowHTML(p, slices.DeleteFunc(slices.Sorted(maps.Keys(elements)), func(name string) bool { return name == "h1" }))
	p.AllowElements("aside", "section")
	p.AllowAttrs("class").Matching(whole(`table|heading`)).OnElements("div")
	p.AllowAttrs("class").Matching(whole(`callout (?:note|tip|important|warning|caution)`)).OnElements("aside")
	p.AllowAttrs("class").Matching(whole(`callout-title`)).OnElements("p")
	p.AllowAttrs("class").Matching(whole(`footnotes`)).OnElements("section")
	p.AllowAttrs("class").Matching(whole(`left|center|right`)).OnElements("td", "th")
	p.AllowAttrs("class").Matching(whole(`clause`)).OnElements("span")
	p.AllowAttrs("role").Matching(whole(`group|note|doc-(?:endnotes|noteref|backlink)`)).OnElements("div", "aside", "section", "a", "pre")
	p.AllowAttrs("tabindex").Matching(whole(`0`)).OnElements("div", "pre")
	p.AllowAttrs("class").Matching(whole(`language-(?s:.+)`)).OnElements("code")
	p.AllowAttrs("class").Matching(whole(`permalink|pointer|footnote|backlink`)).OnElements("a")
	p.AllowAttrs("aria-label").OnElements("a", "div", "pre", "section", "table")
	p.AllowAttrs("src").Matching(whole(anywhere)).OnElements("img") // rewritten, for feeds
	return p
})

func allowHTML(p *bluemonday.Policy, names []string) {
	p.AllowElements(names...)
	p.AllowNoAttrs().OnElements(names...)
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("id").Matching(whole(`[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}_.:-]*`)).Globally()
	p.AllowAttrs("lang").Matching(whole(`[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*`)).Globally()
	p.AllowAttrs("dir").Matching(whole(`ltr|rtl|auto`)).Globally()
	p.AllowAttrs("href").Matching(whole(anywhere)).OnElements("a")
	p.AllowAttrs("rel").Matching(whole(`(?:(?:external|license|nofollow|noopener|noreferrer) ?)+`)).OnElements("a")
	p.AllowAttrs("src").Matching(whole(thisSite)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(whole(`\d{1,4}`)).OnElements("img")
	p.AllowAttrs("align").Matching(whole(`left|center|right`)).OnElements("td", "th")
	p.AllowAttrs("colspan", "rowspan").Matching(whole(`\d{1,3}`)).OnElements("td", "th")
	p.AllowAttrs("headers").Matching(whole(`[\p{L}\p{M}\p{N}_.: -]+`)).OnElements("td", "th")
	p.AllowAttrs("scope").Matching(whole(`(?:row|col)(?:group)?`)).OnElements("th")
	p.AllowAttrs("abbr").OnElements("th")
	p.AllowAttrs("span").Matching(whole(`\d{1,3}`)).OnElements("col", "colgroup")
	p.AllowAttrs("start").Matching(whole(`-?\d{1,9}`)).OnElements("ol")
	p.AllowAttrs("type").Matching(whole(`[1aAiI]`)).OnElements("ol")
	p.AllowAttrs("reversed").Matching(whole(`(?:reversed)?`)).OnElements("ol")
	p.AllowAttrs("value").Matching(whole(`-?\d{1,9}`)).OnElements("li")
	p.AllowAttrs("open").Matching(whole(`(?:open)?`)).OnElements("details")
	p.AllowAttrs("class").Matching(whole(`language-[\w+#.-]+`)).OnElements("code")
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// sieve asks the sanitiser about tags, and about each only once.
type sieve map[string]loss

// loss is what the sanitiser would take from a tag.
type loss struct {
	all  bool
	keys []string // attributes, where it leaves the element
}

func (s sieve) loss(kind pieceKind, name string, attrs []attribute) loss {
	if elements[name] == 0 {
		return loss{all: true}
	}
	t := html.Token{Type: html.StartTagToken, Data: name}
	if kind == endPiece {
		t.Type = html.EndTagToken
	}
	for _, a := range attrs {
		t.Attr = append(t.Attr, html.Attribute{Key: a.key, Val: likeness(a)})
	}
	written := t.String()
	found, ok := s[written]
	if !ok {
		found = lossOf(t, written)
		s[written] = found
	}
	return found
}

// likeness is a value that the sanitiser thinks of as it does of the attribute's own:
// those of all ids and titles are one question. The page is looked at as a whole later.
func likeness(a attribute) string {
	switch {
	case a.key == "title", a.key == "id" && isASCIIID(a.value):
		return "a"
	}
	return a.value
}

func isASCIIID(id string) bool {
	for i := range len(id) {
		c := id[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '.' && c != '_' && c != ':') {
			return false
		}
	}
	return id != ""
}

func lossOf(t html.Token, written string) loss {
	clean := htmlPolicy().Sanitize(written)
	if clean == written {
		return loss{}
	}
	left := readTokens([]byte(clean))
	if len(left) != 1 || left[0].Type != t.Type || left[0].Data != t.Data {
		return loss{all: true}
	}
	var l loss
	for _, a := range t.Attr {
		if !slices.Contains(left[0].Attr, a) {
			l.keys = append(l.keys, a.Key)
		}
	}
	return l
}

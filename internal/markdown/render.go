package markdown

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// The output of a text that passed the limits on input stays far below these; they
// stand behind in case a limit has a hole.
const (
	maxOutput      = 2 << 20
	outputPerInput = 50
	outputAnyway   = 64 << 10
)

// HTML renders the text. The output is well-formed, has no h1, no script, no
// style, no event handler and no link that [Document.Problems] calls unsafe. The
// error is about a text that is too complex, a rewritten link that is unsafe, a mark
// that is not found, an output that is too long, or raw HTML that came out otherwise
// than it should.
func (d *Document) HTML(o Options) ([]byte, error) {
	if d.root == nil {
		return nil, errTooComplex
	}
	p := d.page(o)
	if err := p.place(o.Marks); err != nil {
		return nil, err
	}
	out, err := p.render()
	if err != nil || len(d.html) == 0 {
		return out, err
	}
	if at, what := altered(out); at >= 0 {
		return nil, fmt.Errorf("the page cannot be rendered: %s %q", what, shortened(out[at:]))
	}
	return out, nil
}

// page is one rendering of a text: where it is written to, and how.
type page struct {
	limited
	d     *Document
	o     Options
	words Words
	cuts  map[any][]cut // of the nodes and pieces that hold marked words
	steps []step
	// What is written stands in <summary>, which holds headings and words alone; in a link, which
	// holds no other.
	summary, linked bool
}

func (d *Document) page(o Options) *page {
	size := len(d.source)
	p := &page{d: d, o: o, words: o.Words.orEnglish()}
	p.limit = min(outputPerInput*size+outputAnyway, maxOutput)
	p.html = slices.Grow(o.Room[:0], size+size/2+512) // about what a page takes
	return p
}

func (p *page) render() ([]byte, error) {
	if err := p.node(p.d.root); err != nil {
		return nil, err
	}
	return p.html, p.Flush()
}

// node writes a node and all that stands in it.
func (p *page) node(n ast.Node) error {
	switch n := n.(type) {
	case *ast.Text:
		p.text(n)
		return nil
	case *ast.Paragraph:
		return p.within("<p>", n, "</p>\n")
	case *ast.TextBlock:
		return p.textBlock(n)
	case *ast.Emphasis:
		if n.Level == 2 {
			return p.within("<strong>", n, "</strong>")
		}
		return p.within("<em>", n, "</em>")
	case *ast.CodeSpan:
		return p.within("<code>", n, "</code>")
	case *ast.Link:
		return p.link(n)
	case *ast.AutoLink:
		return p.autoLink(n)
	case *ast.Heading:
		return p.heading(n)
	case *ast.List:
		return p.list(n)
	case *ast.ListItem:
		return p.item(n)
	case *ast.Blockquote:
		return p.quote(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		p.codeBlock(n)
		return nil
	case *ast.ThematicBreak:
		return p.within("<hr>\n", n, "")
	case *ast.HTMLBlock:
		return p.htmlBlock(n)
	case *ast.RawHTML:
		return p.rawHTML(n)
	case *ast.Image:
		return p.image(n)
	case *ast.LinkReferenceDefinition:
		return nil
	}
	return p.extension(n)
}

// extension writes what CommonMark does not know; the children of anything else.
func (p *page) extension(n ast.Node) error {
	switch n := n.(type) {
	case *east.Strikethrough:
		return p.within("<del>", n, "</del>")
	case *east.Table:
		return p.table(n)
	case *east.TableHeader:
		return p.tableHeader(n)
	case *east.TableRow:
		return p.tableRow(n)
	case *east.TableCell:
		return p.cell(n)
	case *east.FootnoteLink:
		return p.footnoteLink(n)
	case *east.FootnoteBacklink:
		return p.footnoteBacklink(n)
	case *east.Footnote:
		return p.footnoteText(n)
	case *east.FootnoteList:
		return p.footnoteList(n)
	}
	return p.children(n)
}

func (p *page) children(n ast.Node) error {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if err := p.node(c); err != nil {
			return err
		}
	}
	return nil
}

// within writes the children of a node between two tags.
func (p *page) within(start string, n ast.Node, end string) error {
	p.put(start)
	err := p.children(n)
	p.put(end)
	return err
}

// put writes HTML.
func (p *page) put(html ...string) {
	for _, s := range html {
		add(&p.limited, s)
	}
}

// id writes the attribute of that name.
func (p *page) id(id string) {
	p.put(` id="`)
	p.escape(p.o.Prefix)
	p.escape(id)
	p.put(`"`)
}

// fragment writes a href that leads to an id of the text.
func (p *page) fragment(id string) error {
	href, err := p.href(link{"#" + id, fragment(id)})
	p.put(` href="`)
	p.escape(href)
	p.put(`"`)
	return err
}

// fragment is a link to an id, percent-encoded.
func fragment(id string) string {
	for i := range len(id) {
		if c := id[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == ':') {
			return (&url.URL{Fragment: id}).String()
		}
	}
	return "#" + id
}

// href is a safe destination with the prefix of its page and after rewriting, safe
// still.
func (p *page) href(to link) (string, error) {
	href := to.href
	if p.o.Prefix != "" && len(href) > 1 && href[0] == '#' {
		href = fragment(p.o.Prefix) + href[1:]
	}
	if p.o.Rewrite == nil {
		return href, nil
	}
	rewritten := p.o.Rewrite(href)
	if rewritten == to.href {
		return rewritten, nil
	}
	if fault := (link{rewritten, rewritten}).fault(); fault != "" {
		return "", fmt.Errorf("the link %q became %q, which %s", to.raw, rewritten, fault)
	}
	return rewritten, nil
}

func (p *page) heading(n *ast.Heading) error {
	h := p.d.headings[p.d.outline[n]]
	level := "0123456"[h.Level : h.Level+1]
	p.openHeading()
	p.put("<h", level)
	p.id(h.ID)
	p.put(">")
	err := p.children(n)
	p.put("</h", level, ">")
	p.closeHeading(h)
	p.put("\n")
	return err
}

// openHeading opens the element around a heading and its link. The link stands beside the
// heading: in it, its name would be part of what the heading says.
func (p *page) openHeading() {
	if p.o.Permalinks && !p.summary {
		p.put(`<div class="heading">`)
	}
}

func (p *page) closeHeading(h Heading) {
	if !p.o.Permalinks || p.summary {
		return
	}
	p.put(` <a class="permalink" href="`)
	p.escape(fragment(p.o.Prefix + h.ID))
	p.put(`" aria-label="`)
	p.fill(p.words.Permalink, h.Text)
	p.put(`"></a></div>`)
}

func (p *page) link(n *ast.Link) error {
	to := destination(n.Destination)
	if to.fault() != "" {
		return p.children(n) // the words stay, the link does not
	}
	href, err := p.href(to)
	if err != nil {
		return err
	}
	p.put(`<a href="`)
	p.escape(href)
	p.put(`"`)
	p.title(n.Title)
	p.linked = true
	err = p.within(">", n, "</a>")
	p.linked = false
	return err
}

func (p *page) autoLink(n *ast.AutoLink) error {
	label := string(n.Label(p.d.source))
	to := p.d.autoDestination(n)
	if to.fault() != "" || p.d.unlinked[n] {
		p.marked(n, label, p.escape)
		return nil
	}
	href, err := p.href(to)
	if err != nil {
		return err
	}
	p.put(`<a href="`)
	p.escape(href)
	p.put(`">`)
	p.linked = true
	p.marked(n, label, p.escape)
	p.linked = false
	p.put("</a>")
	return nil
}

// image leaves only its words of an image that is not on this site.
func (p *page) image(n *ast.Image) error {
	words := p.d.words(n)
	to := destination(n.Destination)
	if to.fault() != "" || to.scheme() != "" {
		p.escape(words)
		return nil
	}
	src, err := p.href(to)
	if err != nil {
		return err
	}
	p.marked(n, words, func(string) {
		p.put(`<img src="`)
		p.escape(src)
		p.put(`" alt="`)
		p.escape(words)
		p.put(`"`)
		p.title(n.Title)
		p.put(">")
	})
	return nil
}

// title writes the title attribute of a link that has one.
func (p *page) title(written []byte) {
	if len(written) == 0 {
		return
	}
	p.put(` title="`)
	p.resolve(written)
	p.put(`"`)
}

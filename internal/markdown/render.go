package markdown

import (
	"fmt"
	"net/url"
	"strconv"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
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

// page is one rendering of a text: where it is written to, and how. What goldmark
// does not render as it should be, or not at all, its methods do.
type page struct {
	limited
	d     *Document
	o     Options
	words Words
	cuts  map[any][]cut // of the nodes and pieces that hold marked words
	steps []step
	// linked tells whether the link that is being written is one: no link stands in another.
	linked bool
}

func (d *Document) page(o Options) *page {
	size := len(d.source)
	p := &page{d: d, o: o, words: o.Words.orEnglish()}
	p.limit = min(outputPerInput*size+outputAnyway, maxOutput)
	p.Grow(size + size/2 + 512) // about what a page takes
	return p
}

func (p *page) render() ([]byte, error) {
	if err := pages().Render(p, p.d.source, p.d.root); err != nil {
		return nil, err
	}
	return p.Bytes(), nil
}

// pages renders any text: what differs from one page to the next is in the [page]
// that it writes to.
var pages = sync.OnceValue(func() renderer.Renderer {
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(nodes{}, 0),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
})

// nodes says which nodes a page renders itself.
type nodes struct{}

// RegisterFuncs is goldmark's way of asking who renders what.
func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	for kind, method := range map[ast.NodeKind]func(*page, ast.Node, bool) (ast.WalkStatus, error){
		ast.KindHeading:           (*page).heading,
		ast.KindBlockquote:        (*page).quote,
		ast.KindCodeBlock:         (*page).codeBlock,
		ast.KindFencedCodeBlock:   (*page).codeBlock,
		ast.KindHTMLBlock:         (*page).htmlBlock,
		ast.KindText:              (*page).text,
		ast.KindCodeSpan:          (*page).code,
		ast.KindLink:              (*page).link,
		ast.KindAutoLink:          (*page).autoLink,
		ast.KindImage:             (*page).image,
		ast.KindRawHTML:           (*page).rawHTML,
		east.KindTable:            (*page).table,
		east.KindTableCell:        (*page).cell,
		east.KindFootnoteLink:     (*page).footnoteLink,
		east.KindFootnoteBacklink: (*page).footnoteBacklink,
		east.KindFootnote:         (*page).footnoteText,
		east.KindFootnoteList:     (*page).footnoteList,
	} {
		r.Register(kind, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			return method(w.(*page), n, entering)
		})
	}
}

// put writes HTML. Should there be no room for it, Flush tells.
func (p *page) put(html ...string) {
	for _, s := range html {
		_, _ = p.WriteString(s)
	}
}

// escape writes text.
func (p *page) escape(text string) {
	from := 0
	for i := range len(text) {
		if entity := util.EscapeHTMLByte(text[i]); entity != nil {
			p.put(text[from:i])
			_, _ = p.Write(entity)
			from = i + 1
		}
	}
	p.put(text[from:])
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

func (p *page) heading(n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := p.d.outline[n]
	level := strconv.Itoa(h.Level)
	if entering {
		p.put("<h", level)
		p.id(h.ID)
		p.put(">")
	} else {
		p.permalink(h)
		p.put("</h", level, ">\n")
	}
	return ast.WalkContinue, nil
}

func (p *page) permalink(h Heading) {
	if !p.o.Permalinks {
		return
	}
	p.put(` <a class="permalink" href="`)
	p.escape(fragment(p.o.Prefix + h.ID))
	p.put(`" aria-label="`)
	p.escape(fill(p.words.Permalink, h.Text))
	p.put(`"></a>`)
}

func (p *page) link(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		if p.linked {
			p.put("</a>")
		}
		return ast.WalkContinue, nil
	}
	l := n.(*ast.Link)
	to := destination(l.Destination)
	if p.linked = to.fault() == ""; !p.linked {
		return ast.WalkContinue, nil // the words stay, the link does not
	}
	href, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	p.put(`<a href="`)
	p.escape(href)
	p.put(`"`)
	p.title(l.Title)
	p.put(">")
	return ast.WalkContinue, nil
}

func (p *page) autoLink(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	l := n.(*ast.AutoLink)
	label := string(l.Label(p.d.source))
	to := p.d.autoDestination(l)
	if to.fault() != "" || p.d.unlinked[n] {
		p.marked(n, label, p.escape)
		return ast.WalkContinue, nil
	}
	href, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	p.put(`<a href="`)
	p.escape(href)
	p.put(`">`)
	p.marked(n, label, p.escape)
	p.put("</a>")
	return ast.WalkContinue, nil
}

// image leaves only its words of an image that is not on this site.
func (p *page) image(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	i := n.(*ast.Image)
	words := p.d.words(i)
	to := destination(i.Destination)
	if to.fault() != "" || to.scheme() != "" {
		p.escape(words)
		return ast.WalkSkipChildren, nil
	}
	src, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	p.marked(n, words, func(string) {
		p.put(`<img src="`)
		p.escape(src)
		p.put(`" alt="`)
		p.escape(words)
		p.put(`"`)
		p.title(i.Title)
		p.put(">")
	})
	return ast.WalkSkipChildren, nil
}

// title writes the title attribute of a link that has one.
func (p *page) title(written []byte) {
	if len(written) == 0 {
		return
	}
	p.put(` title="`)
	html.DefaultWriter.Write(p, written)
	p.put(`"`)
}

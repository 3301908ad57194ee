package markdown

import (
	"fmt"
	"net/url"

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

// Options says how a text is rendered. The zero value renders it as written.
type Options struct {
	// Rewrite maps the destination of every link and image that is safe, such as
	// /security-policies/ or #scope; nil leaves them as they are. What it returns
	// must be a safe link again, or rendering fails.
	Rewrite func(destination string) string
	// Permalinks puts a small link to itself into each heading.
	Permalinks bool
}

// HTML renders the text. The output is well-formed, has no h1, no script, no
// style, no event handler and no link that [Document.Problems] calls unsafe. The
// error is about a text that is too complex, a rewritten link that is unsafe, an
// output that is too long, or raw HTML that came out otherwise than it should.
func (d *Document) HTML(o Options) ([]byte, error) {
	if d.root == nil {
		return nil, errTooComplex
	}
	p := page{d: d, o: o}
	out, err := p.render()
	if err != nil || len(d.html) == 0 {
		return out, err
	}
	if at, what := altered(out); at >= 0 {
		return nil, fmt.Errorf("the page cannot be rendered: %s %q", what, shortened(out[at:]))
	}
	return out, nil
}

func (p *page) render() ([]byte, error) {
	w := &limited{limit: min(outputPerInput*len(p.d.source)+outputAnyway, maxOutput)}
	if err := p.renderer().Render(w, p.d.source, p.d.root); err != nil {
		return nil, err
	}
	return w.Bytes(), nil
}

// renderer is made anew for each rendering, for it holds the options.
func (p *page) renderer() renderer.Renderer {
	table := extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(p, 0),
		util.Prioritized(table, 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
}

// page renders the nodes that need more than goldmark does, or less.
type page struct {
	d     *Document
	o     Options
	marks []mark
}

// RegisterFuncs is goldmark's way of asking who renders what.
func (p *page) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, p.heading)
	r.Register(ast.KindLink, p.link)
	r.Register(ast.KindAutoLink, p.autoLink)
	r.Register(ast.KindImage, p.image)
	r.Register(ast.KindRawHTML, p.rawHTML)
	r.Register(ast.KindHTMLBlock, p.htmlBlock)
	r.Register(east.KindTable, p.table)
}

func (p *page) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := p.d.outline[n]
	if entering {
		_, err := fmt.Fprintf(w, `<h%d id="%s">`, h.Level, escaped(h.ID))
		return ast.WalkContinue, err
	}
	_, err := fmt.Fprintf(w, "%s</h%d>\n", p.permalink(h), h.Level)
	return ast.WalkContinue, err
}

func (p *page) permalink(h Heading) string {
	if !p.o.Permalinks {
		return ""
	}
	href := (&url.URL{Fragment: h.ID}).String()
	return fmt.Sprintf(` <a class="permalink" href="%s" aria-label="Link to “%s”"></a>`, href, escaped(h.Text))
}

func (p *page) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	to := destination(l.Destination)
	if to.fault() != "" {
		return ast.WalkContinue, nil // the words stay, the link does not
	}
	if !entering {
		_, err := w.WriteString("</a>")
		return ast.WalkContinue, err
	}
	href, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	_, err = fmt.Fprintf(w, `<a href="%s"%s>`, escaped(href), title(l.Title))
	return ast.WalkContinue, err
}

func (p *page) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	l := n.(*ast.AutoLink)
	label := util.EscapeHTML(l.Label(source))
	to := p.d.autoDestination(l)
	if to.fault() != "" || p.d.unlinked[n] {
		_, err := w.Write(label)
		return ast.WalkContinue, err
	}
	href, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	_, err = fmt.Fprintf(w, `<a href="%s">%s</a>`, escaped(href), label)
	return ast.WalkContinue, err
}

// image leaves only its words of an image that is not on this site.
func (p *page) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	i := n.(*ast.Image)
	words := escaped(p.d.words(i))
	to := destination(i.Destination)
	if to.fault() != "" || to.scheme() != "" {
		_, err := w.WriteString(words)
		return ast.WalkSkipChildren, err
	}
	src, err := p.href(to)
	if err != nil {
		return ast.WalkStop, err
	}
	_, err = fmt.Fprintf(w, `<img src="%s" alt="%s"%s>`, escaped(src), words, title(i.Title))
	return ast.WalkSkipChildren, err
}

// table wraps a table in an element that scrolls where the table is too wide.
func (p *page) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	tags := "</table></div>\n"
	if entering {
		tags = `<div class="table"><table>` + "\n"
	}
	_, err := w.WriteString(tags)
	return ast.WalkContinue, err
}

// href is a safe destination after rewriting, safe still.
func (p *page) href(to link) (string, error) {
	if p.o.Rewrite == nil {
		return to.href, nil
	}
	rewritten := p.o.Rewrite(to.href)
	if fault := (link{rewritten, rewritten}).fault(); fault != "" {
		return "", fmt.Errorf("the link %q became %q, which %s", to.raw, rewritten, fault)
	}
	return rewritten, nil
}

// title is the title attribute of a link; empty where it has none.
func title(written []byte) string {
	if len(written) == 0 {
		return ""
	}
	w := limited{limit: maxOutput}
	html.DefaultWriter.Write(&w, written)
	return fmt.Sprintf(` title="%s"`, w.String())
}

func escaped(text string) string { return string(util.EscapeHTML([]byte(text))) }

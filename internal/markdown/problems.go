package markdown

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// findProblems looks at everything that could be one.
func (d *Document) findProblems(nodes []ast.Node) {
	var s inspection
	if len(d.html) > 0 {
		s = inspection{d: d, sieve: make(sieve), lost: make(map[string]int)}
	}
	for _, n := range nodes {
		d.examine(n)
		if d.html[n] != nil {
			s.html(n)
		}
	}
}

func (d *Document) examine(n ast.Node) {
	switch n := n.(type) {
	case *ast.LinkReferenceDefinition:
		d.examineLink(d.offset(n), destination(n.Destination))
	case *ast.Link:
		d.addLink(n, destination(n.Destination), n.Reference == nil)
	case *ast.AutoLink:
		if within(n, ast.KindLink) {
			d.unlink(n) // goldmark leaves links in links to browsers
		}
		d.addLink(n, d.autoDestination(n), true)
	case *ast.Image:
		d.addImage(n)
	case *east.FootnoteLink:
		d.checkReference(n)
	case *ast.FencedCodeBlock:
		n.Language(d.source) // keeps its answer in the node: later readers find it there
	}
}

// addLink notes a link of the page. One that goes by a reference is reported where
// that is defined, once for all its uses.
func (d *Document) addLink(n ast.Node, to link, direct bool) {
	safe := to.fault() == ""
	switch {
	case !safe && direct:
		d.examineLink(d.offset(n), to)
	case safe && !d.unlinked[n] && !within(n, ast.KindImage):
		d.note(d.offset(n), to, false)
	}
}

func (d *Document) addImage(n *ast.Image) {
	to := destination(n.Destination)
	if to.fault() != "" && n.Reference != nil || d.examineImage(d.offset(n), to) {
		return
	}
	if !within(n, ast.KindImage) {
		d.note(d.offset(n), to, true)
	}
}

// unlink makes an address plain text, for it stands in a link already.
func (d *Document) unlink(n ast.Node) {
	if d.unlinked == nil {
		d.unlinked = make(map[ast.Node]bool)
	}
	d.unlinked[n] = true
}

func (d *Document) note(offset int, to link, image bool) {
	at := d.place(offset)
	d.links = append(d.links, Link{Target: to.raw, Image: image, Line: at.line, Column: at.column})
}

// examineLink tells whether a link had to be reported.
func (d *Document) examineLink(offset int, to link) bool {
	fault := to.fault()
	if fault != "" {
		d.report(offset, Problem{
			Code:    "unsafe-link",
			Message: fmt.Sprintf("the link %q %s", to.raw, fault),
			Hint:    "link to an https: or mailto: address, to a path of this site such as /security-bulletins/, or to a #heading",
		})
	}
	return fault != ""
}

func (d *Document) examineImage(offset int, to link) bool {
	if to.fault() != "" || to.scheme() == "" {
		return d.examineLink(offset, to)
	}
	d.report(offset, Problem{
		Code:    "remote-image",
		Message: fmt.Sprintf("the image %q comes from another place than this site", to.raw),
		Hint:    "readers' browsers would tell that place about them: put the image on this site and give its path, or link to it",
	})
	return true
}

// inspection looks at the raw HTML of a text, tag by tag.
type inspection struct {
	d     *Document
	sieve sieve
	lost  map[string]int // elements that were reported: their end tags need not be
}

func (s *inspection) html(n ast.Node) {
	pieces := s.d.html[n]
	if len(pieces) > 0 && within(n, ast.KindImage) {
		s.remove(pieces[0].offset, "the words of an image are plain text: they would lose %q", pieces[0].raw)
		return
	}
	for i := range pieces {
		switch p := &pieces[i]; p.kind {
		case commentPiece:
			s.comment(p)
		case oddPiece:
			s.remove(p.offset, "the page would lose %q", p.raw)
		case startPiece, emptyPiece, endPiece:
			s.tag(p)
		}
	}
}

// comment is no reason to show other HTML as text: it goes without a trace.
func (s *inspection) comment(p *piece) {
	s.d.report(p.offset, Problem{
		Code:    "html-comment",
		Message: fmt.Sprintf("%q is a comment, which no page has", shortened([]byte(p.raw))),
		Hint:    "delete it: it would be no secret in the page's source; notes among writers belong elsewhere",
	})
}

func (s *inspection) tag(p *piece) {
	attrs := s.safe(p)
	loss := s.sieve.loss(p.kind, p.name, attrs)
	if loss.all {
		s.element(p)
		return
	}
	for _, a := range append(attrs, p.dropped...) {
		if kept := p.attr(a.key); kept != nil && kept.offset == a.offset && !slices.Contains(loss.keys, a.key) {
			continue
		}
		s.d.reportHTML(a.offset, "html-removed", fmt.Sprintf("the page would lose the attribute %q of %q", a.key, shortened([]byte(p.raw))), attributeHint(a.key))
	}
}

// element reports an element that no page has; its end tag goes with it.
func (s *inspection) element(p *piece) {
	switch {
	case p.kind == startPiece:
		s.lost[p.name]++
	case p.kind == endPiece && s.lost[p.name] > 0:
		s.lost[p.name]--
		return
	}
	s.remove(p.offset, "the page would lose %q", p.raw)
}

// safe reports a link that is not safe, notes one that is, and gives the other
// attributes and the safe link as it will be written.
func (s *inspection) safe(p *piece) []attribute {
	attrs := slices.Clone(p.attrs)
	key, image := linkKey(p.name)
	for i, a := range attrs {
		if a.key != key {
			continue
		}
		to := attributeLink(a.value)
		if image && s.d.examineImage(p.offset, to) || !image && s.d.examineLink(p.offset, to) {
			s.d.shown = true
			return slices.Delete(attrs, i, i+1)
		}
		s.d.note(p.offset, to, image)
		attrs[i].value = to.href
	}
	return attrs
}

func (s *inspection) remove(offset int, format, raw string) {
	s.d.reportHTML(offset, "html-removed", fmt.Sprintf(format, shortened([]byte(raw))), htmlHint(raw))
}

func htmlHint(raw string) string {
	if inner, ok := strings.CutSuffix(raw[1:], ">"); ok && len(raw) < 40 && !strings.Contains(raw, "\n") {
		return fmt.Sprintf("if it is text, write &lt;%s&gt; or put it in backquotes; for formatting use Markdown", inner)
	}
	return "if it is text, write &lt; for < or put it in a code block; for formatting use Markdown"
}

func attributeHint(key string) string {
	switch {
	case key == "style" || key == "class":
		return "leave it out: the site says how things look"
	case strings.HasPrefix(key, "on"):
		return "leave it out: pages run nothing"
	case key == "name":
		return "for a place to link to, write id instead"
	}
	return "leave it out: no page has it, or not with this value"
}

// reportHTML reports raw HTML that cannot be rendered. From then on all of it is
// shown as text, so that nobody misses <node> in "connect <node> now".
func (d *Document) reportHTML(offset int, code, message, hint string) {
	d.shown = true
	d.report(offset, Problem{Code: code, Message: message, Hint: hint})
}

func (d *Document) report(offset int, p Problem) {
	if len(d.problems) == maxProblems {
		return
	}
	at := d.place(offset)
	p.Line, p.Column = at.line, at.column
	d.problems = append(d.problems, p)
}

// offset is where a node begins in the text. A bare link is found with the white
// space before it, a raw node only through its segments.
func (d *Document) offset(n ast.Node) int {
	if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
		return raw.Segments.At(0).Start
	}
	at := blockOffset(n)
	if n.Kind() == ast.KindAutoLink && at < len(d.source) && bytes.IndexByte([]byte(" *_~("), d.source[at]) >= 0 {
		return at + 1
	}
	return at
}

// shortened is the first line of something, for a message.
func shortened(text []byte) string {
	const most = 60
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if len(rest) == 0 && len(first) <= most {
		return string(first)
	}
	runes := []rune(string(first))
	return string(runes[:min(len(runes), most)]) + "…"
}

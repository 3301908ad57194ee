package check

import (
	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/markdown"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// page is one text that readers may come to see: of a bulletin, of a policy, of the
// policies' front page.
type page struct {
	file source.File
	body []byte       // Markdown
	line int          // of the file on which body begins
	kept address.Page // where it stands on the website; empty of a bulletin, which has its ID
	id   bulletin.ID

	parsed *markdown.Document
	ascii  verdict.Truth // of the whole file, once asked for
}

// plain reports whether the file has no character beyond ASCII.
func (p *page) plain() bool {
	if p.ascii == verdict.Unknown {
		p.ascii = verdict.Of(ascii(p.file.Data))
	}
	return p.ascii == verdict.Yes
}

// here is where the page stands on the website. Few links ask.
func (p *page) here(layout address.Layout) address.Page {
	if p.kept != "" {
		return p.kept
	}
	return layout.Bulletin(string(p.id))
}

// text is the page's text, parsed when it is first asked for.
func (p *page) text() *markdown.Document {
	if p.parsed == nil {
		p.parsed = markdown.Parse(p.body)
	}
	return p.parsed
}

// within is a place of the body as a place of the file.
func (p *page) within(line, column int) source.Position {
	return p.file.At(line+p.line-1, column)
}

// problem is an error at a place of the page's file, with the line it stands on.
func (p *page) problem(at source.Position, code, message, hint string) source.Problem {
	return source.Problem{
		Position: at, Level: source.Error, Code: code, Message: message, Hint: hint, Excerpt: p.file.Line(at.Line),
	}
}

// warning is a problem that stops nothing.
func (p *page) warning(at source.Position, code, message, hint string) source.Problem {
	w := p.problem(at, code, message, hint)
	w.Level = source.Warning
	return w
}

// note is what somebody may want to know.
func (p *page) note(at source.Position, code, message, hint string) source.Problem {
	n := p.problem(at, code, message, hint)
	n.Level = source.Note
	return n
}

// notice is one bulletin with its page.
type notice struct {
	*bulletin.Bulletin
	page
	rows []row // as in Affected
	// unsure tells that something in the header was misread: what would follow from
	// the facts there is held back, since it may be no fault of its own.
	unsure bool
	// unrecorded tells that a decision is on record and cannot be read: whether the
	// bulletin was released is not known.
	unrecorded bool

	disclose verdict.Outcome // once asked for, with the facts
	facts    verdict.Facts
	proved   []verdict.Proof // of both questions, once asked for
}

func (c *Checker) notice(e content.Entry) *notice {
	b := &e.Bulletin
	n := &notice{Bulletin: b, rows: rowsOf(b.Affected, c.Config.Products), unrecorded: e.BadRecord, page: page{file: b.Source, body: b.Body, line: b.BodyLine, id: b.ID, parsed: e.Text}}
	for _, p := range e.Problems {
		ours := p.Position.File == b.Source.Name && p.Position.Line < b.BodyLine
		n.unsure = n.unsure || ours && (p.Level == source.Error || p.Softened)
	}
	return n
}

// public reports whether the bulletin has a page.
func (n *notice) public() bool {
	return n.Status == bulletin.Public || n.Status == bulletin.Withdrawn
}

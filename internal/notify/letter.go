package notify

import (
	"cmp"
	htmltemplate "html/template"
	"io/fs"
	"strings"
	"text/template"
	"time"

	"tocsin/internal/pagewriter"
	"tocsin/internal/tailnet"
	"tocsin/templates"
)

// Letter is one tailnet's letter before it becomes a mail message.
type Letter struct {
	Tailnet     tailnet.ID
	To          tailnet.Address
	Subject     string
	Date        time.Time
	Earlier     []string // Message-IDs of the letters that it follows, the oldest first; without angle brackets
	Text        string
	HTML        string
	Attachments []Attachment
}

// Names of the letter's templates.
const (
	textTemplate = "mail/letter.txt"
	htmlTemplate = "mail/letter.html"
)

// Templates is the templates of letters and the words that they use, parsed once. Data
// never becomes part of a template: a node named {{.Secret}} is printed as it is.
type Templates struct {
	text  *pagewriter.Set
	html  *pagewriter.Set
	words map[string]*words // by language, in lower case
}

// ParseTemplates parses the letter's templates and reads its words. The error is a
// [templates.Error] that names file and line, or a file that cannot be read.
func ParseTemplates(files fs.FS) (*Templates, error) {
	plain, err := fs.ReadFile(files, textTemplate)
	if err != nil {
		return nil, err
	}
	page, err := fs.ReadFile(files, htmlTemplate)
	if err != nil {
		return nil, err
	}
	text, err := template.New(textTemplate).Option("missingkey=error").Parse(string(plain))
	if err != nil {
		return nil, templates.Fault(textTemplate, err)
	}
	html, err := htmltemplate.New(htmlTemplate).Option("missingkey=error").Parse(string(page))
	if err != nil {
		return nil, templates.Fault(htmlTemplate, err)
	}
	all, err := readWords(files)
	return &Templates{pagewriter.NewText(text, nil), pagewriter.New(html, nil), all}, err
}

// Write makes a row's letter from its view, in the tailnet's language, else in the one
// that the authors write, else in English. Both parts and the attachments come from the
// one view, so they cannot say different things. The error is a [templates.Error].
func (s *Templates) Write(r Row, v View, written string, date time.Time) (Letter, error) {
	p := &page{v, choose(s.words, r.Tailnet.Language, written), cmp.Or(written, english)}
	text, err := s.text.String(textTemplate, p)
	if err != nil {
		return Letter{}, templates.Fault(textTemplate, err)
	}
	html, err := s.html.String(htmlTemplate, p)
	if err != nil {
		return Letter{}, templates.Fault(htmlTemplate, err)
	}
	subject, err := p.Subject()
	if err != nil {
		return Letter{}, err
	}
	return Letter{
		Tailnet:     r.Tailnet.ID,
		To:          r.Contact.Address,
		Subject:     subject,
		Date:        date,
		Earlier:     r.Earlier,
		Text:        fold(text),
		HTML:        html,
		Attachments: attachments(v),
	}, nil
}

const (
	columns = 72     // of a line of prose: it stays under 80 when quoted twice
	literal = "    " // begins a line that is never folded: a name, a command, an address
)

// fold breaks lines of prose that are too long, at spaces, under their own indent; the further
// lines of an item stand under its text.
func fold(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(rest)]
		hanging := indent
		if strings.HasPrefix(rest, "- ") {
			hanging += "  "
		}
		for at := breakAt(rest, len(indent)); at >= 0 && !strings.HasPrefix(line, literal); at = breakAt(rest, len(indent)) {
			out.WriteString(indent + rest[:at] + "\n")
			indent, rest = hanging, rest[at+1:]
		}
		out.WriteString(indent + rest)
	}
	return out.String()
}

// breakAt is the last space of a line within the columns that its indent leaves, else the first
// after them; -1 where the line is short enough or holds no space. It breaks no command between
// backquotes, which somebody will paste. It looks no further than that: a finding may be megabytes
// on one line.
func breakAt(line string, indent int) int {
	best, column, quoted := -1, indent, false
	for i, r := range strings.TrimSuffix(line, "\n") {
		if column++; column > columns+1 && best >= 0 {
			return best
		}
		switch {
		case r == '`':
			quoted = !quoted && strings.Contains(line[i+1:], "`")
		case r == ' ' && i > 0 && !quoted:
			best = i
		}
	}
	if column <= columns {
		return -1
	}
	return best
}

package gallery

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
)

//go:embed pages/list.html
var listPage string

//go:embed pages/letter.html
var letterPage string

//go:embed pages/style.css
var style string

// Policies of the pages' content (Content Security Policy Level 3). The frame inherits
// the letter's, and letters have styles of their own; nothing else is let in, nor may
// the frame go anywhere.
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "

// listed is how many rows a page of the list has.
const listed = 500

// pages are the templates, parsed.
type pages struct{ list, one *template.Template }

func parsePages() (*pages, error) {
	list, err := template.New("list").Option("missingkey=error").Parse(listPage)
	if err != nil {
		return nil, err
	}
	one, err := template.New("letter").Option("missingkey=error").Parse(letterPage)
	return &pages{list, one}, err
}

func (p *pages) head(to io.Writer, h heading) error  { return p.list.ExecuteTemplate(to, "head", h) }
func (p *pages) row(to io.Writer, l line) error      { return p.list.ExecuteTemplate(to, "row", l) }
func (p *pages) foot(to io.Writer, h heading) error  { return p.list.ExecuteTemplate(to, "foot", h) }
func (p *pages) letter(to io.Writer, l letter) error { return p.one.Execute(to, l) }

// Names of the files. They tell nothing of whose letter it is: a file's name gets into
// places that its content never does.
func nameOf(row int) string      { return fmt.Sprintf("%06d.html", row) }
func pageName(row int) string    { return inside + "/" + nameOf(row) }
func messageName(row int) string { return fmt.Sprintf("%s/%06d.eml", inside, row) }
func listName(page int) string {
	if page == 1 {
		return "index.html"
	}
	return fmt.Sprintf("list-%d.html", page)
}

// sheet is what every page has.
type sheet struct {
	Policy string // of the page's content
	Style  template.CSS
	Plan   string
}

// heading is what stands above the rows on a page of the list.
type heading struct {
	sheet
	Created, Deadline, Transport, Digest string
	Many                                 string
	Standings                            []standing
	Affected                             int
	Shown                                Shown
	Whole                                bool
	Opened                               int // letters that were opened to find the extremes
	Extremes                             []furthest
	Page, Pages                          int
	Before, Next                         string
}

// standing is how many rows stand in one way.
type standing struct {
	ID, Words string
	Count     int
}

// furthest are the rows that are one extreme.
type furthest struct {
	Why  string
	Rows []line
}

// line is a row of the list.
type line struct {
	Page          string // of its letter; empty where it gets none
	Name, Tailnet string // as they can be shown; Name is empty where it is the ID
	ID, Words     string // of its standing
	State         string
	Nodes         string
	Language      string
	To, Reason    string // whom the letter says that it goes to, and why there
	Because       string
	Why           []string // the extremes that it is and that are not said yet
	Extreme       bool
}

func (w *writer) heading() heading {
	sum := sha256.Sum256([]byte(style))
	h := heading{
		sheet:   sheet{nothing + "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", template.CSS(style), w.plan.ID.String()},
		Created: clock(w.plan.Created), Deadline: clock(w.plan.Deadline), Transport: w.plan.Transport, Digest: w.plan.Digest,
		Many: w.many, Affected: w.plan.Affected(), Shown: w.shown, Whole: w.shown.Whole(), Opened: w.choice.opened,
		Page: w.page, Pages: max(1, (w.choice.rows+listed-1)/listed),
	}
	for _, s := range notify.Standings {
		if s == notify.Told && w.plan.Counts[s] == 0 {
			continue
		}
		h.Standings = append(h.Standings, standing{string(s), s.Words(), w.plan.Counts[s]})
	}
	if h.Page > 1 {
		h.Before = listName(h.Page - 1)
	} else {
		h.Extremes = w.furthest()
	}
	if h.Page < h.Pages {
		h.Next = listName(h.Page + 1)
	}
	return h
}

func (w *writer) furthest() []furthest {
	var all []furthest
	for _, e := range w.choice.extremes {
		f := furthest{Why: e.why}
		for _, c := range e.rows {
			l := line{Name: c.name, Tailnet: string(c.tailnet), Nodes: many(c.nodes, "node")}
			if c.mailed {
				l.Page = pageName(c.row)
			}
			f.Rows = append(f.Rows, l.visible())
		}
		all = append(all, f)
	}
	return all
}

func (w *writer) line(d ledger.Delivery, m mailer.Message) line {
	l := line{
		Name: d.Name, Tailnet: string(d.Tailnet), ID: string(d.Standing), Words: d.Standing.Words(),
		Nodes: many(d.Nodes, "node"), Because: w.because(d),
	}
	l.Extreme = len(w.choice.why[d.Row]) > 0
	said := func(why string) bool { return why == l.Words || why == l.Because }
	l.Why = slices.DeleteFunc(slices.Clone(w.choice.why[d.Row]), said)
	if hasLetter(d) {
		l.Page, l.State = pageName(d.Row), string(d.State)
		l.Language, _ = language(m.HTML)
		l.To, l.Reason = mailbox(m.To), string(d.Reason)
	}
	return l.visible()
}

// longest is how many characters of a name the list shows. The letter's page has all.
const longest = 80

// visible is a line whose names hide nothing and do not fill the page.
func (l line) visible() line {
	if l.Name == l.Tailnet {
		l.Name = ""
	}
	l.Name, l.Tailnet = short(source.Visible(l.Name)), short(source.Visible(l.Tailnet))
	return l
}

func short(text string) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
}

// because says by what a row stands as it does, where that is not the same for all.
func (w *writer) because(d ledger.Delivery) string {
	switch {
	case d.Standing == notify.Unreachable && len(d.Trace) > 0:
		return strings.Join(d.Trace, ", ")
	case d.Erased != "":
		return "forgotten " + d.Erased
	case len(d.Missing) > 0:
		return "not known: " + strings.Join(d.Missing, ", ")
	case len(d.Clauses) > 0 && (w.choice.divided || d.Standing != notify.Mailed):
		return byClauses(d.Clauses)
	}
	return ""
}

// mailbox is an address without the brackets of a header field.
func mailbox(field string) string { return source.Visible(strings.Trim(field, "<>")) }

// letter is one letter's page.
type letter struct {
	sheet
	row                     int
	Before, Next            string
	Name, Tailnet           string
	Words, State            string
	To, Reason              string
	Trace, Clauses, Missing []string
	Nodes                   string
	MessageID, Digest       string
	Message                 string // name of the file
	Size                    string
	From, Subject, Date     string
	Fields, Text, HTML      string
	Language                string
	Height                  int // of the frame, in CSS pixels
	Attached                []enclosure
	Why                     []string
}

func (w *writer) view(d ledger.Delivery, m mailer.Message, octets int) letter {
	tag, _ := language(m.HTML)
	l := letter{
		sheet: sheet{nothing + "'unsafe-inline'", template.CSS(style), w.plan.ID.String()},
		row:   d.Row, Name: source.Visible(d.Name), Tailnet: source.Visible(string(d.Tailnet)),
		Words: d.Standing.Words(), State: string(d.State),
		To: mailbox(m.To), Reason: string(d.Reason), Trace: d.Trace, Clauses: d.Clauses, Missing: d.Missing,
		Nodes: many(d.Nodes, "node"), MessageID: d.MessageID, Digest: d.Digest,
		Message: fmt.Sprintf("%06d.eml", d.Row), Size: size(octets),
		From: m.From, Subject: m.Subject, Date: m.Date, Fields: m.Fields, Text: m.Text, HTML: m.HTML,
		Language: tag, Height: height(m.Text), Why: w.choice.why[d.Row],
	}
	if d.Changed != "" && d.State != ledger.Planned {
		l.State += " " + d.Changed
	}
	for _, a := range m.Attached {
		l.Attached = append(l.Attached, enclose(a))
	}
	return l
}

// height is about as high as the HTML of a letter with this text is in a wide window: a
// frame cannot tell without a script.
func height(text string) int {
	return min(max(480, 23*strings.Count(text, "\n")+100), 3200)
}

// enclosure is an attachment as the page shows it.
type enclosure struct {
	Name, Kind, Size string
	Text             string // its beginning, where it is text
	Cut              bool   // there is more of it
}

// shownOf is how many octets of an attachment a page shows.
const shownOf = 16 << 10

func enclose(a mailer.Attached) enclosure {
	e := enclosure{Name: source.Visible(a.Name), Kind: source.Visible(a.Type), Size: size(len(a.Data))}
	if !slices.Contains([]string{"text/csv", "text/plain", "application/json"}, a.Type) {
		return e
	}
	text := a.Data
	if len(text) > shownOf {
		text = text[:shownOf]
		if at := bytes.LastIndexByte(text, '\n'); at > 0 {
			text = text[:at]
		}
		e.Cut = true
	}
	e.Text = strings.TrimPrefix(strings.ToValidUTF8(string(text), "\uFFFD"), "\uFEFF")
	return e
}

// clock is an instant as people read it.
func clock(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") }

// size is a number of octets as people read it.
func size(octets int) string {
	if octets < 1<<10 {
		return many(octets, "octet")
	}
	return fmt.Sprintf("%d KiB", (octets+1<<9)>>10)
}

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package notify

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"text/template"
	"time"

	"tocsin/internal/tailnet"
)

// Letter is one tailnet's letter before it becomes a mail message.
type Letter struct {
	Tailnet tailnet.ID
	To      tailnet.Address
	Subject string
	Date    time.Time
	Text    string
	HTML    string
}

// Names of the letter's templates.
const (
	textTemplate = "mail/letter.txt"
	htmlTemplate = "mail/letter.html"
)

// Stationery is the templates of letters, parsed once. Data never becomes part of
// a template: a node named {{.Secret}} is printed as it is.
type Stationery struct {
	text *template.Template
	html *htmltemplate.Template
}

// NewStationery parses the letter's templates. The error names file and line.
func NewStationery(templates fs.FS) (*Stationery, error) {
	text, err := template.New("letter.txt").Option("missingkey=error").ParseFS(templates, textTemplate)
	if err != nil {
		return nil, err
	}
	html, err := htmltemplate.New("letter.html").Option("missingkey=error").ParseFS(templates, htmlTemplate)
	if err != nil {
		return nil, err
	}
	return &Stationery{text, html}, nil
}

// Write makes a row's letter from its view. Both parts come from the one view, so
// they cannot say different things.
func (s *Stationery) Write(r Row, v View, date time.Time) (Letter, error) {
	var text, html bytes.Buffer
	if err := s.text.Execute(&text, v); err != nil {
		return Letter{}, err
	}
	if err := s.html.Execute(&html, v); err != nil {
		return Letter{}, err
	}
	return Letter{
		Tailnet: r.Tailnet.ID,
		To:      r.Contact.Address,
		Subject: v.Subject(),
		Date:    date,
		Text:    text.String(),
		HTML:    html.String(),
	}, nil
}

// Subject is the letter's subject line: what is asked, of which bulletin, to whom.
func (v View) Subject() string {
	ask := "Action required"
	switch {
	case !v.Certain:
		ask = "Please check"
	case v.Bulletin.Action == "":
		ask = "Security notice"
	}
	return fmt.Sprintf("[%s] %s: %s (%s)", ask, v.Bulletin.ID, v.Bulletin.Title, v.Name)
}

package report

import (
	"bytes"
	"encoding/json"
	"io"

	"tocsin/internal/source"
)

// JSON reports to programs: one document, {"problems": […], "summary": {…}}, with a
// problem a line. The fields and their order stay as they are; what nobody knows is 0
// or empty, never left out. Texts are shown as [source.Visible] shows them.
type JSON struct {
	w     io.Writer
	begun bool
	err   error
}

// NewJSON makes a report that is written to w.
func NewJSON(w io.Writer) *JSON { return &JSON{w: w} }

// problem is a problem as programs read it.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0 for the file as a whole
	Column  int    `json:"column"` // in characters, from 1; 0 for the whole line
	Level   string `json:"level"`  // error, warning or note
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Excerpt string `json:"excerpt"` // the line it stands on
	Fixable bool   `json:"fixable"` // check --fix can mend it
}

// Problem writes one problem.
func (j *JSON) Problem(p source.Problem) {
	lead := ",\n"
	if !j.begun {
		lead, j.begun = "{\"problems\": [\n", true
	}
	j.write(lead, problem{
		File: source.Visible(p.Position.File), Line: p.Position.Line, Column: p.Position.Column,
		Level: p.Level.String(), Code: p.Code, Message: source.Visible(p.Message), Hint: source.Visible(p.Hint),
		Excerpt: source.Visible(p.Excerpt), Fixable: len(p.Fix) > 0,
	}, "")
}

// Done writes the summary and ends the document.
func (j *JSON) Done(s Summary) error {
	lead := "\n], \"summary\": "
	if !j.begun {
		lead = "{\"problems\": [], \"summary\": "
	}
	j.write(lead, s, "}\n")
	return j.err
}

// write writes a value between two texts, until something fails.
func (j *JSON) write(lead string, value any, tail string) {
	if j.err != nil {
		return
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	b.WriteString(lead)
	if j.err = out.Encode(value); j.err != nil {
		return
	}
	b.Truncate(b.Len() - 1) // the encoder ends a value with a line end
	b.WriteString(tail)
	_, j.err = j.w.Write(b.Bytes())
}

package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/source"
)

var found = source.Problems{
	{
		Position: source.Position{File: "content/a.md", Line: 3, Column: 7}, Level: source.Error, Code: "unknown-key",
		Message: `unknown key "stauts"`, Hint: `did you mean "status"?`, Excerpt: "x: 1  stauts: <b>",
		Fix: []source.Edit{{Start: 1, End: 2}},
	},
	{Position: source.Position{File: "content/b.md", Line: 2}, Level: source.Warning, Code: "late", Message: "it is late", Excerpt: "at: night"},
	{Position: source.Position{File: "tocsin.yaml"}, Level: source.Note, Code: "odd", Message: "a \u202Eturn"},
}

func reported(r func(*bytes.Buffer) Reporter, problems source.Problems) string {
	var b bytes.Buffer
	out := r(&b)
	for _, p := range problems {
		out.Problem(p)
	}
	if err := out.Done(Summary{Bulletins: 3, Drafts: 1, Policies: 1, Suppressed: 2}.Count(problems)); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestText(t *testing.T) {
	text := func(b *bytes.Buffer) Reporter { return NewText(b, false) }
	want := `content/a.md:3:7: error: unknown key "stauts" [unknown-key]
    | x: 1  stauts: <b>
    |       ^
    did you mean "status"?
content/b.md:2: warning: it is late [late]
    | at: night
tocsin.yaml: note: a \u{202E}turn [odd]
checked 3 bulletins (1 draft) and 1 policy: 1 error, 1 warning, 1 note, 2 suppressed (check --fix mends 1)
`
	if diff := cmp.Diff(want, reported(text, found)); diff != "" {
		t.Error(diff)
	}
	if got := (Summary{Notes: 2, Unshown: true}).Found(); got != "0 errors, 0 warnings, 2 notes (--notes shows them)" {
		t.Error(got)
	}
	if got := (Summary{Bulletins: 1}).String(); got != "checked 1 bulletin (0 drafts) and 0 policies: 0 errors, 0 warnings" {
		t.Error(got)
	}
}

// The caret stands under the character, whatever is shown in the place of those before it.
func TestCaret(t *testing.T) {
	for name, c := range map[string]struct {
		excerpt string
		column  int
		want    string
	}{
		"first":                     {"abc", 1, "    | abc\n    | ^\n"},
		"behind the end":            {"abc", 4, "    | abc\n    |    ^\n"},
		"further than that":         {"abc", 5, "    | abc\n"},
		"a character that is shown": {"a\u202Eb", 3, "    | a\\u{202E}b\n    |          ^\n"},
		"letters of several bytes":  {"äöü", 3, "    | äöü\n    |   ^\n"},
		"a long line is cut":        {strings.Repeat("x", 101), 3, "    | " + strings.Repeat("x", 100) + "\n    |   ^\n"},
		"around the column":         {strings.Repeat("x", 200) + "y", 101, "    | …" + strings.Repeat("x", 100) + "\n    | " + strings.Repeat(" ", 51) + "^\n"},
		"at the end of a long line": {strings.Repeat("x", 200) + "y", 201, "    | …" + strings.Repeat("x", 99) + "y\n    | " + strings.Repeat(" ", 100) + "^\n"},
		"just short enough":         {strings.Repeat("x", 100), 100, "    | " + strings.Repeat("x", 100) + "\n    | " + strings.Repeat(" ", 99) + "^\n"},
	} {
		var b bytes.Buffer
		NewText(&b, false).excerpt(source.Problem{Excerpt: c.excerpt, Position: source.Position{Line: 1, Column: c.column}})
		if b.String() != c.want {
			t.Errorf("%s:\n%swant\n%s", name, b.String(), c.want)
		}
	}
}

// Colours are added to the text, and change nothing else of it.
func TestColours(t *testing.T) {
	plain := reported(func(b *bytes.Buffer) Reporter { return NewText(b, false) }, found)
	painted := reported(func(b *bytes.Buffer) Reporter { return NewText(b, true) }, found)
	if strings.Contains(plain, "\x1b") || strings.Count(painted, "\x1b[1;31m") != 1 || strings.Count(painted, "\x1b[1;33m") != 1 || strings.Count(painted, "\x1b[1;36m") != 1 {
		t.Errorf("%q", painted)
	}
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1;32m"} {
		painted = strings.ReplaceAll(painted, code, "")
	}
	if painted != plain {
		t.Errorf("%q\nwithout its colours is not\n%q", painted, plain)
	}
}

func TestJSON(t *testing.T) {
	out := func(b *bytes.Buffer) Reporter { return NewJSON(b) }
	want := `{"problems": [
{"file":"content/a.md","line":3,"column":7,"level":"error","code":"unknown-key","message":"unknown key \"stauts\"","hint":"did you mean \"status\"?","excerpt":"x: 1  stauts: <b>","fixable":true},
{"file":"content/b.md","line":2,"column":0,"level":"warning","code":"late","message":"it is late","hint":"","excerpt":"at: night","fixable":false},
{"file":"tocsin.yaml","line":0,"column":0,"level":"note","code":"odd","message":"a \\u{202E}turn","hint":"","excerpt":"","fixable":false}
], "summary": {"bulletins":3,"drafts":1,"policies":1,"errors":1,"warnings":1,"notes":1,"suppressed":2,"fixable":1}}
`
	if diff := cmp.Diff(want, reported(out, found)); diff != "" {
		t.Error(diff)
	}
	for _, problems := range []source.Problems{nil, found[:1], found} {
		var document struct {
			Problems []map[string]any
			Summary  map[string]int
		}
		if err := json.Unmarshal([]byte(reported(out, problems)), &document); err != nil || document.Problems == nil || len(document.Problems) != len(problems) || document.Summary["bulletins"] != 3 {
			t.Errorf("%d problems: %+v %v", len(problems), document, err)
		}
	}
}

// full is a disk without room.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room--; f.room < 0 {
		return 0, errors.New("no room")
	}
	return len(b), nil
}

// A report that could not be written whole is none.
func TestNoRoom(t *testing.T) {
	for room := range 4 {
		for name, r := range map[string]Reporter{"text": NewText(&full{room}, false), "JSON": NewJSON(&full{room})} {
			for _, p := range found {
				r.Problem(p)
			}
			if room == 0 && r.Done(Summary{}) == nil {
				t.Errorf("%s: nothing was written and nobody is told", name)
			} else if room == 3 && name == "JSON" && r.Done(Summary{}) == nil {
				t.Errorf("%s: the end is missing and nobody is told", name)
			}
		}
	}
}

package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Lines fit the paper wherever there is a space to break at, and no word is lost.
func TestFolded(t *testing.T) {
	long := strings.Repeat("word ", 40) + strings.Repeat("x", 100) + " end"
	for _, c := range []struct{ first, hang int }{{0, 0}, {4, 12}, {12, 4}, {40, 40}} {
		text := folded(long, c.first, c.hang)
		for i, line := range strings.Split(text, "\n") {
			width := len([]rune(line))
			if i == 0 {
				width += c.first
			} else if !strings.HasPrefix(line, strings.Repeat(" ", c.hang)) || strings.HasPrefix(line, strings.Repeat(" ", c.hang+1)) {
				t.Errorf("%+v: line %d stands elsewhere: %q", c, i, line)
			}
			if width > paperWidth && strings.ContainsAny(strings.TrimSpace(line), " ") {
				t.Errorf("%+v: %d columns: %q", c, width, line)
			}
		}
		if strings.Join(strings.Fields(text), " ") != strings.Join(strings.Fields(long), " ") {
			t.Errorf("%+v: %q", c, text)
		}
	}
	if got := folded("“ü” ab", 76, 2); got != "“ü”\n  ab" {
		t.Errorf("columns are characters: %q", got)
	}
	if got := folded("name      value", 0, 4); got != "name      value" {
		t.Errorf("columns of a table became %q", got)
	}
}

// A held verdict says what it waits for, a softer sentence than a promise says so, and
// what authors wrote cannot act on the terminal.
func TestPaper(t *testing.T) {
	is := func(fact string) []verdict.Condition { return []verdict.Condition{{Fact: fact, In: []string{"yes"}}} }
	rules := verdict.Rules{
		Question: "disclose",
		All:      []verdict.Clause{{ID: "fix", Quote: "once \x1b[2Jfixed", When: is("fixed"), Otherwise: verdict.Held, Force: verdict.May}},
		Any:      []verdict.Clause{{ID: "told", Quote: "we aim to tell", When: is("asked"), Force: verdict.Aim}},
	}
	proof := rules.Judge(verdict.Facts{verdict.Statement("fixed", verdict.No), verdict.Statement("asked", verdict.Yes)})
	var out bytes.Buffer
	p := &program{World: World{Stdout: &out}, dir: "."}
	e := explanation{bulletin: bulletin.Bulletin{ID: "TS-2026-004", Title: "Title\u202Eeltit", Status: bulletin.Draft}, proved: []proved{{Proof: proof}},
		sentences: func(question, clause string) string {
			return "https://security.example.com/#" + question + "-" + clause
		}}
	paper{p, e}.print()
	for _, want := range []string{
		"TS-2026-004: Title\\u{202E}eltit\ndraft, severity not stated\n",
		"Disclose to everybody: HELD\n  it waits: fixed is no\n",
		"no      “once \\u{001B}[2Jfixed”\n            condition (may) fix: fixed = yes\n",
		"            aim told: asked = yes\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q does not stand in\n%s", want, out.String())
		}
	}
}

// A record that differs only in its override says so, and one that was released while
// it was held says why.
func TestRecordOnPaper(t *testing.T) {
	proof := verdict.Rules{Question: "disclose"}.Judge(nil)
	proof.Override = &verdict.Override{Outcome: verdict.Required, Reason: "r", By: "b"}
	b := bulletin.Bulletin{ID: "TS-2026-004", Decision: &bulletin.Decision{
		Released: time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC), Partial: "most have a fix",
	}}
	var out bytes.Buffer
	p := paper{&program{World: World{Stdout: &out}, dir: "."}, explanation{bulletin: b, recorded: map[string]recorded{"disclose": {verdict: verdict.Held}}}}
	p.headline(proof)
	p.record(proof)
	want := "Disclose to everybody: HELD, as released\n  on record since 2026-05-05T00:00:00Z: held; it is not judged again\n  it was released while it was held: “most have a fix”\n"
	if out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
}

// Evidence is counted: by row, the certain before the uncertain, the frequent first.
func TestEvidence(t *testing.T) {
	rows := []bulletin.Affected{{Position: source.Position{Line: 7}}, {Position: source.Position{Line: 9}}}
	hit := func(row int, affectedness verdict.Truth, why string) affected.Hit {
		return affected.Hit{Row: row, Affected: affectedness, Evidence: "private", Plain: why}
	}
	got := evidenceOf(bulletin.Bulletin{Affected: rows}, []affected.Hit{
		hit(1, verdict.Yes, "d"), hit(0, verdict.Unknown, "c"), hit(0, verdict.Unknown, "c"), hit(0, verdict.Unknown, "c"),
		hit(0, verdict.Yes, "b"), hit(0, verdict.Yes, "a"), hit(0, verdict.Yes, "a"), hit(0, verdict.Yes, "aa"),
	})
	var words []string
	for _, e := range got {
		words = append(words, strings.Repeat("+", e.nodes)+e.why)
	}
	if s := strings.Join(words, " "); s != "++a +aa +b +++c +d" {
		t.Error(s)
	}
}

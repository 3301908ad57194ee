package approval

import (
	"bytes"
	"flag"
	random "math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
)

var update = flag.Bool("update", false, "write the golden file anew")

// The statement is a text that people read: a change of it is a change of what they sign.
func TestStatementText(t *testing.T) {
	c := caseWith(t, Terms{Required: 2, BreakGlass: 30 * time.Minute}, "alice@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINNwMHM8lLcve+HMdKmjaanRnkdOE0Sm3ZUxkjv5LTgg\n")
	got := c.statement(notify.BreakingGlass).Text()
	const golden = "testdata/statement.txt"
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n%s", err, got)
	}
}

// What is read back is what was written, in every role; and no other text is a statement.
func TestStatementIsReadBack(t *testing.T) {
	c := caseWith(t, Terms{Required: 1, ExcludePlanner: true})
	for role := range opening {
		text := c.statement(role).Text()
		s, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if part := s.differs(c.statement(role)); part != "" || s.About != bulletinAbout {
			t.Errorf("%s: the %s came back otherwise: %+v", role, part, s)
		}
	}
	text := string(c.statement(notify.Approving).Text())
	for name, change := range map[string][2]string{
		"two ends of lines":        {"\n", "\r\n"},
		"no end of the last line":  {"\n| \n", "\n"},
		"a role and its sentence":  {"Signed as: approval", "Signed as: planner"},
		"an unknown role":          {"Signed as: approval", "Signed as: owner"},
		"a zone of its own":        {"2026-05-04T09:00:00Z", "2026-05-04T11:00:00+02:00"},
		"a number with a zero":     {"Approvals required: 1", "Approvals required: 01"},
		"a sum that is not":        {"Affected: 37", "Affected: 38"},
		"capitals in a digest":     {"Digest: ", "Digest: A"},
		"a standing that is not":   {"  35 mailed", "  35 called"},
		"a line more":              {"Plan: ", "Note: approved already\nPlan: "},
		"a line less":              {"Revision: 2\n", ""},
		"text outside the bars":    {"| Subject", "Subject"},
		"a hidden character":       {"Web pages", "Web\u202E pages"},
		"a space at the end":       {"Planner excluded: yes", "Planner excluded: yes "},
		"an input twice":           {"Made from:\n", "Made from:\n  approvals " + notify.Digest(nil) + "\n"},
		"a kind of letters":        {"Letters: first", "Letters: last"},
		"another duration":         {"Break-glass after: 0s", "Break-glass after: 0m"},
		"yes in another way":       {"Planner excluded: yes", "Planner excluded: true"},
		"a plan of two bulletins":  {"Plan: TS-2026-004/1", "Plan: TS-2026-004/x/1"},
		"what follows the letter":  {"|     example\n", "|     example\n\nand more\n"},
		"an empty first statement": {"tocsin plan statement 1\n", "\n"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if name == "no end of the last line" {
			changed = strings.TrimSuffix(text, "\n")
		}
		if changed == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := Parse([]byte(changed)); err == nil {
			t.Errorf("%s: is read as a statement", name)
		}
	}
}

// One octet makes another statement, or none: no change of a text is read as the same.
func TestNoOctetIsIdle(t *testing.T) {
	c := caseWith(t, Terms{Required: 1})
	whole := c.statement(notify.Approving)
	text := whole.Text()
	dice := random.New(random.NewPCG(3, 4))
	for at := range text {
		changed := bytes.Clone(text)
		changed[at] ^= byte(1 + dice.IntN(255))
		s, err := Parse(changed)
		if err == nil && s.About == whole.About && s.Sample == must(Parse(text))(t).Sample && s.differs(whole) == "" {
			t.Errorf("octet %d (%q) can be changed to %q", at, text[at], changed[at])
		}
	}
}

func FuzzParse(f *testing.F) {
	c := caseWith(f, Terms{Required: 2, BreakGlass: time.Hour})
	for role := range opening {
		f.Add(c.statement(role).Text())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err == nil && !bytes.Equal(s.Text(), text) {
			t.Errorf("%q is written as %q", text, s.Text())
		}
	})
}

// F45, F47: whoever signs a plan that follows others reads how many get which letter. Who
// is told that all is well is none of the affected.
func TestStatementOfAFollowUp(t *testing.T) {
	c := caseWith(t, Terms{Required: 1})
	c.Decided = []notify.Decided{
		{Standing: notify.Mailed, Clauses: []string{"severe-action"}, Rows: 3},
		{Standing: notify.Mailed, Kind: notify.AllClear, Rows: 4},
		{Standing: notify.Mailed, Kind: notify.Correction, Clauses: []string{"severe-action"}, Rows: 5},
		{Standing: notify.Told, Rows: 6},
	}
	text := c.Statement(About{Title: "A fault", Revision: 2, Kind: notify.Correction}, notify.Approving, "", "").Text()
	const sums = "Affected: 14\nTold before, and affected no more: 4\nAll-clear: the bulletin does not touch them any more\n  3 mailed: severe-action\n  4 mailed all-clear\n  5 mailed correction: severe-action\n  6 told\n"
	if !strings.Contains(string(text), "Letters: correction\n") || !strings.Contains(string(text), sums) {
		t.Errorf("it does not say %q:\n%s", sums, text)
	}
	if s, err := Parse(text); err != nil || s.Decided[1].Kind != notify.AllClear {
		t.Errorf("read back: %v, %+v", err, s.Decided)
	}
	for _, odd := range []string{"  4 mailed allclear", "  4 mailed first", "  4 mailed "} {
		if _, err := Parse([]byte(strings.Replace(string(text), "  4 mailed all-clear", odd, 1))); err == nil {
			t.Errorf("%q was taken", odd)
		}
	}
}

package approval

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// clearing is a plan that tells four tailnets that a bulletin was withdrawn.
func clearing(t testing.TB, lines ...string) Case {
	c := caseWith(t, Terms{Required: 1}, lines...)
	c.Plan.Kind = notify.AllClear
	c.Plan.Inputs[notify.StatusInput] = notify.Digest([]byte(bulletin.Withdrawn))
	c.Decided = []notify.Decided{{Standing: notify.Mailed, Kind: notify.AllClear, Rows: 4}}
	return c
}

var clearAbout = About{Title: "A fault", Revision: 2, Kind: notify.AllClear}

// TestStatementOfAWithdrawal: whoever signs an all-clear reads how many it is for, and what it
// tells them; nothing of that can be said otherwise.
func TestStatementOfAWithdrawal(t *testing.T) {
	c := clearing(t)
	text := string(c.Statement(clearAbout, notify.Approving, "", sample).Text())
	const sums = "Affected: 0\nTold before, and affected no more: 4\nAll-clear: the bulletin is withdrawn\n  4 mailed all-clear\n"
	if !strings.HasPrefix(text, titleClear+"\n") || !strings.Contains(text, sums) {
		t.Errorf("it does not say %q:\n%s", sums, text)
	}
	if s, err := Parse([]byte(text)); err != nil || !slices.EqualFunc(s.Decided, c.Decided, func(a, b notify.Decided) bool { return a.Kind == b.Kind && a.Rows == b.Rows }) {
		t.Errorf("read back: %v, %+v", err, s.Decided)
	}
	for old, changed := range map[string]string{
		"more: 4": "more: 5", "is withdrawn": "does not touch them any more", titleClear: title,
		"All-clear: the bulletin is withdrawn\n": "", "Told before, and affected no more: 4\n": "",
	} {
		if _, err := Parse([]byte(strings.Replace(text, old, changed, 1))); err == nil {
			t.Errorf("%q was taken for %q", changed, old)
		}
	}
}

// TestEarlierStatementCounts: what was signed in the form of an earlier tocsin, which said of
// all-clears nothing but their rows, is an approval still; of another plan it is none.
func TestEarlierStatementCounts(t *testing.T) {
	alice, line := key(t, "alice@example.com")
	c := clearing(t, line)
	s := c.Statement(clearAbout, notify.Approving, "", sample)
	s.earlier = true
	if text := string(s.Text()); !strings.HasPrefix(text, title+"\n") || !strings.Contains(text, "\nAffected: 0\n  4 mailed all-clear\n") {
		t.Fatalf("it is written otherwise than it was:\n%s", text)
	}
	a, err := c.Taken(s, sign(t, alice, s.Text()), later)
	if err != nil {
		t.Fatal(err)
	}
	if tally, err := c.Tally([]notify.Approval{a}); err != nil || tally.Enough(later) != nil {
		t.Errorf("%+v, %v", tally, err)
	}
	c.Decided[0].Rows = 5
	if err := c.Check(a); err == nil || !strings.Contains(err.Error(), "sums") {
		t.Errorf("of five it was never said: %v", err)
	}
}

// TestStatementOfAnotherKind: a statement that calls the letters of a plan what they are not does
// not hold, whoever wrote it.
func TestStatementOfAnotherKind(t *testing.T) {
	alice, line := key(t, "alice@example.com")
	c := clearing(t, line)
	s := c.Statement(About{Title: "A fault", Revision: 2, Kind: notify.Correction}, notify.Approving, "", sample)
	if _, err := c.Taken(s, sign(t, alice, s.Text()), later); err == nil || !strings.Contains(err.Error(), "the kind of letters") {
		t.Errorf("a correction, of a plan of all-clears: %v", err)
	}
}

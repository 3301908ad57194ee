package notify

import (
	"fmt"
	"strings"
	"testing"
)

// TestCommandsInProse: what the bulletin says between backquotes is code in the HTML, with
// nothing else in it that acts (F31); the text has it as it was written. What one tailnet alone
// is told stays as it was written in both, so that it is found as a whole (F20).
func TestCommandsInProse(t *testing.T) {
	said := func(of string) string { return fmt.Sprintf("Run `%s <now> & go`, %s.", of, of) }
	v := every()
	v.Kind, v.Changed = Correction, []string{said("changed")}
	v.Bulletin.Summary, v.Bulletin.Action, v.Bulletin.Steps = said("summary"), said("action"), []string{said("step")}
	v.Until = []Stopgap{{Text: said("until")}}
	v.Findings[0].Text = said("finding")
	everybodys := []string{"changed", "summary", "action", "step", "until"}
	l, err := stationery(t).Write(Row{}, v, "", planned)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range everybodys {
		if want := "Run <code>" + of + " &lt;now&gt; &amp; go</code>, " + of + "."; !strings.Contains(l.HTML, want) {
			t.Errorf("the HTML does not have %q", want)
		}
	}
	for _, of := range append(everybodys, "finding") {
		if text := strings.Join(strings.Fields(l.Text), " "); !strings.Contains(text, said(of)) {
			t.Errorf("the text does not have %q", said(of))
		}
	}
	if want := "Run `finding &lt;now&gt; &amp; go`, finding."; !strings.Contains(l.HTML, want) {
		t.Errorf("the HTML does not have %q", want)
	}
	v.Kind, v.Bulletin.Withdrawn, v.Bulletin.Reason = AllClear, true, said("reason")
	if l, err = stationery(t).Write(Row{}, v, "", planned); err != nil || !strings.Contains(l.HTML, "<code>reason &lt;now&gt;") {
		t.Errorf("the reason: %v\n%s", err, l.HTML)
	}
}

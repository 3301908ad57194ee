package notify

import (
	"errors"
	"strings"
	"testing"

	"tocsin/internal/tailnet"
)

// TestLargeLetters: a message that mail servers do not take goes without its JSON, then
// without its CSV, and says so; one that is too large even then stops the plan, by name.
func TestLargeLetters(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	nodes := []tailnet.Node{node}
	for i := range listed {
		n := node
		n.ID = strings.Repeat("x", i+2)
		nodes = append(nodes, n)
	}
	plan := Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}
	for name, c := range map[string]struct {
		text, list int // octets of the message, and of each list in it
		attached   string
		first      string // of the nodes that stand in the letter
		refused    bool
	}{
		"small":                 {1000, 1000, "It has two attachments", "The attached files list all of them.", false},
		"as large as may be":    {MostOctets - 2000, 1000, "It has two attachments", "The attached files list all of them.", false},
		"too large by an octet": {MostOctets - 1999, 1000, "It has one attachment, which lists all of these nodes: TS-2026-007-nodes.csv.", "The attached file lists all of them.", false},
		"too large by a list":   {MostOctets - 999, 1000, "the list of all these nodes is too large for a letter.", "too large for a letter: ask us for it.", false},
		"too large by its text": {MostOctets + 1, 0, "", "", true},
	} {
		p := press(t, severe())
		said := ""
		p.Message = func(l Letter, _ string) ([]byte, error) {
			said = strings.Join(strings.Fields(l.Text), " ")
			return make([]byte, c.text+c.list*len(l.Attachments)), nil
		}
		var e Entry
		var err error
		for e, err = range p.Entries(plan, streamed([]Row{aRow(t, severe(), of, nodes...)})) {
			break
		}
		var letter *LetterError
		var size *SizeError
		if refused := errors.As(err, &letter) && letter.Tailnet == "acme" && errors.As(err, &size) && size.Octets == c.text; refused != c.refused || !refused && (err != nil || len(e.Message) > MostOctets) {
			t.Errorf("%s: %v, %d octets", name, err, len(e.Message))
		}
		if !strings.Contains(said, c.attached) || !strings.Contains(said, c.first) {
			t.Errorf("%s: does not say %q and %q:\n%s", name, c.attached, c.first, said)
		}
	}
}

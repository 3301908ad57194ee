package planning

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/templates"
)

// TestVeryManyNodes is F20 and F25: a tailnet of very many nodes is told, in a message
// that mail servers take; what is attached has all of its nodes, and is proven.
func TestVeryManyNodes(t *testing.T) {
	for _, c := range []struct {
		nodes    int
		csv      int // how many
		json     int
		sentence string
	}{
		{27_000, 1, 0, "It has one attachment"},
		{62_000, 0, 0, "is too large for a letter"},
	} {
		r := row("a")
		node := r.Match.Hits[0]
		r.Match.Hits = nil
		for i := range c.nodes {
			node.Node.ID, node.Node.Name = fmt.Sprintf("n%015d", i), fmt.Sprintf("web-%06d.eu.example.com", i)
			node.Evidence = "1.60.0 lies in all versions before 1.66.1"
			r.Match.Hits = append(r.Match.Hits, node)
		}
		other := row("b")
		other.Match.Hits[0].Node.ID, other.Match.Hits[0].Node.Name = "n1", "Linux" // every letter is held against its twin
		s := sources()
		s.Templates, s.Identifiers = templates.Files(), namesOf(r, other)
		composer, err := s.composer()
		if err != nil {
			t.Fatal(err)
		}
		plan := s.head(1, notify.Hold, nil, now)
		for e, err := range composer.Entries(plan, streamed([]notify.Row{r})) {
			if err != nil {
				t.Fatal(err)
			}
			text := string(e.Message)
			t.Logf("%d nodes: %d octets", c.nodes, len(text))
			if len(text) > notify.MostOctets || strings.Count(text, "text/csv") != c.csv || strings.Count(text, "application/json") != c.json {
				t.Errorf("%d nodes: %d octets, with %d CSV and %d JSON", c.nodes, len(text), strings.Count(text, "text/csv"), strings.Count(text, "application/json"))
			}
			if text = strings.Join(strings.Fields(strings.ReplaceAll(text, "=\r\n", "")), " "); !strings.Contains(text, c.sentence) || !strings.Contains(text, fmt.Sprintf("50 of the %d nodes", c.nodes)) {
				t.Errorf("%d nodes: the letter does not say %q", c.nodes, c.sentence)
			}
		}
	}
}

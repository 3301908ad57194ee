package cli

import (
	"slices"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// F20, F29: nodes are read once where nothing is wrong, else twice: the second reading
// looks at every row by itself. A table that was mended meanwhile stays refused, as what
// was taken in is the table from before.
func TestNodesAreReadAgain(t *testing.T) {
	node := func(of tailnet.ID) tailnet.Node {
		return tailnet.Node{Tailnet: of, ID: "n1", OS: "windows", Product: "client"}
	}
	row := func(what string) source.Problems { return source.Problems{{Code: "bad-row", Message: what}} }
	for name, c := range map[string]struct {
		nodes       []tailnet.Node
		bad, mended bool // a row is bad for another reason; the second time it is not
		readings    int
		want        []string
	}{
		"all is well":     {nodes: []tailnet.Node{node("acme")}, readings: 1},
		"nobody's":        {nodes: []tailnet.Node{node("gone")}, readings: 2, want: []string{"visited"}},
		"of two":          {nodes: []tailnet.Node{node("acme"), node("other")}, readings: 2, want: []string{"visited"}},
		"a bad row":       {nodes: []tailnet.Node{node("acme")}, bad: true, readings: 2, want: []string{"bad"}},
		"mended too late": {nodes: []tailnet.Node{node("acme")}, bad: true, mended: true, readings: 2, want: []string{"bad"}},
	} {
		t.Run(name, func(t *testing.T) {
			survey := notify.NewSurvey(bulletin.Bulletin{}, nil, disclosure.Builtin(), time.Time{})
			survey.Tailnet(tailnet.Tailnet{ID: "acme"})
			survey.Tailnet(tailnet.Tailnet{ID: "other"})
			r, readings := &reading{problems: row("before")}, 0
			r.nodes(survey, func(known func(tailnet.ID) bool, visit func(tailnet.Node) error) {
				if readings++; (known == nil) != (readings == 1) {
					t.Errorf("reading %d: rows are looked at by themselves: %v", readings, known != nil)
				}
				for _, n := range c.nodes {
					if visit(n) != nil {
						r.problems = slices.Concat(r.problems, row("visited"))
					}
				}
				if c.bad && (readings == 1 || !c.mended) {
					r.problems = slices.Concat(r.problems, row("bad"))
				}
			}, survey.Node)
			var got []string
			for _, p := range r.problems {
				got = append(got, p.Message)
			}
			if want := append([]string{"before"}, c.want...); readings != c.readings || !slices.Equal(got, want) {
				t.Errorf("%d readings, %q; want %d, %q", readings, got, c.readings, want)
			}
		})
	}
}

// TestGarbage: beside much that lives little garbage lies about, and beside little not more
// than there is room for.
func TestGarbage(t *testing.T) {
	for lives, want := range map[uint64]int{0: generous, 1 << 20: generous, 16 << 20: 200, 64 << 20: 50, 128 << 20: 25, 150 << 20: sparing, 1 << 40: sparing} {
		if got := garbage(lives); got != want {
			t.Errorf("%d octets: %d %%, want %d %%", lives, got, want)
		}
	}
}

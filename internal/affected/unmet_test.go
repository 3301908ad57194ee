package affected

import (
	"slices"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// F29: a value that is spelt otherwise in the inventory lets everybody off, and another row
// that hits somebody hides it.
func TestUnmet(t *testing.T) {
	region := func(values ...string) bulletin.Column { return bulletin.Column{Name: "region", Values: values} }
	exit := func(values ...string) bulletin.Column { return bulletin.Column{Name: "exit_node", Values: values} }
	for _, c := range []struct {
		name    string
		rows    []bulletin.Affected
		regions []string
		exits   []string
		want    []Unmet
	}{
		{"spelt as in the table", []bulletin.Affected{asks(region("eu"))}, []string{"eu", "us"}, nil, nil},
		{"in capitals", []bulletin.Affected{asks(region("EU"))}, []string{"eu", "us"}, nil, []Unmet{{0, "region", "EU"}}},
		{"a row after others, and after another column", []bulletin.Affected{windows, asks(exit("yes")), asks(exit("yes"), region("eu", "EU", "asia"))}, []string{"eu", "us"}, []string{"yes", "no"},
			[]Unmet{{2, "region", "EU"}, {2, "region", "asia"}}},
		{"no answer to yes or no", []bulletin.Affected{asks(exit("enabled"))}, nil, []string{"yes", "no"}, []Unmet{{0, "exit_node", "enabled"}}},
		{"yes in other words", []bulletin.Affected{asks(exit("yes", "1"))}, nil, []string{"no", "TRUE"}, nil},
		{"nobody has it", []bulletin.Affected{asks(exit("yes"))}, nil, []string{"no", "no"}, []Unmet{{0, "exit_node", "yes"}}},
		{"no such column", []bulletin.Affected{asks(exit("yes"))}, []string{"eu"}, nil, nil},
		{"nothing said", []bulletin.Affected{asks(exit("yes"))}, nil, []string{"", "unknown"}, nil},
		{"no nodes", []bulletin.Affected{asks(exit("yes"))}, nil, nil, nil},
		{"nothing asked", []bulletin.Affected{windows}, []string{"eu"}, nil, nil},
	} {
		// Half of the nodes are asked about elsewhere.
		asked := []*Matcher{matcher(c.rows...), matcher(c.rows...), matcher(c.rows...)}
		for n := range max(len(c.regions), len(c.exits)) {
			var columns, values []string
			if n < len(c.regions) {
				columns, values = append(columns, "region"), append(values, c.regions[n])
			}
			if n < len(c.exits) {
				columns, values = append(columns, "exit_node"), append(values, c.exits[n])
			}
			one := node("client", "linux", "1.0")
			one.Cells = tailnet.NewCells(columns, values)
			asked[n%2].Node(one)
		}
		if got := UnmetBy(bulletin.Bulletin{Affected: c.rows}, asked...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

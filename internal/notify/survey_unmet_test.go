package notify

import (
	"slices"
	"testing"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// TestUnmetOfAllIntakes: a value is met where any intake met it, and once the tailnets are
// stowed as well.
func TestUnmetOfAllIntakes(t *testing.T) {
	b := severe()
	b.Affected[0].Where = []bulletin.Column{{Name: "region", Values: []string{"eu", "EU"}}}
	s := one(t, b)
	for n, region := range []string{"eu", "us"} {
		node := certain
		node.ID, node.Cells = region, tailnet.NewCells([]string{"region"}, []string{region})
		if err := s.Intake().Node(&node); err != nil {
			t.Fatal(n, err)
		}
	}
	want := []affected.Unmet{{Row: 0, Column: "region", Value: "EU"}}
	if got := s.Unmet(); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := s.Stow(); err != nil {
		t.Fatal(err)
	}
	if got := s.Unmet(); !slices.Equal(got, want) {
		t.Errorf("once stowed: %+v, want %+v", got, want)
	}
}

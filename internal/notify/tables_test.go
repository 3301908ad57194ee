package notify

import (
	"fmt"
	"testing"
)

// TestShrunk is F30: a table may lose two rows in a hundred from one plan to the next, and
// not one row more.
func TestShrunk(t *testing.T) {
	for _, c := range []struct {
		then, now int64
		want      bool
	}{
		{100, 98, false}, {100, 97, true}, {100, 100, false}, {100, 300, false}, {0, 0, false}, {0, 5, false},
		{5_000_000, 4_900_000, false}, {5_000_000, 4_899_999, true}, {1, 0, true}, {50, 49, false}, {49, 48, true}, {49, 49, false}, {10, 0, true},
	} {
		got := Tables{Rows: map[string]int64{"nodes": c.now}}.Shrunk(Tables{Rows: map[string]int64{"nodes": c.then}})
		if len(got) > 0 != c.want || c.want && got[0] != (Shrunk{"nodes", c.now, c.then}) {
			t.Errorf("from %d to %d: %v", c.then, c.now, got)
		}
	}
}

// TestShrunkTables: every table is compared with itself; one that is not read any more has
// lost every row, one that was not read before none.
func TestShrunkTables(t *testing.T) {
	last := Tables{Rows: map[string]int64{"tailnets": 100, "nodes": 1000, "users": 500}, Accepted: []string{"users"}}
	now := Tables{Rows: map[string]int64{"tailnets": 90, "nodes": 1000, "contacts": 1}}
	if got := fmt.Sprint(now.Shrunk(last)); got != "[{tailnets 90 100} {users 0 500}]" {
		t.Error(got)
	}
	if got := now.Shrunk(Tables{}); got != nil {
		t.Errorf("before the first plan: %v", got)
	}
}

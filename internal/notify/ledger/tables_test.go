package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// TestLastTables: the measure of an inventory is the last plan over the same settings,
// whatever its bulletin and whether it still stands; where there is none, the last plan.
func TestLastTables(t *testing.T) {
	l := newLedger(t)
	want := func(settings, id string, nodes int64) {
		t.Helper()
		plan, tables, found, err := l.LastTables(ctx, settings)
		if err != nil || found != (id != "") || found && (plan.String() != id || tables.Rows["nodes"] != nodes) {
			t.Errorf("%q: %v, %v, %v, %v, want %s with %d", settings, plan, tables, found, err, id, nodes)
		}
	}
	made := func(id bulletin.ID, number int, settings string, nodes int64) {
		t.Helper()
		p := aPlan(number)
		p.ID.Bulletin = id
		p.Tables = notify.Tables{Settings: settings, Rows: map[string]int64{"nodes": nodes, "tailnets": 4}, Accepted: []string{"nodes"}}
		if stored := freeze(t, l, p, entries(4)); cmp.Diff(stored.Tables, p.Tables) != "" {
			t.Errorf("%+v came back as %+v", p.Tables, stored.Tables)
		}
	}
	want("real", "", 0)
	made("TS-2026-007", 1, "real", 100)
	want("real", "TS-2026-007/1", 100)
	want("moved", "TS-2026-007/1", 100)
	made("TS-2026-008", 1, "sample", 3)
	want("real", "TS-2026-007/1", 100)
	want("sample", "TS-2026-008/1", 3)
	want("moved", "TS-2026-008/1", 3)
	want("", "TS-2026-008/1", 3)
	made("TS-2026-007", 2, "real", 90)
	made("TS-2026-001", 1, "real", 80)
	want("real", "TS-2026-001/1", 80)
	want("sample", "TS-2026-008/1", 3)
	freeze(t, l, aPlan(3), nil) // a plan that says nothing of its tables
	want("real", "TS-2026-001/1", 80)
	want("moved", "TS-2026-001/1", 80)
}

package ledger

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRowsOfSchema5CatchUp: a ledger whose run died while its rows were behind the chain, as
// the fifth schema let them be, says after that what the chain said.
func TestRowsOfSchema5CatchUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, mustRead(t, filepath.Join("testdata", "schema5.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[State]int{Accepted: 1, Deferred: 1, Intent: 2, Planned: 2}
	reader, err := OpenReader(ctx, path) // brings it up to date
	if err != nil {
		t.Fatal(err)
	}
	p := reread(t, reader, aPlan(1).ID)
	wantStates(t, reader, p, want)
	if err := reader.Verify(ctx, p); err != nil {
		t.Error(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path)
	settled, err := l.Recover(ctx, p, startRun(t, l, p), nil, during)
	if diff := cmp.Diff(map[Event]int{Lose: 1, Return: 1}, settled); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

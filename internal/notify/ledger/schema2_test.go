package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ofSchema2 copies a ledger that the second schema's tocsin wrote, which kept no chain: two
// plans of twelve rows, of which the second took the first one's place when one letter was
// out and one row was forgotten, and was cut off itself with one letter out and one begun.
func ofSchema2(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, mustRead(t, filepath.Join("testdata", "schema2.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// digests2 are those of the plans in testdata/schema2.db, as they were printed when those
// were made.
var digests2 = [...]string{
	"d0d65ab4e9751afba2a414af378cbbac5691c68bd4952a54e9afe9d5c63cc589",
	"83d9eddea6946fa3503bd226e8632c672feefae21b1d706f1ce5ca4f1acc7d13",
}

// TestLedgerWithoutChainGetsOne: what a ledger without chains holds is taken into them as
// it stands, whoever opens it first; from then on it is held to them, and a run that was
// cut off goes on.
func TestLedgerWithoutChainGetsOne(t *testing.T) {
	path := ofSchema2(t)
	reader, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[State]int{{Accepted: 1, Superseded: 2}, {Accepted: 1, Intent: 1, Planned: 1}} {
		p, err := reader.Plan(ctx, aPlan(i+1).ID)
		if err == nil {
			err = reader.Verify(ctx, p)
		}
		if err != nil || p.Digest != digests2[i] {
			t.Errorf("%s, %v", p.Digest, err)
		}
		wantStates(t, reader, p, want)
		if _, pinned, err := reader.Head(p.ID); err != nil || pinned == 0 {
			t.Errorf("%d events are pinned, %v", pinned, err)
		}
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path)
	first, err := l.Plan(ctx, aPlan(1).ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := rows(t, l, first)[1]; d.Erased != "2026-06-01T00:00:00Z" || d.Name != "" {
		t.Errorf("a row that was forgotten is %+v", d)
	}
	for what, change := range map[string]string{
		"a state":     "UPDATE deliveries SET state = 'planned' WHERE plan = 1 AND state = 'accepted'",
		"attempts":    "UPDATE deliveries SET attempts = 2 WHERE plan = 1 AND row = 1",
		"an instant":  "UPDATE deliveries SET changed = '2026-05-04T09:00:01Z' WHERE plan = 1 AND row = 5",
		"the erasing": "UPDATE deliveries SET erased = '2026-06-01T00:00:01Z' WHERE plan = 1 AND row = 2",
	} {
		if err := verifyChanged(t, l, first, change); !errors.Is(err, ErrChanged) {
			t.Errorf("%s is changed: %v", what, err)
		}
	}
	goOn(t, l)
}

// TestManyRowsAreTakenIn: a large plan is taken in by several events, no row left out.
func TestManyRowsAreTakenIn(t *testing.T) {
	l := &Ledger{}
	var err error
	if l.db, err = openRaw(ofSchema2(t)); err != nil {
		t.Fatal(err)
	}
	exec_(t, l, `WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 100 + 2 * ?)
		INSERT INTO deliveries (plan, row, tailnet, standing, clauses, missing, nodes, state, attempts, changed)
		SELECT 1, i, 't' || i, 'mailed', '[]', '[]', 0, 'accepted', 1, '2026-05-04T09:00:00Z' FROM n`, adoptRows)
	l.path = filepath.Join(t.TempDir(), "ledger.db")
	if err := l.migrate(ctx); err != nil {
		t.Fatal(err)
	}
	adopted := texts(t, l, "SELECT text FROM events WHERE plan = 1 AND text LIKE '%adopted%' ORDER BY seq")
	lines := 0
	for _, text := range adopted {
		lines += strings.Count(text, "\n")
	}
	if len(adopted) != 3 || lines != 2*adoptRows+1+4 {
		t.Errorf("%d events of %d rows", len(adopted), lines)
	}
	if err := l.db.Close(); err != nil {
		t.Fatal(err)
	}
}

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

// ofSchema1 copies a ledger that the first schema's tocsin wrote: two plans of twelve
// rows, of which the second took the first one's place when one letter was out, and was
// cut off itself with one letter out and one begun.
func ofSchema1(t *testing.T) (path string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "schema1.db"))
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// digests of the plans in testdata/schema1.db, as they were printed when those were made.
var digests = [...]string{
	"66ab57220335c4e0f766f7107c63a92cf9ca1e2b862f14f45e8dd6024b5919ce",
	"bb1bdba42e8bdf2fa64780f3ca9fa1392bf1232de1edc4b33e506e64cd3b6be3",
}

// TestOldLedgerGoesOn: a ledger of the first schema keeps its plans under the digests
// that people have seen, and its letters; a run that was cut off goes on, and the next
// plan is made as plans are now. A reader brings it up to date too.
func TestOldLedgerGoesOn(t *testing.T) {
	for name, open := range map[string]func(path string) (*Ledger, error){
		"for reading": func(path string) (*Ledger, error) { return OpenReader(ctx, path) },
		"for writing": func(path string) (*Ledger, error) { return Open(ctx, path, "testing") },
	} {
		path := ofSchema1(t)
		l, err := open(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantOldPlans(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		goOn(t, mustOpen(t, path))
	}
}

func wantOldPlans(t *testing.T, l *Ledger) {
	t.Helper()
	want := entries(12)
	for i, states := range []map[State]int{{Accepted: 1, Superseded: 2}, {Accepted: 1, Intent: 1, Planned: 1}} {
		p, err := l.Plan(ctx, aPlan(i+1).ID)
		if err != nil || p.Digest != digests[i] || p.Tables.Rows != nil {
			t.Fatalf("%+v, %v", p, err)
		}
		if err := l.Verify(ctx, p); err != nil {
			t.Error(err)
		}
		wantStates(t, l, p, states)
		for row, d := range rows(t, l, p) {
			if d.Name != want[row].Name || d.Address != want[row].Address || d.Digest != want[row].Digest || d.Erased != "" {
				t.Errorf("row %d is %+v", row+1, d)
			}
			if d.Standing != notify.Mailed {
				continue
			}
			if m, err := l.Message(ctx, p, d); string(m) != string(want[row].Message) || err != nil {
				t.Errorf("the letter of row %d: %q, %v", row+1, m, err)
			}
		}
	}
	if _, _, found, err := l.LastTables(ctx, "any"); found || err != nil {
		t.Errorf("a plan that counted nothing is the measure of the next: %v", err)
	}
}

// goOn finishes the run that was cut off, and makes the next plan.
func goOn(t *testing.T, l *Ledger) {
	t.Helper()
	p, err := l.Plan(ctx, aPlan(2).ID)
	if err != nil {
		t.Fatal(err)
	}
	arrived := func(begun []Delivery) ([]Event, error) { return []Event{Accept}, nil }
	if got, err := l.Recover(ctx, p, startRun(t, l, p), arrived, created); err != nil || got[Accept] != 1 || len(got) != 1 {
		t.Fatal(got, err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Fatal(err)
	}
	third := freeze(t, l, aPlan(3), entries(12))
	if p, err = l.Plan(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Verify(ctx, third), l.Verify(ctx, p)); err != nil {
		t.Error(err)
	}
	wantStates(t, l, p, map[State]int{Accepted: 2, Superseded: 1})
}

// TestOldLedgerIsStillHeldToItsDigest is F51: bringing a ledger up to date vouches for
// nothing that is in it.
func TestOldLedgerIsStillHeldToItsDigest(t *testing.T) {
	for what, query := range map[string]string{
		"a name":         "UPDATE recipients SET name = 'x' WHERE plan = 1 AND row = 2",
		"a letter":       "UPDATE letters SET message = CAST(message || 'x' AS BLOB), octets = octets + 1 WHERE plan = 1 AND row = 1",
		"a digest":       "UPDATE recipients SET digest = '' WHERE plan = 1 AND row = 2; UPDATE recipients SET digest = 'x' WHERE plan = 1 AND row = 2",
		"forgotten":      "UPDATE deliveries SET erased = 'now' WHERE plan = 1 AND row = 2; DELETE FROM recipients WHERE plan = 1 AND row = 2",
		"called anew":    "UPDATE plans SET form = 2 WHERE plan = 1",
		"a row is lost":  "DELETE FROM recipients WHERE plan = 1 AND row = 2",
		"another one's":  "UPDATE recipients SET address = 'other@t.example' WHERE plan = 1 AND row = 1",
		"counts nothing": "UPDATE deliveries SET nodes = 0 WHERE plan = 1 AND row = 2",
	} {
		l := mustOpen(t, ofSchema1(t))
		exec_(t, l, query)
		p, err := l.Plan(ctx, aPlan(1).ID)
		if err == nil {
			err = l.Verify(ctx, p)
		}
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestBrokenMigrationLeavesTheOldLedger is F34: a step that fails leaves nothing of itself.
func TestBrokenMigrationLeavesTheOldLedger(t *testing.T) {
	path := ofSchema1(t)
	l := &Ledger{}
	var err error
	if l.db, err = openRaw(path); err != nil {
		t.Fatal(err)
	}
	exec_(t, l, "ALTER TABLE letters ADD COLUMN octets INTEGER") // the last table of the step
	if err := l.migrate(ctx); err == nil || !strings.Contains(err.Error(), "octets") {
		t.Errorf("migrated: %v", err)
	}
	if v, err := l.version(ctx); v != 1 || err != nil {
		t.Errorf("schema %d, %v", v, err)
	}
	if len(texts(t, l, "SELECT name FROM pragma_table_info('plans') WHERE name = 'form'")) != 0 {
		t.Error("half of a step is there")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyFileHoldsItToItsSchema is F51: what could change what is written, or hide it, is
// named; whatever schema a ledger was made with, it is of the same schema then.
func TestVerifyFileHoldsItToItsSchema(t *testing.T) {
	for change, want := range map[string]string{
		"":        "",
		"ANALYZE": "",
		"CREATE TRIGGER x AFTER UPDATE ON deliveries BEGIN UPDATE recipients SET address = 'x' WHERE row = new.row; END": "the trigger x of deliveries",
		"CREATE TABLE copies (address TEXT)":                   "the table copies",
		"CREATE VIEW told AS SELECT * FROM recipients":         "the view told of told",
		"CREATE INDEX more ON recipients (address)":            "the index more of recipients",
		"DROP INDEX settlements_by_row":                        "the index settlements_by_row of settlements is not there",
		"ALTER TABLE letters ADD COLUMN copy TEXT":             "the table letters is not as",
		"DROP TABLE journal; CREATE TABLE journal (record, x)": "the table journal is not as",
	} {
		l := newLedger(t)
		freeze(t, l, aPlan(1), entries(4))
		exec_(t, l, change)
		err := l.VerifyFile(ctx)
		var damage *FileError
		if want == "" && err != nil || want != "" && (!errors.As(err, &damage) || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrChanged)) {
			t.Errorf("%q: %v", change, err)
		}
	}
	for schema := 1; schema < schemaVersion; schema++ {
		if err := mustOpen(t, ofSchema(t, schema)).VerifyFile(ctx); err != nil {
			t.Errorf("schema %d: %v", schema, err)
		}
	}
}

// ofSchema copies a ledger that the tocsin of a schema wrote.
func ofSchema(t *testing.T, schema int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, mustRead(t, filepath.Join("testdata", fmt.Sprintf("schema%d.db", schema))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLedgerOfAnotherSchemaThanItSays: a ledger whose number was set back is refused with what
// is wrong, and nothing of it is changed.
func TestLedgerOfAnotherSchemaThanItSays(t *testing.T) {
	for version := range schemaVersion {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l, err := Open(ctx, path, "testing")
		if err != nil {
			t.Fatal(err)
		}
		p := freeze(t, l, aPlan(1), entries(4))
		exec_(t, l, fmt.Sprintf("PRAGMA user_version = %d", version))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s: the ledger says that it is of schema %d (PRAGMA user_version), and it is not: ", path, version)
		if _, err := Open(ctx, path, "testing"); !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), want) {
			t.Errorf("schema %d, for writing: %v", version, err)
		}
		if _, err := OpenReader(ctx, path); err == nil || version > 0 && !strings.Contains(err.Error(), want) {
			t.Errorf("schema %d, for reading: %v", version, err)
		}
		raw, err := openRaw(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
			t.Fatal(err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
		if err := mustOpen(t, path).Verify(ctx, p); err != nil {
			t.Errorf("schema %d, set right again: %v", version, err)
		}
	}
}

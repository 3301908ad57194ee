package booktest

import (
	"path/filepath"
	"testing"

	"tocsin/internal/notify/ledger"
)

// TestSQLite holds the ledger in a file to what a run relies on.
func TestSQLite(t *testing.T) {
	Conform(t, func(t *testing.T) Opener {
		path := filepath.Join(t.TempDir(), "ledger.db")
		return func(t *testing.T) Store {
			l, err := ledger.Open(t.Context(), path, "testing")
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
	})
}

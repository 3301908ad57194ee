package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// fresh is the file of a ledger in which nothing stands yet. To make one takes a dozen transactions,
// which wait for the disk each; most tests begin with a copy.
var fresh = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "ledger.db")
	l, err := Open(ctx, path, "testing")
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	file, err := os.ReadFile(path)
	return file, errors.Join(err, os.RemoveAll(dir))
})

// newLedger is a ledger in which nothing stands yet, open for writing.
func newLedger(t *testing.T) *Ledger {
	t.Helper()
	file, err := fresh()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := errors.Join(err, os.WriteFile(path, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	return mustOpen(t, path)
}

package database

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestLocksOutliveOtherDescriptors: whoever opens and closes a database in the process that
// writes it takes no lock away. Else another program that looks into it would take itself for the
// last that has it open, and remove the log to which the writer goes on writing.
func TestLocksOutliveOtherDescriptors(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "ledger.db")
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	// Where SQLite's shared locks lie: https://sqlite.org/src/file/src/os.h (SHARED_FIRST).
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: 0x40000002, Len: 510}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil {
		t.Fatal(err)
	}
	if lock.Type == syscall.F_UNLCK {
		t.Error("the writer holds no lock that another program sees")
	}
}

// TestMain comes first: tests open files past this package, too, and the locks of the first
// one in a process are those of all.
func TestMain(m *testing.M) {
	ownLocks()
	os.Exit(m.Run())
}

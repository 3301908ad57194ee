package ledger

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// aFile is a ledger's file, closed, with a plan that was sent in part.
func aFile(t *testing.T) []byte {
	t.Helper()
	path, _, files := closed(t)
	return files[path]
}

// told is all that a ledger's file says to who reads it; an error where it is found damaged.
func told(path string) (out []byte, err error) {
	l, err := OpenReader(ctx, path)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	var all bytes.Buffer
	plans, err := l.Plans(ctx, "")
	for _, id := range plans {
		p, err := l.Plan(ctx, id)
		if err == nil {
			err = l.Verify(ctx, p)
		}
		if err == nil {
			err = l.Export(ctx, p, true, &all)
		}
		if err != nil {
			return nil, err
		}
	}
	return all.Bytes(), err
}

// TestFlippedBitsOfTheFile is F51: whichever bit of the file is flipped, that is found, or
// the ledger says what it said before, octet for octet.
func TestFlippedBitsOfTheFile(t *testing.T) {
	r := newChance(t)
	flips := r.times(10_000, 200)
	file := aFile(t)
	path := filepath.Join(t.TempDir(), "ledger.db")
	write := func() {
		for _, beside := range []string{"-wal", "-shm", "-journal"} {
			_ = os.Remove(path + beside)
		}
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	want, err := told(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for range flips {
		at, bit := r.IntN(len(file)), byte(1)<<r.IntN(8)
		file[at] ^= bit
		write()
		got, err := told(path)
		if err != nil {
			found++
		} else if !bytes.Equal(got, want) {
			t.Errorf("bit %d of octet %d is flipped, and the ledger says something else", bit, at)
		}
		file[at] ^= bit
	}
	t.Logf("of %d flips in %d octets %d were found, the rest changed nothing", flips, len(file), found)
	if found < flips/8 { // the rest of a file is empty, or of no consequence
		t.Errorf("only %d of %d were found", found, flips)
	}
}

// TestVerifyFile: damage that no row shows is found in the file: an index that has lost
// its entries, and rows of no plan.
func TestVerifyFile(t *testing.T) {
	for what, change := range map[string]string{
		"an index":  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'letters') WHERE name = 'deliveries_by_state'",
		"an orphan": "PRAGMA foreign_keys = OFF; INSERT INTO letters (plan, row, message) VALUES (99, 1, x'00')",
	} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l, err := Open(ctx, path, "testing")
		if err != nil {
			t.Fatal(err)
		}
		freeze(t, l, aPlan(1), entries(40))
		if err := l.VerifyFile(ctx); err != nil {
			t.Fatal(err)
		}
		exec_(t, l, change)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = OpenReader(ctx, path); err == nil {
			err = l.VerifyFile(ctx)
			_ = l.Close()
		}
		if err == nil {
			t.Errorf("%s is damaged, and that was not found", what)
		}
	}
}

// TestDiskFullAtEachWrite is F50: on whichever page the disk is full, the transaction
// leaves nothing of itself, and the ledger goes on when there is room again.
func TestDiskFullAtEachWrite(t *testing.T) {
	failed, dice := 0, newChance(t)
	for pages := 0; ; pages++ {
		if !dice.takes(2) {
			continue
		}
		l := newLedger(t)
		first := freeze(t, l, aPlan(1), entries(8))
		var used int
		if err := l.db.QueryRow("PRAGMA page_count").Scan(&used); err != nil {
			t.Fatal(err)
		}
		limit := func(n int) { exec_(t, l, fmt.Sprintf("PRAGMA max_page_count = %d", n)) }
		limit(used + pages)
		_, err := l.Freeze(ctx, bulletin8(), pattern, seq(entries(160)))
		limit(1 << 30)
		if err == nil {
			break
		}
		failed++
		wantOnly(t, l, first, fmt.Sprintf("%d pages are left", pages))
		second := freeze(t, l, bulletin8(), entries(160))
		limit(0)
		limit(used)
		r, starting := l.Start(ctx, second, here, during)
		var letters []Delivery
		for starting == nil { // until a page is needed
			if letters, err = l.Claim(ctx, second, r, 3, created); err != nil || len(letters) == 0 {
				break
			}
			if err = l.Commit(ctx, second, r, all(Accept, letters), nil, during); err != nil {
				break
			}
		}
		limit(1 << 30)
		if err := l.Verify(ctx, second); err != nil {
			t.Errorf("%d pages: %v", pages, err)
		}
	}
	t.Logf("%d transactions failed", failed)
	if failed < 2 {
		t.Errorf("only %d transactions failed", failed)
	}
}

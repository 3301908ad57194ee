package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/private"
)

// closed is a ledger with one plan that was sent in part, and its files as they were before
// its last record and after it.
func closed(t *testing.T) (path string, before, after map[string][]byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(ctx, path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before = filesBeside(t, path)
	if l, err = Open(ctx, path, "testing"); err != nil {
		t.Fatal(err)
	}
	startRun(t, l, p)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path, before, filesBeside(t, path)
}

func filesBeside(t *testing.T, path string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for _, name := range []string{path, HeadPath(path)} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// TestOlderLedgerIsRefused is F43: rolled back by one record the ledger is refused, for
// reading and for writing, and so is one with another history; a head that lags behind, or
// that is not there, is no fault.
func TestOlderLedgerIsRefused(t *testing.T) {
	path, before, after := closed(t)
	head := HeadPath(path)
	put := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opened := func() (writing, reading error) {
		t.Helper()
		l, writing := Open(ctx, path, "testing")
		if writing == nil {
			writing = l.Close()
		}
		l, reading = OpenReader(ctx, path)
		if reading == nil {
			reading = l.Close()
		}
		return writing, reading
	}
	put(path, before[path])
	writing, reading := opened()
	for _, err := range []error{writing, reading} {
		var older *OlderError
		if !errors.As(err, &older) || older.Pinned != older.Holds+1 || !strings.Contains(err.Error(), path) || !errors.Is(err, ErrChanged) {
			t.Errorf("rolled back by one record: %v", err)
		}
	}
	put(path, after[path])
	put(head, before[head])
	if writing, reading := opened(); writing != nil || reading != nil {
		t.Errorf("a head that lags behind: %v, %v", writing, reading)
	}
	put(head, []byte(strings.Replace(string(after[head]), " ", " 1", 1)))
	if writing, _ := opened(); writing == nil {
		t.Error("a head that pins what never was passed")
	}
	put(head, []byte("nonsense\n"))
	if writing, _ := opened(); !errors.Is(writing, ErrChanged) {
		t.Errorf("a head of nonsense: %v", writing)
	}
	other := after[head]
	other[len(other)-2] ^= 1
	put(head, other)
	if writing, _ := opened(); writing == nil || !strings.Contains(writing.Error(), "is not the ledger that was here") {
		t.Errorf("another history: %v", writing)
	}
	if err := os.Chmod(head, 0o644); err != nil {
		t.Fatal(err)
	}
	var loose *private.LooseError
	if writing, _ := opened(); !errors.As(writing, &loose) {
		t.Errorf("a head that others can read: %v", writing)
	}
	if err := os.Remove(head); err != nil {
		t.Fatal(err)
	}
	if writing, reading := opened(); writing != nil || reading != nil {
		t.Errorf("no head: %v, %v", writing, reading)
	}
}

// TestHeadIsPinned: the head is written when the ledger is closed, and during a long run;
// it is its owner's alone, and a line for each plan.
func TestHeadIsPinned(t *testing.T) {
	path, _, files := closed(t)
	if info, err := os.Stat(HeadPath(path)); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if lines := strings.Count(string(files[HeadPath(path)]), "\n"); lines != 1 {
		t.Errorf("%d lines of one plan", lines)
	}
	l := mustOpen(t, filepath.Join(t.TempDir(), "ledger.db"))
	p := freeze(t, l, aPlan(1), entries(8))
	r := startRun(t, l, p)
	for range pinEvery {
		settleAs(t, l, p, r, Return, claimSome(t, l, p, r, 1))
	}
	if _, pinned, err := l.Head(p.ID); err != nil || pinned < pinEvery {
		t.Errorf("%d events are pinned during a run, %v", pinned, err)
	}
	if err := os.Remove(HeadPath(l.path)); err != nil {
		t.Fatal(err)
	}
	if _, pinned, err := l.Head(p.ID); err != nil || pinned != 0 {
		t.Errorf("without a head: %d, %v", pinned, err)
	}
}

// TestTornTail is F51: a log that was cut anywhere loses whole records only; where they
// were pinned, the ledger is refused, and else it verifies.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.db")
	l := mustOpen(t, path)
	p := freeze(t, l, aPlan(1), entries(8))
	r := startRun(t, l, p)
	if err := l.pin(ctx); err != nil {
		t.Fatal(err)
	}
	pinned, err := l.Events(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	settleAs(t, l, p, r, Accept, claimSome(t, l, p, r, 9))
	file, log, head := mustRead(t, path), mustRead(t, path+"-wal"), mustRead(t, HeadPath(path))
	whole, refused, dice := 0, 0, newChance(t)
	for cut := 0; cut <= len(log); cut += dice.times(997, 3_989) {
		torn := filepath.Join(t.TempDir(), "ledger.db")
		for name, data := range map[string][]byte{torn: file, torn + "-wal": log[:cut], HeadPath(torn): head} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l, err := OpenReader(ctx, torn)
		if err != nil {
			if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNone) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("cut after %d octets: %v", cut, err)
			}
			refused++
			continue
		}
		again, err := l.Plan(ctx, p.ID)
		if err == nil {
			err = l.Verify(ctx, again)
		}
		if events, _ := l.Events(ctx, again); err != nil || events < pinned {
			t.Errorf("cut after %d octets: %d events, %d pinned, %v", cut, events, pinned, err)
		}
		whole++
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d whole, %d refused", whole, refused)
	if whole == 0 || refused == 0 {
		t.Errorf("%d were whole, %d refused", whole, refused)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

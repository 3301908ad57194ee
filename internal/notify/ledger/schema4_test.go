package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/internal/notify"
)

// ofSchema4 copies a ledger that the fourth schema's tocsin wrote, which deflated letters: a
// plan of twelve rows, of which a run was cut off with one letter out and one begun.
func ofSchema4(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, mustRead(t, filepath.Join("testdata", "schema4.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// digest4 is that of the plan in testdata/schema4.db, as it was printed when that was made.
const digest4 = "2f344feb7bb7525cd57439c0fd25afecad47bccd6720f7fa9f17b017e4823e25"

// longLetters are rows like those of entries, with letters that are worth packing.
func longLetters(n int) []notify.Entry {
	all := entries(n)
	for i, e := range all {
		if e.Standing == notify.Mailed {
			all[i].Message = aLetter(3000, i+1)
			all[i].Digest = notify.Digest(all[i].Message)
		}
	}
	return all
}

// TestDeflatedLettersAreRead: letters that were frozen deflated go out as they were frozen,
// from a ledger in which the next plan's are packed otherwise.
func TestDeflatedLettersAreRead(t *testing.T) {
	path := ofSchema4(t)
	reader, err := OpenReader(ctx, path) // brings it up to date
	if err != nil {
		t.Fatal(err)
	}
	old := reread(t, reader, aPlan(1).ID)
	wantStates(t, reader, old, map[State]int{Accepted: 1, Intent: 1, Planned: 1})
	wantLetters(t, reader, old, deflated)
	if old.Digest != digest4 {
		t.Errorf("its digest is %s", old.Digest)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path)
	arrived := func([]Delivery) ([]Event, error) { return []Event{Accept}, nil }
	if got, err := l.Recover(ctx, old, startRun(t, l, old), arrived, during); err != nil || got[Accept] != 1 {
		t.Fatal(got, err)
	}
	if _, err := l.Freeze(ctx, aPlan(2), aLetter(3000, 0), seq(longLetters(12))); err != nil {
		t.Fatal(err)
	}
	wantLetters(t, l, reread(t, l, aPlan(2).ID), blocks)
	wantLetters(t, l, reread(t, l, aPlan(1).ID), deflated)
}

// wantLetters wants a plan whole, and its letters packed in one way, each as it was frozen:
// also where letters of another plan, packed otherwise, were read before.
func wantLetters(t *testing.T, l *Ledger, p Stored, how packing) {
	t.Helper()
	if err := l.Verify(ctx, p); err != nil || p.packing != how {
		t.Errorf("%s, packed by %q: %v", p.ID, p.packing, err)
	}
	want := longLetters(12)
	for _, d := range rows(t, l, p) {
		if d.Standing != notify.Mailed {
			continue
		}
		if m, err := l.Message(ctx, p, d); err != nil || !bytes.Equal(m, want[d.Row-1].Message) {
			t.Errorf("the letter of row %d of %s: %d octets, %v", d.Row, p.ID, len(m), err)
		}
	}
	if sizes := texts(t, l, "SELECT octets > 10 * length(message) FROM letters"); slices.Contains(sizes, "0") {
		t.Errorf("letters are not packed: %v", sizes)
	}
}

package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
)

func openRaw(path string) (*sql.DB, error) { return database.Open(ctx, path) }

// forget is what forgetting a row comes to.
const forget = `UPDATE deliveries SET erased = '2026-06-01T00:00:00Z' WHERE plan = 1 AND row = ?1;
	DELETE FROM recipients WHERE plan = 1 AND row = ?1; DELETE FROM letters WHERE plan = 1 AND row = ?1`

// TestForgottenStillVerifies: without the names, addresses and letters of some rows, or of
// all, the plan's digest can still be computed, and everything that is left is still held
// to it.
func TestForgottenStillVerifies(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(8))
	exec_(t, l, "UPDATE deliveries SET state = 'accepted' WHERE state = 'planned'")
	for row := 1; row <= 8; row++ {
		exec_(t, l, forget, row)
		if err := l.Verify(ctx, p); err != nil {
			t.Fatalf("row %d is forgotten: %v", row, err)
		}
	}
	for _, d := range rows(t, l, p) {
		if d.Name != "" || d.Address != "" || d.Reason != "" || d.Trace != nil || d.MessageID != "" || d.Digest != "" || d.Tailnet == "" || d.Erased == "" {
			t.Errorf("of a row that was forgotten there is %+v", d)
		}
		if m, err := l.Message(ctx, p, d); !errors.Is(err, ErrForgotten) || m != nil {
			t.Errorf("a letter that was forgotten: %q, %v", m, err)
		}
	}
	if a, err := l.Account(ctx, p); err != nil || a.Counts.Affected() != 8 || a.Letters[Accepted] != 2 {
		t.Errorf("%+v, %v", a, err)
	}
	exec_(t, l, "UPDATE deliveries SET nodes = nodes + 1 WHERE row = 3")
	if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed row among the forgotten: %v", err)
	}
}

// TestForgettingIsNoExcuse is F51: what only looks forgotten is a change.
func TestForgettingIsNoExcuse(t *testing.T) {
	for what, query := range map[string]string{
		"only said":             "UPDATE deliveries SET erased = 'x' WHERE row = 2",
		"not said":              "DELETE FROM recipients WHERE row = 2",
		"its letter is kept":    "UPDATE deliveries SET erased = 'x', state = 'accepted' WHERE row = 1; DELETE FROM recipients WHERE row = 1",
		"it is still to be out": "UPDATE deliveries SET erased = 'x' WHERE row = 1; DELETE FROM recipients WHERE row = 1; DELETE FROM letters WHERE row = 1",
		"it is begun":           "UPDATE deliveries SET erased = 'x', state = 'intent' WHERE row = 1; DELETE FROM recipients WHERE row = 1; DELETE FROM letters WHERE row = 1",
		"another commitment":    "UPDATE deliveries SET erased = 'x', commitment = 'x' WHERE row = 2; DELETE FROM recipients WHERE row = 2",
		"another's recipient":   "UPDATE recipients SET row = 100 - row WHERE row IN (3, 97); DELETE FROM recipients WHERE row = 2; UPDATE recipients SET row = 2 WHERE row = 97; UPDATE deliveries SET erased = 'x' WHERE row = 3",
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(4))
		exec_(t, l, query)
		if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestWhatIsLeftTellsNothing is F53: once a row is forgotten, no octet of its name, its
// address, its letter or their digests is in the file, and what stays cannot confirm a
// guess without the salt.
func TestWhatIsLeftTellsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(ctx, path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	all := entries(4)
	all[0].Name, all[0].Address = "Planted Name", "planted@t.example"
	all[0].Trace = []string{"planted trace"}
	p := freeze(t, l, aPlan(1), all)
	kept := rows(t, l, p)[0]
	exec_(t, l, "PRAGMA secure_delete = ON; UPDATE deliveries SET state = 'accepted' WHERE state = 'planned'")
	exec_(t, l, forget, 1)
	exec_(t, l, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Planted Name", "planted@", "planted trace", kept.MessageID, kept.Digest, string(kept.salt), string(all[0].Message)} {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%q is left", secret)
		}
	}
	if !bytes.Contains(data, []byte(kept.commitment)) {
		t.Error("the commitment is gone")
	}
	if notify.Commitment(nil, all[0]) == kept.commitment || notify.Commitment(make([]byte, notify.SaltOctets), all[0]) == kept.commitment {
		t.Error("who guesses right can tell without the salt")
	}
}

// TestSaltsAreRandom: no two rows share a salt, in one plan or in two of the same rows; and
// a plan that cannot be salted is not frozen.
func TestSaltsAreRandom(t *testing.T) {
	l := newLedger(t)
	seen := make(map[string]bool)
	for number := 1; number <= 2; number++ {
		for _, d := range rows(t, l, freeze(t, l, aPlan(number), entries(50))) {
			if len(d.salt) != notify.SaltOctets || seen[string(d.salt)] || seen[d.commitment] {
				t.Fatalf("row %d has the salt %x, the commitment %s", d.Row, d.salt, d.commitment)
			}
			seen[string(d.salt)], seen[d.commitment] = true, true
		}
	}
	l = newLedger(t)
	l.salts = bytes.NewReader(make([]byte, 3*notify.SaltOctets+31))
	if _, err := l.Freeze(ctx, aPlan(1), pattern, seq(entries(4))); err == nil {
		t.Error("a plan was frozen without salts")
	}
	if plans, err := l.Plans(ctx, ""); len(plans) != 0 || err != nil {
		t.Errorf("%v, %v", plans, err)
	}
}

// TestSameSaltsSameDigest: nothing of this machine or of this moment is in a plan's digest.
func TestSameSaltsSameDigest(t *testing.T) {
	var digests [2]string
	for i := range digests {
		l := newLedger(t)
		l.salts = bytes.NewReader(bytes.Repeat([]byte("salt"), 1000))
		digests[i] = freeze(t, l, aPlan(1), entries(8)).Digest
	}
	if digests[0] != digests[1] {
		t.Errorf("%q", digests)
	}
}

// TestOneAddressOfTwo is F28: two tailnets with one address have a row and a letter each.
func TestOneAddressOfTwo(t *testing.T) {
	l := newLedger(t)
	all := entries(5)
	all[4].Address = all[0].Address
	p := freeze(t, l, aPlan(1), all)
	letters, err := l.InState(ctx, p, Planned, 9)
	if err != nil || len(letters) != 2 || letters[0].Address != letters[1].Address || letters[0].MessageID == letters[1].MessageID {
		t.Fatalf("%+v, %v", letters, err)
	}
	for i, row := range []int{0, 4} {
		if m, err := l.Message(ctx, p, letters[i]); err != nil || string(m) != fmt.Sprintf("To: o%d@t.example\r\n\r\nletter %d\r\n", row, row) {
			t.Errorf("%q, %v", m, err)
		}
	}
}

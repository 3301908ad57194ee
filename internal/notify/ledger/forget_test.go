package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
)

func openRaw(path string) (*sql.DB, error) { return database.Open(ctx, path) }

// past is after the deadline of every plan of these tests.
var past = created.Add(notify.Lifetime + time.Hour)

// forgettable is a plan of which nothing is open: all letters are out, and who had no
// letter was told.
func forgettable(t *testing.T, l *Ledger, entries []notify.Entry) Stored {
	t.Helper()
	p := freeze(t, l, aPlan(1), entries)
	sendAll(t, l, p)
	for _, d := range rows(t, l, p) {
		if d.Standing != notify.Unreachable && d.Standing != notify.Undetermined {
			continue
		}
		if err := l.Settle(ctx, p, d, Settlement{How: Told, Who: "Planted Operator", Why: "planted reason", At: during}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// TestForgottenStillVerifies: without names, addresses and letters the plan's digest and
// its chain can still be computed, and everything that is left is still held to them.
func TestForgottenStillVerifies(t *testing.T) {
	l := newLedger(t)
	p := forgettable(t, l, entries(8))
	for range 2 {
		if err := errors.Join(l.Forget(ctx, p, past), l.Scrub(ctx), l.Verify(ctx, p)); err != nil {
			t.Fatal(err)
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
	for what, change := range map[string]string{
		"a row":        "UPDATE deliveries SET nodes = nodes + 1 WHERE row = 3",
		"a state":      "UPDATE deliveries SET state = 'rejected' WHERE row = 1",
		"an event":     "UPDATE events SET text = replace(text, 'rows 8', 'rows 9') WHERE seq = (SELECT max(seq) FROM events)",
		"a settlement": "UPDATE settlements SET who = 'x' WHERE seq = (SELECT min(seq) FROM settlements)",
		"a reply":      "INSERT INTO replies (plan, row, queue, text, wire) VALUES (1, 1, '', '', '')",
	} {
		if err := verifyChanged(t, l, p, change); !errors.Is(err, ErrChanged) {
			t.Errorf("%s is changed among the forgotten: %v", what, err)
		}
	}
}

// verifyChanged verifies a plan as it is after a change, which it takes back.
func verifyChanged(t *testing.T, l *Ledger, p Stored, change string) error {
	t.Helper()
	exec_(t, l, "BEGIN")
	defer exec_(t, l, "ROLLBACK")
	exec_(t, l, change)
	return l.Verify(ctx, p)
}

// TestForgettingIsNoExcuse is F51: what only looks forgotten is a change.
func TestForgettingIsNoExcuse(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4))
	for what, query := range map[string]string{
		"only said":             "UPDATE deliveries SET erased = 'x' WHERE row = 2",
		"not said":              "DELETE FROM recipients WHERE row = 2",
		"said and done":         "UPDATE deliveries SET erased = '2026-06-01T00:00:00Z' WHERE row = 2; DELETE FROM recipients WHERE row = 2",
		"its letter is kept":    "UPDATE deliveries SET erased = 'x', state = 'accepted' WHERE row = 1; DELETE FROM recipients WHERE row = 1",
		"it is still to be out": "UPDATE deliveries SET erased = 'x' WHERE row = 1; DELETE FROM recipients WHERE row = 1; DELETE FROM letters WHERE row = 1",
		"another commitment":    "UPDATE deliveries SET erased = 'x', commitment = 'x' WHERE row = 2; DELETE FROM recipients WHERE row = 2",
	} {
		if err := verifyChanged(t, l, p, query); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// TestNotToBeForgotten: a plan whose letters may still go out, or that somebody has to see
// to, is kept, and so is one whose digest covers the names.
func TestNotToBeForgotten(t *testing.T) {
	l := newLedger(t)
	done := forgettable(t, l, entries(8))
	open := aPlan(1)
	open.ID.Bulletin = "TS-2026-008"
	unsettled := freeze(t, l, open, entries(8))
	sendAll(t, l, unsettled)
	var kept *KeptError
	for what, err := range map[string]error{
		"before its deadline": l.Forget(ctx, done, done.Deadline),
		"open":                l.Forget(ctx, unsettled, past),
	} {
		if !errors.As(err, &kept) || what == "open" && kept.Open != 4 {
			t.Errorf("%s: %v", what, err)
		}
	}
	old := mustOpen(t, ofSchema1(t))
	first, err := old.Plan(ctx, aPlan(1).ID)
	if err == nil {
		err = old.Forget(ctx, first, past)
	}
	if !errors.As(err, &kept) || !strings.Contains(err.Error(), "digests cover the names") {
		t.Errorf("of the first schema: %v", err)
	}
	for _, p := range []Stored{done, unsettled} {
		for _, d := range rows(t, l, p) {
			if d.Erased != "" || d.Name == "" {
				t.Errorf("%s has forgotten row %d", p.ID, d.Row)
			}
		}
	}
}

// TestWhatIsLeftTellsNothing is F53: once a plan is forgotten, no octet of a name, an
// address, a letter, their digests, of what a server said or of who settled what is in the
// file or beside it, and what stays cannot confirm a guess without the salt.
func TestWhatIsLeftTellsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := mustOpen(t, path)
	planted := entries(40)
	for i := range planted {
		planted[i].Name, planted[i].Trace = fmt.Sprintf("Planted Name %d", i), []string{fmt.Sprintf("planted trace %d", i)}
	}
	p := freeze(t, l, aPlan(1), planted)
	r := startRun(t, l, p)
	letters := claimSome(t, l, p, r, 99)
	var outcomes []Outcome
	for _, d := range letters {
		outcomes = append(outcomes, Outcome{Letter: d, Event: Reject, Reply: Reply{550, "5.1.1", "planted reply", "PLANTEDQ"}})
	}
	if err := l.Commit(ctx, p, r, outcomes, nil, during); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"Planted Name", "planted trace", "planted reply", "PLANTEDQ", "Planted Operator", "planted reason", "o0@t.example", "o36@t.example"}
	var kept Delivery
	for _, d := range rows(t, l, p) {
		if d.Standing != notify.NotRequired {
			if err := l.Settle(ctx, p, d, Settlement{How: Told, Who: "Planted Operator", Why: "planted reason", At: during}); err != nil {
				t.Fatal(err)
			}
		}
		secrets = append(secrets, string(d.salt))
		if d.Standing == notify.Mailed {
			secrets, kept = append(secrets, d.MessageID, d.Digest), d
		}
	}
	for _, s := range secrets {
		if !inFiles(t, path, s) {
			t.Errorf("%q was not even there before", s)
		}
	}
	if err := errors.Join(l.Forget(ctx, p, past), l.Scrub(ctx), l.Verify(ctx, p)); err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if inFiles(t, path, s) {
			t.Errorf("%q is left", s)
		}
	}
	if !inFiles(t, path, kept.commitment) {
		t.Error("the commitment is gone")
	}
	e := kept.Entry
	if notify.Commitment(nil, e) == kept.commitment || notify.Commitment(make([]byte, notify.SaltOctets), e) == kept.commitment {
		t.Error("who guesses right can tell without the salt")
	}
}

// TestForgottenBesideAReader is F53: while somebody reads the ledger as it was, its files keep what
// was erased, and nobody is told otherwise. To scrub again once they have ended finishes it.
func TestForgottenBesideAReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := mustOpen(t, path)
	p := forgettable(t, l, entries(400))
	name := rows(t, l, p)[0].Name
	exec_(t, l, "PRAGMA busy_timeout = 0") // to be waited for takes no part in this
	reader, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	reads, err := reader.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reads.QueryRow("SELECT count(*) FROM recipients").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if err := l.Forget(ctx, p, past); err != nil {
		t.Fatal(err)
	}
	if err := l.Scrub(ctx); !errors.Is(err, ErrInUse) || !inFiles(t, path, name) {
		t.Errorf("beside a reader: %v", err)
	}
	if err := errors.Join(reads.Rollback(), l.Scrub(ctx), l.Verify(ctx, p), reader.Close()); err != nil || inFiles(t, path, name) {
		t.Errorf("once they have ended: %v, and the name is there: %v", err, inFiles(t, path, name))
	}
}

// TestHolder: who has a ledger is named, and nobody is where nobody has; looking keeps it from
// nobody.
func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(ctx, path, "sending TS-2026-007/1")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Holder(path), fmt.Sprintf("pid %d: sending TS-2026-007/1", os.Getpid()); got != want {
		t.Errorf("it is held by %q, want %q", got, want)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := Holder(path); got != "" {
		t.Errorf("nobody has it, and it is held by %q", got)
	}
	mustOpen(t, path)
}

// inFiles reports whether a text stands in the ledger, or in any file beside it.
func inFiles(t *testing.T, path, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			return true
		}
	}
	return false
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

package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
)

var approvalsOfPlan = []notify.Approval{
	{Fingerprint: "SHA256:a1", Principal: "alice@example.com", Role: notify.Planning, At: time.Date(2026, 5, 4, 9, 10, 0, 0, time.UTC), Statement: []byte("I made it"), Signature: []byte{1, 2, 3}},
	{Fingerprint: "SHA256:bob", Principal: "bob@example.com", Role: notify.Approving, At: time.Date(2026, 5, 4, 9, 10, 0, 0, time.UTC), Statement: []byte("I approve"), Signature: []byte{4, 5, 6}},
	{Fingerprint: "SHA256:a1", Principal: "alice@example.com", Role: notify.BreakingGlass, Reason: "bob fell asleep", At: time.Date(2026, 5, 4, 9, 20, 0, 0, time.UTC), Statement: []byte("I alone"), Signature: []byte{7, 8, 9}},
}

func approved(t *testing.T) (*Ledger, Stored) {
	t.Helper()
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	for _, a := range approvalsOfPlan {
		if err := l.Approve(t.Context(), p, a); err != nil {
			t.Fatal(err)
		}
	}
	return l, p
}

// Approvals are kept in their order, each once, and stand in the plan's chain.
func TestApprovalsAreKept(t *testing.T) {
	l, p := approved(t)
	kept, err := l.Approvals(t.Context(), p)
	if diff := cmp.Diff(approvalsOfPlan, kept); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if err := l.Verify(t.Context(), p); err != nil {
		t.Errorf("an approved plan: %v", err)
	}
	if err := l.Approve(t.Context(), p, approvalsOfPlan[1]); err == nil {
		t.Error("one key approves twice")
	}
	decided, err := l.Decided(t.Context(), p)
	rows := 0
	for _, d := range decided {
		rows += d.Rows
	}
	if err != nil || rows != 12 {
		t.Errorf("%+v, %v", decided, err)
	}
	next := freeze(t, l, aPlan(2), entries(12))
	if err := l.Approve(t.Context(), p, notify.Approval{Fingerprint: "SHA256:carol", Role: notify.Approving, Statement: []byte{1}, Signature: []byte{1}}); err == nil || !strings.Contains(err.Error(), next.ID.String()) {
		t.Errorf("a superseded plan is approved: %v", err)
	}
	if kept, err := l.Approvals(t.Context(), next); err != nil || len(kept) != 0 {
		t.Errorf("approvals of another plan: %+v, %v", kept, err)
	}
}

// TestApprovalFlips changes one bit of a stored approval, a hundred times and with
// TOCSIN_SOAK=1 a thousand times, or takes one away: no ledger is taken for whole (F43, F44).
func TestApprovalFlips(t *testing.T) {
	l, p := approved(t)
	dice := newChance(t)
	columns := []string{"fingerprint", "role", "principal", "reason", "at", "statement", "signature", "seal", "number", "plan"}
	for i := range dice.times(1000, 100) {
		column, number := columns[dice.IntN(len(columns))], 1+dice.IntN(len(approvalsOfPlan))
		var old any
		if err := l.db.QueryRowContext(t.Context(), "SELECT "+column+" FROM approvals WHERE number = ?", number).Scan(&old); err != nil {
			t.Fatal(err)
		}
		changed := flipped(dice, old)
		if fmt.Sprint(changed) == fmt.Sprint(old) {
			continue
		}
		exec_(t, l, "PRAGMA foreign_keys = OFF")
		exec_(t, l, "UPDATE OR IGNORE approvals SET "+column+" = ? WHERE number = ?", changed, number)
		_, readErr := l.Approvals(t.Context(), p)
		verifyErr := l.Verify(t.Context(), p)
		if column != "plan" && !errors.Is(readErr, ErrChanged) || !errors.Is(verifyErr, ErrChanged) {
			t.Errorf("flip %d, %s of approval %d, %v to %v: %v, %v", i, column, number, old, changed, readErr, verifyErr)
		}
		if column == "number" || column == "plan" {
			exec_(t, l, "UPDATE approvals SET "+column+" = ? WHERE "+column+" = ?", old, changed)
		} else {
			exec_(t, l, "UPDATE approvals SET "+column+" = ? WHERE number = ?", old, number)
		}
		if err := l.Verify(t.Context(), p); err != nil {
			t.Fatalf("flip %d was not put back: %v", i, err)
		}
	}
	exec_(t, l, "DELETE FROM approvals WHERE number = 3")
	if err := l.Verify(t.Context(), p); !errors.Is(err, ErrChanged) {
		t.Errorf("an approval that was taken away: %v", err)
	}
}

// flipped is a value with one bit changed.
func flipped(dice chance, value any) any {
	flip := func(text []byte) []byte {
		text = bytes.Clone(text)
		if len(text) > 0 {
			text[dice.IntN(len(text))] ^= 1 << dice.IntN(7) // ASCII stays ASCII: SQLite has no other texts
		}
		return text
	}
	switch v := value.(type) {
	case int64:
		return v + 8<<dice.IntN(8) // no number that another row has
	case []byte:
		return flip(v)
	case string:
		return string(flip([]byte(v)))
	}
	return value
}

// Without leave the export names nobody who signed; with it, it holds what verifies.
func TestApprovalsAreExported(t *testing.T) {
	l, p := approved(t)
	for _, personal := range []bool{false, true} {
		var out bytes.Buffer
		if err := l.exportApprovals(t.Context(), p, personal, json.NewEncoder(&out)); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if strings.Count(text, "\n") != 3 || strings.Contains(text, "alice@") != personal || strings.Contains(text, "asleep") != personal {
			t.Errorf("personal %v:\n%s", personal, text)
		}
	}
}

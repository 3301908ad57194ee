package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tables are those of a ledger, each with what one row of it is found by.
var tables = map[string]string{
	"plans": "plan", "deliveries": "plan, row", "recipients": "plan, row", "letters": "plan, row", "events": "plan, seq",
	"runs": "plan, run", "replies": "plan, row", "settlements": "plan, seq",
}

// keys are what names a plan within the file alone: an export does not have them.
var keys = []string{"plans.plan", "deliveries.plan", "recipients.plan"}

// TestVerifyFindsFlippedBits is F51: any byte of any sealed column, and of any
// letter, is found, and named as a change of the ledger. Of the changes to tables of many
// rows one in ten is tried, and with TOCSIN_SOAK=1 every one.
func TestVerifyFindsFlippedBits(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	other := aPlan(1)
	other.ID.Bulletin = "TS-2026-008"
	freeze(t, l, other, nil)
	exec_(t, l, "PRAGMA synchronous = OFF") // thousands of commits, none of which has to last
	flips, dice := 0, newChance(t)
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		by, few := tables[table], 10
		for _, column := range columnsOf(t, l, table) {
			if slices.Contains(keys, table+"."+column) {
				continue
			}
			keys := rowsOf(t, l, table, by)
			if len(keys) == 1 {
				few = 1
			}
			for _, key := range keys {
				flips += flipColumn(t, l, p, table, column, key, func() bool { return dice.takes(few) })
			}
		}
	}
	t.Logf("%d flips", flips)
	if flips < 1000 {
		t.Errorf("only %d flips", flips)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Errorf("everything is back in its place, and %v", err)
	}
}

func columnsOf(t *testing.T, l *Ledger, table string) (columns []string) {
	t.Helper()
	columns = texts(t, l, "SELECT name FROM pragma_table_info(?)", table)
	if len(columns) < 3 {
		t.Fatalf("%s has the columns %q", table, columns)
	}
	return columns
}

// rowsOf lists conditions, each of which picks one row of the plan.
func rowsOf(t *testing.T, l *Ledger, table, keys string) []string {
	if keys == "plan" {
		return []string{"plan = 1"}
	}
	_, key, _ := strings.Cut(keys, ", ")
	return texts(t, l, "SELECT 'plan = 1 AND "+key+" = ' || "+key+" FROM "+table+" WHERE plan = 1")
}

func texts(t *testing.T, l *Ledger, query string, args ...any) (out []string) {
	t.Helper()
	found, err := l.db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var text string
		if err := found.Scan(&text); err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

// flipColumn changes one bit of each byte of a value, or a number, and wants each
// change found.
func flipColumn(t *testing.T, l *Ledger, p Stored, table, column, where string, tries func() bool) (flips int) {
	t.Helper()
	var value any
	if err := l.db.QueryRow("SELECT " + column + " FROM " + table + " WHERE " + where).Scan(&value); err != nil {
		t.Fatal(err)
	}
	set := func(key string, v any) error {
		_, err := l.db.Exec("UPDATE "+table+" SET "+column+" = ? WHERE "+key, v)
		return err
	}
	for i, changed := range changes(value) {
		if !tries() || fmt.Sprint(changed) == fmt.Sprint(value) || set(where, changed) != nil {
			continue // no change, or one that the schema itself refuses
		}
		flips++
		after := where
		if strings.Contains(where, column+" = ") {
			after = strings.Replace(where, fmt.Sprintf("%s = %d", column, value), fmt.Sprintf("%s = %d", column, changed), 1)
		}
		found, err := l.Plan(ctx, p.ID)
		if err == nil {
			err = l.Verify(ctx, found)
			if err != nil && !errors.Is(err, ErrChanged) {
				t.Errorf("%s.%s: %v is not ErrChanged", table, column, err)
			}
		}
		if err == nil {
			t.Errorf("%s.%s where %s: %q for %q passed (change %d)", table, column, where, changed, value, i)
		}
		if err := set(after, value); err != nil {
			t.Fatal(err)
		}
	}
	return flips
}

// changes are the values that one flipped bit makes of a value; of the bits of each
// byte another one each time, and of a long text every seventh byte.
func changes(value any) (out []any) {
	switch v := value.(type) {
	case int64:
		return []any{v + 1, v + 64, v ^ 1<<20}
	case string:
		for i := 0; i < len(v); i += 1 + 6*(len(v)/100) {
			b := []byte(v)
			b[i] ^= 1 << (i % 8)
			out = append(out, string(b))
		}
		return append(out, v+"x", "")
	case []byte:
		for i := range v {
			b := slices.Clone(v)
			b[i] ^= 1 << (i % 8)
			out = append(out, b)
		}
		return append(out, append(slices.Clone(v), 0), []byte{})
	}
	return nil
}

// TestVerifyFindsLostAndSwappedRows is F51.
func TestVerifyFindsLostAndSwappedRows(t *testing.T) {
	for what, query := range map[string]string{
		"a row lost":        "DELETE FROM deliveries WHERE row = 3",
		"the last row lost": "DELETE FROM deliveries WHERE row = 8",
		"a letter lost":     "DELETE FROM letters WHERE row = 5",
		"letters exchanged": "UPDATE letters SET message = (SELECT message FROM letters AS o WHERE o.row = 6 - letters.row)",
		"a letter too many": "INSERT INTO letters (plan, row, octets, message) VALUES (1, 2, 1, X'78')",
		"a row too many": "INSERT INTO deliveries (plan, row, tailnet, standing, clauses, missing, nodes, state, changed, commitment) SELECT plan, 9, 't999', standing, clauses, missing, nodes, state, changed, commitment FROM deliveries WHERE row = 2; " +
			"INSERT INTO recipients SELECT plan, 9, name, address, reason, trace, salt, message_id, digest FROM recipients WHERE row = 2",
		"a recipient lost":     "DELETE FROM recipients WHERE row = 3",
		"a salt lost":          "UPDATE recipients SET salt = x'' WHERE row = 3",
		"commitments swapped":  "UPDATE deliveries SET commitment = (SELECT commitment FROM deliveries AS o WHERE o.row = 5 - deliveries.row) WHERE row IN (2, 3)",
		"the pattern lost":     "UPDATE plans SET pattern = x''",
		"another form":         "UPDATE plans SET form = 1",
		"an older form":        "UPDATE plans SET form = 2",
		"no form":              "UPDATE plans SET form = 4",
		"recipients exchanged": "UPDATE recipients SET row = 100 - row WHERE row IN (2, 3); UPDATE recipients SET row = row - 95 WHERE row > 9",
		"a state of no word":   "UPDATE deliveries SET state = 'done' WHERE row = 1",
		"a letterless state":   "UPDATE deliveries SET state = 'none' WHERE row = 1",
		"a state of a letter":  "UPDATE deliveries SET state = 'planned' WHERE row = 2",
		"a gap in the rows":    "UPDATE deliveries SET row = 9 WHERE row = 8",
		"rows exchanged":       "UPDATE deliveries SET row = 100 - row WHERE standing <> 'mailed'",
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(8))
		exec_(t, l, query)
		p, err := l.Plan(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestChangedLetterIsNotHandedOut is F51 and F44.
func TestChangedLetterIsNotHandedOut(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4))
	exec_(t, l, "UPDATE letters SET message = CAST(message || 'x' AS BLOB)")
	letters, err := l.InState(ctx, p, Planned, 1)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := l.Message(ctx, p, letters[0]); !errors.Is(err, ErrChanged) || m != nil {
		t.Errorf("%q, %v", m, err)
	}
}

// TestChangedHeadIsNamed is F51: a head that makes no sense any more is the ledger's
// change, and not a fault of some format.
func TestChangedHeadIsNamed(t *testing.T) {
	for _, change := range []string{"inputs = '{'", "tables = '['", "created = 'x'", "deadline = '2026-13-01'"} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(2))
		exec_(t, l, "UPDATE plans SET "+change)
		if _, err := l.Plan(ctx, p.ID); !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), p.ID.String()) {
			t.Errorf("%s: %v", change, err)
		}
	}
}

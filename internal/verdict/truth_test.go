package verdict

import (
	"slices"
	"testing"
)

// Kleene's strong logic, each table written out (F18).
func TestKleene(t *testing.T) {
	const u, n, y = Unknown, No, Yes
	for _, row := range []struct{ a, b, and, or Truth }{
		{y, y, y, y}, {y, n, n, y}, {y, u, u, y},
		{n, y, n, y}, {n, n, n, n}, {n, u, n, u},
		{u, y, u, y}, {u, n, n, u}, {u, u, u, u},
	} {
		if got := And(row.a, row.b); got != row.and {
			t.Errorf("%s and %s is %s, want %s", row.a, row.b, got, row.and)
		}
		if got := Or(row.a, row.b); got != row.or {
			t.Errorf("%s or %s is %s, want %s", row.a, row.b, got, row.or)
		}
		if got := Or(row.a, n, row.b, n); got != row.or {
			t.Errorf("no changes %s or %s into %s", row.a, row.b, got)
		}
		if got := And(y, row.a, y, row.b); got != row.and {
			t.Errorf("yes changes %s and %s into %s", row.a, row.b, got)
		}
	}
	for a, want := range map[Truth]Truth{y: n, n: y, u: u} {
		if got := a.Not(); got != want {
			t.Errorf("not %s is %s, want %s", a, got, want)
		}
	}
	if And() != Yes || Or() != No {
		t.Error("of no parts, all hold and none does")
	}
	if Of(true) != Yes || Of(false) != No {
		t.Error("a boolean became another truth")
	}
	var forgotten Truth
	if forgotten != Unknown || forgotten.String() != "unknown" || Yes.String() != "yes" || No.String() != "no" {
		t.Error("what was forgotten must be unknown")
	}
}

// A caller's slice is the caller's: Or once turned every value of it round.
func TestPartsStayAsTheyWere(t *testing.T) {
	for _, parts := range [][]Truth{{No, Yes, Unknown}, {No, Unknown}, {Yes, Unknown}} {
		want := slices.Clone(parts)
		Or(parts...)
		And(parts...)
		if !slices.Equal(parts, want) {
			t.Errorf("%v became %v", want, parts)
		}
	}
}

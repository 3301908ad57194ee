package bulletin

import "testing"

func pattern(t *testing.T, text string) Pattern {
	t.Helper()
	p, err := ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPatterns(t *testing.T) {
	for _, text := range []string{DefaultPattern, "A-{year}-{number:1}", "EX9-{year}-{number:9}", "EX-SA-{year}-{number:4}", "EX-2-{year}-{number:4}", "ABCDEFGHIJKLMNOP-{year}-{number:3}"} {
		if got := pattern(t, text).String(); got != text {
			t.Errorf("%s prints as %s", text, got)
		}
	}
	for _, text := range []string{
		"", "TS", "TS-{year}", "TS-{number:3}", "TS-{number:3}-{year}", "TS-{year}{number:3}", "{year}-{number:3}", "-{year}-{number:3}",
		"ts-{year}-{number:3}", "9TS-{year}-{number:3}", "TS_{year}_{number:3}", "TS/{year}/{number:3}", "T S-{year}-{number:3}", "TS-{year}-{number}",
		"TS-{year}-{number:0}", "TS-{year}-{number:10}", "TS-{year}-{number:-3}", "TS-{year}-{number:3}x", "TS-{year}-{number:3}\n", "xTS-{year}-{number:3}",
		"TS-{Year}-{number:3}", "TS-{year}-{year}-{number:3}", "EX-SA-B-{year}-{number:3}", "ÄB-{year}-{number:3}", "ABCDEFGHIJKLMNOPQ-{year}-{number:3}",
	} {
		if p, err := ParsePattern(text); err == nil || p != (Pattern{}) {
			t.Errorf("%q is taken as %s", text, p)
		}
	}
}

// F14: every number of a year has one ID, and every ID of the pattern one number.
func TestPatternNumbers(t *testing.T) {
	for _, c := range []struct {
		pattern      string
		year, number int
		id           ID
	}{
		{DefaultPattern, 2026, 4, "TS-2026-004"},
		{DefaultPattern, 2026, 999, "TS-2026-999"},
		{DefaultPattern, 2026, 1000, "TS-2026-1000"},
		{DefaultPattern, 1, 1, "TS-0001-001"},
		{"TS-{year}-{number:1}", 2026, 4, "TS-2026-4"},
		{"EX-SA-{year}-{number:4}", 2026, 12, "EX-SA-2026-0012"},
		{"EX-2026-{year}-{number:4}", 2027, 12, "EX-2026-2027-0012"},
		{DefaultPattern, 9999, 999999999, "TS-9999-999999999"},
	} {
		p := pattern(t, c.pattern)
		if got := p.ID(c.year, c.number); got != c.id {
			t.Errorf("%s: number %d of %d is %s, want %s", c.pattern, c.number, c.year, got, c.id)
		}
		if year, number, ok := p.Number(c.id); !ok || year != c.year || number != c.number {
			t.Errorf("%s: %s is number %d of %d, %v", c.pattern, c.id, number, year, ok)
		}
	}
	for _, id := range []ID{
		"", "TS", "TS-2026", "TS-2026-", "TS-2026-04", "TS-2026-0004", "TS-2026-4", "TS-26-004", "TS-02026-004", "ts-2026-004", "XTS-2026-004", "T-2026-004",
		"TS-2026-004x", "TS-2026-004\n", "TS--2026-004", "TS-2026--04", "TS-2026-+04", "TS-A-2026-004", "TS-2026-1000000000", "TS-2026-99999999999999999999", "TS-２０２６-004",
	} {
		if year, number, ok := pattern(t, DefaultPattern).Number(id); ok || year != 0 || number != 0 {
			t.Errorf("%q is number %d of %d", id, number, year)
		}
	}
}

// A site whose settings cannot be read has the zero Pattern.
func TestZeroPattern(t *testing.T) {
	var p Pattern
	if p.String() != DefaultPattern || p.ID(2026, 4) != "TS-2026-004" {
		t.Errorf("%s makes %s", p, p.ID(2026, 4))
	}
	if year, number, ok := p.Number("TS-2026-004"); !ok || year != 2026 || number != 4 {
		t.Errorf("%d %d %v", year, number, ok)
	}
}

func TestCompare(t *testing.T) {
	sorted := []ID{"", "AB-2026-1", "TS-2025-999", "TS-2025-1000", "TS-2026-004", "TS-2026-4", "TS-2026-9", "TS-2026-10", "TS-2026-10-A", "TS-A"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := Compare(a, b); got < 0 != (i < j) || got == 0 != (i == j) {
				t.Errorf("Compare(%q, %q) = %d", a, b, got)
			}
		}
	}
}

package bulletin

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// FuzzInstant holds the reading of dates against both layouts, one after the other.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{
		"", "soon", "2026-05-04", "2026-5-4", "2026-05-4 ", "2026-13-01", "2026-02-29", "2024-02-29", "2026-05-04x", "2026-05-04T", "2026-05-04T12:00:00Z", "2026-05-04T1:00:00Z",
		"2026-05-04T12:00:00.5Z", "2026-05-04T12:00:00,5Z", "2026-05-04T12:00:00+02:00", "2026-05-04T24:00:00Z", "2026-05-04t12:00:00z", "0000-01-01", "+2026-05-0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want time.Time
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if at, err := time.Parse(layout, text); err == nil {
				want = at
				break
			}
		}
		if got := Instant(text); !got.Equal(want) || got.String() != want.String() {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	})
}

// FuzzPatternNumber holds the taking apart of IDs against an expression and the making of IDs.
func FuzzPatternNumber(f *testing.F) {
	form := regexp.MustCompile(`^(.+)-([0-9]{4})-([0-9]{1,9})$`)
	patterns := []Pattern{{}, {"TS", 3}, {"A", 1}, {"EX-2026", 4}, {"EX", 9}}
	for _, text := range []string{"", "-", "TS-2026-004", "TS-2026-000", "TS-2026-0004", "TS-2026-04", "TS-2026-1000", "TS-2026-1000000000", "A-0000-0", "A-0001-10", "EX-2026-2027-0012", "EX-2026-123456789", "TS--2026-004", "TS-2026-+04", "TS-2026-004\n", "TS-20-26-004"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range patterns {
			want := fmt.Sprint(0, 0, false)
			if m := form.FindStringSubmatch(text); m != nil {
				year, _ := strconv.Atoi(m[2])
				number, _ := strconv.Atoi(m[3])
				if p.ID(year, number) == ID(text) {
					want = fmt.Sprint(year, number, true)
				}
			}
			if got := fmt.Sprint(p.Number(ID(text))); got != want {
				t.Errorf("%s: %q is %s, want %s", p, text, got, want)
			}
		}
	})
}

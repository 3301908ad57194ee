package site

import (
	"testing"
	"time"
)

// A date is the same whether it was made before or is made now, and whatever stood in its place.
func TestDates(t *testing.T) {
	r := rendererOf(t, small(t))
	east := time.FixedZone("", 9*3600)
	for range 2 {
		for year := range 60 {
			for _, at := range []time.Time{
				day("1960-03-01").AddDate(year, year, year), day("1960-03-01").AddDate(year, 0, 0).Add(90 * time.Minute),
				day("1960-03-01").Add(time.Duration(year) * 256 * 24 * time.Hour), day("1960-03-01").AddDate(year, 0, 0).In(east),
				day("1960-03-01").AddDate(year, 0, 0).Add(time.Nanosecond), time.Date(1960+year, 1, 1, 9, 0, 0, 0, east),
				time.Date(1960+year, 1, 1, 0, 0, 0, 0, east), time.Unix(int64(year-30), 0),
			} {
				u := at.UTC()
				form := time.DateOnly
				if u != u.Truncate(24*time.Hour) {
					form = time.RFC3339
				}
				if got, want := r.date(at), r.newDate(u, form); *got != *want || got.Machine != u.Format(form) {
					t.Fatalf("%s is %v, want %v", at, *got, *want)
				}
			}
		}
	}
	if r.date(time.Time{}) != nil {
		t.Error("no date is a date")
	}
}

package check

import (
	"testing"
	"time"
)

// A year is 365 days of the calendar in UTC, whatever the hour and the zone.
func TestReviews(t *testing.T) {
	last := time.Date(2025, 5, 4, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{last.AddDate(0, 0, 364), ""},
		{last.AddDate(0, 0, 365), ""},
		{last.AddDate(0, 0, 366).Add(-time.Second), ""},
		{last.AddDate(0, 0, 366), "policies/backups.md:1 warning review-due"},
		{last.AddDate(0, 0, 366).In(time.FixedZone("", -12*3600)), "policies/backups.md:1 warning review-due"},
		{last.AddDate(0, 0, 365).In(time.FixedZone("", 14*3600)), ""},
	} {
		l := sample(t, "-- content/policies/backups.md --\nlast_updated: 2025-05-04\n-- content/policies/incident-disclosure.md --\n"+string(samplePolicy(t)))
		delete(l.site, "content/policies/incident-disclosure.md")
		if got := said(walk(t, l, c.at).Done()); got != c.want {
			t.Errorf("at %s: %q, want %q", c.at, got, c.want)
		}
	}
	got := said(problemsOf(t, sample(t, "-- content/policies/backups.md --\n---\ntitle: B\nslug: backups\n---\nB.\n")))
	if want := "policies/backups.md:1 note review-unknown"; got != want {
		t.Errorf("without a day: %q, want %q: not known is not fine", got, want)
	}
}

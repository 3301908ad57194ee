package notify

import (
	"strings"
	"testing"
	"time"
)

// TestBackOnTheList: whoever was told that we could not tell, and is listed again, is told just that:
// no letter of ours has said that it is not affected.
func TestBackOnTheList(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	day := planned.AddDate(0, 0, -8)
	for language, c := range map[string]struct{ dated, undated, never string }{
		"en": {"Our letter of 26 April 2026 said that we could not tell whether this affects you", "We told you last that we could not tell whether this affects you", "does not affect you"},
		"de": {"In unserem Brief vom 26. April 2026 stand, dass wir nicht sagen können, ob es Sie betrifft", "Wir haben Ihnen zuletzt gesagt, dass wir nicht sagen können, ob es Sie betrifft", "nicht oder nicht mehr betrifft"},
	} {
		of.Language = language
		for at, want := range map[time.Time]string{day: c.dated, {}: c.undated} {
			row := aRow(t, severe(), of, node)
			row.Cleared, row.Unlisted, row.Replaces = true, true, at
			text := strings.Join(strings.Fields(write(t, desk(severe()), row).Text), " ")
			if !strings.Contains(text, want) || strings.Contains(text, c.never) {
				t.Errorf("%s: want %q, and not %q:\n%s", language, want, c.never, text)
			}
		}
	}
}

package bulletin

import (
	"testing"
	"time"

	"tocsin/internal/source"
)

// TestTurnsOfHeaders: a date that is still to come ends what is remembered of a bulletin, in
// whatever key it stands; so does a spelling in which nobody can see one.
func TestTurnsOfHeaders(t *testing.T) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	day := time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Time{
		"next_update: 2026-06-25\n":                    day,
		"next_update: \"2026-06-25\"\n":                day,
		"any: [2027-01-01, 2026-06-25]\n":              day,
		"published: 2026-05-01\n":                      {},
		"title: no date\n":                             {},
		"next_update: 2026-06-25T06:00:00Z\n":          day.Add(6 * time.Hour),
		"next_update: \"2026\\u002d06\\u002d25\"\n":    now,
		"title: \"a \\\\ b\"\npublished: 2026-05-01\n": now,
	} {
		body := "See 2026-06-02 and \\.\n"
		b := Bulletin{Source: source.File{Data: []byte(header + body)}, Body: []byte(body)}
		if got := b.Turns(now); !got.Equal(want) {
			t.Errorf("%q turns at %v, want %v", header, got, want)
		}
	}
}

package bulletin

import (
	"testing"
	"time"
)

// Readers are told of a release, of a material revision, and of a withdrawal: of each once,
// at its own date (F59).
func TestAnnounced(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	first := Revision{Version: 1, At: day(2), Material: true}
	typo := Revision{Version: 2, At: day(5)}
	material := Revision{Version: 3, At: day(7), Material: true}
	early := Revision{Version: 2, At: day(1), Material: true}
	taken := &Retraction{At: day(9)}
	for name, c := range map[string]struct {
		b    Bulletin
		want time.Time
	}{
		"released":                         {Bulletin{Status: Public}, day(2)},
		"the release is no revision":       {Bulletin{Status: Public, Revisions: []Revision{first}}, day(2)},
		"a typo":                           {Bulletin{Status: Public, Revisions: []Revision{first, typo}}, day(2)},
		"material":                         {Bulletin{Status: Public, Revisions: []Revision{first, typo, material}}, day(7)},
		"material before the release":      {Bulletin{Status: Public, Revisions: []Revision{early}}, day(2)},
		"withdrawn":                        {Bulletin{Status: Withdrawn, Retraction: taken}, day(9)},
		"withdrawn after a revision":       {Bulletin{Status: Withdrawn, Revisions: []Revision{material}, Retraction: taken}, day(9)},
		"withdrawn, nobody says when":      {Bulletin{Status: Withdrawn}, day(2)},
		"withdrawn at no date":             {Bulletin{Status: Withdrawn, Retraction: &Retraction{}}, day(2)},
		"a withdrawal that was not stated": {Bulletin{Status: Public, Retraction: taken}, day(2)},
	} {
		c.b.Published = day(2)
		if got := c.b.Announced(); !got.Equal(c.want) {
			t.Errorf("%s: told on %s, want %s", name, got.Format(time.DateOnly), c.want.Format(time.DateOnly))
		}
	}
}

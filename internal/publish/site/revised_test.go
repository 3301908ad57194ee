package site

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// TestChange: what a material revision changed, and when to look again, stands before what to do;
// that something changed is in the head, be it on the day of publication.
func TestChange(t *testing.T) {
	published := day("2026-05-03").Add(8 * time.Hour)
	later := published.Add(90 * time.Minute)
	revision := func(version int, at time.Time, material bool) bulletin.Revision {
		return bulletin.Revision{Version: version, At: at, Material: material, Summary: "It concerns <iOS> too."}
	}
	for name, test := range map[string]struct {
		revisions []bulletin.Revision
		head      string
		change    string
	}{
		"never":               {nil, "3 May 2026, 08:00 UTC|", ""},
		"the release":         {[]bulletin.Revision{revision(1, published, true)}, "3 May 2026, 08:00 UTC|", ""},
		"on the same day":     {[]bulletin.Revision{revision(1, published, false), revision(2, later, true)}, "3 May 2026, 08:00 UTC, changed 3 May 2026, 09:30 UTC|", "Changed on 3 May 2026, 09:30 UTC. It concerns &lt;iOS&gt; too."},
		"of the same instant": {[]bulletin.Revision{revision(2, published, true)}, "3 May 2026, 08:00 UTC, changed 3 May 2026, 08:00 UTC|", "Changed on 3 May 2026, 08:00 UTC. It concerns &lt;iOS&gt; too."},
		"a typo, a day later": {[]bulletin.Revision{revision(2, day("2026-05-04"), false)}, "3 May 2026, 08:00 UTC, changed 4 May 2026|", ""},
	} {
		b := bulletin.Bulletin{ID: "TS-2026-020", Title: "A fault", Status: bulletin.Public, Published: published, Revisions: test.revisions,
			NextUpdate: day("2026-11-22").Add(6 * time.Hour), Action: bulletin.Action{Required: verdict.Yes}}
		page := strings.ReplaceAll(pageOf(t, b), "</span> <span>Next", "|Next")
		plain := strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
		plain = strings.NewReplacer(" ,", ",", " |", "|", " .", ".").Replace(plain)
		if want := "TS-2026-020 " + test.head + "Next update: 22 November 2026, 06:00 UTC"; !strings.Contains(plain, want) {
			t.Errorf("%s: no %q in\n%s", name, want, plain)
		}
		before, _, _ := strings.Cut(plain, "Action required: yes")
		if stated := strings.Contains(before, "Changed on"); stated != (test.change != "") || !strings.Contains(before, test.change) {
			t.Errorf("%s: no %q before\n%s", name, test.change, before)
		}
	}
}

// TestTimeOfDay: whatever hour was stated is shown, in UTC, and none that was not.
func TestTimeOfDay(t *testing.T) {
	for language, want := range map[string]string{"en": "22 November 2026, 06:00 UTC", "de": "22. November 2026, 06:00 UTC"} {
		s := small(t)
		s.Language = language
		r, err := New(s.Site)
		if err != nil {
			t.Fatal(err)
		}
		east := time.FixedZone("east", 2*3600)
		got := r.date(time.Date(2026, 11, 22, 8, 0, 0, 0, east))
		if element := `<time datetime="2026-11-22T06:00:00Z">` + want + `</time>`; string(got.Exact) != element {
			t.Errorf("%s: %s, want %s", language, got.Exact, element)
		}
		if strings.Contains(string(got.HTML), "06:00 UTC") {
			t.Errorf("%s: lists of days have the hour: %s", language, got.HTML)
		}
		if whole := r.date(day("2026-11-22")); whole.Exact != whole.HTML {
			t.Errorf("%s: a day is %s", language, whole.Exact)
		}
	}
}

// TestHeadOrder: when to look again, and whether it is exploited, are found before the tables; what
// was done before the text.
func TestHeadOrder(t *testing.T) {
	b := rich()
	b.Exploited = bulletin.Answer{Word: "confirmed"}
	page := pageOf(t, b)
	at := -1
	for _, part := range []string{"Next update: <time", `id="_action"`, "Yes, confirmed", `id="_affected"`, "We ended all sessions.", `<div class="text">`, "Reported to us."} {
		found := strings.Index(page, part)
		if found < at || found < 0 {
			t.Fatalf("%q is at %d, after what stands at %d:\n%s", part, found, at, page)
		}
		at = found
	}
}

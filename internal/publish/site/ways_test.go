package site

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/version"
)

// what is everything that a row can state of its fix, and whether it is of something that we run.
type what struct {
	fixed, channel, unfixed, remedy string
	at                              time.Time // available, or deployed
	hosted                          bool
}

// everyRow is all combinations, of a bulletin that changed last on 3 May 2026.
func everyRow() []what {
	var all []what
	for _, at := range []time.Time{{}, day("2026-05-01"), day("2026-05-03").Add(20 * time.Hour), day("2026-05-04")} {
		for _, remedy := range []string{"", "Turn it off."} {
			for _, unfixed := range []string{"", "It is old."} {
				all = append(all, what{"", "", unfixed, remedy, at, true})
				for _, fixed := range []string{"", "1.5"} {
					for _, channel := range []string{"", "stable", "store", "distro", "rc", "unstable", "of our making"} {
						all = append(all, what{fixed, channel, unfixed, remedy, at, false})
					}
				}
			}
		}
	}
	return all
}

// says is the truth table, in the order in which its lines are asked.
func (w what) says() string {
	early := w.channel == "rc" || w.channel == "unstable" || w.channel == "of our making"
	future, known := w.at.Equal(day("2026-05-04")), !w.at.IsZero()
	switch {
	case w.unfixed != "":
		return "no fix"
	case w.hosted && known && !future && w.remedy != "":
		return "remedy" // the fix is there, and yet users have to do something
	case w.hosted && known && !future:
		return "nothing"
	case w.hosted && future:
		return "expected"
	case w.hosted && w.remedy != "":
		return "remedy"
	case w.hosted:
		return "none stated"
	case w.fixed != "" && early && w.channel == "rc":
		return "rc"
	case early:
		return "unstable"
	case w.fixed == "" && w.remedy != "":
		return "remedy"
	case w.fixed == "":
		return "none stated"
	case !known:
		return "undated"
	case future:
		return "expected"
	}
	return "command"
}

// phrases are what page and feed say in each case, and nobody says in another.
var phrases = map[string]string{
	"no fix": "No fix: It is old.", "expected": "expected on 4 May 2026, as of 3 May 2026.", "none stated": "No fix is stated.",
	"rc": "No fix yet: only in a release candidate, as of 3 May 2026.", "unstable": "No fix yet: only in unstable builds, as of 3 May 2026.",
	"undated": "Update to 1.5 or later: not stated whether it is available, as of 3 May 2026.",
	"command": "sudo apt install example-client=1.5 then you have 1.5 or later",
}

// TestWays is the truth table of how users get rid of a vulnerability: nothing that is not known
// to be out reads as if it were (F28), on the page and in feeds.
func TestWays(t *testing.T) {
	r, err := New(small(t).Site)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range everyRow() {
		t.Run(fmt.Sprintf("%+v", w), func(t *testing.T) {
			if w.channel == "rc" && w.fixed == "" {
				t.Skip("a release candidate of no version")
			}
			page, entry := bothOf(t, r, w.row())
			for from, text := range map[string]string{"page": page, "feed": entry} {
				for kind, phrase := range phrases {
					if says := strings.Contains(text, phrase); says != (kind == w.says()) {
						t.Errorf("%s: %q is said: %t, want what is %s:\n%s", from, phrase, says, w.says(), text)
					}
				}
				if stated := strings.Contains(text, "Remedy: Turn it off."); stated != (w.remedy != "") {
					t.Errorf("%s: the remedy is said: %t\n%s", from, stated, text)
				}
			}
		})
	}
}

func (w what) row() bulletin.Affected {
	a := bulletin.Affected{Unfixed: w.unfixed, Remedy: w.remedy}
	if w.hosted {
		a.Product, a.Deployed = "coordination-server", w.at
		return a
	}
	a.Product, a.Platforms, a.Available = "client", []string{"linux"}, w.at
	a.Versions, a.Channel = version.Range{Fixed: w.fixed}, w.channel
	return a
}

// bothOf are the banner of a bulletin with one row and its entry up to the tables, as people
// read them.
func bothOf(t *testing.T, r *Renderer, row bulletin.Affected) (banner, entry string) {
	t.Helper()
	x := bulletin.Bulletin{ID: "TS-2026-020", Title: "A fault", Status: bulletin.Public, Published: day("2026-05-03"), Affected: []bulletin.Affected{row}}
	p, err := x.Publish()
	if err != nil {
		t.Fatal(err)
	}
	page, err := r.Bulletin(Notice{Bulletin: p})
	if err != nil {
		t.Fatal(err)
	}
	banner, _, _ = strings.Cut(plainPage(t, string(page.Data)), "Exploited:")
	html, err := r.FeedHTML(Notice{Bulletin: p})
	if err != nil {
		t.Fatal(err)
	}
	html, _, _ = strings.Cut(html, "<table>")
	return banner, strings.NewReplacer(" .", ".").Replace(strings.Join(strings.Fields(tags.ReplaceAllString(html, "")), " "))
}

// entryOf is the entry of a bulletin of 3 May 2026.
func entryOf(t *testing.T, b bulletin.Bulletin) string {
	t.Helper()
	b.ID, b.Title, b.Status, b.Published = "TS-2026-020", "A fault", bulletin.Public, day("2026-05-03")
	s := small(t)
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins = []bulletin.Published{p}
	return entries(t, s)["TS-2026-020"]
}

// TestHostedRow: the table never says "Fix deployed" of a day that had not come (F28).
func TestHostedRow(t *testing.T) {
	for _, test := range []struct {
		deployed time.Time
		want     string
	}{
		{time.Time{}, "| Not stated|"},
		{day("2026-05-01"), "| 1 May 2026|"},
		{day("2026-05-03").Add(20 * time.Hour), "| 3 May 2026, 20:00 UTC|"},
		{day("2026-05-04"), "| No fix yet: Expected on 4 May 2026|"},
		{day("2026-05-04").Add(6 * time.Hour), "| No fix yet: Expected on 4 May 2026, 06:00 UTC|"},
	} {
		x := bulletin.Bulletin{Affected: []bulletin.Affected{{Product: "coordination-server", Deployed: test.deployed}}}
		if got := said(t, x); !strings.Contains(got, test.want) {
			t.Errorf("%s: no %q in\n%s", test.deployed, test.want, got)
		}
		cell := strings.NewReplacer("| ", "", "|", "</td>").Replace(test.want)
		if got := entryOf(t, x); !strings.Contains(strings.Join(strings.Fields(regexpTime.ReplaceAllString(got, "")), " "), cell) {
			t.Errorf("%s: no %q in the feed\n%s", test.deployed, cell, got)
		}
	}
}

package feed

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// The guids of the sample in each format. Readers have them: a line that changes here
// alerts every reader of every feed again (F59).
func TestGUIDsAreGolden(t *testing.T) {
	var b strings.Builder
	for _, name := range []string{"feed.xml", "atom.xml", "feed.json"} {
		d := found(t, name, must(t, name, ch, sample(t)))
		b.WriteString(name + " " + d.id + "\n\t" + strings.Join(ids(d), "\n\t") + "\n")
	}
	golden := filepath.Join("testdata", "guids.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("guids (-want +got):\n%s", diff)
	}
}

// life is a bulletin with its release and revisions, some of them material.
func life(material ...bool) bulletin.Bulletin {
	b := bulletin.Bulletin{ID: "TS-2026-004", Title: "A fault", Published: day}
	for i, m := range material {
		b.Revisions = append(b.Revisions, bulletin.Revision{Version: i + 1, At: day.AddDate(0, 0, i), Material: m, Summary: "Changed."})
	}
	return b
}

// An edit of anything but the ID, and the move of the whole site, alerts nobody (F59).
func TestEditsChangeNoGUID(t *testing.T) {
	type edited struct {
		b   bulletin.Bulletin
		url string
		ch  Channel
	}
	before := edited{life(false), "https://example.com/b/ts-2026-004/", ch}
	for name, change := range map[string]func(e *edited){
		"title":         func(e *edited) { e.b.Title = "After" },
		"summary":       func(e *edited) { e.b.Summary = "After" },
		"date":          func(e *edited) { e.b.Published = day.AddDate(1, 0, 0) },
		"severity":      func(e *edited) { e.b.Severity = bulletin.Critical },
		"action":        func(e *edited) { e.b.Action.Required = verdict.Yes },
		"what to do":    func(e *edited) { e.b.Action.Text = "Update." },
		"exploitation":  func(e *edited) { e.b.Exploited.Word = "confirmed" },
		"product":       func(e *edited) { e.b.Affected = []bulletin.Affected{{Product: "client"}} },
		"typo revision": func(e *edited) { e.b = life(false, false) },
		"path":          func(e *edited) { e.url = "https://example.com/elsewhere/ts-2026-004/" },
		"host": func(e *edited) {
			e.url, e.ch.Self, e.ch.Link = "https://example.org/x/", "https://example.org/a", "https://example.org/b"
		},
		"organisation": func(e *edited) { e.ch.Author, e.ch.Title = "Example Systems", "Renamed" },
		"language":     func(e *edited) { e.ch.Language = "de" },
		"feed's name":  func(e *edited) { e.ch.Self = "https://example.com/severity/high/index.xml" },
	} {
		t.Run(name, func(t *testing.T) {
			after := before
			change(&after)
			for name := range formats {
				old := must(t, name, before.ch, []Item{NewItem(published(t, before.b), before.url, "")})
				now := must(t, name, after.ch, []Item{NewItem(published(t, after.b), after.url, "")})
				if bytes.Equal(old, now) && t.Name() != "TestEditsChangeNoGUID/typo_revision" {
					t.Fatal("the change does not show in the feed: this test tests nothing")
				}
				was, is := found(t, name, old), found(t, name, now)
				if !slices.Equal(ids(was), ids(is)) || was.id != is.id {
					t.Errorf("%s: %s %v became %s %v", name, was.id, ids(was), is.id, ids(is))
				}
			}
		})
	}
}

// A material revision is told anew, once and with its own date; any other is not (F59).
func TestMaterialRevision(t *testing.T) {
	for _, c := range []struct {
		b       bulletin.Bulletin
		guid    string
		at      time.Time
		changed time.Time
	}{
		{life(false), "TS-2026-004", day, day},
		{life(true), "TS-2026-004", day, day}, // the release itself
		{life(false, false), "TS-2026-004", day, day.AddDate(0, 0, 1)},
		{life(false, true), "TS-2026-004/r2", day.AddDate(0, 0, 1), day.AddDate(0, 0, 1)},
		{life(false, true, false), "TS-2026-004/r2", day.AddDate(0, 0, 1), day.AddDate(0, 0, 2)},
		{life(false, true, false, true), "TS-2026-004/r4", day.AddDate(0, 0, 3), day.AddDate(0, 0, 3)},
	} {
		i := item(t, c.b, "")
		if i.GUID != c.guid || !i.Announced.Equal(c.at) || !i.Updated.Equal(c.changed) {
			t.Errorf("%d revisions: %s of %s, changed %s, want %s of %s, changed %s",
				len(c.b.Revisions), i.GUID, i.Announced, i.Updated, c.guid, c.at, c.changed)
		}
	}
	later := item(t, bulletin.Bulletin{ID: "TS-2026-005", Title: "Later", Published: day.AddDate(0, 0, 2)}, "")
	feed := must(t, "feed.xml", ch, []Item{later, item(t, life(false, false, false, true), "")})
	if got := ids(found(t, "feed.xml", feed)); !slices.Equal(got, []string{"TS-2026-004/r4", "TS-2026-005"}) {
		t.Errorf("what was told last stands first: %v", got)
	}
}

// A withdrawal is told anew, once, with its own date and nothing of what was said.
func TestWithdrawal(t *testing.T) {
	b := life(false, true)
	b.Status, b.Summary, b.Severity = bulletin.Withdrawn, "A secret.", bulletin.High
	b.Action, b.Exploited.Word = bulletin.Action{Required: verdict.Yes, Text: "A secret."}, "confirmed"
	b.Affected = []bulletin.Affected{{Product: "client"}}
	b.Retraction = &bulletin.Retraction{At: day.AddDate(0, 0, 9), Reason: "It was not so."}
	want := Item{ID: "TS-2026-004", GUID: "TS-2026-004/withdrawn", State: Withdrawn, Title: "A fault", Change: "It was not so.",
		URL: "https://example.com/security-bulletins/ts-2026-004/", Announced: day.AddDate(0, 0, 9), Updated: day.AddDate(0, 0, 9)}
	if diff := cmp.Diff(want, item(t, b, "")); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	b.Retraction = nil
	if got := item(t, b, ""); got.GUID != "TS-2026-004/withdrawn" || !got.Announced.Equal(day) || got.Change != "" {
		t.Errorf("without a reason: %+v", got)
	}
}

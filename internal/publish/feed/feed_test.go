package feed

import (
	"bytes"
	"flag"
	"fmt"
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

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	day = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	ch  = Channel{
		Title:       "Example security bulletins",
		Description: "What <we> fixed & what you have to do",
		Link:        "https://example.com/security-bulletins/",
		Self:        "https://example.com/security-bulletins/index.xml?a=1&b=2",
		Language:    "en",
		Author:      "Example Networks",
		ID:          "https://example.com/security",
		Style:       "/static/feed.css",
	}
)

// formats are all that a channel can be written as.
var formats = map[string]func(Channel, []Item) ([]byte, error){
	"feed.xml": Channel.RSS, "atom.xml": Channel.Atom, "feed.json": Channel.JSON,
}

// readers are the formats again, for reading.
var readers = map[string]format{"feed.xml": rss{}, "atom.xml": atom{}, "feed.json": jsonFeed{}}

func published(t testing.TB, b bulletin.Bulletin) bulletin.Published {
	t.Helper()
	if b.Status == "" {
		b.Status = bulletin.Public
	}
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func item(t testing.TB, b bulletin.Bulletin, content string) Item {
	t.Helper()
	return NewItem(published(t, b), "https://example.com/security-bulletins/"+strings.ToLower(string(b.ID))+"/", content)
}

// sample has one bulletin in each state of its life, and texts that are hard to write.
func sample(t testing.TB) []Item {
	east := time.FixedZone("east", 9*3600)
	client := []bulletin.Affected{{Product: "client"}, {Product: "server"}, {Product: "client"}}
	return []Item{
		item(t, bulletin.Bulletin{ID: "TS-2026-001", Title: "Keys stayed valid", Published: day, Severity: bulletin.High,
			Action: bulletin.Action{Required: verdict.Yes, Text: "Update <all>\n& restart."}, Affected: client,
			Exploited: bulletin.Answer{Word: "confirmed"},
			Summary:   "Removed devices kept access for up to an hour."}, "<p>All of it.</p>\r\n<pre>a ]]> b &amp; c</pre>\r"),
		item(t, bulletin.Bulletin{ID: "TS-2026-003", Title: "Same instant, later id", Published: day.Add(time.Hour).In(east),
			Severity: bulletin.Unrated, Action: bulletin.Action{Required: verdict.No}}, "<p>Same.</p>"),
		item(t, bulletin.Bulletin{ID: "TS-2026-002", Title: "R&D <script> \"quoted\" 日本", Published: day.Add(time.Hour)}, ""),
		item(t, bulletin.Bulletin{ID: "TS-2025-010", Title: "Revised", Published: day.AddDate(0, -4, 0), Summary: "Nodes could see more.",
			Revisions: []bulletin.Revision{{Version: 1, At: day.AddDate(0, -4, 0)},
				{Version: 2, At: day.AddDate(0, 0, -2), Material: true, Summary: "It concerns macOS too."},
				{Version: 3, At: day.AddDate(0, 0, -1), Summary: "A typo."}}}, "<p>More.</p>"),
		item(t, bulletin.Bulletin{ID: "TS-2025-009", Title: "Taken back", Published: day.AddDate(0, -3, 0), Severity: bulletin.Low,
			Status: bulletin.Withdrawn, Summary: "It was not so.", Affected: client, Action: bulletin.Action{Required: verdict.Yes},
			Retraction: &bulletin.Retraction{At: day.AddDate(0, 0, -3), Reason: "It was measured wrongly.", SupersededBy: "TS-2026-001"}}, "<p>Why.</p>"),
	}
}

// must writes a feed in a format.
func must(t testing.TB, name string, ch Channel, items []Item) []byte {
	t.Helper()
	data, err := formats[name](ch, items)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// found is what stands in a feed.
func found(t testing.TB, name string, data []byte) document {
	t.Helper()
	d, err := readers[name].decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ids(d document) []string {
	var all []string
	for _, e := range d.entries {
		all = append(all, e.id)
	}
	return all
}

func TestGolden(t *testing.T) {
	for name := range formats {
		for prefix, items := range map[string][]Item{"": sample(t), "empty-": nil} {
			t.Run(prefix+name, func(t *testing.T) {
				golden := filepath.Join("testdata", prefix+name)
				got := must(t, name, ch, items)
				if *update {
					if err := os.WriteFile(golden, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("feed (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// What an entry says is the same in every format; only the spelling of ids, dates,
// HTML and categories is the format's own.
func TestEntries(t *testing.T) {
	type said struct{ id, title, link, summary, content, published, updated, author, terms string }
	base := "https://example.com/security-bulletins/"
	want := []said{
		{"TS-2026-003", "TS-2026-003: Same instant, later id", base + "ts-2026-003/", "Action required: no. Exploited: Not stated.", "<p>Same.</p>",
			"2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z", "Example Networks", "unrated no-action-required exploitation-not-known"},
		{"TS-2026-002", "TS-2026-002: R&D <script> \"quoted\" 日本", base + "ts-2026-002/", "Action required: not stated. Exploited: Not stated.", "",
			"2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z", "Example Networks", "severity-not-stated action-not-stated exploitation-not-known"},
		{"TS-2026-001", "TS-2026-001: Keys stayed valid", base + "ts-2026-001/",
			"Action required: yes. Update <all> & restart. Exploited: Yes, confirmed. Removed devices kept access for up to an hour.",
			"<p>All of it.</p>\n<pre>a ]]> b &amp; c</pre>\n", "2026-03-01T08:30:00Z", "2026-03-01T08:30:00Z", "Example Networks",
			"high action-required exploited client server"},
		{"TS-2025-010/r2", "[Updated] TS-2025-010: Revised", base + "ts-2025-010/", "It concerns macOS too. Action required: not stated. Exploited: Not stated. Nodes could see more.", "<p>More.</p>",
			"2026-02-27T08:30:00Z", "2026-02-28T08:30:00Z", "Example Networks", "updated severity-not-stated action-not-stated exploitation-not-known"},
		{"TS-2025-009/withdrawn", "[Withdrawn] TS-2025-009: Taken back", base + "ts-2025-009/", bulletin.Withdrawal + " It was measured wrongly.",
			"<p>Why.</p>", "2026-02-26T08:30:00Z", "2026-02-26T08:30:00Z", "Example Networks", "withdrawn"},
	}
	for name := range formats {
		var got []said
		for _, e := range found(t, name, must(t, name, ch, sample(t))).entries {
			var terms []string
			for _, c := range e.categories {
				terms = append(terms, c.term)
			}
			s := said{strings.TrimPrefix(e.id, ch.ID+"/"), e.title, e.link, e.summary, e.content, e.published, e.updated, e.author, strings.Join(terms, " ")}
			if name == "feed.xml" {
				at, err := time.Parse(time.RFC1123Z, e.published)
				if err != nil {
					t.Fatal(err)
				}
				s.published = at.Format(time.RFC3339)
				s.summary = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s.summary)
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(said{})); diff != "" {
			t.Errorf("%s: entries (-want +got):\n%s", name, diff)
		}
	}
}

// What is known of attacks is a category and a sentence of its own: unknown is never "no", and the
// title says nothing twice.
func TestExploitation(t *testing.T) {
	german := ch
	german.Words.Exploited = map[string]string{"confirmed": "Ausgenutzt: ja.", "": "Ausgenutzt: ?"}
	for word, want := range map[string][2]string{
		"":               {"exploitation-not-known", "Exploited: Not stated."},
		"unknown":        {"exploitation-not-known", "Exploited: Not known yet."},
		"confirmed":      {"exploited", "Exploited: Yes, confirmed."},
		"suspected":      {"exploitation-suspected", "Exploited: Suspected."},
		"no_evidence":    {"no-evidence-of-exploitation", "Exploited: No evidence."},
		"confirmed_none": {"not-exploited", "Exploited: No, confirmed."},
		"of our making":  {"exploitation-not-known", "Exploited: Not known yet."},
	} {
		b := bulletin.Bulletin{ID: "TS-2026-001", Title: "A fault", Summary: "A fault", Published: day, Exploited: bulletin.Answer{Word: word}}
		for name := range formats {
			e := found(t, name, must(t, name, ch, []Item{item(t, b, "")})).entries[0]
			if !slices.ContainsFunc(e.categories, func(c category) bool { return c.term == want[0] }) || e.summary != "Action required: not stated. "+want[1] {
				t.Errorf("%s: %q is %v, %q, want %q", name, word, e.categories, e.summary, want)
			}
			if said := found(t, name, must(t, name, german, []Item{item(t, b, "")})).entries[0].summary; (word == "confirmed") != strings.HasSuffix(said, "Ausgenutzt: ja.") {
				t.Errorf("%s: %q in German: %q", name, word, said)
			}
		}
	}
}

// A feed is as new as the newest change that it tells, whatever the clock says (F61).
func TestChannel(t *testing.T) {
	for name := range formats {
		d := found(t, name, must(t, name, ch, sample(t)))
		want := document{title: ch.Title, description: ch.Description, link: ch.Link, self: ch.Self, language: "en"}
		switch name {
		case "feed.xml":
			want.updated, want.style = "Sun, 01 Mar 2026 09:30:00 +0000", ch.Style
		case "atom.xml":
			want.updated, want.style, want.id, want.author = "2026-03-01T09:30:00Z", ch.Style, ch.ID+"/bulletins", ch.Author
		default:
			want.author = ch.Author
		}
		if diff := cmp.Diff(want.fields(), d.fields(), cmp.AllowUnexported(field{})); diff != "" {
			t.Errorf("%s: channel (-want +got):\n%s", name, diff)
		}
	}
}

// A typo that is mended a year later changes the date of the feed, and no guid.
func TestLastChangeIsThatOfAnyEntry(t *testing.T) {
	typo := item(t, bulletin.Bulletin{ID: "TS-2024-001", Title: "Old", Published: day.AddDate(-2, 0, 0),
		Revisions: []bulletin.Revision{{Version: 2, At: day.AddDate(1, 0, 0)}}}, "")
	d := found(t, "atom.xml", must(t, "atom.xml", ch, append(sample(t), typo)))
	if d.updated != "2027-03-01T08:30:00Z" {
		t.Errorf("updated is %s", d.updated)
	}
}

// A site in another language says its own words; a site of no words says English ones.
func TestWords(t *testing.T) {
	german := ch
	german.Words = Words{Updated: "Geändert", Withdrawn: "Zurückgezogen", Retracted: "Es gilt nicht."}
	d := found(t, "feed.xml", must(t, "feed.xml", german, sample(t)))
	if got := d.entries[3].title; got != "[Geändert] TS-2025-010: Revised" {
		t.Error(got)
	}
	if e := d.entries[4]; e.title != "[Zurückgezogen] TS-2025-009: Taken back" || e.summary != "Es gilt nicht. It was measured wrongly." {
		t.Error(e.title, e.summary)
	}
}

// What XML must begin with, and the library does not know.
func TestStylesheetStandsBeforeTheFeed(t *testing.T) {
	const want = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?xml-stylesheet type=\"text/css\" href=\"/static/feed.css\"?>\n<"
	none := ch
	none.Style = ""
	for _, name := range []string{"feed.xml", "atom.xml"} {
		if data := must(t, name, ch, nil); !bytes.HasPrefix(data, []byte(want)) {
			t.Errorf("%s begins with %.120s", name, data)
		}
		if data := must(t, name, none, nil); bytes.Contains(data, []byte("<?xml-stylesheet")) {
			t.Errorf("%s names a stylesheet that nobody gave it", name)
		}
	}
}

// JSON Feed demands the list of items even where there are none; the library leaves it out.
func TestEmptyJSONHasItems(t *testing.T) {
	if data := must(t, "feed.json", ch, nil); !bytes.Contains(data, []byte(`"items": []`)) {
		t.Errorf("%s", data)
	}
}

// F61: the order in which bulletins were read, and the zone their dates were written in,
// change no byte.
func TestSameBytesWhateverOrderAndZone(t *testing.T) {
	for name := range formats {
		items := sample(t)
		want := must(t, name, ch, items)
		for range items {
			items = append(items[1:], items[0])
			if got := must(t, name, ch, items); !bytes.Equal(got, want) {
				t.Errorf("%s: another order gives another feed:\n%s", name, cmp.Diff(string(want), string(got)))
			}
		}
	}
	b := bulletin.Bulletin{ID: "TS-2026-001", Title: "x", Published: day}
	here := item(t, b, "")
	b.Published = day.In(time.FixedZone("west", -7*3600))
	if diff := cmp.Diff(here, item(t, b, "")); diff != "" {
		t.Errorf("another zone gives another item:\n%s", diff)
	}
}

func TestInputIsNotReordered(t *testing.T) {
	items := sample(t)
	must(t, "feed.xml", ch, items)
	if items[0].ID != "TS-2026-001" {
		t.Errorf("the caller's first item is now %s", items[0].ID)
	}
}

func TestWindow(t *testing.T) {
	// series makes n items, one each step back in time, oldest first.
	series := func(n int, step time.Duration) []Item {
		var all []Item
		for i := n - 1; i >= 0; i-- {
			all = append(all, item(t, bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-%04d", 9999-i)), Title: "x",
				Published: day.Add(-time.Duration(i) * step)}, ""))
		}
		return all
	}
	// beyond makes 100 items of one day, and one more that is older by some days.
	beyond := func(age time.Duration) []Item {
		return append(series(100, time.Second), item(t, bulletin.Bulletin{ID: "TS-0001", Title: "old", Published: day.Add(-age)}, ""))
	}
	const oneDay = 24 * time.Hour
	for _, c := range []struct {
		name  string
		items []Item
		want  int
	}{
		{"none", nil, 0},
		{"one", series(1, time.Hour), 1},
		{"few and old", series(30, 1000*time.Hour), 30},
		{"hundred and old", series(100, 1000*time.Hour), 100},
		{"one too many", series(101, 1000*time.Hour), 100},
		{"a burst stays", series(500, time.Hour), 500},
		{"the 101st after 89 days", beyond(89 * oneDay), 101},
		{"the 101st after 90 days", beyond(90 * oneDay), 101},
		{"the 101st after 90 days and a second", beyond(90*oneDay + time.Second), 100},
		{"the 101st after 91 days", beyond(91 * oneDay), 100},
		{"90 days to the second", series(300, 12*time.Hour), 181}, // 0 … 180 half days
		{"a second short of 90 days", series(300, 12*time.Hour+time.Second), 180},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ids(found(t, "feed.xml", must(t, "feed.xml", ch, c.items)))
			if len(got) != c.want {
				t.Fatalf("%d items, want %d", len(got), c.want)
			}
			if c.want > 0 && (got[0] != "TS-9999" || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) })) {
				t.Errorf("not newest first: %v", got)
			}
		})
	}
}

package site

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/publish/feed"
	"tocsin/internal/verdict"
)

// fed is the small site with a bulletin in each further state that feeds tell apart.
func fed(t *testing.T) whole {
	t.Helper()
	s := small(t)
	for _, b := range []bulletin.Bulletin{
		{
			ID: "TS-2026-005", Title: "Revised", Summary: "Nodes could see more than they should.", Status: bulletin.Public, Severity: bulletin.High, Published: day("2026-05-04"),
			Action:    bulletin.Action{Required: verdict.Yes, Text: "Update.", Audience: "administrators <of> networks", Steps: []string{"Stop <it>.", "Start it."}},
			Exploited: bulletin.Answer{Word: "suspected"}, NextUpdate: day("2026-05-08").Add(6 * time.Hour),
			Done: []bulletin.Event{{At: day("2026-05-07").Add(10*time.Hour + 30*time.Minute), Text: "Keys <changed>."}},
			Revisions: []bulletin.Revision{{Version: 1, At: day("2026-05-04")},
				{Version: 2, At: day("2026-05-06"), Summary: "It concerns <iOS> too.", Material: true}, {Version: 3, At: day("2026-05-07"), Summary: "A typo."}},
			Body: []byte("#### What happened?\n\nSee [below](#what-to-do), [the policy](/security-policies/) and [another](../ts-2026-004/).[^1]\n\n#### What to do\n\nUpdate.\n\n[^1]: A note.\n"),
		},
		{
			ID: "TS-2026-006", Title: "Taken back", Summary: "A secret.", Status: bulletin.Withdrawn, Severity: bulletin.Critical, Published: day("2026-05-08"),
			Action: bulletin.Action{Required: verdict.Yes, Text: "A secret."}, Affected: []bulletin.Affected{{Product: "client"}},
			Retraction: &bulletin.Retraction{At: day("2026-05-09"), Reason: "It was measured <wrongly>.", SupersededBy: "TS-2026-005"},
			Body:       []byte("A secret."),
		},
	} {
		p, err := b.Publish()
		if err != nil {
			t.Fatal(err)
		}
		s.Bulletins = append(s.Bulletins, p)
	}
	return s
}

// entries are the contents of all entries by the bulletin's ID.
func entries(t *testing.T, s whole) map[string]string {
	t.Helper()
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for n := range Notices(s.Bulletins) {
		html, err := r.FeedHTML(n)
		if err != nil {
			t.Fatal(err)
		}
		all[string(n.Bulletin.Bulletin().ID)] = html
	}
	return all
}

func TestFeedEntriesGolden(t *testing.T) {
	for id, got := range entries(t, fed(t)) {
		golden := filepath.Join("testdata", "feed", strings.ToLower(id)+".html")
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

var (
	hrefs = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	idsOf = regexp.MustCompile(` id="([^"]*)"`)
)

// Readers show entries away from the site, many on one page.
func TestFeedEntriesStandAlone(t *testing.T) {
	seen := make(map[string]string)
	for id, html := range entries(t, fed(t)) {
		for _, m := range hrefs.FindAllStringSubmatch(html, -1) {
			if !strings.HasPrefix(m[1], "https://") && !strings.HasPrefix(m[1], "mailto:") {
				t.Errorf("%s links to %q, which leads nowhere from a feed reader", id, m[1])
			}
		}
		for _, m := range idsOf.FindAllStringSubmatch(html, -1) {
			if other, taken := seen[m[1]]; taken {
				t.Errorf("%s and %s share the id %q", id, other, m[1])
			}
			seen[m[1]] = id
		}
		if strings.Contains(html, "<script") || strings.Contains(html, "onerror=alert(1)>") {
			t.Errorf("%s: %s", id, html)
		}
	}
	if len(seen) == 0 {
		t.Error("no entry has an id: this test tests nothing")
	}
	revised := entries(t, fed(t))["TS-2026-005"]
	for _, href := range []string{
		"https://security.example.com/trust/security-bulletins/ts-2026-005/#what-to-do",
		"https://security.example.com/trust/security-bulletins/ts-2026-004/",
		"https://security.example.com/trust/security-policies/",
	} {
		if !strings.Contains(revised, `href="`+href+`"`) {
			t.Errorf("no link to %s in\n%s", href, revised)
		}
	}
}

// A preview has an address without encryption, and feeds all the same.
func TestFeedEntriesOfAPreview(t *testing.T) {
	s := fed(t)
	layout, err := address.New("http://127.0.0.1:8000", "/security-bulletins/", "/security-policies/")
	if err != nil {
		t.Fatal(err)
	}
	s.Layout = layout
	if html := entries(t, s)["TS-2026-005"]; !strings.Contains(html, `href="#what-to-do"`) {
		t.Error(html)
	}
}

// What changed stands first, then what to do, whether it is exploited, who is affected, then the text.
func TestFeedEntryOrder(t *testing.T) {
	html := entries(t, fed(t))["TS-2026-005"]
	at := -1
	for _, part := range []string{"Changed on", "It concerns &lt;iOS&gt; too.", "Action required: yes", "Update.", "Exploited: Suspected<br>\nSeverity: High<br>\nNext update: ", "8 May 2026, 06:00 UTC</time></p>",
		"Stop &lt;it&gt;.", "which products and versions", "What we did:", "7 May 2026, 10:30 UTC</time>: <span dir=\"auto\">Keys &lt;changed&gt;.</span>", "Nodes could see more", "What happened?", "A note.", "/security-bulletins/ts-2026-005/</a>"} {
		found := strings.Index(html, part)
		if found < at || found < 0 {
			t.Fatalf("%q is at %d, after what stands at %d:\n%s", part, found, at, html)
		}
		at = found
	}
}

// A withdrawn bulletin's entry says why and what holds instead, whatever the caller knows
// of the text.
func TestFeedEntryOfWithdrawn(t *testing.T) {
	s := fed(t)
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	for n := range Notices(s.Bulletins) {
		if n.Bulletin.Bulletin().ID != "TS-2026-006" {
			continue
		}
		n.Text = markdown.Parse([]byte("A secret."))
		html, err := r.FeedHTML(n)
		if err != nil || strings.Contains(html, "secret") || strings.Contains(html, "Critical") {
			t.Errorf("%v: %s", err, html)
		}
		for _, part := range []string{"It was measured &lt;wrongly&gt;.", `<a href="https://security.example.com/trust/security-bulletins/ts-2026-005/">TS-2026-005</a> instead`} {
			if !strings.Contains(html, part) {
				t.Errorf("no %q in\n%s", part, html)
			}
		}
		n.Public = nil // nothing may be said of other bulletins but their names
		html, err = r.FeedHTML(n)
		if err != nil || strings.Contains(html, "ts-2026-005/") {
			t.Errorf("%v: links to a bulletin that readers may not see: %s", err, html)
		}
	}
}

// The words of feeds are those of the pages, and ours where a feed is given none: unknown is never
// "no" in any of them.
func TestFeedWords(t *testing.T) {
	for language, want := range map[string][3]string{
		"en": {"Action required: yes.", "Exploited: Not stated.", "Exploited: Yes, confirmed."},
		"de": {"Handeln nötig: ja.", "Ausgenutzt: Nicht angegeben.", "Ausgenutzt: Ja, bestätigt."},
	} {
		s := fed(t)
		s.Language = language
		r, err := New(s.Site)
		if err != nil {
			t.Fatal(err)
		}
		words := r.FeedWords()
		if got := [3]string{words.Action["yes"], words.Exploited[""], words.Exploited["confirmed"]}; got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
		seen := make(map[string]string)
		for _, sentences := range []map[string]string{words.Action, words.Exploited} {
			for answer, sentence := range sentences {
				if other, taken := seen[sentence]; taken || strings.Contains(sentence, "exploited.") || strings.Contains(sentence, "action.") {
					t.Errorf("%s: %q and %q are %q", language, answer, other, sentence)
				}
				seen[sentence] = answer
			}
		}
	}
}

// Every feed of a site can be written in every format, in every language that we have.
func TestFeedsOfASite(t *testing.T) {
	for language, title := range map[string]string{"en": "[Withdrawn] TS-2026-006: Taken back", "de": "[Zurückgezogen] TS-2026-006: Taken back"} {
		s := fed(t)
		s.Language = language
		r, err := New(s.Site)
		if err != nil {
			t.Fatal(err)
		}
		html := entries(t, s)
		items := make(map[bulletin.ID]feed.Item)
		for _, p := range s.Bulletins {
			id := p.Bulletin().ID
			items[id] = feed.NewItem(p, s.Layout.URL(s.Layout.Bulletin(string(id))), html[string(id)])
		}
		for _, sub := range r.Subscriptions(cards(t, r, s)) {
			var some []feed.Item
			for _, c := range sub.Cards {
				some = append(some, items[c.ID])
			}
			ch := feed.Channel{Title: sub.Title, Description: sub.Description, Link: s.Layout.URL(sub.Page), Self: s.Layout.URL(sub.Page.RSS()),
				Language: language, ID: "https://example.com/security", Words: feed.Words(r.FeedWords())}
			for _, write := range []func([]feed.Item) ([]byte, error){ch.RSS, ch.Atom, ch.JSON} {
				data, err := write(some)
				if err != nil || !strings.Contains(string(data), title) {
					t.Errorf("%s: %v: %.2000s", sub.Title, err, data)
				}
			}
		}
	}
}

func cards(t *testing.T, r *Renderer, s whole) []*Card {
	t.Helper()
	var all []*Card
	for n := range Notices(s.Bulletins) {
		c, err := r.Card(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &c)
	}
	return all
}

// An address that somebody subscribed to is there before the first bulletin of its kind, and
// after the last one (F60).
func TestSubscriptionsAreAlwaysTheSame(t *testing.T) {
	s := fed(t)
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	feeds := func(all []Subscription) (pages []string) {
		for _, sub := range all {
			pages = append(pages, string(sub.Page.RSS()))
		}
		return pages
	}
	want := []string{"index.xml", "action-required/index.xml", "severity/critical/index.xml", "severity/high/index.xml", "severity/medium/index.xml",
		"severity/low/index.xml", "severity/none/index.xml", "severity/unrated/index.xml", "severity/not-stated/index.xml",
		"products/client/index.xml", "products/coordination-server/index.xml"}
	for i := range want {
		want[i] = "/security-bulletins/" + want[i]
	}
	files := build(t, whole{Site: s.Site})
	for _, sub := range r.Subscriptions(nil) {
		if _, there := files[sub.Page.File()]; !there {
			t.Errorf("the feed of %s leads to a page that is not there", sub.Page)
		}
	}
	for name, all := range map[string][]Subscription{"empty": r.Subscriptions(nil), "full": r.Subscriptions(cards(t, r, s))} {
		if diff := cmp.Diff(want, feeds(all)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Which bulletins stand in which feed: a withdrawn one in all of them, told last first.
func TestSubscriptionsTake(t *testing.T) {
	at := func(n int) time.Time { return day("2026-01-01").AddDate(0, 0, n) }
	r, err := New(small(t).Site)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, sub := range r.Subscriptions([]*Card{
		{ID: "A-1", Announced: at(1), Severity: bulletin.High, Action: verdict.Yes, Products: []string{"client"}},
		{ID: "A-2", Announced: at(9), Severity: bulletin.Low, Action: verdict.No, Products: []string{"client", "coordination-server"}},
		{ID: "A-3", Announced: at(5), Withdrawn: true},
		{ID: "A-4", Announced: at(5)},
		{ID: "A-5", Announced: at(2), Severity: bulletin.Unrated},
	}) {
		var ids []string
		for _, c := range sub.Cards {
			ids = append(ids, string(c.ID))
		}
		key := sub.Kind + " " + sub.Name
		got[key] = strings.Join(ids, " ")
	}
	want := map[string]string{
		"all ": "A-2 A-4 A-3 A-5 A-1", "action ": "A-3 A-1",
		"severity Critical": "A-3", "severity High": "A-3 A-1", "severity Medium": "A-3", "severity Low": "A-2 A-3", "severity None": "A-3",
		"severity Not known yet": "A-3 A-5", "severity Not stated": "A-4 A-3",
		"product Example client": "A-2 A-3 A-1", "product Coordination server": "A-2 A-3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The page of the feeds has the address of every one of them, in clear and as a link.
func TestFeedsPageListsEveryFeed(t *testing.T) {
	for _, language := range []string{"en", "de"} {
		s := fed(t)
		s.Language = language
		r, err := New(s.Site)
		if err != nil {
			t.Fatal(err)
		}
		page := build(t, s)["security-bulletins/feeds/index.html"]
		l := s.Layout
		addresses := []string{l.URL(l.Atom()), l.URL(l.JSONFeed())}
		for _, sub := range r.Subscriptions(nil) {
			addresses = append(addresses, l.URL(sub.Page.RSS()))
		}
		for _, a := range addresses {
			link := regexp.MustCompile(`<dt><a href="` + regexp.QuoteMeta(a) + `"><bdi>[^<]+</bdi></a></dt><dd>` + regexp.QuoteMeta(a) + `</dd>`)
			if len(link.FindAllString(page, -1)) != 1 {
				t.Errorf("%s: %s is not there once", language, a)
			}
		}
		if shown := hrefs.FindAllString(page[strings.Index(page, "<dl"):], -1); len(shown) < len(addresses) {
			t.Errorf("%d links", len(shown))
		}
		if slices.Contains(addresses, "") || !strings.Contains(page, "TS-2024-001/withdrawn") {
			t.Errorf("%s: no example of the ids", language)
		}
	}
}

// BenchmarkSubscriptions sorts 10,000 bulletins into feeds.
func BenchmarkSubscriptions(b *testing.B) {
	r, notices := bench(b, 10_000)
	var cards []*Card
	for _, n := range notices {
		c, err := r.Card(n)
		if err != nil {
			b.Fatal(err)
		}
		cards = append(cards, &c)
	}
	b.ReportAllocs()
	for b.Loop() {
		if all := r.Subscriptions(cards); len(all[0].Cards) != len(cards) {
			b.Fatal(len(all[0].Cards))
		}
	}
}

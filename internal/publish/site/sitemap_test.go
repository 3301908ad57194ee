package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
)

// The sitemap names exactly the pages that search engines shall show, each by the address
// that the page itself calls its own.
func TestSitemap(t *testing.T) {
	s := small(t)
	s.Moves = []address.Move{{From: "/old/", To: "/security-policies/"}, {From: "/older/", Reason: "It is over."}}
	files := build(t, s)
	var want []string
	for path, page := range files {
		at := address.PageOf(path)
		if strings.HasPrefix(page, "<!doctype") && at != address.NotFound && !noindex.MatchString(page) && !partOfList.MatchString(string(at)) && at != s.Layout.PoliciesPrint() {
			want = append(want, s.Layout.URL(at))
			if !strings.Contains(page, `<link rel="canonical" href="`+s.Layout.URL(at)+`">`) {
				t.Errorf("%s calls itself otherwise", at)
			}
		}
	}
	slices.Sort(want)
	if got := readXML(t, files["sitemap.xml"], "loc"); !slices.Equal(got, want) {
		t.Errorf("the sitemap has\n%s\nthe site\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A page's date is when it changed last; a list's, when something in it did. A page of which
// nobody knows has none.
func TestSitemapDates(t *testing.T) {
	s := small(t)
	s.Policies[0].LastUpdated, s.Policies[1].LastUpdated = time.Time{}, day("2025-04-07")
	withdrawn := time.Date(2026, 5, 7, 12, 30, 0, 0, time.FixedZone("", 7200))
	b := bulletins(t)[2]
	b.Retraction = &bulletin.Retraction{At: withdrawn, Reason: "Wrong."}
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins[2] = p
	text := build(t, s)["sitemap.xml"]
	for page, want := range map[address.Page]string{
		s.Layout.Bulletin("TS-2026-004"):        "<lastmod>2026-05-03</lastmod>",
		s.Layout.Bulletin("TS-2026-001"):        "<lastmod>2026-05-07T10:30:00Z</lastmod>",
		s.Layout.Bulletins():                    "<lastmod>2026-05-07T10:30:00Z</lastmod>",
		s.Layout.Year(2026):                     "<lastmod>2026-05-07T10:30:00Z</lastmod>",
		s.Layout.Year(2025):                     "<lastmod>2025-12-31</lastmod>",
		s.Layout.Policy(s.Policies[0].Slug):     "",
		s.Layout.Policies():                     "<lastmod>" + s.Policies[1].LastUpdated.Format(time.DateOnly) + "</lastmod>",
		s.Layout.Product("coordination-server"): "<lastmod>2026-05-03</lastmod>",
	} {
		line := "<url><loc>" + s.Layout.URL(page) + "</loc>" + want + "</url>\n"
		if !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
}

// More pages than one file may hold are an index of several, none too long, in one order.
func TestLongSitemap(t *testing.T) {
	r, err := New(small(t).Site)
	if err != nil {
		t.Fatal(err)
	}
	var all []located
	for i := range 7 {
		all = append(all, located{address.Page(fmt.Sprintf("/p-%d/", i)), day("2026-05-01").AddDate(0, 0, i)})
	}
	for most, want := range map[int]string{7: "sitemap.xml:7", 3: "sitemap-1.xml:3 sitemap-2.xml:3 sitemap-3.xml:1 sitemap.xml:3", 4: "sitemap-1.xml:4 sitemap-2.xml:3 sitemap.xml:2"} {
		var got, found []string
		for _, f := range r.sitemaps(all, most) {
			locations := readXML(t, string(f.Data), "loc")
			got = append(got, fmt.Sprintf("%s:%d", f.Path, len(locations)))
			found = append(found, locations...)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%d a file: %s, want %s", most, got, want)
		}
		for _, u := range all {
			if !slices.Contains(found, r.Layout.URL(u.page)) {
				t.Errorf("%d a file: %s is in none", most, u.page)
			}
		}
	}
	index := r.sitemaps(all, 4)[2].Data
	if dates := readXML(t, string(index), "lastmod"); !slices.Equal(dates, []string{"2026-05-04", "2026-05-07"}) {
		t.Errorf("the parts changed %v", dates)
	}
}

// The addresses are sorted as texts, however the bulletins come and are numbered.
func TestSitemapIsSorted(t *testing.T) {
	s := small(t)
	for i, id := range []bulletin.ID{"TS-2026-9", "TS-2026-10", "AB-2026-1", "ZZ-1", "TS-2026-10-A", "TS-2025-1"} {
		s.Bulletins = append(s.Bulletins, published(t, bulletin.Bulletin{ID: id, Title: "x", Status: bulletin.Public, Published: day("2020-01-01").AddDate(0, i%4, 0)}))
	}
	if all := readXML(t, build(t, s)["sitemap.xml"], "loc"); !slices.IsSorted(all) || len(slices.Compact(all)) != len(all) {
		t.Errorf("%s", strings.Join(all, "\n"))
	}
}

// Whatever an address holds, it is XML.
func TestSitemapEscapes(t *testing.T) {
	r, err := New(small(t).Site)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []address.Page{"/a&b/", "/<loc>/", `/"'/`, "/]]>/"} {
		if got := readXML(t, string(r.sitemaps([]located{{page: page}}, 1)[0].Data), "loc"); len(got) != 1 || got[0] != r.Layout.URL(page) {
			t.Errorf("%s: %v", page, got)
		}
	}
}

// Programs may read everything, and learn where the sitemap is by its full address
// (RFC 9309; sitemaps.org).
func TestRobots(t *testing.T) {
	if got, want := build(t, small(t))["robots.txt"], "User-agent: *\nAllow: /\n\nSitemap: https://security.example.com/trust/sitemap.xml\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func BenchmarkSitemap(b *testing.B) {
	layout, err := address.New("https://security.example.com", "/security-bulletins/", "/security-policies/")
	if err != nil {
		b.Fatal(err)
	}
	r, err := New(Site{Organization: "Example Networks", Layout: layout})
	if err != nil {
		b.Fatal(err)
	}
	cards := make([]*Card, 10_000)
	for i := range cards {
		cards[i] = &Card{ID: bulletin.ID(fmt.Sprintf("TS-%d-%04d", 2010+i%15, i)), Published: day("2010-01-01").AddDate(i%15, 0, 0), Modified: day("2026-01-01")}
	}
	l := r.list(cards)
	for b.Loop() {
		if files := l.sitemaps(l.located(l.few(l.kinds())), mostInSitemap); len(files) != 1 {
			b.Fatal(len(files))
		}
	}
}

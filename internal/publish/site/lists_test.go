package site

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// plain are many small bulletins, a day apart, about the first product.
func plain(t testing.TB, count int) []bulletin.Published {
	t.Helper()
	var all []bulletin.Published
	for i := range count {
		x := bulletin.Bulletin{
			ID: bulletin.ID(fmt.Sprintf("TS-2020-%05d", i)), Title: fmt.Sprintf("Fault %d", i), Status: bulletin.Public, Severity: bulletin.High,
			Published: day("2020-01-01").Add(time.Duration(i) * time.Hour), Action: bulletin.Action{Required: verdict.Yes},
			Affected: []bulletin.Affected{{Product: "client", Versions: version.Range{Fixed: "1.66.1"}}},
		}
		p, err := x.Publish()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// lists are the pages of lists of a site with so many bulletins.
func lists(t *testing.T, count int) map[string]string {
	t.Helper()
	s := small(t)
	s.Bulletins = plain(t, count)
	files := build(t, s)
	maps.DeleteFunc(files, func(path, _ string) bool { return !strings.HasPrefix(path, "security-bulletins/") })
	return files
}

var rowID = regexp.MustCompile(`<li class="entry[^"]*" id="([^"]+)"`)

func shownIn(page string) []string {
	var ids []string
	for _, m := range rowID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// TestParts: a list keeps its newest on its front page, the old ones in full parts, and every
// bulletin stands in exactly one of them.
func TestParts(t *testing.T) {
	for count, parts := range map[int]int{0: 0, 1: 0, 200: 0, 399: 0, 400: 1, 401: 1, 599: 1, 600: 2} {
		files := lists(t, count)
		for _, list := range []string{"products/client/", "severity/high/", "action-required/", "2020/"} {
			if count == 0 && list == "2020/" {
				continue
			}
			got := shownIn(files["security-bulletins/"+list+"index.html"])
			if len(got) != count-200*parts {
				t.Errorf("%d bulletins: the front page of %s has %d", count, list, len(got))
			}
			for number := parts; number > 0; number-- {
				part := shownIn(files[fmt.Sprintf("security-bulletins/%spage-%d/index.html", list, number)])
				if len(part) != 200 {
					t.Errorf("%d bulletins: part %d of %s has %d", count, number, list, len(part))
				}
				got = append(got, part...)
			}
			if !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) || len(slices.Compact(got)) != count {
				t.Errorf("%d bulletins: %s does not have each once, newest first", count, list)
			}
			if _, more := files[fmt.Sprintf("security-bulletins/%spage-%d/index.html", list, parts+1)]; more {
				t.Errorf("%d bulletins: %s has a part %d", count, list, parts+1)
			}
		}
		if got := shownIn(files["security-bulletins/index.html"]); len(got) != min(200, count) {
			t.Errorf("%d bulletins: the list of all shows %d", count, len(got))
		}
	}
}

// TestPartsStay is F59 for lists: a part keeps its address and its bytes when the list grows, and
// new parts come beside it.
func TestPartsStay(t *testing.T) {
	before, after := lists(t, 603), lists(t, 1105)
	kept := 0
	for path, text := range before {
		if !strings.Contains(path, "/page-") {
			continue
		}
		kept++
		if diff := cmp.Diff(text, after[path]); diff != "" {
			t.Errorf("%s changed:\n%s", path, diff)
		}
	}
	if kept != 2*4 {
		t.Errorf("%d parts were looked at, want 2 of each of 4 lists", kept)
	}
	front := after["security-bulletins/products/client/index.html"]
	for number := 1; number <= 4; number++ {
		if strings.Count(front, fmt.Sprintf(`/products/client/page-%d/"`, number)) != 1 {
			t.Errorf("the front page does not link to part %d once", number)
		}
	}
}

// TestListsOfProducts: a product has its list before any bulletin is about it, and its feed with it.
func TestListsOfProducts(t *testing.T) {
	files := lists(t, 0)
	page := files["security-bulletins/products/client/index.html"]
	for _, want := range []string{"Security bulletins about Example client", "no bulletin about this product", `type="application/rss+xml" title="Security bulletins about Example client" href="/trust/security-bulletins/products/client/index.xml"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestAddressesStay is F60: no list vanishes when the last bulletin in it is withdrawn.
func TestAddressesStay(t *testing.T) {
	s := small(t)
	before := build(t, s)
	for i, p := range s.Bulletins {
		x := p.Bulletin()
		x.Status = bulletin.Withdrawn
		withdrawn, err := x.Publish()
		if err != nil {
			t.Fatal(err)
		}
		s.Bulletins[i] = withdrawn
	}
	after := build(t, s)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))); diff != "" {
		t.Error(diff)
	}
	for _, list := range []string{"products/client/", "severity/high/", "severity/not-stated/", "action-required/"} {
		if got := shownIn(after["security-bulletins/"+list+"index.html"]); len(got) > 0 {
			t.Errorf("%s lists what was withdrawn: %q", list, got)
		}
	}
	if got := shownIn(after["security-bulletins/2026/index.html"]); len(got) != 3 {
		t.Errorf("the year has %d bulletins, want all 3, marked", len(got))
	}
}

// TestBrowse: the list of all leads to the others, with how many published bulletins each has.
func TestBrowse(t *testing.T) {
	page := build(t, small(t))["security-bulletins/index.html"]
	for list, count := range map[string]int{"action-required/": 2, "2026/": 3, "2025/": 2, "2024/": 1, "products/client/": 1, "products/coordination-server/": 2, "severity/high/": 1, "severity/unrated/": 1} {
		row := regexp.MustCompile(`<dd><a href="/trust/security-bulletins/` + list + `"><bdi>[^<]+</bdi> <span class="count">(\d+)</span></a>`).FindStringSubmatch(page)
		if row == nil || row[1] != fmt.Sprint(count) {
			t.Errorf("%s: %q, want %d", list, row, count)
		}
	}
	if strings.Contains(page, "severity/low/") {
		t.Error("the list of all leads to an empty list of a severity")
	}
}

// TestListOfAllEndsWithWords: where the list of all does not hold all, it says so, and leads to the
// years of the others.
func TestListOfAllEndsWithWords(t *testing.T) {
	for _, c := range []struct {
		count int // of bulletins, the first of which is a year older than the others
		want  []string
	}{
		{partSize, nil},
		{partSize + 1, []string{"2019"}},
		{partSize + 2, []string{"2020", "2019"}},
	} {
		s := small(t)
		s.Bulletins = plain(t, c.count)
		first := s.Bulletins[0].Bulletin()
		first.Published = first.Published.AddDate(-1, 0, 0)
		s.Bulletins[0] = published(t, first)
		page := build(t, s)["security-bulletins/index.html"]
		_, rest, found := strings.Cut(page, `<nav class="parts years"`)
		var years []string
		for _, m := range regexp.MustCompile(`/security-bulletins/(\d{4})/">`).FindAllStringSubmatch(rest, -1) {
			years = append(years, m[1])
		}
		if found != (c.want != nil) || !slices.Equal(years, c.want) {
			t.Errorf("%d bulletins: leads to %q, want %q", c.count, years, c.want)
		}
		if want := fmt.Sprintf("These are the newest %d of %d.", partSize, c.count); found && !strings.Contains(rest, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// TestPartsHaveTheirOwnTitle: neither windows nor results of a search can be taken for each other.
func TestPartsHaveTheirOwnTitle(t *testing.T) {
	seen := make(map[string]string)
	for path, page := range lists(t, 3*partSize) {
		if strings.Contains(path, "/ts-") {
			continue
		}
		for _, form := range []string{`<title>[^<]+</title>`, `<meta name="description"[^>]+>`} {
			found := regexp.MustCompile(form).FindString(page)
			if other, again := seen[found]; again {
				t.Errorf("%s and %s: %q", path, other, found)
			}
			seen[found] = path
		}
	}
}

// TestCurrent: the header tells the page itself from the section that it is in.
func TestCurrent(t *testing.T) {
	files := build(t, small(t))
	for path, want := range map[string]string{
		"index.html": "page", "security-bulletins/index.html": "page", "security-policies/index.html": "page", "security-bulletins/feeds/index.html": "page",
		"security-bulletins/2026/index.html": "true", "security-bulletins/ts-2026-004/index.html": "true", "security-policies/print/index.html": "true", "404.html": "",
	} {
		got := ""
		if m := regexp.MustCompile(`aria-current="([^"]+)"`).FindAllStringSubmatch(files[path], -1); len(m) == 1 {
			got = m[0][1]
		} else if len(m) > 1 {
			t.Errorf("%s is at %d places", path, len(m))
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestLandmarks: of the parts of a page only what is most urgent is a landmark, besides the ways
// through the site: who goes from one landmark to the next would have more steps than headings.
func TestLandmarks(t *testing.T) {
	s := governed(t, promised("TS-2026-001"))
	full := rich()
	full.ID = "TS-2026-002"
	s.Bulletins = append(s.Bulletins, published(t, full))
	named := regexp.MustCompile(`<section [^>]*aria-label(?:ledby)?="([^"]*)"`)
	for path, page := range build(t, s) {
		for _, m := range named.FindAllStringSubmatch(page, -1) {
			if !slices.Contains([]string{"_urgent", "_action", "_withdrawn", "_affected"}, m[1]) {
				t.Errorf("%s: %s is a landmark", path, m[0])
			}
		}
		if navs := strings.Count(page, "<nav "); navs > 3 {
			t.Errorf("%s: %d ways through the site", path, navs)
		}
	}
}

// TestUrgent: the first page names a bulletin that asks for action, and says so where
// none does.
func TestUrgent(t *testing.T) {
	s := small(t)
	if page := build(t, s)["index.html"]; !strings.Contains(page, `<p class="do"><a href="/trust/security-bulletins/ts-2026-004/"`) {
		t.Error("the first page does not lead to what needs action")
	}
	s.Bulletins = s.Bulletins[1:4] // no action, withdrawn, not stated
	page := build(t, s)["index.html"]
	if !strings.Contains(page, "1 bulletin does not state yet whether you need to act.") || strings.Contains(page, "action-yes") || strings.Contains(page, "action-no") {
		t.Error("the first page knows whether to act where a bulletin does not state it")
	}
	s.Bulletins = slices.DeleteFunc(s.Bulletins, func(p bulletin.Published) bool { return p.Bulletin().Action.Required == verdict.Unknown })
	if page := build(t, s)["index.html"]; !strings.Contains(page, "No bulletin requires action") || strings.Contains(page, "action-unknown") {
		t.Error("the first page does not say that nothing is to do where all bulletins do")
	}
}

// TestNeighbours: a page leads to the bulletins before and after, and says which were withdrawn.
func TestNeighbours(t *testing.T) {
	files := build(t, small(t))
	page := files["security-bulletins/ts-2026-003/index.html"]
	for _, want := range []string{`rel="prev" href="/trust/security-bulletins/ts-2026-001/"`, `rel="next" href="/trust/security-bulletins/ts-2026-004/"`, `<span class="gone-word">Withdrawn:</span> &lt;script&gt;`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if page := files["security-bulletins/ts-2026-004/index.html"]; strings.Contains(page, `rel="next"`) {
		t.Error("the newest bulletin has a newer one")
	}
}

// TestSupersededInLists: the row of a withdrawn bulletin leads to what holds instead.
func TestSupersededInLists(t *testing.T) {
	s := small(t)
	b := rich()
	b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: day("2026-05-20"), Reason: "Wrong.", SupersededBy: "TS-2026-004"}
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins = append(s.Bulletins, p)
	files := build(t, s)
	for _, path := range []string{"index.html", "security-bulletins/index.html", "security-bulletins/2026/index.html"} {
		if want := `What it said does not hold. Read <a href="/trust/security-bulletins/ts-2026-004/">TS-2026-004</a> instead.`; !strings.Contains(files[path], want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

// BenchmarkOthers makes everything but the bulletins' own pages, of 10,000 bulletins.
func BenchmarkOthers(b *testing.B) {
	r, notices := bench(b, 10_000)
	var cards []*Card
	for _, n := range notices {
		c, err := r.Card(n)
		if err != nil {
			b.Fatal(err)
		}
		cards = append(cards, &c)
	}
	for b.Loop() {
		for _, err := range r.Others(cards) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkBulletin makes the page of one bulletin, without its text.
func BenchmarkBulletin(b *testing.B) {
	r, notices := bench(b, 3)
	for b.Loop() {
		if _, err := r.Bulletin(notices[1]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRichBulletin makes the page of one that has everything.
func BenchmarkRichBulletin(b *testing.B) {
	r, _ := bench(b, 1)
	x := rich()
	x.Body = nil
	p, err := x.Publish()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := r.Bulletin(Notice{Bulletin: p}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCard makes what lists keep of one bulletin.
func BenchmarkCard(b *testing.B) {
	r, notices := bench(b, 3)
	for b.Loop() {
		if _, err := r.Card(notices[1]); err != nil {
			b.Fatal(err)
		}
	}
}

func bench(b *testing.B, count int) (*Renderer, []Notice) {
	b.Helper()
	r, err := New(Site{Organization: "Example Networks", Contact: "security@example.com", Layout: benchLayout(b), Products: ownProducts()})
	if err != nil {
		b.Fatal(err)
	}
	return r, slices.Collect(Notices(plain(b, count)))
}

func benchLayout(b *testing.B) address.Layout {
	b.Helper()
	layout, err := address.New("https://security.example.com", "/security-bulletins/", "/security-policies/")
	if err != nil {
		b.Fatal(err)
	}
	return layout
}

// BenchmarkShared lists the same files, each with what it shows of bulletins, and makes none.
func BenchmarkShared(b *testing.B) {
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
		for s := range r.Shared(cards) {
			if s.From == [32]byte{} {
				b.Fatal(s.Path)
			}
		}
	}
}

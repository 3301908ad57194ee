package site

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
	"tocsin/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// whole is a site with its bulletins.
type whole struct {
	Site
	Bulletins []bulletin.Published
}

// pages makes every page and file.
func (s whole) pages() iter.Seq2[publish.File, error] { return Pages(s.Site, s.Bulletins) }

// small is a site with one page of each kind, and with hostile ones.
func small(t *testing.T) whole {
	t.Helper()
	layout, err := address.New("https://security.example.com/trust", "/security-bulletins/", "/security-policies/")
	if err != nil {
		t.Fatal(err)
	}
	s := whole{Site: Site{Organization: "Example Networks", Contact: "security@example.com", Layout: layout, Products: ownProducts(), Codes: Codes{"TS-2026-004": someCodes(256)}}}
	for _, b := range bulletins(t) {
		p, err := b.Publish()
		if err != nil {
			t.Fatal(err)
		}
		s.Bulletins = append(s.Bulletins, p)
	}
	s.Policies = []policy.Policy{
		{Title: "Patch management policy", Slug: "patch-management", Weight: 11, LastUpdated: day("2025-04-07"), Body: read(t, "patch-management.md")},
		{Title: "Incident disclosure <b>&</b> notification policy", Slug: "incident-disclosure", Weight: 5, Body: read(t, "incident-disclosure.md")},
	}
	return s
}

func ownProducts() []bulletin.Product {
	return []bulletin.Product{
		{ID: "client", Title: "Example client", Platforms: []string{"windows", "macos", "linux", "ios"}, ShowVersion: "example version",
			Update: map[string]string{"windows": "winget upgrade Example.Client", "linux": "sudo apt install example-client={fixed}"}},
		{ID: "coordination-server", Title: "Coordination server", Hosted: true},
	}
}

func bulletins(t *testing.T) []bulletin.Bulletin {
	t.Helper()
	return []bulletin.Bulletin{
		{
			ID: "TS-2026-004", Title: "Web pages could reach the local API of the Windows client", Status: bulletin.Public, Severity: bulletin.High,
			Summary: "A page that a user visits could call the client’s local API.", Published: day("2026-05-03"), Body: read(t, "ts-2026-004.md"),
			Action: bulletin.Action{Required: verdict.Yes, Text: "Update Windows and Linux nodes to 1.66.1 or later."},
			Affected: []bulletin.Affected{
				{Product: "client", Platforms: []string{"windows", "linux"}, Versions: version.Range{Introduced: "1.30.0", Fixed: "1.66.1"}, Available: day("2026-05-03"), Channel: "stable"},
				{Product: "client", Platforms: []string{"ios"}, Versions: version.Range{Fixed: "1.66.2"}, Available: day("2026-05-05"), Channel: "store", Stopgap: "turn the local API off"},
				{Product: "client", Platforms: []string{"macos"}, Versions: version.Range{LastAffected: "1.65.0"}, Unfixed: "the old branch is no longer maintained"},
				{Product: "coordination-server", Everyone: true, Deployed: time.Date(2026, 5, 2, 23, 30, 0, 0, time.FixedZone("", -7200))},
			},
		},
		{
			ID: "TS-2026-003", Title: "חולשה בשרת התיאום של Example", Summary: "חולשה בשרת התיאום של Example", Status: bulletin.Public, Severity: bulletin.Critical, Published: day("2026-04-01"),
			Action: bulletin.Action{Required: verdict.No}, Body: []byte("#### מה קרה?\n\nשלום <node> עולם.\n"),
			Affected: []bulletin.Affected{{Product: "coordination-server", Deployed: day("2026-03-30")}},
		},
		{
			ID: "TS-2026-001", Title: `<script>alert("1")</script> & {{.Secret}} 'quoted'`, Summary: `"><img src=x onerror=alert(1)>`, Status: bulletin.Withdrawn, Severity: bulletin.Low,
			Published: day("2026-01-09"), Action: bulletin.Action{Required: verdict.Yes, Text: "</section><script>"}, Body: []byte("### `<script>` *and* {{.Title}}\n\n<script>alert(1)</script>\n\nIt was [wrong](javascript:alert(1)).\n"),
			Affected: []bulletin.Affected{{Product: "<client>", Platforms: []string{"<plan9>"}, Versions: version.Range{Fixed: "1.0"}}},
		},
		{ID: "TS-2025-002", Title: "One thing", Status: bulletin.Public, Severity: bulletin.Unrated, Published: day("2025-12-31"), Body: []byte("We know little yet.")},
		{
			ID: "TS-2025-001", Title: `<script>alert("1")</script> & {{.Secret}} 'quoted'`, Summary: `"><img src=x onerror=alert(1)>`, Status: bulletin.Public, Severity: bulletin.Medium,
			Published: day("2025-12-31"), Action: bulletin.Action{Required: verdict.Yes, Text: "</section><script>"}, Body: []byte("### `<script>` *and* {{.Title}}\n\n<script>alert(1)</script>\n\nIt was [wrong](javascript:alert(1)).\n"),
			Affected: []bulletin.Affected{{Product: "<client>", Platforms: []string{"<plan9>"}, Versions: version.Range{Fixed: "1.0"}}},
		},
		{ID: "TS-2024-001", Title: "An old thing", Status: bulletin.Public, Severity: bulletin.None, Published: day("2024-02-29"), Body: []byte("Old.")},
	}
}

// build collects the files of a site by path.
func build(t *testing.T, s whole) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for f, err := range s.pages() {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := files[f.Path]; ok {
			t.Errorf("%s comes twice", f.Path)
		}
		files[f.Path] = string(f.Data)
	}
	return files
}

func TestGolden(t *testing.T) {
	files := build(t, small(t))
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path, "static/") {
			continue
		}
		golden := filepath.Join("testdata", "golden", filepath.FromSlash(path))
		if *update {
			write(t, golden, files[path])
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), files[path]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSameSiteSameBytes is F61, as far as pages go: neither the order of the input
// nor the zone nor the run changes a byte, or the order of the files.
func TestSameSiteSameBytes(t *testing.T) {
	list := func(s whole) (out []publish.File) {
		for f, err := range s.pages() {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, f)
		}
		return out
	}
	want := list(small(t))
	for i := range 5 {
		s := small(t)
		slices.Reverse(s.Policies)
		s.Bulletins = append(s.Bulletins[i:], s.Bulletins[:i]...)
		if diff := cmp.Diff(want, list(s)); diff != "" {
			t.Fatal(diff)
		}
	}
	moved := small(t)
	moved.Bulletins = nil
	for _, b := range bulletins(t) {
		b.Published = b.Published.In(time.FixedZone("far", -11*3600))
		p, err := b.Publish()
		if err != nil {
			t.Fatal(err)
		}
		moved.Bulletins = append(moved.Bulletins, p)
	}
	if diff := cmp.Diff(want, list(moved)); diff != "" {
		t.Fatal(diff)
	}
}

// element is what a page is checked by.
type element struct {
	name string
	attr map[string]string
}

var voids = regexp.MustCompile(`<((?:br|hr|img|meta|link)\b[^>]*)>`)

// elements reads a page strictly: every element closed, every attribute quoted.
func elements(t *testing.T, path, page string) (found []element) {
	t.Helper()
	// reversed is the one attribute without a value.
	d := xml.NewDecoder(strings.NewReader(strings.ReplaceAll(voids.ReplaceAllString(page, "<$1/>"), " reversed>", ">")))
	d.Entity = xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if start, ok := token.(xml.StartElement); ok {
			e := element{start.Name.Local, map[string]string{}}
			for _, a := range start.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			found = append(found, e)
		}
	}
}

// htmlFiles are the pages of a site, read.
func htmlFiles(t *testing.T, files map[string]string) map[string][]element {
	t.Helper()
	pages := make(map[string][]element)
	for path, text := range files {
		if strings.HasSuffix(path, ".html") {
			pages[path] = elements(t, path, text)
		}
	}
	return pages
}

// TestSafe is F5, F7 and F63 on whole pages.
func TestSafe(t *testing.T) {
	for path, page := range htmlFiles(t, build(t, small(t))) {
		for _, e := range page {
			if e.name == "script" && e.attr["src"] == "/trust/static/letters.js" && strings.HasSuffix(path, "/letters/index.html") {
				continue // it does what the page says how to do by hand
			}
			if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "form", "input", "base", "svg"}, e.name) {
				t.Errorf("%s has <%s>", path, e.name)
			}
			for name, value := range e.attr {
				if name == "style" || strings.HasPrefix(name, "on") {
					t.Errorf("%s: <%s %s=%q>", path, e.name, name, value)
				}
			}
			loaded := e.attr["src"]
			if e.name == "link" && e.attr["rel"] != "canonical" {
				loaded = e.attr["href"]
			}
			if loaded != "" && (!strings.HasPrefix(loaded, "/trust/") || strings.HasPrefix(loaded, "//")) {
				t.Errorf("%s: <%s> loads %s", path, e.name, loaded)
			}
		}
	}
}

func TestOneHeadingOneNobodyTwice(t *testing.T) {
	for path, page := range htmlFiles(t, build(t, small(t))) {
		seen := make(map[string]bool)
		level, first := 0, 0
		for _, e := range page {
			if id, ok := e.attr["id"]; ok {
				if seen[id] || id == "" {
					t.Errorf("%s: id %q twice", path, id)
				}
				seen[id] = true
			}
			if len(e.name) == 2 && e.name[0] == 'h' && '1' <= e.name[1] && e.name[1] <= '6' {
				next := int(e.name[1] - '0')
				if next > level+1 {
					t.Errorf("%s: h%d after h%d", path, next, level)
				}
				level = next
				if next == 1 {
					first++
				}
			}
		}
		if first != 1 {
			t.Errorf("%s has %d h1", path, first)
		}
		for _, e := range page {
			for _, ref := range []string{"aria-labelledby"} {
				if id := e.attr[ref]; id != "" && !seen[id] {
					t.Errorf("%s: %s=%q names nothing", path, ref, id)
				}
			}
		}
	}
}

// TestLinksResolve follows every link within the site to its file and its id.
func TestLinksResolve(t *testing.T) {
	s := small(t)
	files := build(t, s)
	pages := htmlFiles(t, files)
	for _, made := range feeds(s.Layout) {
		files[made.File()] = "" // made by package feed
	}
	for path, page := range pages {
		at := &url.URL{Scheme: "https", Host: "security.example.com", Path: "/trust/" + strings.TrimSuffix(path, "index.html")}
		for _, e := range page {
			for _, name := range []string{"href", "src"} {
				if to := e.attr[name]; to != "" {
					follow(t, path, at, to, files, pages)
				}
			}
		}
	}
}

// feeds are the addresses of feeds that pages may link to.
func feeds(l address.Layout) []address.Page {
	all := []address.Page{l.Feed(), l.Atom(), l.JSONFeed(), l.ActionRequired().RSS()}
	for _, s := range bulletin.Severities() {
		all = append(all, l.Severity(string(s)).RSS())
	}
	for _, p := range ownProducts() {
		all = append(all, l.Product(p.ID).RSS())
	}
	return all
}

func follow(t *testing.T, path string, at *url.URL, link string, files map[string]string, pages map[string][]element) {
	t.Helper()
	to, err := at.Parse(link)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if to.Scheme != "https" || to.Host != at.Host {
		return
	}
	file := address.Page("/" + strings.TrimPrefix(to.Path, "/trust/")).File()
	if _, ok := files[file]; !ok || !strings.HasPrefix(to.Path, "/trust/") {
		t.Errorf("%s: the link %s leads to no file %s", path, link, file)
	}
	if to.Fragment != "" && !slices.ContainsFunc(pages[file], func(e element) bool { return e.attr["id"] == to.Fragment }) {
		t.Errorf("%s: the link %s leads to no id", path, link)
	}
}

// TestAnchors: links to the list by id work in either case.
func TestAnchors(t *testing.T) {
	list := build(t, small(t))["security-bulletins/index.html"]
	for _, id := range []string{"ts-2026-004", "TS-2026-004", "ts-2024-001"} {
		if strings.Count(list, `id="`+id+`"`) != 1 {
			t.Errorf("the list has not one id %s", id)
		}
	}
}

// TestBulletinBeginsWithWhatToDo keeps the order of a bulletin's page.
func TestBulletinBeginsWithWhatToDo(t *testing.T) {
	files := build(t, small(t))
	order := func(id string, words ...string) {
		page := files["security-bulletins/"+id+"/index.html"]
		at := 0
		for _, w := range words {
			i := strings.Index(page[at:], w)
			if i < 0 {
				t.Fatalf("%s: no %q where it belongs", id, w)
			}
			at += i + len(w)
		}
	}
	order("ts-2026-004", "<h1", "TS-2026-004", "High severity", "Action required: yes", "Update Windows", "<span>sudo</span> <span>apt</span> <span>install</span> <span>example-client=1.66.1</span>",
		"No fix yet:", `expected on <time datetime="2026-05-05">5 May 2026</time>, as of <time datetime="2026-05-03">3 May 2026</time>`, "No fix:", "the old branch", "See your version", "<span>example</span> <span>version</span>", "Exploited",
		"Affected products and versions", "Windows, Linux", "1.30.0 and later, before 1.66.1", "<strong>1.66.1</strong>", `<time datetime="2026-05-03">3 May 2026</time>`,
		"1.66.2</strong>", "app store", "Expected on", "No fix", "Coordination server", "All tailnets", `<time datetime="2026-05-03T01:30:00Z">3 May 2026, 01:30 UTC</time>`,
		"What happened?")
	order("ts-2026-003", "Critical severity", "Action required: no", "You don’t need to do anything", "Coordination server", "Not stated")
	order("ts-2025-002", "Severity not known yet", "Action required: not stated", "We haven’t stated yet what", "Not stated", "We haven’t stated yet which")
	order("ts-2026-001", "<title>Withdrawn: TS-2026-001", "Withdrawn:", "TS-2026-001", `<time datetime="2026-01-09">`, "This bulletin was withdrawn", "What it said does not hold")
}

func TestWithdrawnIsMarkedWhereverItIsListed(t *testing.T) {
	files := build(t, small(t))
	for _, path := range []string{"index.html", "security-bulletins/index.html", "404.html"} {
		if !strings.Contains(files[path], `<span class="mark withdrawn">Withdrawn</span>`) {
			t.Errorf("%s does not mark the withdrawn bulletin", path)
		}
	}
}

// F55: a draft set to withdrawn shows nothing of what it says, on no page and in no feed.
func TestWithdrawnSaysNothing(t *testing.T) {
	s := small(t)
	x := bulletin.Bulletin{
		ID: "TS-2026-009", Title: "The title", Summary: "SECRET1", Status: bulletin.Withdrawn, Severity: bulletin.Critical, Published: day("2026-05-03"),
		Action: bulletin.Action{Required: verdict.Yes, Text: "SECRET2"}, Body: []byte("SECRET3"),
		Affected: []bulletin.Affected{{Product: "client", Versions: version.Range{Fixed: "9.9.9-SECRET4"}, Remedy: "SECRET5"}},
	}
	p, err := x.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins = []bulletin.Published{p}
	for name, text := range build(t, s) {
		if strings.Contains(text, "SECRET") || strings.HasSuffix(name, "ts-2026-009/index.html") && strings.Contains(text, "example version") {
			t.Errorf("%s tells what was withdrawn: %s", name, text)
		}
	}
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	if entry, err := r.FeedHTML(Notice{Bulletin: p}); err != nil || strings.Contains(entry, "SECRET") {
		t.Errorf("%q, %v", entry, err)
	}
}

func TestLists(t *testing.T) {
	files := build(t, small(t))
	ids := regexp.MustCompile(`<li class="entry[^"]*" id="([^"]+)"`).FindAllStringSubmatch(files["security-bulletins/index.html"], -1)
	var got []string
	for _, m := range ids {
		got = append(got, m[1])
	}
	want := []string{"ts-2026-004", "ts-2026-003", "ts-2026-001", "ts-2025-002", "ts-2025-001", "ts-2024-001"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(files["index.html"], `class="entry`); n != latest {
		t.Errorf("the first page has %d bulletins", n)
	}
	policies := files["security-policies/index.html"]
	if i, j := strings.Index(policies, "Incident disclosure"), strings.Index(policies, "Patch management"); i < 0 || j < i {
		t.Error("policies are not in the order of their weights")
	}
}

func TestEmptySite(t *testing.T) {
	s := small(t)
	s.Bulletins, s.Policies, s.Contact = nil, nil, ""
	files := build(t, s)
	if !strings.Contains(files["index.html"], "no bulletin yet") || strings.Contains(files["index.html"], "mailto:") {
		t.Error(files["index.html"])
	}
	htmlFiles(t, files)
}

func TestErrors(t *testing.T) {
	own := func(name, text string) fs.FS { return templates.Over(fstest.MapFS{name: {Data: []byte(text)}}) }
	bomb := policy.Policy{Slug: "bomb", Body: bytes.Repeat([]byte("> "), 100)}
	tests := []struct {
		name   string
		change func(*whole)
		want   string
	}{
		{"syntax", func(s *whole) { s.Templates = own("site/policy.html", "\n{{define \"main\"}}\n{{if}}") }, "templates/site/policy.html:3: "},
		{"unknown field", func(s *whole) { s.Templates = own("site/bulletin.html", "{{define \"main\"}}\n{{.Tailnets}}{{end}}") }, "templates/site/bulletin.html:2:"},
		{"no template", func(s *whole) { s.Templates = fstest.MapFS{} }, "site/layout.html"},
		{"no static files", func(s *whole) {
			m := fstest.MapFS{}
			names, err := fs.Glob(templates.Files(), "site/*")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				data, err := fs.ReadFile(templates.Files(), name)
				if err != nil {
					t.Fatal(err)
				}
				m[name] = &fstest.MapFile{Data: data}
			}
			s.Templates = m
		}, "static"},
		{"bomb", func(s *whole) { s.Policies = append(s.Policies, bomb) }, "policy bomb"},
	}
	for _, test := range tests {
		s := small(t)
		test.change(&s)
		var last error
		after := 0
		for _, err := range s.pages() {
			if last != nil {
				after++
			}
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), test.want) || after > 0 {
			t.Errorf("%s: %v, want %s; %d files after it", test.name, last, test.want, after)
		}
	}
}

// TestStopping: whoever has enough gets no more.
func TestStopping(t *testing.T) {
	all := len(build(t, small(t)))
	for n := 1; n <= all; n++ {
		got := 0
		for range small(t).pages() {
			if got++; got == n {
				break
			}
		}
		if got != n {
			t.Errorf("%d files, want %d", got, n)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	layout, err := address.New("https://security.example.com", "/security-bulletins/", "/security-policies/")
	if err != nil {
		b.Fatal(err)
	}
	body, err := os.ReadFile("testdata/ts-2026-004.md")
	if err != nil {
		b.Fatal(err)
	}
	s := whole{Site: Site{Organization: "Example Networks", Layout: layout, Products: ownProducts()}}
	for i := range 1000 {
		x := bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-2026-%04d", i)), Title: "A thing", Status: bulletin.Public, Published: day("2026-05-03"), Body: body,
			Affected: []bulletin.Affected{{Product: "client", Versions: version.Range{Fixed: "1.66.1"}}}}
		p, err := x.Publish()
		if err != nil {
			b.Fatal(err)
		}
		s.Bulletins = append(s.Bulletins, p)
	}
	for b.Loop() {
		for _, err := range s.pages() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

package site

import (
	"bytes"
	"html/template"
	"io"
	"maps"
	"math/rand/v2"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/pagewriter"
	"tocsin/templates"
)

// given is what each template is given: pages by their file, pieces by their name.
var given = map[string]any{
	"home.html": homePage{}, "list.html": listPage{}, "404.html": notFoundPage{}, "bulletin.html": bulletinPage{}, "policies.html": policiesPage{},
	"policy.html": policyPage{}, "print.html": printPage{}, "feeds.html": feedsPage{}, "moved.html": movedPage{}, "gone.html": gonePage{}, "letters.html": lettersPage{},
	"entry": Entry{}, "feed-entry": feedEntry{}, "policy-text": PolicyView{}, "head": Frame{}, "header": Frame{}, "crumb": Frame{}, "footer": Frame{},
	"severity": "", "exploited": "", "attacks": "", "action": "",
}

// oracle is a template twice: as html/template executes it, and as the site does.
type oracle struct {
	name string // to be executed
	slow *template.Template
	fast *pagewriter.Set
	data any
}

func oracles(t testing.TB, own fstest.MapFS) map[string]oracle {
	t.Helper()
	files := templates.Over(own)
	w, err := readWords(files, "en")
	if err != nil {
		t.Fatal(err)
	}
	fast, err := readTemplates(files, w)
	if err != nil {
		t.Fatal(err)
	}
	frame := template.New("").Option("missingkey=error").Funcs(w.funcs())
	texts, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if !text.page {
			if err := text.parse(frame, w); err != nil {
				t.Fatal(err)
			}
		}
	}
	all := make(map[string]oracle)
	for _, text := range texts {
		if name := path.Base(text.name); text.page {
			page, err := text.inFrame(frame, w)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = oracle{layout, page, fast.pages[name], given[name]}
		}
	}
	for name, data := range given {
		if !strings.HasSuffix(name, ".html") {
			all[name] = oracle{name, frame, fast.pieces, data}
		}
	}
	return all
}

func (o oracle) slowly(data any) (string, error) {
	var b bytes.Buffer
	err := o.slow.ExecuteTemplate(&b, o.name, data)
	return b.String(), err
}

// same holds the two ways against each other, and reports whether there was anything to hold.
func (o oracle) same(t *testing.T, data any) (page bool) {
	t.Helper()
	want, wantErr := o.slowly(data)
	got, err := o.fast.String(o.name, data)
	switch {
	case (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error():
		t.Fatalf("%s: %v, want %v", o.name, err, wantErr)
	case err == nil && got != want:
		t.Fatalf("%s of %+v:\n%s\nwant\n%s", o.name, data, got, want)
	}
	return err == nil
}

// TestOurTemplatesAreCompiled: all of them, for what they are given; else pages are slow, and
// nobody sees why.
func TestOurTemplatesAreCompiled(t *testing.T) {
	for name, o := range oracles(t, nil) {
		if o.data == nil && name != "severity" {
			t.Errorf("%s is a page that this test does not know", name)
		} else if err := o.fast.Compiled(o.name, o.data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCompiledSaysTheSame fills in every template with hostile words, again and again.
func TestCompiledSaysTheSame(t *testing.T) {
	all := oracles(t, nil)
	random := rand.New(rand.NewPCG(4, 19))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		o, pages := all[name], 0
		for range 60 {
			data := reflect.New(reflect.TypeOf(o.data)).Elem()
			fillIn(random, data)
			if o.same(t, data.Interface()) {
				pages++
			}
		}
		if pages < 5 {
			t.Errorf("%s: %d pages of 60, all else are errors", name, pages)
		}
	}
}

// FuzzCompiled lets the fuzzer choose what stands where.
func FuzzCompiled(f *testing.F) {
	all := oracles(f, nil)
	names := slices.Sorted(maps.Keys(all))
	f.Add(uint8(0), uint64(1))
	f.Fuzz(func(t *testing.T, page uint8, seed uint64) {
		o := all[names[int(page)%len(names)]]
		data := reflect.New(reflect.TypeOf(o.data)).Elem()
		fillIn(rand.New(rand.NewPCG(seed, 0)), data)
		o.same(t, data.Interface())
	})
}

// TestCompiledIsUsed: the memory that it takes tells who made a page.
func TestCompiledIsUsed(t *testing.T) {
	o, data := oracles(t, nil)["bulletin.html"], any(filledBulletin())
	if !o.same(t, data) {
		t.Fatal("there is no page")
	}
	slow := testing.AllocsPerRun(20, func() { o.slow.ExecuteTemplate(io.Discard, o.name, data) })
	fast := testing.AllocsPerRun(20, func() { o.fast.Bytes(o.name, data) })
	if fast > slow/10 {
		t.Errorf("a page takes %v allocations, and %v with html/template", fast, slow)
	}
}

// TestUnknownTemplateOfASite: what a site writes is not compiled where the compiler does not know
// it, and says the same as ever.
func TestUnknownTemplateOfASite(t *testing.T) {
	for construct, text := range map[string]string{
		"a script":      `<script>var title = {{.Title}}</script>`,
		"a style":       `<p style="color: {{.Title}}">`,
		"break":         `{{range .Steps}}{{.}}{{break}}{{end}}`,
		"html":          `{{.Title | html}}`,
		"another type":  `{{$x := 1}}{{$x = .Title}}{{$x}}`,
		"no such field": `{{.Nothing}}`,
	} {
		all := oracles(t, fstest.MapFS{"site/bulletin.html": {Data: []byte(`{{define "main"}}` + text + `{{end}}`)}})
		o := all["bulletin.html"]
		if o.fast.Compiled(o.name, o.data) == nil {
			t.Errorf("%s is compiled", construct)
		}
		o.same(t, bulletinPage{Frame: Frame{Title: `</script>"'<b>`}, Steps: []template.HTML{"1", "2"}})
	}
}

var hostileWords = []string{
	"", "a", "yes", "no", "confirmed", "store", "rc", "home", "bulletins", "everyone", "all", "year", "law", "override", "disclose", "delay", "aim",
	"<script>alert(1)</script>", `"quoted" 'single' & &amp; + = ` + "`", "javascript:alert(1)", "JAVASCRIPT:x", "https://example.com/?a=b&c=d+e#f%20%zz",
	"mailto:a@example.com", "/path/é?x=<y>", "\x00NUL", "\xff\xfe bad", "\u202eright to left\u2066", "\ufdd0\uffff", "{{.Secret}} {1}", strings.Repeat("long <&> ", 300),
	"//example.com", "data:text/html,<b>", "a:b/c", "<!-- comment", "]]>", "Käse, 日本語", "%", "%4", "%41", "(brackets)",
}

// fillIn puts something into everything that a template may reach.
func fillIn(random *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostileWords[random.IntN(len(hostileWords))])
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(random.Int64N(5) * random.Int64N(1000) * (random.Int64N(3) - 1))
	case reflect.Pointer:
		if random.IntN(6) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fillIn(random, v.Elem())
		}
	case reflect.Slice:
		for range random.IntN(4) {
			element := reflect.New(v.Type().Elem()).Elem()
			fillIn(random, element)
			v.Set(reflect.Append(v, element))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillIn(random, v.Field(i))
			}
		}
	}
}

// filledBulletin is a page as bulletins have it.
func filledBulletin() bulletinPage {
	seen := &Date{Day: "3 May 2026", Machine: "2026-05-03", HTML: `<time datetime="2026-05-03">3 May 2026</time>`, Exact: `<time datetime="2026-05-03">3 May 2026</time>`}
	row := Row{Platforms: "Windows, Linux", Affected: "from 1.30.0, before 1.66.1", Fixed: "1.66.1", Available: seen}
	return bulletinPage{
		Frame: Frame{Organization: "Example Networks", Language: "en", Direction: "ltr", Title: "Web pages could reach the local API", PageTitle: "TS-2026-004: Web pages could reach the local API", Description: "A page that a user visits could call the client’s local API.", Canonical: "https://security.example.com/security-bulletins/ts-2026-004/", Section: "bulletins", Head: "<head>", Header: "<header>", Footer: "<footer>"},
		ID:    "TS-2026-004", Summary: "A page that a user visits could call the client’s local API.", Published: seen, Changed: seen, Severity: "high", Exploited: "no_evidence",
		Marks:  Marks{Severity: "<b>High</b>", Attacks: "None"},
		Action: "yes", ActionText: "Update Windows and Linux nodes to 1.66.1 or later.", Audience: "administrators", Steps: []template.HTML{"Update.", "Restart."}, Units: "tailnets",
		Ways:     []Way{{Product: "Example client", Platforms: "Windows", Command: "winget upgrade Example.Client", Fixed: "1.66.1"}, {Product: "Example client", Platforms: "Linux", Fixed: "1.66.1", Channel: "store"}},
		Versions: []Command{{"Example client", "example version", "<span>example</span> <span>version</span>"}}, Installed: []Installed{{"Example client", []Row{row, row, row}}}, Hosted: []Hosted{{Product: "Coordination server", Whom: "everyone", Deployed: seen}},
		Body:    template.HTML(strings.Repeat("<p>What happened, and to whom.</p>\n", 60)),
		Reasons: []Reason{{Kind: "promise", Quote: "We publish a bulletin for every vulnerability that requires action.", Policy: "Incident disclosure", Href: "/security-policies/incident-disclosure/#disclose-action"}},
		Record: Record{Names: []Link{{"CVE-2026-0001", "https://www.cve.org/CVERecord?id=CVE-2026-0001"}}, Elsewhere: true, Scores: []Score{{"8.1", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N"}},
			Timeline: []Event{{seen, "It was reported to us."}, {seen, "It was fixed."}}, References: []Link{{"Advisory", "https://example.com/advisory"}}, Credits: []Credit{{"Alex Example", "finder", ""}},
			Revisions: []Revision{{1, seen, "Published.", false}}},
		Letters: &Letters{Notified: &Notified{3, seen, nil}, Others: true, Versions: true},
		Newer:   &NeighbourLink{"/security-bulletins/ts-2026-005/", "TS-2026-005", "Revised", false}, Older: &NeighbourLink{"/security-bulletins/ts-2026-003/", "TS-2026-003", "Another", false}, Beside: true,
	}
}

// BenchmarkCompiled holds html/template against what the site uses: the page of a bulletin, its
// row in lists, its entry in feeds, all three, and reading the templates for the first page.
func BenchmarkCompiled(b *testing.B) {
	all, page := oracles(b, nil), filledBulletin()
	data := map[string]any{
		"bulletin.html": page,
		"entry":         Entry{ID: page.ID, Anchor: "ts-2026-004", Href: "/security-bulletins/ts-2026-004/", Title: page.Title, Summary: page.Summary, Published: page.Published, Marks: page.Marks},
		"feed-entry": feedEntry{Action: page.Action, ActionText: page.ActionText, Audience: page.Audience, Steps: page.Steps, Ways: page.Ways, Versions: page.Versions,
			Installed: page.Installed, Hosted: page.Hosted, Units: page.Units, Severity: "high", Summary: page.Summary, Body: page.Body, Page: page.Canonical},
	}
	slowly := func(name string) {
		if _, err := all[name].slowly(data[name]); err != nil {
			b.Fatal(err)
		}
	}
	fast := func(name string) {
		if _, err := all[name].fast.String(all[name].name, data[name]); err != nil {
			b.Fatal(err)
		}
	}
	for _, way := range []struct {
		name string
		make func(string)
	}{{"slow", slowly}, {"fast", fast}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for name := range data {
					way.make(name)
				}
			}
		})
	}
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			all = oracles(b, nil)
			fast("bulletin.html")
		}
	})
}

package browse

import (
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// planted are faults, each in a copy of a sound page, and the judge that has to name it. A
// judge who finds nothing here finds nothing anywhere.
var planted = []struct {
	fault string // the name of its page
	judge string
	rule  string
	says  string // a part of the finding's text; may be empty
	plant func(page string) string
}{
	{"stray-end-tag", "nu", "error", "", inMain(`<p><div>x</div></p>`)},
	{"section-without-heading", "nu", "warning", "Section lacks heading", inMain(`<section><p>x</p></section>`)},
	{"same-id-twice", "html-validate", "no-dup-id", "", inMain(`<p id="_main">x</p>`)},
	{"inline-style-attribute", "html-validate", "no-inline-style", "", inMain(`<p style="color: red">x</p>`)},

	{"no-alternative-text", "browser", "image-alt", "", inMain(`<img src="/static/favicon.svg">`)},
	{"faint", "browser", "color-contrast", "1440 px, light", inMain(`<p class="faint">Some words</p>`)},
	{"faint-at-night", "browser", "color-contrast", "1440 px, dark", inMain(`<p class="faint-at-night">Some words</p>`)},
	{"faint-on-a-phone", "browser", "color-contrast", "360 px, light", inMain(`<p class="faint-on-a-phone">Some words</p>`)},
	{"small-targets", "browser", "target-size", "", inMain(`<button type="button" class="small">One</button><button type="button" class="small">Two</button>`)},
	{"heading-skipped", "browser", "heading-order", "", inMain(`<h6>x</h6>`)},
	{"wide", "browser", "scroll", "320 px", inMain(`<p class="wide">x</p>`)},
	{"cut-off", "browser", "clipped", "cut", inMain(`<p class="cut">Some words too many</p>`)},
	{"inline-style", "browser", "csp", "", inMain(`<p style="color: red">x</p>`)},
	{"inline-script", "browser", "csp", "", inMain(`<script>let x</script>`)},
	{"console-message", "browser", "console", "log: x", freely(`<script>console.log("x")</script>`)},
	{"console-error", "browser", "console", "error: x", freely(`<script>throw new Error("x")</script>`)},
	{"written-by-a-script", "browser", "script", "", freely(`<script>document.querySelector("main").append("x")</script>`)},
	{"foreign-picture", "browser", "foreign", "https://example.net/x.png", freely(`<img alt="" src="https://example.net/x.png">`)},
	{"foreign-frame", "browser", "foreign", "https://example.net/", freely(`<iframe title="x" src="https://example.net/"></iframe>`)},
	{"missing-picture", "browser", "missing", "404", inMain(`<img alt="" src="/static/missing.svg">`)},

	{"missing-page", "links", "link", "not on the site", inMain(`<a href="/missing/">x</a>`)},
	{"missing-place", "links", "link", "no such place", inMain(`<a href="#missing">x</a>`)},
	{"missing-place-elsewhere", "links", "link", "no such place", inMain(`<a href="/#missing">x</a>`)},
	{"missing-when-moved", "links", "link", "not on the site", inMain(`<meta http-equiv="refresh" content="0; url=/missing/">`)},
	{"feed.xml", "links", "link", "/missing-link: is not", whole(`<rss><channel><link>https://security.example.com/missing-link</link></channel></rss>`)},
	{"text.xml", "links", "link", "/missing-text: is not", whole(`<feed><content>&lt;a href="/missing-text">x&lt;/a></content></feed>`)},
	{"feed.json", "links", "link", "/missing-url: is not", whole(`{"items": [{"url": "https://security.example.com/missing-url"}]}`)},

	{"heavy", "weight", "weight", "", inMain("<p>" + noise(80<<10) + "</p>")},
	{"heavy-picture", "weight", "weight", "", inMain(`<img alt="" src="/planted/heavy.svg">`)},

	{"scored", "lighthouse", "image-alt", "", poorly},
	{"scored", "lighthouse", "meta-description", "", poorly},
	{"scored", "lighthouse", "doctype", "", poorly},
	{"scored", "lighthouse", "seo", "scores", poorly},
}

// sheet is the stylesheet of planted pages.
const sheet = `
.faint { color: #bbbbbb; background: #ffffff; }
@media (prefers-color-scheme: dark) { .faint-at-night { color: #444444; background: #000000; } }
@media (max-width: 400px) { .faint-on-a-phone { color: #bbbbbb; background: #ffffff; } }
.small { display: inline-block; width: 9px; height: 9px; padding: 0; overflow: visible; }
.wide { width: 350px; }
.cut { width: 3em; overflow: hidden; white-space: nowrap; }
`

func inMain(markup string) func(string) string {
	return func(page string) string { return strings.Replace(page, "</main>", markup+"</main>", 1) }
}

var policy = regexp.MustCompile(`<meta http-equiv="?Content-Security-Policy"?[^>]*>`)

// freely plants what the page's own policy would stop.
func freely(markup string) func(string) string {
	return func(page string) string { return policy.ReplaceAllString(inMain(markup)(page), "") }
}

func whole(text string) func(string) string { return func(string) string { return text } }

var description = regexp.MustCompile(`<meta name="?description"?[^>]*>`)

// poorly plants a fault for each of Lighthouse's categories.
func poorly(page string) string {
	page = description.ReplaceAllString(page, "")
	page = strings.Replace(page, "<!doctype html>", "", 1)
	return inMain(`<img src="/static/favicon.svg">`)(page)
}

// noise is text that cannot be compressed below half of its length.
func noise(length int) string {
	chance := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, length)
	for i := range text {
		text[i] = "0123456789abcdef"[chance.IntN(16)]
	}
	return string(text)
}

// TestPlanted plants the faults beside a sound page, which has to stay without a finding.
func TestPlanted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute; make test runs it")
	}
	t.Parallel() // browsers mostly wait
	s := buildSite(t)
	plantAll(t, s)
	for _, j := range judges {
		t.Run(j.name, func(t *testing.T) {
			one := *s
			one.judged = plantedFor(j.name)
			one.opened, one.scored = one.judged, one.judged[1:] // scoring takes seconds, and TestSites has the sound page scored
			found := j.judge(t, []*site{&one})
			for _, p := range planted {
				there := on(found, s.address(plantedPage(p.fault)))
				if p.judge == j.name && !slices.ContainsFunc(there, func(f finding) bool {
					return f.Rule == p.rule && strings.Contains(f.Text, p.says)
				}) {
					t.Errorf("%s: no finding %s %q among %q", p.fault, p.rule, p.says, there)
				}
			}
			for _, f := range on(found, s.address("/planted/sound/")) {
				t.Errorf("the sound page has a finding: %s: %s", f.Rule, f.Text)
			}
		})
	}
}

// TestLinkOutsideBase: a link of a site that lies deeper in its host must not forget where.
func TestLinkOutsideBase(t *testing.T) {
	s := &site{origin: "https://example.org", base: "/sicherheit", dir: t.TempDir()}
	write(t, s.file("/"), "home")
	for link, want := range map[string]string{
		"https://example.org/sicherheit/":        "",
		"https://example.org/sicherheit/x/":      "is not on the site",
		"https://example.org/":                   "leads to another part of the host",
		"https://example.org":                    "leads to another part of the host",
		"https://example.org/sicherheitsdienst/": "leads to another part of the host",
		"https://example.net/":                   "",
	} {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.follow(t, u, nil); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

// on are the findings on one page.
func on(found []finding, page string) []finding {
	return slices.DeleteFunc(slices.Clone(found), func(f finding) bool { return f.Page != page })
}

// plantedFor are the pages with faults for a judge, and the sound one.
func plantedFor(judge string) []string {
	judged := []string{"/planted/sound/"}
	for _, p := range planted {
		if page := plantedPage(p.fault); p.judge == judge && strings.HasSuffix(page, "/") {
			judged = append(judged, page)
		}
	}
	return slices.Compact(judged)
}

func plantedPage(fault string) string {
	if strings.Contains(fault, ".") {
		return "/planted/" + fault
	}
	return "/planted/" + fault + "/"
}

func plantAll(t *testing.T, s *site) {
	t.Helper()
	page, err := os.ReadFile(s.file("/security-bulletins/ts-2026-002/"))
	if err != nil {
		t.Fatal(err)
	}
	sound := strings.Replace(string(page), "</head>", `<link rel="stylesheet" href="/planted/faults.css"></head>`, 1)
	write(t, s.file("/planted/faults.css"), sheet)
	write(t, s.file("/planted/heavy.svg"), `<svg xmlns="http://www.w3.org/2000/svg"><title>`+noise(80<<10)+`</title></svg>`)
	write(t, s.file("/planted/sound/"), sound)
	for _, p := range planted {
		faulty := p.plant(sound)
		if faulty == sound {
			t.Fatalf("%s: nothing was planted", p.fault)
		}
		write(t, s.file(plantedPage(p.fault)), faulty)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

package browse

import (
	_ "embed"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// finding is what a judge finds wrong with a page.
type finding struct {
	Page string // its full address
	Rule string // the judge's name for what is wrong
	Text string
}

// judges each look at every page to be judged of every site.
var judges = []struct {
	name  string
	judge func(t *testing.T, sites []*site) []finding
}{
	{"links", followLinks},
	{"weight", weigh},
	{"nu", askNu},
	{"html-validate", askValidate},
	{"browser", askBrowser},
	{"lighthouse", askLighthouse},
}

// TestSites lets every judge look at the sample site, and at a German one that lies deeper in
// its host: F7, F8, F63. A browser takes a second for each page, so that only one of each
// kind is opened; the other judges see them all.
func TestSites(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes; make test runs it")
	}
	t.Parallel() // browsers mostly wait
	english := buildSite(t)
	english.opened = everyKind(t, english)
	english.scored = []string{"/", "/security-bulletins/", "/security-bulletins/ts-2026-002/", "/security-policies/incident-disclosure/"}
	german := buildSite(t, "base_url: https://security.example.com", "base_url: https://bulletins.example.org/sicherheit\nlanguage: de")
	german.judged = ownWords
	german.opened = append(slices.Clone(ownWords), "/security-bulletins/ts-2024-003/") // the checker takes it for English, at times
	for _, j := range judges {
		t.Run(j.name, func(t *testing.T) {
			for _, f := range j.judge(t, []*site{english, german}) {
				if f.Rule == "script" && strings.HasSuffix(f.Page, "/letters/") {
					continue // there a script does what the page tells how to do by hand
				}
				t.Errorf("%s: %s: %s", f.Page, f.Rule, f.Text)
			}
		})
	}
}

// ownWords are pages that are mostly the templates' own words. The sample's long texts are
// English in every language, which the W3C's checker would find and say.
var ownWords = []string{
	"/", "/security-bulletins/", "/security-bulletins/2024/", "/security-bulletins/feeds/",
	"/security-bulletins/ts-2024-003/letters/", "/security-bulletins/ts-2024-004/", "/security-policies/",
	"/404.html", "/security-policies/backup/", "/security-policies/phones/",
}

// everyKind is one page of each kind. All of them have to be there.
func everyKind(t *testing.T, s *site) []string {
	t.Helper()
	var pages []string
	for _, k := range kinds {
		if !slices.Contains(s.judged, k.page) {
			t.Errorf("no page of the kind %q: %s", k.kind, k.page)
			continue
		}
		pages = append(pages, k.page)
	}
	return pages
}

// askNu asks the W3C's checker about the pages and their stylesheets. It fetches them, so
// that 'self' in the policy of a page's content means what it does for readers.
func askNu(t *testing.T, sites []*site) []finding {
	p := findPrograms(t)
	known := make(map[string]string)                                      // what the checker was asked for → the address that readers know
	args := []string{"-Dnu.validator.servlet.allow-forbidden-hosts=true", // this machine is one
		"-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-jar", filepath.Join(p.modules, "node_modules", "vnu-jar", "build", "dist", "vnu.jar"),
		"--format", "json", "--stdout", "--exit-zero-always", "--also-check-css"}
	for _, s := range sites {
		for _, page := range append(s.stylesheets(t), s.judged...) {
			asked := s.plain.URL + s.base + page
			known[asked] = s.address(page)
			args = append(args, asked)
		}
	}
	out, err := p.run(t, nil, p.java, args...)
	if err != nil {
		t.Fatal(err)
	}
	return readNu(t, out, known)
}

// readNu takes every message for a fault: errors, warnings, and what else the checker
// finds worth a word.
func readNu(t *testing.T, out []byte, known map[string]string) []finding {
	t.Helper()
	var said struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			LastLine                             int
		}
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%v in what the checker said: %q", err, out)
	}
	var found []finding
	for _, m := range said.Messages {
		rule := m.Type
		if m.SubType != "" {
			rule = m.SubType
		}
		found = append(found, finding{known[m.URL], rule, m.Message + " " + m.Extract})
	}
	return found
}

//go:embed validate.mjs
var validateScript []byte

// askValidate asks html-validate about the pages.
func askValidate(t *testing.T, sites []*site) []finding {
	files := make(map[string]string)
	for _, s := range sites {
		for _, page := range s.judged {
			files[s.address(page)] = s.file(page)
		}
	}
	return findPrograms(t).runNode(t, validateScript, files)
}

//go:embed browser.mjs
var browserScript []byte

// askBrowser opens pages in headless Chromium, with axe-core.
func askBrowser(t *testing.T, sites []*site) []finding {
	return visit(t, browserScript, sites, func(s *site) []string { return s.opened })
}

//go:embed lighthouse.mjs
var lighthouseScript []byte

// askLighthouse has some pages scored; each takes it seconds.
func askLighthouse(t *testing.T, sites []*site) []finding {
	return visit(t, lighthouseScript, sites, func(s *site) []string { return s.scored })
}

// visit runs a script that opens pages in a browser.
func visit(t *testing.T, script []byte, sites []*site, which func(*site) []string) []finding {
	p := findPrograms(t)
	var pages []string
	for _, s := range sites {
		for _, page := range which(s) {
			pages = append(pages, s.address(page))
		}
	}
	return p.runNode(t, script, map[string]any{
		"browser": p.browser, "profile": t.TempDir(), "hosts": hostRules(sites), "patience": patience.Milliseconds(), "pages": pages,
	})
}

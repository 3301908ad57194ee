package site

import (
	"fmt"
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
	"tocsin/internal/disclosure"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
	"tocsin/templates"
)

// policyOf reads a page of content/policies as content does, as far as tests need it.
func policyOf(t *testing.T, name string) policy.Policy {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitN(string(data), "---\n", 3)
	value := func(key string) string {
		if m := regexp.MustCompile(`(?m)^` + key + `: (.*)$`).FindStringSubmatch(parts[1]); m != nil {
			return m[1]
		}
		return ""
	}
	reviewed, _ := time.Parse(time.DateOnly, value("last_updated"))
	return policy.Policy{
		Title: value("title"), Slug: value("slug"), LastUpdated: reviewed,
		Body: []byte(parts[2]), BodyLine: 1 + strings.Count(parts[0]+parts[1], "\n") + 2,
	}
}

// governed is a site whose sample policy is executed by the built-in reading.
func governed(t *testing.T, bulletins ...bulletin.Bulletin) whole {
	t.Helper()
	s := small(t)
	s.Bulletins = nil
	s.Rules = disclosure.Builtin()
	s.Policies = []policy.Policy{
		policyOf(t, "../../../content/policies/incident-disclosure.md"),
		policyOf(t, "../../../content/policies/patch-management.md"),
	}
	s.Policies[0].Weight, s.Policies[1].Weight = 5, 11
	for _, b := range bulletins {
		p, err := b.Publish()
		if err != nil {
			t.Fatal(err)
		}
		s.Bulletins = append(s.Bulletins, p)
	}
	return s
}

// promised is a bulletin that two promises ask to publish.
func promised(id string) bulletin.Bulletin {
	return bulletin.Bulletin{
		ID: bulletin.ID(id), Title: "A fault", Status: bulletin.Public, Severity: bulletin.High, Published: day("2026-05-03"), Body: []byte("Text."),
		Action:      bulletin.Action{Required: verdict.Yes, Text: "Update."},
		DataVisible: bulletin.Answer{Word: "no"},
		Affected:    []bulletin.Affected{{Product: "coordination-server", Deployed: day("2026-05-04")}},
	}
}

const (
	disclosurePath = "security-policies/incident-disclosure/index.html"
	printPath      = "security-policies/print/index.html"
)

// The page of a policy that rules execute, the list, and the page to print.
func TestPolicyPages(t *testing.T) {
	withdrawn := promised("TS-2026-002")
	withdrawn.Status, withdrawn.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: day("2026-05-09"), Reason: "Wrong."}
	files := build(t, governed(t, promised("TS-2026-001"), withdrawn))
	for golden, path := range map[string]string{"policy.html": disclosurePath, "print.html": printPath, "policies.html": "security-policies/index.html"} {
		golden = filepath.Join("testdata", "policies", golden)
		_, page, _ := strings.Cut(files[path], "<main")
		page, _, _ = strings.Cut(page, "</main>")
		if *update {
			write(t, golden, page)
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), page); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if !strings.Contains(files[printPath], `<meta name="robots" content="noindex">`) {
		t.Error("search engines are shown every policy twice")
	}
}

// Every id stands once, and every link to a place on the page finds one; each executed sentence
// has an anchor of its own, and a rule that links to it.
func TestAnchorsOfPolicies(t *testing.T) {
	s := governed(t, promised("TS-2026-001"))
	files := build(t, s)
	for _, path := range []string{disclosurePath, printPath} {
		ids := make(map[string]int)
		var fragments []string
		for _, e := range elements(t, path, files[path]) {
			if id, has := e.attr["id"]; has {
				ids[id]++
			}
			if fragment, is := strings.CutPrefix(e.attr["href"], "#"); is {
				fragments = append(fragments, fragment)
			}
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: the id %q stands %d times", path, id, n)
			}
		}
		for _, fragment := range fragments {
			if ids[fragment] == 0 {
				t.Errorf("%s: #%s leads nowhere", path, fragment)
			}
		}
		prefix := ""
		if path == printPath {
			prefix = "incident-disclosure_"
		}
		for _, rules := range []verdict.Rules{s.Rules.Disclose, s.Rules.Notify} {
			for _, c := range rules.Clauses() {
				anchor := prefix + address.ClauseAnchor(rules.Question, c.ID)
				if ids[anchor] != 1 || !slices.Contains(fragments, anchor) {
					t.Errorf("%s: %s/%s has %d anchors %q; rules link to it: %t", path, rules.Question, c.ID, ids[anchor], anchor, slices.Contains(fragments, anchor))
				}
			}
		}
		if got, want := strings.Count(files[path], `<a class="pointer"`), s.Rules.Sentences(); got != want {
			t.Errorf("%s: %d sentences link to their rule, want %d", path, got, want)
		}
	}
}

// An anchor holds the words of its sentence, wherever they stand: in a list, across bold words,
// and where four clauses share them.
func TestAnchorsHoldTheirSentence(t *testing.T) {
	page := build(t, governed(t))[disclosurePath]
	for _, want := range []string{
		`<li><p><span id="clause-disclose-data" class="clause">We can confirm that tailnet metadata or data was visible to an unauthorized party</span><a class="pointer" href="#_rule-disclose-data" aria-label="How “We can confirm that tailnet metadata or data was visible to…” is executed"></a>; or`,
		`<strong><span id="clause-disclose-fix" class="clause">when a fix is available</span><a class="pointer" href="#_rule-disclose-fix" aria-label="How “when a fix is available” is executed"></a></strong>`,
		`<span id="clause-disclose-legal-delay" class="clause"><span id="clause-disclose-legal" class="clause"><span id="clause-notify-legal-delay" class="clause"><span id="clause-notify-legal" class="clause">those requirements`,
	} {
		if !strings.Contains(strings.ReplaceAll(page, "<li>", "<li><p>"), want) && !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}

// A sentence within a link cannot hold a link to its rule, and keeps its anchor.
func TestSentenceWithinLink(t *testing.T) {
	s := governed(t)
	s.Policies[0].Body = []byte(strings.Replace(string(s.Policies[0].Body), "**when a fix is available**", "[soon, that is when a fix is available](/x/)", 1))
	page := build(t, s)[disclosurePath]
	if want := `<a href="/trust/x/">soon, that is <span id="clause-disclose-fix" class="clause">when a fix is available</span></a>`; !strings.Contains(page, want) {
		t.Errorf("the page does not hold %s", want)
	}
}

// What check reports does not keep a page from being built: a sentence that changed, one that
// stands twice, one whose anchor is a heading's.
func TestPolicyThatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		from, to, quote string
		gone            bool
	}{
		"another sentence":  {"when a fix is available", "when we have a fix", "when a fix is available", true},
		"twice":             {"when a fix is available", "when a fix is available, yes, when a fix is available", "when a fix is available", true},
		"struck out in it":  {"when a fix is available", "when a ~~good~~ fix is available", "when a fix is available", false},
		"a heading's id":    {"### How we notify users", "### Clause disclose fix", "when a fix is available", false},
		"an id in the text": {"### How we notify users", `<a id="clause-disclose-fix"></a>`, "when a fix is available", false},
	} {
		s := governed(t, promised("TS-2026-001"))
		s.Policies[0].Body = []byte(strings.Replace(string(s.Policies[0].Body), c.from, c.to, 1))
		page := build(t, s)[disclosurePath]
		want := `<p class="sentence" dir="auto"><a href="#clause-disclose-fix"><q>` + c.quote + `</q></a></p>`
		if c.gone {
			want = `<p class="sentence" dir="auto"><q>` + c.quote + `</q></p>` + "\n<p>The policy does not have this sentence any more.</p>"
		}
		if !strings.Contains(page, want) {
			t.Errorf("%s: the page does not hold %s", name, want)
		}
		if n := strings.Count(page, ` id="clause-disclose-fix"`); n > 1 || n == 0 && !c.gone {
			t.Errorf("%s: %d anchors", name, n)
		}
	}
}

// Policies without rules have nothing about rules, nor has a site that has none.
func TestPoliciesWithoutRules(t *testing.T) {
	s := governed(t, promised("TS-2026-001"))
	s.Rules = disclosure.Rules{}
	for path, page := range build(t, s) {
		if strings.Contains(page, "_executed") || strings.Contains(page, `id="clause-`) || strings.Contains(page, "_why") {
			t.Errorf("%s speaks of rules", path)
		}
	}
	if page := build(t, governed(t))["security-policies/patch-management/index.html"]; strings.Contains(page, "_executed") {
		t.Error("a policy that no rules execute speaks of them")
	}
}

// A rule counts the bulletins that were published by it, and links to the newest ten.
func TestCitations(t *testing.T) {
	var all []bulletin.Bulletin
	for i := range 12 {
		b := promised(fmt.Sprintf("TS-2026-%03d", i+1))
		b.Published = day("2026-05-01").AddDate(0, 0, i)
		all = append(all, b)
	}
	page := build(t, governed(t, all...))[disclosurePath]
	rule := page[strings.Index(page, `<li id="_rule-disclose-action">`):]
	rule = rule[:strings.Index(rule, "</li>")]
	if !strings.Contains(rule, "Published by it: 12 bulletins") {
		t.Errorf("no count of 12 in %s", rule)
	}
	var ids []string
	for _, m := range regexp.MustCompile(`href="/trust/security-bulletins/ts-2026-0(\d\d)/"`).FindAllStringSubmatch(rule, -1) {
		ids = append(ids, m[1])
	}
	if want := "12 11 10 09 08 07 06 05 04 03"; strings.Join(ids, " ") != want {
		t.Errorf("links to %s, want %s", ids, want)
	}
	if n := strings.Count(page, "Published by it"); n != 2 { // action, cannot-confirm
		t.Errorf("%d rules are cited, want 2", n)
	}
}

// A rule says from when on it counts, how strongly the policy binds itself, and which promises an
// exemption outweighs.
func TestRulesSayWhatTheyDo(t *testing.T) {
	s := governed(t)
	s.Rules.Disclose.Any = slices.Clone(s.Rules.Disclose.Any)
	s.Rules.Disclose.Any[0].Force = verdict.Aim
	s.Rules.Disclose.Any[0].Since = day("2027-01-01")
	s.Rules.Disclose.All = slices.Clone(s.Rules.Disclose.All)
	s.Rules.Disclose.All[0].Force = verdict.May
	page := build(t, s)[disclosurePath]
	for _, want := range []string{
		`An aim: one that holds is enough. It holds where users have to do something to be safe. Counts from <time datetime="2027-01-01">1 January 2027</time> on.`,
		`A condition: without it no promise applies. The policy says that we may.`,
		`It holds where it is not the case that somebody has confirmed that no users were affected.`,
		`An exemption. It outweighs: <a href="#_rule-disclose-cannot-confirm" dir="auto"><q>We cannot confirm`,
		`It holds where users have to do something to be safe and how bad it is for whom it concerns: <strong>critical</strong> or <strong>high</strong>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
}

// The two documents that the project comes from are pages like any other, where this machine has
// them, and the sentences of the built-in reading have their anchors.
func TestSeedPages(t *testing.T) {
	names, err := filepath.Glob("../../../../shared/seeds/*.txt")
	if err != nil || len(names) == 0 {
		t.Skip("the documents are not here")
	}
	s := governed(t)
	s.Policies = nil
	for _, name := range names {
		s.Policies = append(s.Policies, policyOf(t, name))
	}
	files := build(t, s)
	for _, p := range s.Policies {
		page := files[s.Layout.Policy(p.Slug).File()]
		elements(t, p.Slug, page)
		if n := strings.Count(page, ` id="clause-`); p.Slug == s.Rules.Policy && n != 17 || p.Slug != s.Rules.Policy && n != 0 {
			t.Errorf("%s: %d anchors of sentences", p.Slug, n)
		}
	}
	elements(t, printPath, files[printPath])
}

// What a fact means is said in the words of the vocabulary.
func TestFactsInWords(t *testing.T) {
	for _, language := range []string{"en", "de"} {
		w, err := readWords(templates.Files(), language)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range disclosure.Vocabulary() {
			got := w.texts["fact."+d.Name]
			if got == "" || language == "en" && got != d.Meaning {
				t.Errorf("%s.json: fact.%s is %q; the vocabulary says %q", language, d.Name, got, d.Meaning)
			}
		}
	}
}

// F12: of 60 odd slugs, none leads to a file outside the output, or takes another page's place.
// content refuses those that are no slugs; here even they are written, as far as that goes.
func TestSlugsStayInside(t *testing.T) {
	slugs := []string{"", ".", "..", "../x", "../../x", "../../../x", "..\\x", "a/../../../x", "a/b", "/a", "/", "//", "a/", `a\b`, `\`, "A", "Policy", "a.b", "a b", " a", "a ", "a_b", "-a", "a-", "-",
		"a\x00", "a\n", "a\tb", "ä", "日本", "a%2fb", "%2e%2e%2fx", "..%2f", "feed.xml", "index.html", "index.xml", ".git", ".htaccess", "~", "$x", "{{x}}", "a:b", "a?b", "a#b", "a*", "<a>", `"a"`, "|", "&",
		strings.Repeat("a", 65), strings.Repeat("a", 300), "con", "nul", "prn", "aux", "com1", "lpt9", "index", "feed", "atom", "rss", "print"}
	if len(slugs) < 60 {
		t.Fatalf("%d slugs", len(slugs))
	}
	s := governed(t)
	for _, slug := range slugs {
		if address.ValidSlug(slug) == nil {
			t.Errorf("%q is a slug", slug)
		}
		root := t.TempDir()
		s.Policies = []policy.Policy{{Title: "Odd", Slug: slug, Body: []byte("Text.")}}
		r := rendererOf(t, s)
		_, err := publish.Write(filepath.Join(root, "site", "public"), filepath.Join(root, "site", "state"), func(yield func(publish.File, error) bool) {
			_ = yield(r.print()) && yield(r.policy(r.policies[0], nil))
		})
		walk := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if inside, _ := filepath.Match(filepath.Join(root, "site", "*"), path); inside && entry.IsDir() {
				return filepath.SkipDir
			}
			if err == nil && !entry.IsDir() {
				t.Errorf("%q wrote %s", slug, path)
			}
			return err
		})
		if walk != nil {
			t.Fatal(walk)
		}
		if slug == "print" && err == nil {
			t.Error("a policy took the place of the page of all policies")
		}
	}
}

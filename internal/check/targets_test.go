package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/content"
)

// bodyOf is a text with the four sections that readers look for, and one more line.
func bodyOf(line string) string {
	return "#### What happened?\n\n" + line + "\n\n#### Who was affected?\n\nA.\n\n#### What was the impact?\n\nB.\n\n#### What do I need to do?\n\nC.\n"
}

// Links to the site's own pages are followed, however they are written.
func TestLinksToOwnPages(t *testing.T) {
	const pages = "-- content/policies/backups.md --\n#### Where they are\n\nHere.\n<a id=\"there\"></a>\n" +
		"-- content/bulletins/TS-2026-001.md --\nstatus: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n" +
		"-- content/bulletins/TS-2026-002.md --\nstatus: draft\n" +
		"-- content/bulletins/TS-2026-003.md --\nstatus: private\n" +
		"-- content/bulletins/TS-2026-005.md --\n---\n" // cannot be read
	const unread = "bulletins/TS-2026-005.md:1:1 error unclosed-header"
	for link, want := range map[string]string{
		"/":                                                                      "",
		"/#_latest":                                                              "", // the layout's own
		"/security-bulletins/":                                                   "",
		"/security-bulletins/index.html":                                         "",
		"/security-bulletins/index.xml":                                          "",
		"/security-policies/":                                                    "",
		"/security-policies/backups/":                                            "",
		"/sitemap.xml":                                                           "",
		"/security-bulletins/feeds/":                                             "",
		"/security-bulletins/atom.xml":                                           "",
		"/security-bulletins/feed.json":                                          "",
		"/security-bulletins/2026/":                                              "",
		"/security-bulletins/2026/#ts-2026-001":                                  "",
		"/security-bulletins/2025/":                                              "error broken-link",
		"/security-bulletins/2026/index.xml":                                     "error broken-link", // a year has no feed
		"/security-bulletins/2026/page-1/":                                       "error broken-link",
		"/security-bulletins/severity/high/":                                     "",
		"/security-bulletins/severity/high/index.xml":                            "",
		"/security-bulletins/severity/high/#TS-2026-004":                         "",
		"/security-bulletins/severity/high/#ts-2026-001":                         "error broken-anchor", // withdrawn
		"/security-bulletins/severity/low/":                                      "",                    // empty, and there (F60)
		"/security-bulletins/severity/not-stated/":                               "",
		"/security-bulletins/severity/grave/":                                    "error broken-link",
		"/security-bulletins/action-required/":                                   "",
		"/security-bulletins/action-required/index.xml":                          "",
		"/security-bulletins/products/client/#ts-2026-004":                       "",
		"/security-bulletins/products/client/index.xml":                          "",
		"/security-bulletins/products/gateway/":                                  "", // no bulletin is about it
		"/security-bulletins/products/gateway/#ts-2026-004":                      "error broken-anchor",
		"/security-bulletins/products/clients/":                                  "error broken-link",
		"/security-bulletins/products/":                                          "error broken-link",
		"/security-policies/print/":                                              "",
		"/security-policies/print/#backups_there":                                "",
		"/security-policies/print/#there":                                        "error broken-anchor",
		"/security-policies/incident-disclosure/#clause-disclose-action":         "",
		"/security-policies/incident-disclosure/#clause-notify-scope":            "",
		"/security-policies/incident-disclosure/#clause-notify-action":           "error broken-anchor",
		"/security-policies/print/#incident-disclosure_clause-disclose-fix":      "",
		"/security-policies/backups/#clause-disclose-action":                     "error broken-anchor",
		"/security-policies/backups/#where-they-are":                             "",
		"/security-policies/backups/#there":                                      "",
		"../../security-policies/backups/":                                       "",
		"https://security.example.com/security-policies/backups/":                "",
		"https://security.example.com":                                           "",
		"/security-policies/backups/?print":                                      "",
		"https://security.example.com.example/nowhere/":                          "", // another host
		"https://elsewhere.example.com/security-policies/nothing/":               "",
		"mailto:security@example.com":                                            "",
		"#what-happened":                                                         "",
		"../ts-2026-001/":                                                        "",
		"/security-bulletins/#ts-2026-001":                                       "",
		"/security-bulletins/#TS-2026-001":                                       "",
		"/security-bulletins/ts-2026-005/#anything":                              "", // nobody can say
		"/security-policies/backups":                                             "error broken-link",
		"/security-policies/backup/":                                             "error broken-link",
		"/security-bulletins/ts-2026-040/":                                       "error broken-link",
		"/security-bulletins/TS-2026-001/":                                       "error broken-link", // addresses have small letters
		"picture.png":                                                            "error broken-link",
		"/elsewhere/":                                                            "error broken-link",
		"https://security.example.com/nothing":                                   "error broken-link",
		"#what-happend":                                                          "error broken-anchor",
		"/security-policies/backups/#nowhere":                                    "error broken-anchor",
		"../ts-2026-001/#what-happened":                                          "error broken-anchor", // nothing of its text is shown
		"/security-bulletins/#ts-2026-040":                                       "error broken-anchor",
		"/security-bulletins/ts-2026-002/":                                       "error link-to-unpublished",
		"/security-bulletins/ts-2026-003/#x":                                     "error link-to-unpublished",
		"../ts-2026-002/index.html":                                              "error link-to-unpublished",
		"/security-bulletins/#ts-2026-002":                                       "error link-to-unpublished",
		"/security-bulletins/TS-2026-002/":                                       "error link-to-unpublished",
		"/security-bulletins/ts-2026-002":                                        "error link-to-unpublished",
		"/security-bulletins/%74s-2026-002/":                                     "error link-to-unpublished",
		"/security-policies/../security-bulletins//ts-2026-002/":                 "error link-to-unpublished",
		"https://security.example.com:443/security-bulletins/ts-2026-002/":       "error link-to-unpublished",
		"/security-bulletins/#TS-2026-003":                                       "error link-to-unpublished",
		"https://SECURITY.example.com/security-bulletins/ts-2026-002/?utm#there": "error link-to-unpublished",
	} {
		l := sample(t, pages+"-- content/bulletins/TS-2026-004.md --\n"+bodyOf("See [this]("+link+")."))
		want := prefixed("bulletins/TS-2026-004.md:18:5 ", want)
		got := strings.TrimSuffix(strings.TrimSuffix(said(problemsOf(t, l)), unread), "\n")
		if got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

// A page of policies says it as a warning where nothing else is at stake, for something
// else may be served beside it; what gives a draft away stays an error (F57).
func TestLinksOfPolicies(t *testing.T) {
	const draft = "-- content/bulletins/TS-2026-002.md --\nstatus: draft\n"
	for link, want := range map[string]string{
		"/kb/backups/":                     "policies/backups.md:6:5 warning broken-link",
		"#nowhere":                         "policies/backups.md:6:5 warning broken-anchor",
		"/security-bulletins/ts-2026-002/": "policies/backups.md:6:5 error link-to-unpublished",
	} {
		got := said(problemsOf(t, sample(t, draft+"-- content/policies/backups.md --\nSee [this]("+link+").\n")))
		if got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
	front := said(problemsOf(t, sample(t, draft+"-- content/policies/_index.md --\n---\ntitle: Our policies\n---\nSee [this](/kb/) or [that](/security-bulletins/ts-2026-002/).\n")))
	if want := "policies/_index.md:4:5 warning broken-link\npolicies/_index.md:4:21 error link-to-unpublished"; front != want {
		t.Errorf("of their front page: %q, want %q", front, want)
	}
}

// A draft may link to a draft until it is released; what is withdrawn shows no link.
func TestLinksByStatus(t *testing.T) {
	for status, want := range map[string]string{
		"status: draft\n":   "bulletins/TS-2026-001.md:18:5 warning link-to-unpublished",
		"status: private\n": "bulletins/TS-2026-001.md:19:5 error link-to-unpublished",
		"status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n": "",
	} {
		body := bodyOf("See [this](/security-bulletins/ts-2026-002/).")
		got := said(problemsOf(t, sample(t, one("TS-2026-001", status+"---\n"+body)+one("TS-2026-002", "status: draft\n"))))
		if got != want {
			t.Errorf("%s: %q, want %q", status, got, want)
		}
	}
}

// Pictures and other files of the site are looked for where they are known.
func TestLinksToAssets(t *testing.T) {
	l := sample(t, bodyOf("![A](/static/a.png) and ![B](/static/b.png)"))
	config, _, err := content.ReadConfig(l.site)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		settings Settings
		want     string
	}{
		{Settings{Config: config, Now: now}, ""},
		{Settings{Config: config, Now: now, Assets: fstest.MapFS{"a.png": {}}}, "bulletins/TS-2026-004.md:18:25 error broken-link"},
	} {
		if got := said(walkTree(t, c.settings, l.site, nil).Done()); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A site that lies in a folder of its host owns that folder alone.
func TestLinksUnderABase(t *testing.T) {
	const base = "-- tocsin.yaml --\nbase_url: https://example.com/trust\n-- content/bulletins/TS-2026-004.md --\n"
	for link, want := range map[string]string{
		"/security-policies/incident-disclosure/":                          "",
		"https://example.com/trust/security-policies/incident-disclosure/": "",
		"https://example.com/trust":                                        "",
		"https://example.com/security-policies/nothing/":                   "",
		"https://example.com/trust/security-policies/nothing/":             "bulletins/TS-2026-004.md:18:5 error broken-link",
		"/trust/security-policies/incident-disclosure/":                    "bulletins/TS-2026-004.md:18:5 error broken-link",
	} {
		if got := said(problemsOf(t, sample(t, base+bodyOf("See [this]("+link+").")))); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

// The list of all bulletins shows the newest 200; the lists of years are cut at their old end.
func TestLinksToLongLists(t *testing.T) {
	var files strings.Builder
	for i := range 400 {
		files.WriteString(one(fmt.Sprintf("TS-2025-%03d", i+1), fmt.Sprintf("published: %s\n", time.Date(2025, 1, 1+i/2, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))))
	}
	files.WriteString("-- content/bulletins/TS-2026-004.md --\n")
	links := map[string]string{
		"/security-bulletins/#ts-2025-400":             "",
		"/security-bulletins/#ts-2025-202":             "",
		"/security-bulletins/#ts-2025-201":             "the list shows the newest 200 only; this one has its own page: /security-bulletins/ts-2025-201/",
		"/security-bulletins/2025/#ts-2025-201":        "",
		"/security-bulletins/2025/page-1/#ts-2025-200": "",
		"/security-bulletins/2025/#ts-2025-200":        "link to the page without a #",
		"/security-bulletins/2025/page-1/#ts-2025-201": "link to the page without a #",
		"/security-bulletins/2025/page-2/":             "see /security-bulletins/ and /security-policies/ for the pages that there are",
	}
	for _, link := range slices.Sorted(maps.Keys(links)) {
		fmt.Fprintf(&files, "[%s](%s)\n", link, link)
	}
	hints := make(map[string]string)
	for _, p := range problemsOf(t, sample(t, files.String())) {
		if p.Position.File == lone && (p.Code == "broken-link" || p.Code == "broken-anchor") {
			hints[p.Excerpt[1:strings.Index(p.Excerpt, "]")]] = p.Hint
		}
	}
	for link, want := range links {
		if hints[link] != want {
			t.Errorf("%s: %q, want %q", link, hints[link], want)
		}
	}
}

// What stands at the address is told, and what could have been meant.
func TestLinksSayWhatToDo(t *testing.T) {
	for link, want := range map[string]string{
		"/security-policies/backups": "a page's address ends with a slash: /security-policies/backups/",
		"/nowhere/":                  "see /security-bulletins/ and /security-policies/ for the pages that there are",
		"#nowhere":                   "places there: #what-happened #who-was-affected #what-was-the-impact #what-do-i-need-to-do",
		"/security-policies/#x":      "link to the page without a #",
	} {
		problems := problemsOf(t, sample(t, "-- content/policies/backups.md --\n-- content/bulletins/TS-2026-004.md --\n"+bodyOf("See [this]("+link+").")))
		if len(problems) != 1 || problems[0].Hint != want || !strings.Contains(problems[0].Message, link) || !strings.HasPrefix(problems[0].Excerpt, "See [this]") {
			t.Errorf("%s: %+v", link, problems)
		}
	}
}

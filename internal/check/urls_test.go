package check

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// lockSays is what check says of urls.lock, one a line: place, level, code.
func lockSays(problems source.Problems) string {
	var out []string
	for _, p := range problems {
		if p.Position.File == content.AddressFile {
			out = append(out, fmt.Sprintf("%d:%d %s %s", p.Position.Line, p.Position.Column, p.Level, p.Code))
		}
	}
	return strings.Join(out, "|")
}

// TestKeptAddresses is F60: an address that was published has its page, or a word about it.
func TestKeptAddresses(t *testing.T) {
	const site = "-- content/policies/backups.md --\n#### Where they are\n\nHere.\n" +
		"-- content/bulletins/TS-2026-001.md --\nstatus: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n" +
		"-- content/bulletins/TS-2026-002.md --\nstatus: draft\n" +
		"-- content/bulletins/TS-2026-003.md --\nstatus: private\n" +
		"-- content/bulletins/TS-2026-004.md --\n" +
		"-- urls.lock --\n"
	const b, p = "/security-bulletins/", "/security-policies/"
	for lines, want := range map[string]string{
		// pages that stand
		b + "\n" + b + "ts-2026-001/\n" + b + "ts-2026-004/\n" + p + "\n" + p + "backups/\n":                                           "",
		b + "2026/\n" + b + "products/client/\n" + b + "severity/high/\n" + b + "feeds/\n":                                             "",
		b + "index.xml\n" + b + "atom.xml\n" + b + "feed.json\n" + b + "products/client/index.xml\n" + b + "severity/high/index.xml\n": "",
		b + "products/server/\n": "", // no bulletin is about it
		"# Nothing yet.\n":       "",
		// pages that vanished
		b + "ts-2025-009/\n":               "1:1 error address-lost",
		b + "ts-2026-002/\n":               "1:1 error address-lost", // a draft again
		b + "ts-2026-003/\n":               "1:1 error address-lost", // letters only
		p + "backup/\n":                    "1:1 error address-lost",
		b + "products/modem/\n":            "1:1 error address-lost",
		b + "products/modem/index.xml\n":   "1:1 error address-lost",
		b + "2019/\n":                      "1:1 error address-lost",
		"/advisories/\n":                   "1:1 error address-lost", // the section had another path
		"/advisories/ts-2026-004/\n":       "1:1 error address-lost",
		"# A word.\n\n" + p + "backup/ \n": "3:1 error address-lost",
		// pages that moved or are gone
		p + "backup/ -> " + p + "backups/\n":                               "",
		p + "backup/ -> " + p + "backups/#where-they-are\n":                "",
		p + "backup/ -> /#_latest\n":                                       "",
		p + "backup/ -> https://example.org/backups\n":                     "",
		p + "backup/ gone: We make none.\n":                                "",
		p + "a/ -> " + p + "b/\n" + p + "b/ -> " + p + "backups/\n":        "",
		p + "a/ -> " + p + "b/\n" + p + "b/ gone: why\n":                   "",
		"/advisories/ts-2026-004/ -> " + b + "ts-2026-004/\n":              "",
		"/advisories/ts-2026-004/ -> " + b + "ts-2026-004/#_timeline\n":    "",
		"/advisories/ts-2026-004/ -> https://example.org/a/ts-2026-004/\n": "",
		b + "2019/ -> " + b + "\n":                                         "",
		p + "backup/ -> " + p + "back-ups/\n":                              fmt.Sprintf("1:%d error moved-nowhere", len(p)+12),
		p + "backup/ -> " + p + "backups/#there\n":                         fmt.Sprintf("1:%d error moved-nowhere", len(p)+12),
		p + "backup/ -> " + b + "ts-2026-002/\n":                           fmt.Sprintf("1:%d error moved-nowhere", len(p)+12), // F55: of which readers may not know
		p + "backups/ -> " + p + "\n":                                      fmt.Sprintf("1:%d error address-in-use", len(p)+13),
		p + "backups/ gone: why\n":                                         fmt.Sprintf("1:%d error address-in-use", len(p)+16),
		p + "Backups/ -> " + p + "\n":                                      fmt.Sprintf("1:%d error address-in-use", len(p)+13),
		b + "products/client/ -> " + b + "\n":                              fmt.Sprintf("1:%d error address-in-use", len(b)+21),
		b + "2026/ gone: why\n":                                            fmt.Sprintf("1:%d error address-in-use", len(b)+13),
		// a bulletin is never gone
		b + "ts-2025-009/ -> https://example.org/notices/9\n": "", // another site has them now
		b + "ts-2025-009/ gone: It was wrong.\n":              fmt.Sprintf("1:%d error bulletin-removed", len(b)+20),
		b + "ts-2025-009/ -> " + b + "ts-2026-004/\n":         fmt.Sprintf("1:%d error bulletin-removed", len(b)+17),
		b + "ts-2025-009/ -> " + b + "\n":                     fmt.Sprintf("1:%d error bulletin-removed", len(b)+17),
		"/advisories/TS-2026-004/ gone: why\n":                "1:32 error bulletin-removed",
		b + "ts-2026-004/ gone: why\n":                        fmt.Sprintf("1:%[1]d error address-in-use|1:%[1]d error bulletin-removed", len(b)+20),
		b + "ts-2026-002/ gone: why\n":                        fmt.Sprintf("1:%d error bulletin-removed", len(b)+20),
		// feeds: only the server can say it
		b + "rss.xml -> " + b + "index.xml\n":   fmt.Sprintf("1:%d note server-must-move", len(b)+12),
		b + "rss.xml gone: why\n":               fmt.Sprintf("1:%d note server-must-move", len(b)+15),
		b + "rss.xml -> " + b + "nothing.xml\n": fmt.Sprintf("1:%[1]d note server-must-move|1:%[1]d error moved-nowhere", len(b)+12),
	} {
		if got := lockSays(problemsOf(t, sample(t, site+lines))); got != want {
			t.Errorf("%q: %q, want %q", lines, got, want)
		}
	}
}

// A list stands also while it is empty: withdrawing its last bulletin must not wait for
// anybody to write a line (F60).
func TestEmptyListsStand(t *testing.T) {
	const b = "/security-bulletins/"
	lock := "-- content/bulletins/TS-2026-004.md --\nstatus: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n-- urls.lock --\n"
	for _, list := range []string{"action-required/", "severity/critical/", "severity/high/", "severity/not-stated/", "products/client/"} {
		lock += b + list + "\n" + b + list + "index.xml\n"
	}
	if got := lockSays(problemsOf(t, sample(t, lock))); got != "" {
		t.Error(got)
	}
}

// TestMissingStep is F60: each fault names the step that is missing.
func TestMissingStep(t *testing.T) {
	const record = "-- content/decisions/TS-2026-004.json --\n{}\n"
	for what, c := range map[string]struct{ site, file, code, hint string }{
		"a published bulletin deleted": {"-- urls.lock --\n/security-bulletins/ts-2026-004/\n", "urls.lock", "address-lost",
			"put its file back from git, and withdraw it instead of deleting it: tocsin withdraw TS-2026-004"},
		"and its record is there": {record, "content/decisions/TS-2026-004.json", "stray-decision", "tocsin withdraw"},
		"a withdrawn bulletin deleted, with a line that says so": {"-- urls.lock --\n/security-bulletins/ts-2026-004/ gone: It was wrong.\n", "urls.lock", "bulletin-removed",
			"tocsin withdraw TS-2026-004 keeps its page and says why"},
		"turned back to a draft": {"-- content/bulletins/TS-2026-004.md --\nstatus: draft\n-- urls.lock --\n/security-bulletins/ts-2026-004/\n", "urls.lock", "address-lost",
			"tocsin release TS-2026-004 publishes it again; to take it back from its readers, tocsin withdraw TS-2026-004"},
		"turned back to a draft, on record": {"-- content/bulletins/TS-2026-004.md --\nstatus: draft\n" + record, lone, "not-as-released",
			"tocsin release TS-2026-004 finishes"},
		"changed without a revision": {"-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json (of another text) --\n{}\n", lone, "changed-without-revision",
			"tocsin revise TS-2026-004 --summary TEXT"},
		"a bulletin renamed": {"-- content/bulletins/TS-2026-005.md --\n-- urls.lock --\n/security-bulletins/ts-2026-004/\n", "urls.lock", "address-lost", "tocsin withdraw TS-2026-004"},
		"a policy deleted": {"-- urls.lock --\n/security-policies/x/\n", "urls.lock", "address-lost",
			"put the page back, or write where it is now: /security-policies/x/ -> /security-policies/NAME/, or /security-policies/x/ gone: why"},
		"a product removed": {"-- urls.lock --\n/security-bulletins/products/modem/index.xml\n", "urls.lock", "address-lost",
			`put the product "modem" back into tocsin.yaml, or write /security-bulletins/products/modem/index.xml -> /security-bulletins/index.xml`},
		"a section moved": {"-- urls.lock --\n/advisories/2026/\n", "urls.lock", "address-lost", "put the page back, or write where it is now: /advisories/2026/ -> /security-bulletins/"},
		"its feed too":    {"-- urls.lock --\n/advisories/atom.xml\n", "urls.lock", "address-lost", "write /advisories/atom.xml -> /security-bulletins/index.xml, and let the server answer so: docs/addresses.md"},
	} {
		found := false
		for _, p := range problemsOf(t, sample(t, c.site)) {
			found = found || p.Position.File == c.file && p.Code == c.code && p.Level == source.Error && strings.Contains(p.Hint, c.hint)
		}
		if !found {
			t.Errorf("%s: no %s in %s with the hint %q", what, c.code, c.file, c.hint)
		}
	}
}

// What cannot be read has an error of its own: its page is not lost.
func TestUnreadPagesAreNotLost(t *testing.T) {
	for _, broken := range []string{
		"-- content/policies/backups.md --\n---\ntitle: Backups\n-- urls.lock --\n/security-policies/backups/\n",
		"-- content/policies/backups/index.md --\n---\ntitle: [Backups\n---\n-- urls.lock --\n/security-policies/backups/\n",
		"-- content/bulletins/TS-2026-004.md --\n---\n-- urls.lock --\n/security-bulletins/ts-2026-004/\n/security-bulletins/2026/\n/security-bulletins/severity/high/\n",
	} {
		problems := problemsOf(t, sample(t, broken))
		if got := lockSays(problems); got != "" || problems.Errors() == 0 {
			t.Errorf("%q: %s, %d errors", broken, got, problems.Errors())
		}
	}
}

// A bulletin's text does not change because a policy got another name: its old links lead on.
func TestLinksToMovedPages(t *testing.T) {
	const lock = "-- urls.lock --\n/security-policies/backup/ -> /security-policies/\n/security-policies/modem/ gone: We have none.\n"
	for link, want := range map[string]string{
		"/security-policies/backup/":     "",
		"/security-policies/backup/#any": "",
		"/security-policies/modem/":      "",
		"/security-policies/other/":      "bulletins/TS-2026-004.md:18:5 error broken-link",
	} {
		got := said(problemsOf(t, sample(t, lock+one("TS-2026-004", bodyOf("See [this]("+link+").")))))
		if got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

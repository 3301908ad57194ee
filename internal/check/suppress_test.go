package check

import (
	"strings"
	"testing"
)

// Problems are silenced by code, in one file, until a day; what is not is said so.
func TestSuppressions(t *testing.T) {
	entry := func(code, until string) string {
		return "suppress:\n  - {code: " + code + ", reason: The page comes in June., until: " + until + "}\n"
	}
	broken := "---\n" + bodyOf("See [this](/soon/).")
	const there = "20:5 error broken-link"
	for name, c := range map[string]struct {
		files      string
		want       string
		suppressed int
	}{
		"silenced":                      {entry("broken-link", "2026-05-05") + broken, "", 1},
		"of two":                        {entry("broken-link", "2026-05-05") + "---\n" + bodyOf("See [this](/soon/) or [that](/later/)."), "", 2},
		"the day has come":              {entry("broken-link", "2026-05-04") + broken, there, 0},
		"it is past":                    {entry("broken-link", "2026-01-01") + broken, there, 0},
		"another code":                  {entry("broken-anchor", "2026-06-01") + broken, "16:5 warning unused-suppression\n" + there, 0},
		"nothing to silence":            {entry("broken-link", "2026-06-01"), "16:5 warning unused-suppression", 0},
		"past, and nothing to silence":  {entry("broken-link", "2026-01-01"), "16:5 warning unused-suppression", 0},
		"a code that there is not":      {entry("borken-link", "2026-06-01") + broken, "16:5 error unknown-code\n" + there, 0},
		"a verdict":                     {"scope: third_party\n" + entry("verdict-not-required", "2026-06-01"), "4:9 error verdict-not-required\n17:5 error cannot-suppress", 0},
		"what was misread":              {entry("unknown-word", "2026-06-01") + "severity: hihg\n", "6:11 error unknown-word\n16:5 error cannot-suppress", 0},
		"another file's problem":        {one("TS-2026-004", broken[len("---\n"):]) + one("TS-2026-005", entry("broken-link", "2026-06-01")), "18:5 error broken-link\nbulletins/TS-2026-005.md:16:5 warning unused-suppression", 0},
		"in a draft":                    {"status: draft\n" + entry("verdict-held", "2026-06-01"), "16:5 warning cannot-suppress", 0},
		"a leak (F57)":                  {one("TS-2026-004", entry("link-to-unpublished", "2026-06-01")+"---\n"+bodyOf("See [this](/security-bulletins/ts-2026-005/).")) + one("TS-2026-005", "status: draft\n"), "16:5 error cannot-suppress\n20:5 error link-to-unpublished", 0},
		"between files":                 {one("TS-2026-004", "aliases: [CVE-2026-1234]\n"+entry("shared-alias", "2026-06-01")) + one("TS-2026-003", "aliases: [CVE-2026-1234]\n"), "", 1},
		"an entry without an end":       {"suppress:\n  - {code: broken-link, reason: R.}\n" + broken, "16:5 error missing-key\n20:5 error broken-link", 0},
		"twice the same: one is unused": {entry("broken-link", "2026-06-01") + "  - {code: broken-link, reason: R., until: 2026-07-01}\n" + broken, "17:5 warning unused-suppression", 1},
	} {
		walked := walk(t, sample(t, c.files), now)
		got := strings.ReplaceAll(said(walked.Done()), lonely, "")
		if got != c.want || len(walked.Suppressed()) != c.suppressed {
			t.Errorf("%s: found\n%s\nwith %d suppressed, want\n%s\nwith %d", name, got, len(walked.Suppressed()), c.want, c.suppressed)
		}
	}
}

// What shows again tells that it was silenced, and why; policies can silence too.
func TestSuppressionsEnd(t *testing.T) {
	problems := problemsOf(t, sample(t, "-- content/policies/backups.md --\nlast_updated: 2024-01-01\nsuppress:\n  - {code: review-due, reason: The board meets in May., until: 2026-05-01}\n"))
	if len(problems) != 1 || problems[0].Code != "review-due" || !strings.HasSuffix(problems[0].Hint, "; it was suppressed until 2026-05-01: The board meets in May.") {
		t.Errorf("%+v", problems)
	}
	walked := walk(t, sample(t, "-- content/policies/backups.md --\nlast_updated: 2024-01-01\nsuppress:\n  - {code: review-due, reason: The board meets in June., until: 2026-06-10}\n"), now)
	if problems := walked.Done(); len(problems) > 0 || len(walked.Suppressed()) != 1 {
		t.Errorf("%s", said(problems))
	}
}

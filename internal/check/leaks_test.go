package check

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// F57: what nobody may see yet does not stand in a repository that everybody can read,
// in any state, and however little of it can be read.
func TestDraftsInPublic(t *testing.T) {
	const public = "-- tocsin.yaml --\nrepository: public\n"
	for name, c := range map[string]struct{ files, want string }{
		"a draft":                       {one("TS-2026-001", "status: draft\n"), "bulletins/TS-2026-001.md:4:9 error draft-in-public"},
		"a private one":                 {one("TS-2026-001", "status: private\n"), "bulletins/TS-2026-001.md:4:9 error draft-in-public"},
		"published":                     {one("TS-2026-001", ""), ""},
		"withdrawn":                     {one("TS-2026-001", "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: W.}\n"), ""},
		"a draft that cannot be read":   {one("TS-2026-001", "---\nid: TS-2026-001\nstatus: draft\ntitle: [\n---\n"), "bulletins/TS-2026-001.md error draft-in-public\nbulletins/TS-2026-001.md:5:1 warning yaml-syntax"},
		"in the drafts root":            {"-- ../embargo/bulletins/TS-2026-001.md --\nstatus: draft\n", ""},
		"published in the drafts root":  {"-- ../embargo/bulletins/TS-2026-001.md --\n", "../embargo/bulletins/TS-2026-001.md:4:9 error published-in-drafts"},
		"no status (its own error: F4)": {one("TS-2026-001", "---\nid: TS-2026-001\ntitle: A\n---\nA.\n"), "bulletins/TS-2026-001.md:2:1 error missing-key"},
	} {
		problems := slices.DeleteFunc(problemsOf(t, sample(t, public+c.files)), func(p source.Problem) bool { return p.Code == "missing-section" })
		if got := said(problems); got != c.want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, c.want)
		}
		if private := problemsOf(t, sample(t, c.files)); slices.ContainsFunc(private, func(p source.Problem) bool { return p.Code == "draft-in-public" }) {
			t.Errorf("%s, in a private repository: %s", name, said(private))
		}
	}
}

// F53: a private file that git tracks is named; that nobody could ask is no answer.
func TestTrackedFiles(t *testing.T) {
	problems := problemsOf(t, sample(t, "-- secrets/plan.key (tracked by git) --\n-- ../embargo/b.md (tracked by git) --\n"))
	if got := said(problems); got != "tocsin.yaml:1 error tracked-private\ntocsin.yaml:1 error tracked-private" || !strings.Contains(problems[1].Message, `"secrets/plan.key"`) {
		t.Errorf("%s", got)
	}
	if got := said(problemsOf(t, sample(t, "-- .git (nobody to ask) --\n"))); got != "tocsin.yaml:1 note tracked-unknown" {
		t.Error(got)
	}
}

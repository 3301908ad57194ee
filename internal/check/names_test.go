package check

import (
	"strings"
	"testing"
)

// F14: two pages at one address, two files of one id.
func TestDuplicates(t *testing.T) {
	problems := problemsOf(t, sample(t, "-- content/policies/a.md --\nslug: backups\n-- content/policies/b/index.md --\n---\ntitle: B\nslug: backups\nlast_updated: 2026-04-01\n---\nB.\n-- content/policies/c.md --\nslug: backups\n-- content/policies/d.md --\n"))
	if got, want := said(problems), "policies/b/index.md:1 error duplicate-slug\npolicies/c.md:1 error duplicate-slug"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if len(problems) > 0 && !strings.Contains(problems[0].Message, "content/policies/a.md") {
		t.Errorf("the other page is not named: %s", problems[0].Message)
	}
	const claims = "id: TS-2026-001\nstatus: draft\n"
	for name, c := range map[string]struct{ files, want string }{
		"a draft before it claims the id": {"-- content/bulletins/TS-2026-000.md --\n" + claims + "-- content/bulletins/TS-2026-001.md --\n",
			"bulletins/TS-2026-000.md:2:5 warning id-not-file-name\nbulletins/TS-2026-000.md:2:5 error duplicate-id"},
		"a draft behind it claims the id": {"-- content/bulletins/TS-2026-002.md --\n" + claims + "-- content/bulletins/TS-2026-001.md --\n",
			"bulletins/TS-2026-002.md:2:5 warning id-not-file-name\nbulletins/TS-2026-002.md:2:5 error duplicate-id"},
		"nobody has the name": {"-- content/bulletins/TS-2026-002.md --\n" + claims + "-- content/bulletins/TS-2026-003.md --\n" + claims,
			"bulletins/TS-2026-002.md:2:5 warning id-not-file-name\nbulletins/TS-2026-003.md:2:5 warning id-not-file-name\nbulletins/TS-2026-003.md:2:5 error duplicate-id"},
		"a swapped pair": {"-- content/bulletins/TS-2026-001.md --\nid: TS-2026-002\n-- content/bulletins/TS-2026-002.md --\nid: TS-2026-001\n",
			"bulletins/TS-2026-001.md:2:5 error id-not-file-name\nbulletins/TS-2026-002.md:2:5 error id-not-file-name"},
		"the file of that name cannot be read": {"-- content/bulletins/TS-2026-002.md --\n" + claims + "-- content/bulletins/TS-2026-001.md --\n---\n",
			"bulletins/TS-2026-001.md:1:1 error unclosed-header\nbulletins/TS-2026-002.md:2:5 warning id-not-file-name\nbulletins/TS-2026-002.md:2:5 error duplicate-id"},
	} {
		if got := said(problemsOf(t, sample(t, c.files))); got != c.want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

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

// one is a small bulletin file of a sample, with some keys of its own.
func one(id, keys string) string { return "-- content/bulletins/" + id + ".md --\n" + keys }

// F14: the number is of the year of publication, wherever the day begins.
func TestYears(t *testing.T) {
	for keys, want := range map[string]string{
		"published: 2025-12-31\n":                "2:5 warning id-year",
		"published: 2025-12-31T23:59:59Z\n":      "2:5 warning id-year",
		"published: 2026-01-01T00:30:00+01:00\n": "2:5 warning id-year", // 2025 in UTC
		"published: 2026-01-01\n":                "",
		"status: draft\npublished: 2025-12-31\n": "2:5 warning id-year",
		"published: 2999-01-01\n":                "5:12 error future-date", // one cause, one finding
	} {
		if got := said(problemsOf(t, sample(t, keys))); got != prefixed("bulletins/TS-2026-004.md:", want) {
			t.Errorf("%q: %q, want %q", keys, got, want)
		}
	}
}

// F14: names that two bulletins claim, in any spelling.
func TestAliases(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"one CVE in two bulletins":      {one("TS-2026-001", "aliases: [CVE-2026-1234]\n") + one("TS-2026-002", "aliases: [GHSA-2222-2222-2222, CVE-2026-1234]\n"), "bulletins/TS-2026-002.md:15:32 warning shared-alias"},
		"in three":                      {one("TS-2026-001", "aliases: [CVE-2026-1234]\n") + one("TS-2026-002", "aliases: [CVE-2026-1234]\n") + one("TS-2026-003", "status: draft\naliases: [CVE-2026-1234]\n"), "bulletins/TS-2026-002.md:15:11 warning shared-alias\nbulletins/TS-2026-003.md:15:11 warning shared-alias"},
		"another bulletin's id":         {one("TS-2026-001", "aliases: [TS-2026-002]\n") + one("TS-2026-002", ""), "bulletins/TS-2026-001.md:15:11 error alias-is-id"},
		"in a draft it is a warning":    {one("TS-2026-001", "status: draft\naliases: [TS-2026-002]\n") + one("TS-2026-002", ""), "bulletins/TS-2026-001.md:15:11 warning alias-is-id"},
		"of a file that cannot be read": {one("TS-2026-001", "aliases: [TS-2026-002]\n") + one("TS-2026-002", "---\n"), "bulletins/TS-2026-001.md:15:11 error alias-is-id\nbulletins/TS-2026-002.md:1:1 error unclosed-header"},
		"different ones":                {one("TS-2026-001", "aliases: [CVE-2026-1234]\n") + one("TS-2026-002", "aliases: [CVE-2026-1235]\n"), ""},
	} {
		if got := said(problemsOf(t, sample(t, c.files))); got != c.want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// What is named must be there, and readers may know of it.
func TestRelations(t *testing.T) {
	withdrawn := func(by string) string {
		return "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong., superseded_by: " + by + "}\n"
	}
	const first, second = "bulletins/TS-2026-001.md:", "bulletins/TS-2026-002.md:"
	for name, c := range map[string]struct{ files, want string }{
		"related is there":              {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", ""), ""},
		"related is withdrawn":          {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", withdrawn("TS-2026-001")), ""},
		"related is not there":          {one("TS-2026-001", "related: [TS-2026-040]\n"), first + "15:11 error unknown-bulletin"},
		"related to itself":             {one("TS-2026-001", "related: [TS-2026-001]\n"), first + "15:11 error unknown-bulletin"},
		"somebody else's name":          {one("TS-2026-001", "related: [CVE-2026-1234]\n"), ""},
		"related is a draft":            {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", "status: draft\n"), first + "15:11 error link-to-unpublished"},
		"related is private":            {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", "status: private\n"), first + "15:11 error link-to-unpublished"},
		"a draft's related is a draft":  {one("TS-2026-001", "status: draft\nrelated: [TS-2026-002]\n") + one("TS-2026-002", "status: draft\n"), first + "15:11 warning link-to-unpublished"},
		"related cannot be read":        {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", "---\n"), second + "1:1 error unclosed-header"},
		"superseded by what is there":   {one("TS-2026-001", withdrawn("TS-2026-002")) + one("TS-2026-002", ""), ""},
		"superseded by nothing":         {one("TS-2026-001", withdrawn("TS-2026-040")), first + "15:12 error unknown-bulletin"},
		"superseded by itself":          {one("TS-2026-001", withdrawn("TS-2026-001")), first + "15:12 error unknown-bulletin"},
		"superseded by a draft (F57)":   {one("TS-2026-001", withdrawn("TS-2026-002")) + one("TS-2026-002", "status: draft\n"), first + "15:12 error link-to-unpublished"},
		"a draft of the drafts root":    {one("TS-2026-001", "related: [TS-2026-002]\n") + "-- ../embargo/bulletins/TS-2026-002.md --\nstatus: draft\n", first + "15:11 error link-to-unpublished"},
		"two of one name: which is it?": {one("TS-2026-001", "related: [TS-2026-002]\n") + one("TS-2026-002", "") + "-- ../embargo/bulletins/TS-2026-002.md --\nstatus: draft\n", "../embargo/bulletins/TS-2026-002.md:2:5 error duplicate-id"},
	} {
		if got := said(problemsOf(t, sample(t, c.files))); got != c.want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

package check

import "tocsin/internal/source"

// targetCodes are about links to the site's own pages, and about bulletins that name others.
func targetCodes() []Code {
	return []Code{
		{
			Name: "broken-link", Level: source.Error, Suppressible: true,
			Wants: "links to pages that the site has",
			Why: `The link leads to a path of this site at which nothing stands. In a policy it is a
warning, since something else may be served from the same host.`,
			Example: "See [our policy](/security-policies/incident-disclosur/).\n",
			Mended:  "See [our policy](/security-policies/incident-disclosure/).\n",
		},
		{
			Name: "broken-anchor", Level: source.Error, Suppressible: true,
			Wants: "links to places that the page has",
			Why: `The page is there, and has no heading of that name: readers would land at its top. A
heading's name is its words in small letters, joined by hyphens.`,
			Example: "#### What happened?\n\nSee [below](#impact).\n",
			Mended:  "#### What happened?\n\nSee [below](#what-happened).\n",
		},
		{
			Name: "link-to-unpublished", Level: source.Error,
			Wants: "nothing in a published text that shows what is not",
			Why: `A link to a draft or to a private bulletin tells readers that it exists, under which id,
and leads nowhere. Release that one first, or take the link out.`,
			Example: "-- content/bulletins/TS-2026-004.md --\nSee [the other](/security-bulletins/ts-2026-005/).\n-- content/bulletins/TS-2026-005.md --\nstatus: draft\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nSee [the other](/security-bulletins/ts-2026-005/).\n-- content/bulletins/TS-2026-005.md --\nstatus: published\n",
		},
		{
			Name: "unknown-bulletin", Level: source.Error,
			Wants: "related: and superseded_by: that name bulletins of this site",
			Why: `Readers are sent to a bulletin that is not there. Names of other organisations' notices,
such as CVE numbers, can stand under related:; an id of our own must exist.`,
			Example: "related: [TS-2026-040]\n",
			Mended:  "related: [CVE-2026-1234]\n",
		},
		{
			Name: "alias-is-id", Level: source.Error,
			Wants: "aliases that are other names of the same matter",
			Why: `An alias says that both names mean one vulnerability. The id of another bulletin is
another matter: name it under related:.`,
			Example: "-- content/bulletins/TS-2026-004.md --\naliases: [TS-2026-005]\n-- content/bulletins/TS-2026-005.md --\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nrelated: [TS-2026-005]\n-- content/bulletins/TS-2026-005.md --\n",
		},
		{
			Name: "shared-alias", Level: source.Warning, Suppressible: true,
			Wants: "a look at two bulletins about one vulnerability",
			Why: `Two bulletins claim the same alias. That can be right, where one vulnerability is told in
two bulletins; more often a line was copied.`,
			Example: "-- content/bulletins/TS-2026-004.md --\naliases: [CVE-2026-1234]\n-- content/bulletins/TS-2026-005.md --\naliases: [CVE-2026-1234]\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\naliases: [CVE-2026-1234]\n-- content/bulletins/TS-2026-005.md --\naliases: [CVE-2026-1235]\n",
		},
		{
			Name: "id-year", Level: source.Warning, Suppressible: true,
			Wants: "an id of the year of publication",
			Why: `Ids are numbered by year, and people look for a bulletin there. One that was published
already keeps its id: suppress the warning in its file.`,
			Example: "published: 2025-12-31\n", Mended: "published: 2026-01-01\n",
		},
	}
}

package check

import "tocsin/internal/source"

// rangeCodes are about versions, and names and scores that others assign.
func rangeCodes() []Code {
	return []Code{
		{
			Name: "range-without-end", Level: source.Error,
			Wants: "rows that say where the matter ends",
			Why: `Without an end the row says that every version is affected, the next ones too, and scanners
will say so for ever. Name the fix, or say why there is none.`,
			Example: "affected:\n  - {product: client, introduced: 1.30.0, remedy: Turn it off.}\n",
			Mended:  "affected:\n  - {product: client, introduced: 1.30.0, remedy: Turn it off., unfixed: The feature goes away.}\n",
		},
		{
			Name: "range-overlap", Level: source.Error,
			Wants: "rows of one platform that do not overlap",
			Why: `A version that lies in two rows has two fixes, and a letter can name only one. Let one row
end where the next begins.`,
			Example: "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n  - {product: client, introduced: 1.60.0, fixed: 1.68.0, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.68.0, available: 2026-05-03}\n",
		},
		{
			Name: "range-gap", Level: source.Note, Suppressible: true,
			Wants: "a look at the versions between two rows",
			Why: `What lies between two rows counts as not affected. That is right where a branch begins anew,
and wrong where somebody forgot the versions in between.`,
			Example: "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n  - {product: client, introduced: 1.68.0, fixed: 1.68.2, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.68.2, available: 2026-05-03}\n",
		},
		{
			Name: "fix-is-affected", Level: source.Error,
			Wants: "fixes that no other row affects",
			Why: `Users are told to update to a version that another row calls affected. Name the first version
that has the whole fix.`,
			Example: "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n  - {product: client, introduced: 1.66.1, fixed: 1.68.0, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.68.0, available: 2026-05-03}\n",
		},
		{
			Name: "no-fixed-version", Level: source.Warning, Suppressible: true,
			Wants: "a version to update to",
			Why: `last_affected says where the fault ends and names nothing that users can install. Where a
later version is not affected, fixed: says it better; where there is none, unfixed: says why.`,
			Example: "status: private\naffected:\n  - {product: client, introduced: 1.30.0, last_affected: 1.66.0}\n",
			Mended:  "status: private\naffected:\n  - {product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "prerelease-fix", Level: source.Warning, Suppressible: true,
			Wants: "fixes in releases that users get",
			Why: `The version is a prerelease by its number, and the row says that all users can have it. Say
channel: rc where that is so: then the fix is not there yet for the policy.`,
			Example: "affected:\n  - {product: gateway, introduced: 1.30.0, fixed: 1.66.1-rc1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: gateway, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "bad-identifier", Level: source.Error,
			Wants: "identifiers as their registries write them",
			Why: `CVE-2026-1234, GHSA-xxxx-xxxx-xxxx, CWE-79, CVSS vectors and package URLs have a fixed form.
Programs look for that form alone: a misspelt one is found by nobody.`,
			Example: "cwe: [CWE-079]\n", Mended: "cwe: [CWE-79]\n",
		},
		{
			Name: "severity-against-cvss", Level: source.Warning, Suppressible: true,
			Wants: "a severity that agrees with the score",
			Why: `Readers see the word and the score side by side, and the policy acts on the word. A team may
rate otherwise than the score on purpose: then suppress this, and say why in the text.`,
			Example: "severity: low\ncvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
			Mended:  "severity: critical\ncvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
		},
		{
			Name: "action-says-none", Level: source.Error,
			Wants: "action: none where nothing needs to be done",
			Why: `The policy asks whether users have to act, and any text counts as yes: "Nothing to do." would
have them told of an action. The word none says it.`,
			Example: "affected:\n  - {product: server, deployed: 2026-05-03}\naction: No action is needed.\n",
			Mended:  "affected:\n  - {product: server, deployed: 2026-05-03}\naction: none\n",
		},
		{
			Name: "action-missing", Level: source.Warning, Suppressible: true,
			Wants: "an action where there is something to install or to apply",
			Why: `The row names a fix that users have to get, and the bulletin says that they need do nothing.
Where clients update by themselves on every platform, suppress this and say so.`,
			Example: "action: none\n", Mended: "action: Update to 1.66.1 or later.\n",
		},
		{
			Name: "identifiable", Level: source.Warning, Suppressible: true,
			Wants: "identification: none only where nobody can be told apart",
			Why: `The bulletin says that nobody can tell which are affected, so that no letter goes to anybody
whom the inventory finds; and it speaks of software on nodes, which the inventory lists. Whoever has such
nodes is affected and stays untold. Where the inventory does not list them, suppress this and say so.`,
			Example: "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-04}\nidentification: none\n",
			Mended:  "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-04}\nidentification: some\n",
		},
		{
			Name: "dates-out-of-order", Level: source.Error,
			Wants: "dates in the order in which things happen",
			Why: `One of two dates is wrong, and readers will rely on either: what was known when is what an
incident is judged by.`,
			Example: "timeline:\n  - {at: 2026-05-02, event: Reported.}\n  - {at: 2026-05-01, event: Fixed.}\n",
			Mended:  "timeline:\n  - {at: 2026-05-01, event: Reported.}\n  - {at: 2026-05-02, event: Fixed.}\n",
		},
		{
			Name: "overdue", Level: source.Warning, Suppressible: true,
			Wants: "days of a next look that are still to come",
			Why: `Somebody promised to look again, or to tell more, by a day that has gone. Look now; then
write what was found, or the next day.`,
			Example: "next_update: 2026-05-01\n", Mended: "next_update: 2999-05-01\n",
		},
	}
}

package check

import "tocsin/internal/source"

// bulletinCodes are about what the keys of one bulletin or policy say.
func bulletinCodes() []Code {
	return []Code{
		{
			Name: "odd-id", Level: source.Error,
			Wants:   "an id such as TS-2026-004",
			Why:     `The id is the file's name, the page's address and part of mail headers.`,
			Example: "-- content/bulletins/ts_4.md --\nid: ts_4\n", Mended: "-- content/bulletins/TS-2026-004.md --\nid: TS-2026-004\n",
		},
		{
			Name: "id-not-file-name", Level: source.Error,
			Wants: "a file that is named after its id",
			Why: `People look for a bulletin by its file. If the two disagree, one of them will be read or
published in the place of the other.`,
			Example: "id: TS-2026-040\n", Mended: "id: TS-2026-004\n",
		},
		{
			Name: "odd-status", Level: source.Error,
			Wants: "the status on a line of its own: status: draft",
			Why: `Everybody who reviews a change looks for that line. YAML knows other ways to write it,
which a search misses.`,
			Example: "---\n{id: TS-2026-004, title: A fault, status: draft}\n---\nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "claim-without-basis", Level: source.Error,
			Wants: "who confirmed a strong claim, when, and on what evidence",
			Why: `That nobody was affected, or that nothing was exploited, can spare users a notice. Such a
claim counts only with a name, a date and evidence.`,
			Example: "users_affected: none_confirmed\n",
			Mended: `users_affected:
  is: none_confirmed
  by: Alice Example
  at: 2026-05-03
  basis: The access logs of all relays since March were read.
`,
		},
		{
			Name: "contradiction", Level: source.Error,
			Wants:   "answers that agree with each other",
			Why:     `Only one of the two can be true, and nobody should have to guess which.`,
			Example: "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03, unfixed: in work}\n",
			Mended:  "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "odd-slug", Level: source.Error,
			Wants: "a slug of small letters, digits and hyphens",
			Why: `The slug is a folder of the website. Some names are taken by its own files, others mean
something to a file system.`,
			Example: "-- content/policies/backups.md --\nslug: Back ups\n", Mended: "-- content/policies/backups.md --\nslug: backups\n",
		},
	}
}

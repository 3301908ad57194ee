package check

import "tocsin/internal/source"

// policyCodes are about policy pages.
func policyCodes() []Code {
	return []Code{
		{
			Name: "withheld-policy", Level: source.Error,
			Wants: "policy pages that may be published",
			Why: `Every page under content/policies is published. A key such as draft: true keeps a page
back in other generators, and does nothing here: move the page elsewhere, or remove the key.`,
			Example: "-- content/policies/backups.md --\ndraft: true\n", Mended: "-- content/policies/backups.md --\n",
		},
		{
			Name: "unread-key", Level: source.Note,
			Wants: "nothing: a word about keys that are not read",
			Why: `The page holds keys of other tools, such as pandoc's. They are left as they are, and
nothing here heeds them.`,
			Example: "-- content/policies/backups.md --\nauthor: Alice Example\n", Mended: "-- content/policies/backups.md --\n",
		},
		{
			Name: "assumed-key", Level: source.Note,
			Wants: "a title: and a slug: in the page's own header",
			Why: `The page has no header, or lacks what every page needs. It is published with a title
from its first heading, or a slug from its file's name, which a rename would change.`,
			Example: "-- content/policies/backups.md --\n(the whole file)\n# Backups\n\nWe keep backups.\n",
			Mended:  "-- content/policies/backups.md --\n---\ntitle: Backups\nslug: backups\nlast_updated: 2026-04-01\n---\nWe keep backups.\n",
		},
		{
			Name: "internal-link", Level: source.Note,
			Wants: "links that readers can follow",
			Why: `The link leads to a host of an inner network. Readers see its text, without a link, and
the host's name is not shown to them.`,
			Example: "-- content/policies/backups.md --\nSee [the wiki](http://wiki.corp/backups).\n",
			Mended:  "-- content/policies/backups.md --\nSee the wiki.\n",
		},
		{
			Name: "review-due", Level: source.Warning, Suppressible: true,
			Wants: "policies that somebody reviewed in the last year",
			Why: `Nobody has looked at this policy for 365 days, by its last_updated. Read it again, with
somebody who works by it, and write the day into the header, whether or not anything changed.`,
			Example: "-- content/policies/backups.md --\nlast_updated: 2025-05-03\n",
			Mended:  "-- content/policies/backups.md --\nlast_updated: 2025-05-04\n",
		},
		{
			Name: "review-unknown", Level: source.Note, Suppressible: true,
			Wants: "the day of a policy's last review",
			Why: `Without last_updated nobody can say whether the policy is still looked at. Not known is
not the same as fine.`,
			Example: "-- content/policies/backups.md --\n---\ntitle: Backups\nslug: backups\n---\nWe keep backups.\n",
			Mended:  "-- content/policies/backups.md --\n---\ntitle: Backups\nslug: backups\nlast_updated: 2026-04-01\n---\nWe keep backups.\n",
		},
	}
}

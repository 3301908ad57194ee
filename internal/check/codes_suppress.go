package check

import "tocsin/internal/source"

// suppressCodes are about suppress: entries.
func suppressCodes() []Code {
	return []Code{
		{
			Name: "odd-code", Level: source.Error,
			Wants:   "the code of a problem, as it stands in [ ] behind it",
			Why:     `An entry silences one kind of problem, by its code: small words joined by hyphens.`,
			Example: "suppress:\n  - {code: Broken link, reason: The page comes in June., until: 2026-06-01}\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "unknown-code", Level: source.Error,
			Wants:   "a code that there is",
			Why:     `An entry with a misspelt code silences nothing. tocsin explain codes lists all codes.`,
			Example: "suppress:\n  - {code: borken-link, reason: The page comes in June., until: 2026-06-01}\n",
			Mended:  "suppress:\n  - {code: broken-link, reason: The page comes in June., until: 2026-06-01}\n---\n[Soon](/soon/).\n",
		},
		{
			Name: "cannot-suppress", Level: source.Error,
			Wants: "no entry for problems that must not be silenced",
			Why: `What decides who may see a page, what a file says, what the policy's verdict is, and
whether something leaks, is mended or decided on record, never silenced.`,
			Example: "suppress:\n  - {code: unsafe-link, reason: It is only an example., until: 2026-06-01}\n",
			Mended:  "suppress:\n  - {code: broken-link, reason: The page comes in June., until: 2026-06-01}\n---\n[Soon](/soon/).\n",
		},
		{
			Name: "unused-suppression", Level: source.Warning,
			Wants: "entries that silence something",
			Why: `The problem is gone, or never was in this file. An entry that is left would silence the
next one, which nobody has looked at.`,
			Example: "suppress:\n  - {code: broken-link, reason: The page comes in June., until: 2026-06-01}\n",
			Mended:  "suppress:\n  - {code: broken-link, reason: The page comes in June., until: 2026-06-01}\n---\n[Soon](/soon/).\n",
		},
	}
}
